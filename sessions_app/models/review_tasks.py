"""Where the review of a report stands: the row is the queue. Part of quality review, never of the chart."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.marks import MarkField
from accounts.models import User
from accounts.supervision import answers_for
from sessions_app.models.reports import DepartureReport

SHOWN_IN_A_LINE = (
    *("stage", "urgency", "due_at", "sent_at", "moved_at", "needs_co_sign", "claimed_until", "client_reference"),
    *("report__departure__began_at", "report__departure__response_level", "report__departure__client__reference"),
    *("report__author__name", "claimed_by__name"),
)


class ReviewTaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the people `user` answers for today, and what waits and `user` was told about because it was late.

        Never one's own: nobody reviews themselves.
        """
        if not user.is_supervisor:
            return self.none()
        told = self.model.told.through.objects.filter(user=user).values("reviewtask")
        asked = Q(pk__in=told, stage__in=ReviewTask.OPEN)
        return self.filter(Q(author__in=answers_for(user)) | asked).exclude(author=user)

    def open(self):
        return self.filter(stage__in=ReviewTask.OPEN)

    def for_page(self):
        """With all that the page of one report shows."""
        departure = ("report__departure__client", "report__departure__site")
        return self.select_related(*departure, "report__author", "report__quality_note", "author", "claimed_by")

    def for_lines(self):
        """With what a line of the queue shows, and no other column: a row of a departure alone has some forty."""
        related = ("report__departure__client", "report__author", "claimed_by")
        return self.select_related(*related).only(*SHOWN_IN_A_LINE)

    def firsts_by_author(self, authors, *, order, most):
        """The first `most` of these rows of each author, as ids: one probe of an index for each author.

        Asked for all at once, a sort over everything they ever wrote would come before the first row.
        """
        mine = self.filter(author=OuterRef("pk")).order_by(*order).values("pk")[:most]
        found = User.objects.filter(pk__in=authors).order_by().annotate(firsts=ArraySubquery(mine))
        return [pk for firsts in found.values_list("firsts", flat=True) for pk in firsts]


class ReviewTask(models.Model):
    """One report's review, from the moment it was sent.

    `due_at` (UTC) and `urgency` (0 first) stand while somebody has to look at it. A claim says who is working on it
    until when; it stops nobody. `told` are those whom reminders reached because it was late. `client_reference` is
    the mark of the client's reference, for the search. A trainee's report does not close without `co_signed_by`.
    """

    class Stage(models.TextChoices):
        WAITING = "waiting", _("To review")
        RETURNED = "returned", _("With the author")
        FOR_CO_SIGN = "for_co_sign", _("Waits for co-sign")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Taken back")

    OPEN = [Stage.WAITING, Stage.FOR_CO_SIGN]

    report = models.OneToOneField(
        DepartureReport, primary_key=True, on_delete=models.PROTECT, related_name="review_task"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("where it stands"), max_length=11, choices=Stage)
    urgency = models.PositiveSmallIntegerField(_("urgency"), default=1)
    due_at = models.DateTimeField(_("review due"), null=True, blank=True)
    sent_at = models.DateTimeField(_("first sent"))
    moved_at = models.DateTimeField(_("there since"))
    client_reference = MarkField(of="report.departure.client.reference")
    needs_co_sign = models.BooleanField(_("by a trainee"), default=False)
    co_signed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    claimed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    told = models.ManyToManyField(User, related_name="+", blank=True)

    objects = ReviewTaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["author", "urgency", "due_at", "report"],
                name="review_task_to_review",
                condition=Q(stage="waiting"),
            ),
            models.Index(
                fields=["author", "urgency", "due_at", "report"],
                name="review_task_for_co_sign",
                condition=Q(stage="for_co_sign"),
            ),
            models.Index(
                fields=["author", "moved_at", "report"], name="review_task_returned", condition=Q(stage="returned")
            ),
            models.Index(fields=["author", "-sent_at", "-report"], name="review_task_all"),
            models.Index(fields=["author", "client_reference", "report"], name="review_task_by_client"),
            models.Index(fields=["claimed_until"], name="review_task_claims", condition=Q(claimed_by__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="review_task_is_due_while_it_waits",
                condition=Q(stage__in=["waiting", "for_co_sign"], due_at__isnull=False)
                | (~Q(stage__in=["waiting", "for_co_sign"]) & Q(due_at=None)),
            ),
            models.CheckConstraint(
                name="review_of_a_trainee_closes_with_a_co_signature",
                condition=~Q(stage="closed", needs_co_sign=True) | Q(co_signed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="review_claim_has_a_person_and_an_end",
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
            models.CheckConstraint(name="nobody_claims_their_own_report", condition=~Q(claimed_by=F("author"))),
            models.CheckConstraint(name="nobody_co_signs_their_own_report", condition=~Q(co_signed_by=F("author"))),
        ]

    @property
    def is_open(self):
        return self.stage in self.OPEN

    def holder(self, now):
        """Who is working on it at that moment, or None: a claim is released by itself."""
        return self.claimed_by if self.claimed_until and self.claimed_until > now else None

    def is_late(self, now):
        return self.due_at is not None and self.due_at < now
