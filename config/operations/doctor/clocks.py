"""Time: whether every clock agrees with the database's, and every zone in use is known."""

import zoneinfo

from django.db import connection

from accounts.models import Site, User
from config.operations import figures, words
from config.operations.answers import broken, ok


def answers():
    """The clock called `web` is the one of the machine where this is asked."""
    yield from words.clocks(figures.read())
    yield zones()


def zones():
    """Wall times are worked out here and, for trends, in the database: both must know every zone."""
    used = {*Site.objects.values_list("time_zone", flat=True).distinct()}
    used |= {*User.objects.exclude(time_zone="").order_by().values_list("time_zone", flat=True).distinct()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names WHERE name = ANY(%s)", [sorted(used)])
        there = {name for (name,) in cursor}
    if unknown := sorted(name for name in used if name not in there or not is_known_here(name)):
        to_do = "Install the tz database (Debian: tzdata) on this machine and on that of PostgreSQL."
        return broken("zones", f"Time zones that people live in are not known: {', '.join(unknown)}.", to_do)
    return ok("zones", f"Every time zone in use is known: {len(used)}.")


def is_known_here(name):
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return False
    return True
