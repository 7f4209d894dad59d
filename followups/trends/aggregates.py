"""Counts by site and month, kept up to date: what changes a count marks its month, and a sweep counts that anew.

A mark is written by a trigger in the transaction of the change. A whole month is counted at a time, so that counting
twice, or in another order, comes to the same. What only the clock changes (overdue, 30 days over) comes at night.
"""

import logging

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import Site
from followups.models import TrendCount, TrendMark, TrendMonth
from followups.trends import facts
from sessions_app.models import DepartureEvent

logger = logging.getLogger("followups.trends")
AT_ONCE = 2_000  # marks of one turn: some hundred departures with all that hangs on them

# SKIP LOCKED: what another sweep holds, that one counts. Taken away and counted in one transaction, so that a mark
# which comes in between belongs to the next turn.
TAKE_MARKS = """
    DELETE FROM followups_trendmark WHERE id IN (
        SELECT id FROM followups_trendmark ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING site_id, at"""


def sweep():
    """Count the months anew in which something changed. Returns how many were counted."""
    return sum(iter(sweep_batch, 0))


@transaction.atomic
def sweep_batch():
    with connection.cursor() as cursor:
        cursor.execute(TAKE_MARKS, [AT_ONCE])
        marks = set(cursor.fetchall())
    sites = Site.objects.in_bulk({site for site, _at in marks})
    months = {(site, facts.month_of(at, sites[site])) for site, at in marks if site in sites}
    for site, month in sorted(months):  # always in this order: two at once follow each other, and never block
        recount(sites[site], month)
    return len(months)


@transaction.atomic
def recount(site, month):
    """Count one month of one site; says whether a number is another now.

    The lock: two counts of a month follow each other, and the later one sees what the earlier one saw, and more.
    """
    now = timezone.now()
    TrendMonth.objects.bulk_create([TrendMonth(site=site, month=month, counted_at=now)], ignore_conflicts=True)
    TrendMonth.objects.select_for_update().get(site=site, month=month)
    kept = TrendCount.objects.filter(site=site, month=month)
    before = {(figure, value): count for figure, value, count in kept.values_list("figure", "value", "count")}
    found = facts.counts_of(site, month)
    if found != before:
        kept.delete()
        TrendCount.objects.bulk_create(
            TrendCount(site=site, month=month, figure=figure, value=value, count=count)
            for (figure, value), count in found.items()
        )
    TrendMonth.objects.filter(site=site, month=month).update(counted_at=now)
    return found != before


def recount_all():
    """Count every month there is; returns [(site id, month), …] of those that were not as they should be.

    What the clock alone changes is among them, so not each is a fault.
    """
    changed = []
    for site in Site.objects.order_by("pk"):
        changed += [(site.pk, month) for month in months_of(site) if recount(site, month)]
    for site, month in changed:
        logger.info("counted anew: site %s, %s", site, month)
    return changed


def months_of(site):
    """Every month of the site from its first departure to its last, and those that were counted before."""
    of_site = DepartureEvent.objects.filter(site=site).aggregate(first=Min("began_at"), last=Max("began_at"))
    months = set(TrendMonth.objects.filter(site=site).values_list("month", flat=True))
    if of_site["first"]:
        month, last = (facts.month_of(of_site[each], site) for each in ("first", "last"))
        while month <= last:
            months.add(month)
            month = facts.month_after(month)
    return sorted(months)


def is_up_to_date():
    """Whether nothing waits to be counted."""
    return not TrendMark.objects.exists()
