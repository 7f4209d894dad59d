"""From "within a day" to an instant: wall times, zones, working hours and holidays. No database here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LONGEST_CLOSURE = 30  # days looked through for a working day, either way


@dataclass(frozen=True)
class WorkingHours:
    """When a site works: Monday to Friday, between two local times, public holidays excepted."""

    zone: ZoneInfo
    starts: time
    ends: time
    country: str

    @classmethod
    def of(cls, site):
        return cls(site.zone, site.workday_starts, site.workday_ends, site.country)

    def is_workday(self, day):
        return day.weekday() < 5 and day not in public_holidays(self.country)  # noqa: PLR2004

    def includes(self, moment):
        local = moment.astimezone(self.zone)
        return self.is_workday(local.date()) and self.starts <= local.time() < self.ends

    def next_start(self, moment):
        """The first beginning of a working day at or after `moment`, in UTC."""
        day = moment.astimezone(self.zone).date()
        for offset in range(LONGEST_CLOSURE):
            start = instant(day + timedelta(days=offset), self.starts, self.zone)
            if start >= moment and self.is_workday(day + timedelta(days=offset)):
                return start
        return moment

    def last_end(self, moment):
        """The last end of a working day at or before `moment`, in UTC."""
        day = moment.astimezone(self.zone).date()
        for offset in range(LONGEST_CLOSURE):
            end = instant(day - timedelta(days=offset), self.ends, self.zone)
            if end <= moment and self.is_workday(day - timedelta(days=offset)):
                return end
        return moment


@cache
def public_holidays(country):
    """Days off in that country, filled in as years are asked for; a country the library lacks has none."""
    import holidays

    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return frozenset()


def rolled(moment, *, rolls, hours, now):
    """Where a due time lands: unchanged, earlier (never before `now`), or on the next working morning. UTC."""
    if rolls == "not" or hours.includes(moment):
        return moment
    if rolls == "later":
        return hours.next_start(moment)
    earlier = hours.last_end(moment)
    return earlier if earlier > now else moment


def instant(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time. In a gap: the first instant after it. When it happens twice: the first."""
    wall = datetime.combine(day, wall_time, tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return end_of_gap(wall, zone)


def end_of_gap(wall, zone):
    """The transition inside a spring gap, found to the second by halving the time around it."""
    before = wall.replace(fold=1).astimezone(UTC)  # read with the later offset: still before the transition
    after = wall.replace(fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def wall(moment, zone):
    """(day, time) that a clock on the wall of `zone` shows at `moment`."""
    local = moment.astimezone(zone)
    return local.date(), local.time().replace(microsecond=0)
