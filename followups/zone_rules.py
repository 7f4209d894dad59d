"""A country changed its clocks: what was promised by the clock on the wall keeps its wall time at another instant.

The rules come with the tz database of the machine. Where it is renewed, the program that sweeps starts again, and
looks once through all that is still to come.
"""

import logging
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from accounts import audit
from followups import due_times
from followups.models import FollowUp, Reminder

logger = logging.getLogger("followups.zone_rules")


def follow():
    """Give every open follow-up and waiting reminder the instant that its wall time means now. Returns how many moved.

    One whose instant shows the promised wall time is left alone, also in the hour that comes twice. Two at once, or
    one beside a sweep, change nothing twice: a row that has moved or fired meanwhile is passed over.
    """
    moved = 0
    for rows in (FollowUp.objects.open(), Reminder.objects.filter(state=Reminder.State.SCHEDULED)):
        facts = rows.values_list("pk", "due_at", "due_on", "due_wall_time", "time_zone")
        for pk, due_at, day, wall_time, name in facts.iterator():
            meant = instant_of(due_at, day, wall_time, name)
            if meant != due_at:
                moved += move(rows, pk, due_at, meant)
    if moved:
        logger.warning("the rules of time zones have changed: %s due times follow them", moved)
    return moved


@transaction.atomic
def move(rows, pk, due_at, meant):
    """Give one row its new instant, unless it has moved meanwhile. Returns how many did."""
    count = rows.filter(pk=pk, due_at=due_at).update(due_at=meant)
    if count and rows.model is FollowUp:  # reminders say nothing that a follow-up does not
        audit.record("due_time_follows_clocks", FollowUp(pk=pk), by="zone rules")
    return count


def instant_of(due_at, day, wall_time, name):
    """The instant for that wall time; the old one where it still fits, or where the rules know no such zone."""
    try:
        zone = ZoneInfo(name)
    except ZoneInfoNotFoundError:
        logger.error("the rules of time zones do not know %s", name)
        return due_at
    shows_it = due_times.wall(due_at, zone) == (day, wall_time)
    return due_at if shows_it else due_times.instant(day, wall_time, zone)
