"""From what a clock on the wall shows to the instant that is meant, across clock changes."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def zone_names():
    """All IANA names that are known here. Kept: looking them up reads hundreds of files."""
    return frozenset(available_timezones())


@cache
def known_zone(name):
    """The zone of that IANA name, or None: an unknown name is no zone, and neither is an offset."""
    return ZoneInfo(name) if name in zone_names() else None


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time, `minutes` after the day's midnight; 1440 and more is the next day.

    A time that happens twice is its first. A time that is skipped is the moment of the jump.
    """
    return moment_of(datetime.combine(day, datetime.min.time(), tzinfo=zone) + timedelta(minutes=minutes), zone)


def moment_of(wall, zone):
    """The same for a time of its own date."""
    return exact(wall, zone) or jump(wall, zone)


def exact(wall, zone):
    """The same, and None for a time that is skipped."""
    moment = wall.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def jump(wall, zone):
    """The clock change that skips `wall`, found to the second by halving the time around it."""
    before = wall.replace(fold=1).astimezone(UTC)  # read with the later offset: still before the change
    after = wall.replace(fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
