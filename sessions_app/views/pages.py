"""What the pages of one departure are made of."""

import uuid

from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from accounts.supervision import supervisors_of
from resources.emergency import Emergency
from resources.models import Resource
from sessions_app import checklist, levels, timeline
from sessions_app.forms.departures import SettingForm
from sessions_app.forms.steps import GiveResourcesForm
from sessions_app.models.responses import ReasonNotPossible


def live_page(request, departure, *, rejected=None, status=200):
    """The eleven steps of a departure. `rejected` is a form that was refused: it is shown at its step."""
    states = checklist.states(departure)
    given = list(departure.given_resources.all())
    context = {
        **what_a_step_needs(request, departure),
        "phases": checklist.by_phase(with_problems(states, rejected)),
        "recorded": sum(state.is_recorded for state in states),
        "safety": next(state for state in states if state.is_safety),
        "given": given,
        "setting_form": rejected if isinstance(rejected, SettingForm) else SettingForm(departure=departure),
        "form": rejected,
    }
    return render(request, "sessions_app/live.html", context, status=status)


def what_a_step_needs(request, departure):
    """Shared by the whole page and by one step's fragment. What only the safety step shows is asked for by it."""
    return {
        "departure": departure,
        "emergency": SimpleLazyObject(lambda: Emergency(departure.country, site=departure.site)),
        "levels": SimpleLazyObject(lambda: levels.worded(departure.site)),
        "reasons": ReasonNotPossible,
        "supervisors": SimpleLazyObject(lambda: list(supervisors_of(departure.therapist))),
        "op_id": uuid.uuid4(),
    }


def with_problems(states, rejected):
    """Give the step whose answer was refused the form that says why."""
    for state in states:
        state.problems = rejected if getattr(rejected, "step", None) == state.step else None
    return states


def departure_page(request, departure):
    """The page to read: facts and timeline, nothing to tick."""
    context = {"departure": departure, "timeline": timeline.of(departure)}
    return render(request, "sessions_app/departure.html", context)


def resources_for(departure):
    """Directory entries that can be given where this client is, crisis lines first."""
    return Resource.objects.giveable().with_contacts().for_country(departure.country)


def give_form(departure, data=None):
    return GiveResourcesForm(data, choices=resources_for(departure))
