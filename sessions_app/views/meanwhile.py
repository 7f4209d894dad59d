"""What changes while a departure goes on: how and with whom the session takes place, and a break."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import Role
from sessions_app import departures
from sessions_app.forms.departures import SettingForm
from sessions_app.forms.steps import TapForm
from sessions_app.views.departures import own_departure
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


@require_POST
@allow(Role.THERAPIST)
def take_break(request, departure_id):
    tap = TapForm.read(request.POST)
    departures.take_break(own_departure(request, departure_id), by=request.user, at=tap["at"])
    return redirect("departure", departure_id)


@require_POST
@allow(Role.THERAPIST)
def came_back(request, departure_id):
    tap = TapForm.read(request.POST)
    departures.came_back(own_departure(request, departure_id), by=request.user, at=tap["at"])
    return redirect("departure", departure_id)
