"""Who is away and who covers; who is on call."""

import zoneinfo
from datetime import time, timedelta

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.encrypted import EncryptedTextField
from accounts.models import Site, Supervision, TeamCover, User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from followups.due_times import instant
from followups.models.follow_ups import FollowUp


class AbsenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, those one covers, and those of the people one answers for."""
        visible = Q(person=user) | Q(cover=user)
        return self.filter(visible | Q(person__in=answers_for(user)) if user.is_supervisor else visible)

    def running(self, now):
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def ahead(self):
        """Running, or to come, by the database's clock."""
        return self.filter(ends_at__gt=Now())

    def between(self, start, end):
        """Those that have a moment in common with that time."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


@pghistory.track()
class Absence(models.Model):
    """`person` is away from `starts_on` to `ends_on`, both included, on their own wall; `cover` stands in.

    `starts_at` and `ends_at` (UTC) are computed from the days; coming back early moves `ends_at` only. The note is
    for the cover's eyes on the page and goes into no message.
    """

    id = NumberedFirst()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    cover = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = EncryptedTextField(_("hand-off note"), max_length=1_000, owner="person")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    supervisions = models.ManyToManyField(Supervision, related_name="+")
    team_covers = models.ManyToManyField(TeamCover, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["ends_at"], name="absence_by_end")]
        constraints = [
            models.CheckConstraint(name="absence_is_covered_by_somebody_else", condition=~Q(person=F("cover"))),
            models.CheckConstraint(name="absence_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="absence_has_a_note", condition=~Q(note="")),
        ]

    def compute(self):
        """Set the two instants from the days."""
        zone = zoneinfo.ZoneInfo(self.time_zone)
        self.starts_at = instant(self.starts_on, time.min, zone)
        self.ends_at = instant(self.ends_on + timedelta(days=1), time.min, zone)


class HandOver(models.Model):
    """A follow-up that went to the cover when an absence began, until it comes back."""

    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="hand_overs")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="hand_overs")
    handed_on_at = models.DateTimeField(_("handed on"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["absence"], name="hand_over_open", condition=Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["absence", "follow_up"], name="handed_over_once_in_an_absence"),
        ]


class OnCallShiftQuerySet(models.QuerySet):
    def on(self, site, now):
        """Who is on call at that moment; of two, the one that began last comes first."""
        return self.filter(site=site, starts_at__lte=now, ends_at__gt=now).order_by("-starts_at", "-pk")


class OnCallShift(models.Model):
    """`person` is called first at `site` between two moments (UTC)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="on_call_shifts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="on_call_shifts")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = OnCallShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["site", "ends_at"], name="on_call_by_site")]
        constraints = [
            models.CheckConstraint(name="on_call_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.UniqueConstraint(fields=["site", "person", "starts_at"], name="on_call_once"),
        ]
