"""How fast we must act. A person says so; nothing here computes, guesses or lowers it by itself."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from protocols.models import Outcome
from sessions_app import checklist, signals
from sessions_app.models import DepartureEvent, ResponseLevel, StepResponse

SAFETY = "check-safety"

#: What each level asks of us, most urgent first.
ASKS = [
    (ResponseLevel.IMMEDIATE, _("Act now")),
    (ResponseLevel.ELEVATED, _("Act today")),
    (ResponseLevel.SOME_CONCERN, _("By the next working day")),
    (ResponseLevel.NONE_IDENTIFIED, _("Within three days")),
    (ResponseLevel.UNABLE_TO_ASSESS, _("Could not ask: act today")),
]


def worded(site):
    """The levels as the site words them, as (level, words, what it asks).

    One profile names the level of concern and then the response, the other only the response.
    """
    if site.terminology == site.Terminology.RESPONSE:
        return [(level, asks, "") for level, asks in ASKS]
    return [(level, level.label, asks) for level, asks in ASKS]


@transaction.atomic
def set_level(departure, *, level, op_id, by, at=None, clock_off_by=None):
    """Set the response level; the safety step is answered with it, and the room above opens a plan.

    *Unable to assess* answers the step as not possible, every other level as done. Setting the level it
    already has adds nothing; a tap that was long on its way is kept in the history, and does not overturn a newer
    one. Raises OperationBelongsElsewhere when `op_id` set something else. The write fails as a whole if the plan
    cannot be made.
    """
    departure = hold(departure)
    previous = departure.response_level
    if has_heard(op_id, departure=departure, level=level, by=by) or previous == level:
        return departure
    at = at or timezone.now()
    unable = level == ResponseLevel.UNABLE_TO_ASSESS
    answer = checklist.record(
        departure,
        slug=SAFETY,
        outcome=Outcome.NOT_POSSIBLE if unable else Outcome.DONE,
        reason=checklist.reason_unable(departure) if unable else "",
        op_id=checklist.derived(op_id, f"level-{level}"),
        at=at,
        clock_off_by=clock_off_by,
        by=by,
        is_new=True,
    )
    if previous and not checklist.is_standing(answer):
        return departure
    departure.response_level, departure.response_level_at = level, at
    departure.save(update_fields=["response_level", "response_level_at"])
    audit.record("level_set", departure, by=by, level=level, previous=previous)
    signals.response_level_set.send(DepartureEvent, departure=departure, by=by, previous=previous)
    return departure


@transaction.atomic
def take_back_level(departure, *, op_id, by, at=None, clock_off_by=None):
    """No level and no answer to the safety step is recorded any more; the plan on it is withdrawn.

    Nothing is erased: the answers stay in the history. What was long on its way does not overturn a newer level.
    Returns the answer that took it back, None when there was no level.
    """
    departure = hold(departure)
    previous = departure.response_level
    if not previous:
        return None
    answer = checklist.take_back(departure, slug=SAFETY, by=by, op_id=op_id, at=at, clock_off_by=clock_off_by)
    if not checklist.is_standing(answer):
        return answer
    departure.response_level, departure.response_level_at = "", None
    departure.save(update_fields=["response_level", "response_level_at"])
    audit.record("level_taken_back", departure, by=by, previous=previous)
    signals.response_level_set.send(DepartureEvent, departure=departure, by=by, previous=previous)
    return answer


def has_heard(op_id, *, departure, level, by):
    """Whether this operation set this level before; raises OperationBelongsElsewhere when it set something else."""
    ids = {checklist.derived(op_id, f"level-{each}"): each for each in ResponseLevel.values}
    answer = StepResponse.objects.filter(op_id__in=ids).first()
    if answer and (answer.departure_id, answer.by_id, ids[answer.op_id]) != (departure.pk, by.pk, level):
        raise checklist.OperationBelongsElsewhere
    return answer is not None


def hold(departure):
    """Lock the departure's row; the caller's instance is brought up to date rather than replaced."""
    fresh = DepartureEvent.objects.locked().only("response_level", "response_level_at").get(pk=departure.pk)
    departure.response_level, departure.response_level_at = fresh.response_level, fresh.response_level_at
    return departure
