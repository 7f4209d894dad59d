"""Emergency access: asking for it, the record it opens, ending it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, recheck
from accounts.access import allow, posted
from accounts.models import Role
from accounts.supervision import supervisors_of
from sessions_app import emergency_access, emergency_doors
from sessions_app.forms.emergency_access import EmergencyForm
from sessions_app.models import Client, DepartureEvent

GO_ON = "sessions_app.views.emergency_access.go_on"
MOST_DEPARTURES = 20


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def emergency(request):
    """Say why and whose record it is. Emergency numbers stand on the page: nothing here comes before them."""
    refuse_who_judges(request)
    form = EmergencyForm(posted(request), initial={"team": request.user.team_id})
    if request.method == "POST" and form.is_valid():
        try:
            asked = emergency_access.ask(by=request.user, **form.cleaned_data)
        except emergency_access.TooManyTries:
            return page(request, form, status=429, has_tried_too_often=True)
        return ask_again_who_it_is(request, asked) if recheck.is_due(request) else begin(request, asked, form)
    return page(request, form, status=422 if form.is_bound else 200)


def refuse_who_judges(request):
    if not emergency_access.may_ask(request.user):
        raise PermissionDenied


def ask_again_who_it_is(request, asked):
    deed = {"asked": asked.pk}
    return redirect(recheck.address(request, back_to=reverse("emergency"), callback=GO_ON, deed=deed))


@allow(Role.THERAPIST, Role.SUPERVISOR)
def go_on(request, deed):
    """The person proved who they are: look up what they had asked for."""
    refuse_who_judges(request)
    asked = emergency_access.asked_by(request.user, deed["asked"])
    if asked is None:
        raise Http404
    if not recheck.is_meant(request, deed, subject=asked):
        return redirect("emergency")
    facts = {name: getattr(asked, name) for name in ("reason", "words")}
    form = EmergencyForm({**facts, "team": asked.team_id, "reference": asked.reference_asked})
    form.is_valid()
    return begin(request, asked, form)


def begin(request, asked, form):
    """Open it, or say that there is nothing; the same words for whatever was not found."""
    try:
        access = emergency_access.begin(asked, by=request.user)
    except emergency_access.NothingThere:
        form.nothing_there()
        return page(request, form, status=422)
    except emergency_access.OpenAlready:
        messages.info(request, _("You can read this record without it. Nothing was opened."))
        return redirect("follow-ups")
    return redirect("emergency-record", access.pk)


def page(request, form, *, status=200, **more):
    running = list(emergency_access.running_of(request.user))
    context = {"form": form, "running": running, "supervisors": supervisors_of(request.user), **more}
    return render(request, "sessions_app/emergency.html", context, status=status)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def record(request, access_id):
    """How to reach the client, who their people are, and the way to their departures. Shut once the hour is over."""
    access = own(request, access_id)
    if access not in emergency_access.running_of(request.user):
        messages.info(request, _("The time is over. The record is closed again."))
        return redirect("emergency")
    emergency_doors.remember(request)
    emergency_doors.go_under(request, access, row=access.client_id)
    client = get_object_or_404(Client.objects.visible_to(request.user).with_permissions(), pk=access.client_id)
    audit.record_view(client, by=request.user, page="emergency-record")
    departures = DepartureEvent.objects.visible_to(request.user).filter(client=client).order_by("-began_at")
    context = {
        "client": client,
        "therapist": access.client.therapist,
        "supervisors": supervisors_of(access.client.therapist),
        "departures": departures.select_related("site", "session")[:MOST_DEPARTURES],
    }
    return render(request, "sessions_app/emergency_record.html", context)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def end(request, access_id):
    emergency_access.end(own(request, access_id), by=request.user)
    messages.success(request, _("Ended. The record is closed again."))
    return redirect("emergency")


def own(request, access_id):
    """What this person has opened, or 404."""
    access = emergency_access.asked_by(request.user, access_id)
    if access is None or access.began_at is None:
        raise Http404
    return access
