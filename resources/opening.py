"""Whether a line is open at a moment. Four answers: open, closed, always open, not known; the last is never guessed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from resources import hours as hours_module
from resources.hours import Hours, HoursProblem, hours_or_unknown
from resources.wall_times import instant, known_zone

__all__ = ["Hours", "HoursProblem", "Kind", "State", "hours_or_unknown", "state", "words"]

LOOK_AHEAD = 366  # days looked through for an opening or a closing
LONGEST_OF_ONE_NAME = 6  # days until a weekday's name could be last week's


class Kind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALWAYS = "always"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class State:
    """The answer for one moment. Instants are UTC; `zone` is the line's own, None where it plays no part.

    `until` is None while open if the end is not known; `opens_at` is None while closed if no opening is known
    within a year. `may_differ`: it is a public holiday there, and nobody has said what that means.
    """

    kind: Kind
    until: datetime | None = None
    opens_at: datetime | None = None
    zone: ZoneInfo | None = None
    may_differ: bool = False


def state(hours, at):
    """Whether the line of these `hours` is open at `at`, an aware datetime (else ValueError).

    Hours belong to the day on which they open: an exception, a holiday or a last valid day replaces or ends what
    opens on it, and not what still runs from the day before. Windows that touch or overlap are one. Where clocks
    go back, a time that comes twice is the first of the two, for opening and for closing: closing at the second
    would promise an hour that nobody stated. A time that is skipped is the moment of the jump.
    """
    if at.utcoffset() is None:
        raise ValueError("A moment without a time zone cannot be looked up.")
    if hours.kind == hours_module.ALWAYS:
        return State(Kind.ALWAYS)
    zone = known_zone(hours.zone) if hours.kind == hours_module.WEEKLY else None
    return timetable_state(hours, at.astimezone(UTC), zone) if zone else State(Kind.UNKNOWN)


def timetable_state(hours, at, zone):
    today = at.astimezone(zone).date()
    running = [day for day, start, end in spans(hours, zone, today, ahead=1) if start <= at < end]
    vouched_for = [day for day in running if hours.holds_on(day)]
    may_differ = any(is_unsaid_holiday(hours, day) for day in (today, *vouched_for))
    if vouched_for:
        return open_state(hours, at, zone, may_differ)
    if running or not hours.holds_on(today):
        return State(Kind.UNKNOWN, zone=zone)
    opens_at = next_opening(hours, at, zone)
    return State(Kind.CLOSED, opens_at=opens_at, zone=zone, may_differ=may_differ)


def is_unsaid_holiday(hours, day):
    return hours.holidays is None and hours.is_holiday(day) and hours.exception_on(day) is None


def spans(hours, zone, today, *, ahead):
    """(day, start, end) of every window that opens from two days ago until `ahead` days on, by their start."""
    for offset in range(-2, ahead + 1):
        day = today + timedelta(days=offset)
        for window in hours.windows_on(day):
            start, end = instant(day, window.opens, zone), instant(day, window.closes, zone)
            if start < end:  # all of it may lie in a spring gap
                yield day, start, end


def open_state(hours, at, zone, may_differ):
    until = end_of_run(hours, at, zone, is_counted=hours.holds_on)
    if until is None:
        return State(Kind.ALWAYS, zone=zone, may_differ=may_differ)
    is_last_known = (hours.valid_from or hours.valid_to) and until != end_of_run(hours, at, zone)
    return State(Kind.OPEN, until=None if is_last_known else until, zone=zone, may_differ=may_differ)


def end_of_run(hours, at, zone, *, is_counted=lambda day: True):
    """When the windows that follow on one another from `at` come to an end; None if not within the look-ahead."""
    end = at
    for day, start, stop in spans(hours, zone, at.astimezone(zone).date(), ahead=LOOK_AHEAD):
        if is_counted(day):
            if start > end:
                return end
            end = max(end, stop)
    is_unending = end - at > timedelta(days=LOOK_AHEAD - 1)
    return None if is_unending else end


def next_opening(hours, at, zone):
    for day, start, _end in spans(hours, zone, at.astimezone(zone).date(), ahead=LOOK_AHEAD):
        if start > at and hours.holds_on(day):
            return start
    return None


def words(state, at, viewer_zone):
    """The state in words, with times on the clock of `viewer_zone`; says so where the line's clock differs."""
    said = {
        Kind.UNKNOWN: lambda: _("Hours not known"),
        Kind.ALWAYS: lambda: _("Open all day, every day"),
        Kind.OPEN: lambda: open_words(state, at, viewer_zone),
        Kind.CLOSED: lambda: closed_words(state, at, viewer_zone),
    }[state.kind]()
    moment = state.until or state.opens_at
    if moment and wall(moment, viewer_zone) != wall(moment, state.zone):
        said = _("%(words)s (your time)") % {"words": said}
    return _("%(words)s. Public holiday there: may differ") % {"words": said} if state.may_differ else said


def open_words(state, at, zone):
    if state.until is None:
        return _("Open now")
    until, now = wall(state.until, zone), wall(at, zone)
    time = until.strftime("%H:%M")
    if state.until - at > timedelta(days=1):
        return _("Open now, until %(day)s %(time)s") % {"day": day_words(until, now), "time": time}
    return _("Open until midnight") if time == "00:00" else _("Open now, until %(time)s") % {"time": time}


def closed_words(state, at, zone):
    if state.opens_at is None:
        return _("Closed")
    opens, now = wall(state.opens_at, zone), wall(at, zone)
    facts = {"day": day_words(opens, now), "time": opens.strftime("%H:%M")}
    days = (opens.date() - now.date()).days
    if days <= 0:
        return _("Closed. Opens at %(time)s") % facts
    if days == 1:
        return _("Closed. Opens tomorrow at %(time)s") % facts
    return _("Closed. Opens %(day)s %(time)s") % facts


def day_words(moment, now):
    """The weekday's name while that is clear, then the date, in another year with the year."""
    if (moment.date() - now.date()).days <= LONGEST_OF_ONE_NAME:
        return str(WEEKDAYS[moment.weekday()])
    return formats.date_format(moment, "MONTH_DAY_FORMAT" if moment.year == now.year else "DATE_FORMAT")


def wall(moment, zone):
    return moment.astimezone(zone).replace(tzinfo=None)
