"""How fast we must act. A person says so; nothing here computes, guesses or lowers it by itself."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from protocols.models import Outcome
from sessions_app import checklist, lowering, signals
from sessions_app.models import DepartureEvent, ResponseLevel, StepResponse
from sessions_app.models.departures import TAKEN_BACK

SAFETY = "check-safety"
LEVEL = ["response_level", "response_level_at", "level_wished", "level_wished_at"]

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


def said_as(site, level):
    """One level as the site words it; none at all for anything else."""
    return next((words for each, words, _asks in worded(site) if each == level), _("No level"))


@transaction.atomic
def set_level(departure, *, level, op_id, by, at=None, clock_off_by=None, reason=""):
    """Set the response level; the safety step is answered with it, and the room above opens a plan.

    *Unable to assess* answers the step as not possible, every other level as done. Setting the level it
    already has adds nothing; a tap that was long on its way is kept in the history, and does not overturn a newer
    one. A lower level needs what `lowering` says: without it the level and its plan stay, and what was tapped is
    kept on the departure as `level_wished`, so that it is not lost and a person can add the reason.
    Raises OperationBelongsElsewhere when `op_id` set something else. The write fails as a whole if the plan
    cannot be made.
    """
    departure = hold(departure)
    previous = departure.response_level
    if has_heard(op_id, departure=departure, level=level, by=by):
        return departure
    if previous == level:
        return wish(departure, "", at=None, by=by)
    at = at or timezone.now()
    if lowering.lacks(departure, level=level, at=at, reason=reason, by=by):
        return wish(departure, level, at=at, by=by)
    unable = level == ResponseLevel.UNABLE_TO_ASSESS
    answer = checklist.record(
        departure,
        slug=SAFETY,
        outcome=Outcome.NOT_POSSIBLE if unable else Outcome.DONE,
        reason=checklist.reason_unable(departure) if unable else "",
        note=reason,
        op_id=checklist.derived(op_id, f"level-{level}"),
        at=at,
        clock_off_by=clock_off_by,
        by=by,
        is_new=True,
    )
    if previous and not checklist.is_standing(answer):
        return departure
    change(departure, level=level, at=at)
    audit.record("level_set", departure, by=by, level=level, previous=previous)
    signals.response_level_set.send(DepartureEvent, departure=departure, by=by, previous=previous)
    return departure


@transaction.atomic
def take_back_level(departure, *, op_id, by, at=None, clock_off_by=None, reason="", is_client_here=False):
    """No level and no answer to the safety step is recorded any more; the plan on it is withdrawn.

    Nothing is erased: the answers stay in the history. What was long on its way does not overturn a newer level.
    It is the lowest there is, so that it needs what `lowering` says, unless the client turned out to be still here.
    Returns the answer that took it back, None when there was no level or it stays for want of a reason.
    """
    departure = hold(departure)
    previous = departure.response_level
    if not previous:
        return None
    asked = {"level": "", "at": at or timezone.now(), "reason": reason, "by": by}
    if not is_client_here and lowering.lacks(departure, **asked):
        wish(departure, TAKEN_BACK, at=asked["at"], by=by)
        return None
    answer = checklist.take_back(
        departure, slug=SAFETY, by=by, op_id=op_id, at=at, clock_off_by=clock_off_by, note=reason
    )
    if not checklist.is_standing(answer):
        return answer
    change(departure, level="", at=None)
    audit.record("level_taken_back", departure, by=by, previous=previous)
    signals.response_level_set.send(DepartureEvent, departure=departure, by=by, previous=previous)
    return answer


def change(departure, *, level, at):
    """Another level stands, and no wish waits any more."""
    departure.response_level, departure.response_level_at = level, at
    departure.level_wished, departure.level_wished_at = "", None
    departure.save(update_fields=LEVEL)


def wish(departure, level, *, at, by):
    """Keep what was tapped until it has its reason; empty: the standing level was chosen again, so nothing waits."""
    if departure.level_wished != level:
        departure.level_wished, departure.level_wished_at = level, at
        departure.save(update_fields=LEVEL)
        audit.record("lower_level_wished", departure, by=by, level=level, standing=departure.response_level)
    return departure


def has_heard(op_id, *, departure, level, by):
    """Whether this operation set this level before; raises OperationBelongsElsewhere when it set something else."""
    ids = {checklist.derived(op_id, f"level-{each}"): each for each in ResponseLevel.values}
    answer = StepResponse.objects.filter(op_id__in=ids).first()
    if answer and (answer.departure_id, answer.by_id, ids[answer.op_id]) != (departure.pk, by.pk, level):
        raise checklist.OperationBelongsElsewhere
    return answer is not None


def hold(departure):
    """Lock the departure's row; the caller's instance is brought up to date rather than replaced."""
    fresh = DepartureEvent.objects.locked().only(*LEVEL).get(pk=departure.pk)
    for name in LEVEL:
        setattr(departure, name, getattr(fresh, name))
    return departure
