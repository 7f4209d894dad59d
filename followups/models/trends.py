"""Counts by site and month, and what was let out of them. No row is about a person, and none names one."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import Site


class TrendMark(models.Model):
    """Something that is counted changed at a site, about a departure that began `at`. Written by triggers only.

    A row of its own for each change, so that two ticks at once never wait for each other; the sweep takes them away.
    """

    site = models.ForeignKey(Site, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    at = models.DateTimeField()


class TrendMonth(models.Model):
    """One month on the calendar of one site: when it was counted last. Its row is what a count holds on to."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("first day of the month"))
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "month"], name="trend_month_once_per_site")]


class TrendCount(models.Model):
    """How many departures of a site and month have one value of one figure. Never shown: see `TrendBlock`."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_index=False, related_name="+")
    month = models.DateField(_("first day of the month"))
    figure = models.SlugField(max_length=40, db_index=False)
    value = models.SlugField(max_length=20, db_index=False)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "month", "figure", "value"], name="trend_count_once_per_value"),
            models.CheckConstraint(name="trend_count_is_above_zero", condition=Q(count__gt=0)),
        ]


class TrendRelease(models.Model):
    """A quarter whose figures were let out. Each is let out once, after the ones before it.

    `counts` is what `TrendCount` said of it then, for blocks that are made of it later. Never shown.
    """

    quarter = models.DateField(_("first day of the quarter"), unique=True)
    smallest = models.PositiveSmallIntegerField(_("smallest number shown"))
    counts = models.JSONField(_("what was counted then"), encoder=DjangoJSONEncoder)
    released_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [append_only("trend_release_is_append_only")]


class TrendBlock(models.Model):
    """The values of one figure for some months of one site, or of several sites together (then `site` is empty).

    No two blocks of a figure share a departure: `parts` says which sites and months it is made of, as
    [[site, first month, last month], …]. `cells` is [[[values], count], …]; several values in one cell are only known
    together.
    """

    release = models.ForeignKey(TrendRelease, on_delete=models.PROTECT, related_name="blocks")
    figure = models.SlugField(max_length=40, db_index=False)
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    starts_on = models.DateField(_("first month"))
    ends_on = models.DateField(_("last month"))
    smallest = models.PositiveSmallIntegerField(_("smallest number shown"))
    parts = models.JSONField()
    cells = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["site", "starts_on"], name="trend_block_by_site"),
            models.Index(fields=["starts_on"], name="trend_block_by_time"),
        ]
        constraints = [
            models.CheckConstraint(name="trend_block_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
        ]
        triggers = [append_only("trend_block_is_append_only")]
