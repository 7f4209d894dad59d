"""What it takes to lower a level. Raising one takes nothing, and no tap is ever refused without being kept.

Source: product policy, "lowering needs a reason"; *unable to assess* is handled like *elevated* until the client was
reached, or a supervisor lowers it with a reason. The two minutes for a slip of the thumb are a product default.
"""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils import timezone

from sessions_app import checklist, signals
from sessions_app.models import DepartureEvent, ResponseLevel
from sessions_app.models.departures import TAKEN_BACK, URGENCY

SLIP = timedelta(minutes=2)  # within this time the same person may correct what they tapped
SAFETY = "check-safety"


class Lack(TextChoices):
    NOTHING = ""
    REASON = "reason"  # why, in a few words
    CONTACT = "contact"  # the client could not be asked: somebody has to reach them first, or a supervisor decides


def lacks(departure, *, level, at, by, reason=""):
    """What is missing before `level` (empty: none) may replace the standing one. The caller holds the departure.

    A tap older than the standing level overturns nothing, so that nothing is asked of it.
    """
    standing = departure.response_level
    if not is_lower(level, standing) or is_stale(departure, at) or is_slip(departure, at=at, by=by):
        return Lack.NOTHING
    if standing == ResponseLevel.UNABLE_TO_ASSESS and not is_with_us(departure):
        if was_reached(departure):
            return Lack.NOTHING
        if not is_supervisor_of(departure, by):
            return Lack.CONTACT
    return Lack.NOTHING if reason else Lack.REASON


def lack_of_wish(departure, *, by):
    """What the lower level that waits still lacks, for a page to ask for."""
    level = "" if departure.level_wished == TAKEN_BACK else departure.level_wished
    return lacks(departure, level=level, at=timezone.now(), by=by) or Lack.REASON


def is_lower(level, standing):
    if not standing:
        return False
    return not level or URGENCY[level] > URGENCY[standing]


def lower_than(standing):
    """The levels that ask less of us than the standing one."""
    return [level for level in ResponseLevel if is_lower(level, standing)]


def is_stale(departure, at):
    return departure.response_level_at - at > checklist.CLOCKS_DIFFER_BY


def is_slip(departure, *, at, by):
    """Whether the same person corrects what they tapped a moment ago, by the clock that runs slower."""
    moment = at if at >= departure.response_level_at else timezone.now()
    if moment - departure.response_level_at > SLIP:
        return False
    newest = departure.step_responses.filter(step__slug=SAFETY).order_by("occurred_at", "pk").last()
    return newest is not None and newest.by_id == by.pk


def is_with_us(departure):
    """Whether the client is still here, or came back: then they can be asked."""
    return departure.is_open or not departure.has_happened


def was_reached(departure):
    """Whether somebody reached the client since; the room that keeps the attempts knows."""
    return any(answer for _receiver, answer in signals.whether_reached.send(DepartureEvent, departure=departure))


def is_supervisor_of(departure, person):
    return person.is_supervisor and person.pk not in (departure.therapist_id, departure.logged_by_id)
