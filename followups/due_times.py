"""From "within a day" to an instant: wall times, zones, working hours and holidays. No database here."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from resources import wall_times

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

    def why_closed(self, moment):
        """Why the site does not work at that moment."""
        day = moment.astimezone(self.zone).date()
        if day.weekday() >= 5:  # noqa: PLR2004
            return Why.WEEKEND
        return Why.CLOSED if self.is_workday(day) else Why.HOLIDAY

    def holiday_on(self, day):
        """What the public holiday is called, empty when it is none."""
        days = public_holidays(self.country)
        return days.get(day, "")

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
        return {}


class Why(StrEnum):
    """Why a due time is not simply so many minutes later."""

    CLOSED = "closed"  # it fell outside working hours
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EARLIER = "earlier"  # so it moved back to the end of work
    LATER = "later"  # so it moved on to the next working hour
    TOO_LATE_TO_MOVE = "too_late_to_move"  # the end of work had passed: it stays
    CLIENT_NIGHT = "client_night"  # it was night where the client is
    NO_COMMON_HOUR = "no_common_hour"  # day there is never day here: the client's day decides
    CLOCKS_CHANGE = "clocks_change"  # in between, so that as many minutes later is another hour on the wall


@dataclass(frozen=True)
class Placed:
    """Where a due time lands (UTC), where it was wanted, and why it moved."""

    due_at: datetime
    wanted_at: datetime
    why: tuple = ()


def placed(wanted, *, rolls, hours, now, night=None):
    """Roll a due time by working hours and holidays, and out of the client's `night` (a Night, or None)."""
    if rolls == "not" or hours.includes(wanted):
        moment, why = wanted, ()
    else:
        moment, why = roll(wanted, rolls=rolls, hours=hours, now=now)
    if night and night.includes(moment):
        moment, night_why = out_of_night(moment, night=night, hours=hours)
        why = (*why, *night_why)
    moment = instant(*wall(moment, hours.zone), hours.zone)  # what is promised is a wall time; of two, the first
    if wanted.astimezone(hours.zone).utcoffset() != now.astimezone(hours.zone).utcoffset():
        why = (*why, Why.CLOCKS_CHANGE)
    return Placed(moment, wanted, why)


def roll(wanted, *, rolls, hours, now):
    why = hours.why_closed(wanted)
    if rolls == "later":
        return hours.next_start(wanted), (why, Why.LATER)
    earlier = hours.last_end(wanted)
    return (earlier, (why, Why.EARLIER)) if earlier > now else (wanted, (why, Why.TOO_LATE_TO_MOVE))


def rolled(moment, *, rolls, hours, now):
    """Where a due time lands: unchanged, earlier (never before `now`), or on the next working morning. UTC."""
    return moment if rolls == "not" or hours.includes(moment) else roll(moment, rolls=rolls, hours=hours, now=now)[0]


@dataclass(frozen=True)
class Night:
    """When a call that can wait does not ring where the client is. The hours are a product default."""

    zone: ZoneInfo
    starts: time = time(21)
    ends: time = time(8)

    def includes(self, moment):
        local = moment.astimezone(self.zone).time()
        return local >= self.starts or local < self.ends

    def end_after(self, moment):
        """The next morning where the client is, at or after `moment`, in UTC."""
        day = moment.astimezone(self.zone).date()
        return min(
            morning
            for offset in range(3)
            if (morning := instant(day + timedelta(days=offset), self.ends, self.zone)) >= moment
        )


def out_of_night(moment, *, night, hours):
    """The next working moment of the site that is day where the client is; where there is none, their morning."""
    morning = moment
    for _day in range(LONGEST_CLOSURE):
        morning = night.end_after(morning)
        working = morning if hours.includes(morning) else hours.next_start(morning)
        if not night.includes(working):
            return working, (Why.CLIENT_NIGHT,)
        morning = working
    return night.end_after(moment), (Why.CLIENT_NIGHT, Why.NO_COMMON_HOUR)


def instant(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time. In a gap: the first instant after it. When it happens twice: the first."""
    return wall_times.moment_of(datetime.combine(day, wall_time, tzinfo=zone), zone)


def wall(moment, zone):
    """(day, time) that a clock on the wall of `zone` shows at `moment`."""
    local = moment.astimezone(zone)
    return local.date(), local.time().replace(microsecond=0)
