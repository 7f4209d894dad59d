"""Rows that hold from one day to another, both included: who supervises whom, who covers a team, who is in training.

Days are those where the person or the team lives whom a row is about. What has begun is never taken back and never
lengthened: its last day can only come nearer, until it lies past. Then the row is history.
"""

from datetime import timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, days


class NotEntered(ValueError):
    """It cannot be so. The message is one sentence for whoever enters it; `field` is what it is about, or None."""

    def __init__(self, words, field=None):
        super().__init__(words)
        self.field = field


class Origin(models.TextChoices):
    """How a row came to be; empty in rows from before this was kept."""

    ENTERED = "entered", gettext_lazy("Entered")
    STAND_IN = "stand_in", gettext_lazy("For an absence")


def origin_field():
    return models.CharField(max_length=10, choices=Origin, blank=True, default="", db_default=Value(""))


class DatedQuerySet(models.QuerySet):
    """Rows that hold from one day to another, of models that say by `ZONES` whose days these are."""

    def on(self, day=None):
        """Rows in force on that day, both ends included; without one today, where those live whom they are about.

        Never by the zone of whoever asks: what somebody may see must not change because they travel, or a worker asks.
        """
        day = day or self.present_day()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def not_over(self):
        """Rows in force today or on a day to come."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=self.present_day()))

    def now_and_then(self):
        """{"current", "past"}: rows of today and to come, and those that are over; the latest first, with `today`."""
        found = list(self.annotate(today=self.present_day()).order_by("-starts_on", "-pk"))
        current = [each for each in found if each.ends_on is None or each.ends_on >= each.today]
        return {"current": current, "past": [each for each in found if each not in current]}

    def present_day(self):
        return days.today(*self.model.ZONES)

    def overlapping(self, starts_on, ends_on):
        """Rows with a day in common with those from `starts_on` to `ends_on` (None: no end)."""
        found = self.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
        return found if ends_on is None else found.filter(starts_on__lte=ends_on)

    def as_entered(self):
        """All but what an absence makes, which comes and goes with it."""
        return self.exclude(origin=Origin.STAND_IN)


class DatedRow(models.Model):
    starts_on = models.DateField(gettext_lazy("from"))
    ends_on = models.DateField(gettext_lazy("until"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_stand_in(self):
        return getattr(self, "origin", "") == Origin.STAND_IN

    @property
    def said(self):
        """Its days in words."""
        return said_of(self.starts_on, self.ends_on)


def said_of(first, last):
    facts = {"first": date_format(first, "j F Y")}
    if last is None:
        return _("from %(first)s") % facts
    return _("from %(first)s until %(last)s") % {**facts, "last": date_format(last, "j F Y")}


# What the database holds ----------------------------------------------------------------------------------------------


def ends_after_it_starts(name):
    return models.CheckConstraint(name=name, condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")))


def never_twice(name, *pair):
    """Of two rows that somebody entered about the same two, no day is in both.

    Rows of before, and those of absences, may lie over each other: they did, in installations that are upgraded. A
    number is written as a range of one, so that no extension of PostgreSQL is needed.
    """

    def alone(name):
        return Func(F(name), F(name), Value("[]"), function="int8range", output_field=BigIntegerRangeField())

    dates = Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange", output_field=DateRangeField())
    alike = [(each, RangeOperators.OVERLAPS) for each in (*map(alone, pair), dates)]
    return ExclusionConstraint(name=name, expressions=alike, condition=Q(origin=Origin.ENTERED))


ONLY_ENDS_SOONER = """
    IF ({new}) IS DISTINCT FROM ({old}) OR (OLD.ends_on IS NOT NULL AND (NEW.ends_on > OLD.ends_on) IS NOT FALSE) THEN
        RAISE EXCEPTION 'What was entered stays: only its last day may come nearer.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


def only_ends_sooner(name, *kept):
    """A database trigger: of a row only the last day changes, and only to an earlier one.

    `origin` is told once of rows from before it was kept.
    """
    new, old = (", ".join(f"{row}.{each}" for each in (*kept, "starts_on")) for row in ("NEW", "OLD"))
    func = ONLY_ENDS_SOONER.format(new=new, old=old)
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=pgtrigger.Update, func=func)


KEPT_ONCE_BEGUN = """
    IF OLD.starts_on <= (clock_timestamp() AT TIME ZONE 'Etc/GMT+12')::date {entered} THEN
        RAISE EXCEPTION 'What has begun is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
"""


def kept_once_begun(name, *, has_origin=True):
    """A database trigger: a row that somebody entered is not deleted once its first day has begun all over the earth.

    In the hours before, the verbs know where it counts. Rows of absences come and go with them.
    """
    func = KEPT_ONCE_BEGUN.format(entered="AND OLD.origin = 'entered'" if has_origin else "")
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=pgtrigger.Delete, func=func)


# What each kind of row has in common ----------------------------------------------------------------------------------


def refuse_days(starts_on, ends_on, *, today):
    """Raises NotEntered for days that invent what was, or end before they begin."""
    if starts_on < today:
        raise NotEntered(_("Give today or a day to come. What was before stays as it is."), "starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise NotEntered(_("The last day comes after the first."), "ends_on")


def end(row, *, last, today, action, by, **facts):
    """`last` is the last day of a row that is held. Returns whether anything changed. Raises NotEntered.

    Yesterday is the earliest: then it holds no more from now on. Earlier ones would say that somebody saw nothing on
    days on which they did.
    """
    refuse_what_is_not_ours(row, today=today)
    if row.starts_on > today:
        raise NotEntered(_("It has not begun. Take it back instead."))
    if last < max(row.starts_on, today - timedelta(days=1)):
        raise NotEntered(_("Yesterday, or its own first day, is the earliest last day."), "last")
    if row.ends_on is not None and last > row.ends_on:
        raise NotEntered(_("It ends sooner than that already. Enter a new one for the days after."), "last")
    if last == row.ends_on:
        return False
    row.ends_on = last
    row.save(update_fields=["ends_on"])
    audit.record(action, row, by=by, **written(row), **facts)
    return True


def take_back(row, *, today, action, by, **facts):
    """A row that is held and has not begun will never have been. Raises NotEntered."""
    refuse_what_is_not_ours(row, today=today)
    if row.starts_on <= today:
        raise NotEntered(_("It has begun. Give its last day instead."))
    audit.record(action, row, by=by, **written(row), **facts)
    row.delete()


def refuse_what_is_not_ours(row, *, today):
    if row.is_stand_in:
        raise NotEntered(_("This is part of an absence. It ends with the absence."))
    if row.ends_on is not None and row.ends_on < today:
        raise NotEntered(_("This is over. What was stays as it is."))


def present_day(zone):
    return timezone.localdate(timezone=zone)


def held(rows, row):
    """The row as it is now, held until the transaction ends. Raises NotEntered where it was taken back."""
    found = rows.select_for_update(of=["self"], no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise NotEntered(_("This was taken back."))
    return found


def written(row):
    """Its days, for the trail and for mails that leave later."""
    return {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on and row.ends_on.isoformat()}
