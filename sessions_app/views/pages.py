"""What the pages of one departure are made of."""

import uuid
from collections import Counter

from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from sessions_app import checklist, hand_overs, levels, lowering, participants, timeline
from sessions_app.forms.departures import SettingForm
from sessions_app.models.responses import ReasonNotPossible
from sessions_app.safety import SafetyPanel


def live_page(request, departure, *, rejected=None, status=200):
    """The eleven steps of a departure. `rejected` is a form that was refused: it is shown at its step."""
    states = with_problems(checklist.states(departure), rejected)
    given = list(departure.given_resources.all())
    needed = what_a_step_needs(request, departure)
    panel = needed["panel"]
    context = {
        **needed,
        "crisis_numbers": SimpleLazyObject(lambda: panel.lines[request.user.site.country]),
        "phases": checklist.by_phase(states if departure.is_open else still_open(states)),
        "phases_left": departure.is_open or still_open(states),
        "one_gesture": gestures(states),
        "answered": [] if departure.is_open else answered(states),
        "recorded": sum(state.is_recorded for state in states),
        "candidates": SimpleLazyObject(lambda: participants.candidates(departure)),
        "given": given,
        "setting_form": rejected if isinstance(rejected, SettingForm) else SettingForm(departure=departure),
        "form": rejected,
        "came": came_from(departure, reader=request.user),
    }
    return render(request, "sessions_app/live.html", context, status=status)


def what_a_step_needs(request, departure):
    """Shared by the whole page and by one step's fragment. What only the safety step shows is asked for by it."""
    return {
        "departure": departure,
        "panel": SafetyPanel(departure, reader=request.user),
        "levels": SimpleLazyObject(lambda: levels.worded(departure.site)),
        "wished_as": SimpleLazyObject(lambda: levels.said_as(departure.site, departure.level_wished)),
        "standing_as": SimpleLazyObject(lambda: levels.said_as(departure.site, departure.response_level)),
        "lack": SimpleLazyObject(lambda: lowering.lack_of_wish(departure, by=request.user)),
        "reasons": ReasonNotPossible,
        "op_id": uuid.uuid4(),
    }


def came_from(departure, *, reader):
    """The hand-over by which the record came from somebody else to whom it is with; None where it did not. No query
    for any other departure.
    """
    has_moved = departure.client_id and departure.logged_by_id not in (None, reader.pk)
    return hand_overs.before(departure.client) if has_moved else None


def may_report(departure, *, reader):
    """Whether the report of somebody who has left is this reader's to write."""
    has_left = departure.logged_by is not None and not departure.logged_by.is_active
    return has_left and hand_overs.to_report_on(reader).standing().filter(pk=departure.pk).exists()


def still_open(states):
    """What is left to tick from memory: steps without an answer, and one whose new answer was refused or waits."""
    return [state for state in states if not state.is_recorded or state.problems or state.is_wished]


def gestures(states):
    """Phases whose open steps may be ticked together, as long as there are two of them."""
    left = Counter(state.step.phase for state in states if not state.is_recorded)
    return [phase for phase in checklist.IN_ONE_GESTURE if left[phase] > 1]


def answered(states):
    return [state for state in states if state.is_recorded and not state.problems and not state.is_wished]


def with_problems(states, rejected):
    """Give the step whose answer was refused the form that says why."""
    for state in states:
        state.problems = rejected if getattr(rejected, "step", None) == state.step else None
    return states


def departure_page(request, departure):
    """The page to read: facts and timeline, nothing to tick."""
    context = {
        "departure": departure,
        "timeline": timeline.of(departure),
        "came": came_from(departure, reader=request.user),
        "may_report": may_report(departure, reader=request.user),
        "may_lower": lowering.is_supervisor_of(departure, request.user)
        and not departure.is_voided
        and lowering.lower_than(departure.response_level),
    }
    return render(request, "sessions_app/departure.html", context)
