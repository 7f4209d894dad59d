"""A therapist's own clients and sessions: seeing, adding and changing them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import caseload, hand_overs
from sessions_app.forms.caseload import CareForm, DepartureAskedForm, SessionForm
from sessions_app.models import Client, DepartureEvent, TherapySession, in_order

MOST_AHEAD = 20


@require_safe
@allow(Role.THERAPIST)
def clients(request):
    """Everybody in the therapist's own care, and the sessions that lie ahead."""
    audit.record_view(request.user, by=request.user, page="clients")
    ahead = own_sessions(request).in_use().filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk")
    context = {"clients": in_order(own_clients(request).in_use()), "ahead": ahead.with_clients()[:MOST_AHEAD]}
    return render(request, "sessions_app/clients.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def add_client(request):
    """A new client; the one who is leaving, if the address names a departure of the therapist's."""
    departure = departure_asked_for(request)
    form = CareForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            caseload.add_client(by=request.user, departure=departure, **form.facts())
        except caseload.ReferenceIsTaken:
            form.reference_is_taken()
        else:
            return redirect("departure", departure.pk) if departure else saved("clients", request)
    audit.record_view(departure or request.user, by=request.user, page="add-client")
    return answer(request, "sessions_app/client.html", form, departure=departure)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def client(request, client_id):
    """Change a client, and what they allow."""
    found = own_client(request, client_id)
    form = CareForm(posted(request), client=found)
    if request.method == "POST" and form.is_valid():
        try:
            caseload.change_client(found, by=request.user, **form.facts())
        except caseload.ReferenceIsTaken:
            form.reference_is_taken()
        else:
            return saved("clients", request)
    audit.record_view(found, by=request.user, page="client")
    return answer(request, "sessions_app/client.html", form, client=found, came=hand_overs.before(found))


@require_POST
@allow(Role.THERAPIST)
def no_contact(request, client_id):
    caseload.ask_for_no_contact(own_client(request, client_id), by=request.user)
    return saved("client", request, client_id)


@require_POST
@allow(Role.THERAPIST)
def undo_no_contact(request, client_id):
    caseload.allow_contact_again(own_client(request, client_id), by=request.user)
    return saved("client", request, client_id)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def add_session(request):
    form = SessionForm(posted(request), clients=own_clients(request).in_use())
    if request.method == "POST" and form.is_valid():
        caseload.add_session(by=request.user, **form.cleaned_data)
        return saved("now", request)
    audit.record_view(request.user, by=request.user, page="add-session")
    return answer(request, "sessions_app/session.html", form)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def session(request, session_id):
    """Change a session, above all where the client is today and how to call them back."""
    found = get_object_or_404(own_sessions(request), pk=session_id)
    form = SessionForm(posted(request), clients=who_may_come(request, found), session=found)
    if request.method == "POST" and form.is_valid():
        caseload.change_session(found, by=request.user, **form.cleaned_data)
        return saved("now", request)
    audit.record_view(found, by=request.user, page="session")
    return answer(request, "sessions_app/session.html", form, session=found)


def own_clients(request):
    return Client.objects.visible_to(request.user).of(request.user)


def who_may_come(request, session):
    """To a session of an exercise only those who were made up for it, and to a real one only real people."""
    if session.is_of_an_exercise:
        return session.clients.all()
    return own_clients(request).rehearsed() if session.is_practice else own_clients(request).real()


def own_client(request, client_id):
    """The signed-in therapist's own client, or 404."""
    return get_object_or_404(own_clients(request).with_permissions(), pk=client_id)


def own_sessions(request):
    return TherapySession.objects.visible_to(request.user).of(request.user)


def departure_asked_for(request):
    """The departure named in the address, if it is the therapist's own and stands; else None, without a word."""
    form = DepartureAskedForm(request.GET)
    if not form.is_valid():
        return None
    own = DepartureEvent.objects.visible_to(request.user).of(request.user).standing()
    return own.filter(pk=form.cleaned_data["departure"]).first()


def saved(where, request, *args):
    messages.success(request, _("Saved."))
    return redirect(where, *args)


def answer(request, template, form, **context):
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)
