"""What changes while a departure goes on: the setting, where the client is, a break, and how it ends."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import allow, posted
from accounts.devices import hear
from accounts.models import Role
from sessions_app import departures
from sessions_app.forms.departures import SettingForm, WhereaboutsForm
from sessions_app.forms.steps import TapForm
from sessions_app.views.departures import lead_to, own_departure
from sessions_app.views.pages import live_page


@require_POST
@allow(Role.THERAPIST)
def change_setting(request, departure_id):
    """Format, composition and age band; what was answered stays."""
    found = own_departure(request, departure_id)
    form = SettingForm(request.POST, departure=found)
    if not form.is_valid():
        return live_page(request, found, rejected=form, status=422)
    departures.change_setting(found, by=request.user, **form.cleaned_data)
    return redirect("departure", departure_id)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def change_whereabouts(request, departure_id):
    """Where this person is today; of this record alone."""
    found = own_departure(request, departure_id)
    form = WhereaboutsForm(posted(request), departure=found)
    if request.method == "POST" and form.is_valid():
        departures.change_whereabouts(found, by=request.user, **form.cleaned_data)
        return redirect("departure", departure_id)
    audit.record_view(found, by=request.user, page="whereabouts")
    context = {"form": form, "departure": found}
    return render(request, "sessions_app/whereabouts.html", context, status=422 if form.is_bound else 200)


def tapped(request, departure_id, verb, **more):
    """Do what was tapped, at the moment of the tap, and lead back to the page."""
    found, tap = own_departure(request, departure_id), TapForm.read(request.POST)
    verb(found, by=request.user, at=tap["at"], **more)
    return lead_to(request, departure_id)


@require_POST
@allow(Role.THERAPIST)
@hear
def take_break(request, departure_id):
    return tapped(request, departure_id, departures.take_break)


@require_POST
@allow(Role.THERAPIST)
@hear
def came_back(request, departure_id):
    """From a break, or on the line again."""
    return tapped(request, departure_id, departures.came_back)


@require_POST
@allow(Role.THERAPIST)
@hear
def stay(request, departure_id):
    return tapped(request, departure_id, departures.stay)


@require_POST
@allow(Role.THERAPIST)
@hear
def gone(request, departure_id):
    return tapped(request, departure_id, departures.they_have_gone, **operation(request))


@require_POST
@allow(Role.THERAPIST)
@hear
def hung_up(request, departure_id):
    """The client ended the call, and the therapist knows it."""
    return tapped(request, departure_id, departures.they_have_gone, has_hung_up=True, **operation(request))


@require_POST
@allow(Role.THERAPIST)
@hear
def undo_gone(request, departure_id):
    return tapped(request, departure_id, departures.undo_gone)


def operation(request):
    """What answers to steps need to know of the tap that fills them in."""
    return {"op_id": TapForm.read(request.POST)["op_id"], "clock_off_by": request.clock_off_by}
