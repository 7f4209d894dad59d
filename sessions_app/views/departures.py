"""Starting, showing and ending a departure."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.access import allow, posted
from accounts.devices import hear
from accounts.models import Role
from sessions_app import departures
from sessions_app.emergency_doors import opens_in_emergency
from sessions_app.forms.departures import EarlierForm, EndingForm, StartForm, VoidForm
from sessions_app.models import Client, DepartureEvent, TherapySession
from sessions_app.views.pages import departure_page, live_page


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
@hear
def start(request):
    """POST: the one tap. GET: the therapist's departures, newest first."""
    if request.method == "GET":
        return own_departures(request)
    in_use = TherapySession.objects.visible_to(request.user).in_use()  # whatever runs beside it, this tap is meant
    form = StartForm(request.POST, sessions=in_use.with_clients())
    form.is_valid()  # what cannot be read is left out; a tap is never refused for it
    try:
        departure = departures.log(by=request.user, **form.facts())
    except departures.IdBelongsToAnother:
        return HttpResponse(_("This id is in use. Go back to Now and tap again."), status=409)
    return lead_to(request, departure.pk)


def lead_to(request, departure_id):
    """On to the live page: a device that sends its taps by script is told where, a form is redirected."""
    address = reverse("departure", args=[departure_id])
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def own_departures(request):
    audit.record_view(request.user, by=request.user, page="departures")
    own = DepartureEvent.objects.visible_to(request.user).of(request.user).in_use()
    newest = own.select_related("client").order_by("-began_at")[:50]
    context = {"departures": newest, **departures.counted(own.standing())}
    return render(request, "sessions_app/departures.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def earlier(request):
    """One that happened earlier: the time, and the client if known."""
    own = Client.objects.visible_to(request.user).in_use().of(request.user)
    form = EarlierForm(posted(request), clients=own)
    if request.method == "POST" and form.is_valid():
        try:
            departure = departures.log(by=request.user, is_late_entry=True, **form.cleaned_data)
        except departures.IdBelongsToAnother:
            form.add_error(None, _("This page is too old. Open it again from Now."))
        else:
            return redirect("departure", departure.pk)
    return render(request, "sessions_app/earlier.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(DepartureEvent, key="departure_id", client="client")
def departure(request, departure_id):
    """The live page of one's own departure; for the supervisor, and once taken back, the page to read."""
    found = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    audit.record_view(found, by=request.user, page="departure")
    if found.is_voided or not found.is_writable_by(request.user):
        return departure_page(request, found)
    return live_page(request, found)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def end(request, departure_id):
    """Say or correct how it ended: stayed and returned are endings too."""
    found = own_departure(request, departure_id)
    form = EndingForm(posted(request), departure=found, initial={"ending": found.ending, "kind": found.kind})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        departures.end(found, ending=data["ending"], at=data.get("ended_at"), kind=data["kind"], by=request.user)
        return redirect("departure", departure_id)
    return answer(request, "sessions_app/ending.html", form, found)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def void(request, departure_id):
    """Started by mistake: kept, marked, counted nowhere."""
    found = own_departure(request, departure_id)
    form = VoidForm(posted(request))
    if request.method == "POST" and form.is_valid():
        departures.void(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Marked as a mistake."))
        return redirect("now")
    return answer(request, "sessions_app/void.html", form, found)


def own_departure(request, departure_id, *, is_tap=False):
    """The signed-in therapist's own departure that still stands, or 404. Only its therapist writes to it.

    A tap fetches the one row it needs and holds it (`locked`); a page everything it shows.
    """
    own = DepartureEvent.objects.visible_to(request.user).writable_by(request.user).standing()
    return get_object_or_404(own.locked() if is_tap else own.for_page(), pk=departure_id)


def answer(request, template, form, found):
    audit.record_view(found, by=request.user, page=template)
    context = {"form": form, "departure": found}
    return render(request, template, context, status=422 if form.is_bound else 200)
