"""Letting figures out: once per quarter, some time after it is over, and never again.

A number that was shown stays as it was shown. A correction that comes later changes the counts, but a difference of
one between two publications would tell what it was; so it is not shown.
"""

from collections import defaultdict
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import Site
from followups.models import TrendBlock, TrendCount, TrendRelease
from followups.trends import suppression
from followups.trends.facts import month_after
from followups.trends.suppression import Block

#: Until then a quarter settles: who left on its last day has had 30 days to come back.
SETTLES = timedelta(days=31)
LOCK = 6_070_907  # any number that nothing else here locks


def quarter_of(day):
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_after(quarter):
    for _month in range(3):
        quarter = month_after(quarter)
    return quarter


def released_from(quarter):
    """The day from which the quarter may be let out."""
    return quarter_after(quarter) + SETTLES


def release(today=None):
    """Let out every quarter whose time has come, in order. Returns them. Two at once follow each other."""
    today, done = today or timezone.localdate(), []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        while (quarter := next_quarter()) and released_from(quarter) <= today:
            let_out(quarter)
            done.append(quarter)
    return done


def next_quarter():
    """The first quarter that was not let out; None where nothing was ever counted."""
    if last := TrendRelease.objects.order_by("-quarter").values_list("quarter", flat=True).first():
        return quarter_after(last)
    first = TrendCount.objects.aggregate(first=Min("month"))["first"]
    return first and quarter_of(first)


def let_out(quarter):
    """Keep the counts of the quarter as they are now, and add what may be shown of them.

    What waits of the same year is taken from what was kept then: a block must not tell of a correction since.
    """
    smallest = settings.TREND_SMALLEST_NUMBER
    months = suppression.months_between(quarter, date(quarter.year, quarter.month + 2, 1))
    rows = TrendCount.objects.filter(month__in=months).values_list("site", "month", "figure", "value", "count")
    made = TrendRelease.objects.create(quarter=quarter, smallest=smallest, counts=[[*row] for row in rows])
    earlier = TrendRelease.objects.filter(quarter__year=quarter.year).values_list("counts", flat=True)
    new = suppression.next_blocks(
        counts_in(row for kept in earlier for row in kept),
        standing=[block_of(each) for each in TrendBlock.objects.filter(starts_on__year=quarter.year)],
        quarter=quarter,
        sites=sorted(Site.objects.values_list("pk", flat=True)),
        smallest=smallest,
    )
    TrendBlock.objects.bulk_create(row_of(each, made) for each in new)


def counts_in(rows):
    counts = defaultdict(dict)
    for site, month, figure, value, count in rows:
        counts[site, as_date(month), figure][value] = count
    return counts


def as_date(day):
    return day if isinstance(day, date) else date.fromisoformat(day)


def block_of(row):
    """A row as the Block that it was made of."""
    parts = tuple((site, as_date(first), as_date(last)) for site, first, last in row.parts)
    cells = tuple((tuple(values), count) for values, count in row.cells)
    return Block(row.figure, row.site_id, row.starts_on, row.ends_on, cells, parts)


def row_of(block, made):
    parts = [[site, first.isoformat(), last.isoformat()] for site, first, last in block.parts]
    dates = {"starts_on": block.starts, "ends_on": block.ends}
    facts = {"figure": block.figure, "site_id": block.site, "smallest": made.smallest, **dates}
    return TrendBlock(release=made, parts=parts, cells=[[list(values), n] for values, n in block.cells], **facts)
