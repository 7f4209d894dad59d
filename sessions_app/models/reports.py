"""The therapist's account: the part of a departure that belongs to the chart."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from sessions_app.models.clients import own_or_supervised
from sessions_app.models.departures import URGENCY, DepartureEvent


class MainReason(models.TextChoices):
    """From step 6; the report asks for the main one."""

    PAINFUL_TOPIC = "painful_topic", _("The topic was too hard")
    OVERWHELMED = "overwhelmed", _("Strong feelings")
    THERAPIST = "therapist", _("Angry with or hurt by the therapist")
    FELT_JUDGED = "felt_judged", _("Felt judged or unsafe here")
    OTHER_PARTICIPANT = "other_participant", _("Another participant")
    OUTSIDE_EVENT = "outside_event", _("Something outside, or an urgent call")
    PRACTICAL = "practical", _("Time, child care, transport or money")
    UNWELL = "unwell", _("Physical need or illness")
    SUBSTANCE = "substance", _("Substance effect or withdrawal")
    PRIVACY = "privacy", _("Worry about privacy")
    TECHNICAL = "technical", _("Technical failure")
    NO_THERAPY = "no_therapy", _("Does not want therapy")
    NOT_KNOWN = "not_known", _("Not stated")


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(own_or_supervised(user, "departure__therapist", mark="departure__is_practice"))

    def real(self):
        """Everything but exercises."""
        return self.filter(departure__is_practice=False)

    def to_review(self):
        """Signed and waiting for the supervisor: safety first, then longest waiting."""
        urgency = Case(
            *(When(departure__response_level=level, then=Value(rank)) for level, rank in URGENCY.items()),
            default=Value(1),  # no level recorded is as unknown as "unable to assess"
            output_field=IntegerField(),
        )
        return (
            self.real()
            .filter(state=DepartureReport.State.SUBMITTED, departure__voided_at=None)
            .annotate(urgency=urgency)
            .order_by("urgency", "submitted_at", "pk")
        )

    def for_queue(self):
        return self.select_related("departure__client", "departure__site", "author")


LOCKED_BY_SIGNING = [
    "departure",
    "author",
    "main_reason",
    "account",
    "check_in_at",
    "author_state",
    "signed_at",
    "content",
    "content_hash",
]


REFUSE_ONCE_SIGNED = """
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'A signed report never changes; write an addendum.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class DepartureReport(models.Model):
    """A draft until signed; then `content` and `content_hash` are locked and changes are addenda.

    `content` is the whole report as it was signed, words and captured facts, so that it reads the same
    for ever; `content_hash` is the SHA-256 of its canonical JSON (see `sessions_app.reports`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("With the supervisor")
        RETURNED = "returned", _("Returned to you")
        CLOSED = "closed", _("Reviewed")

    class AuthorState(models.TextChoices):
        STEADY = "steady", _("Steady")
        SHAKEN = "shaken", _("Shaken")
        FELT_UNSAFE = "felt_unsafe", _("Felt unsafe")
        WANTS_TO_TALK = "wants_to_talk", _("I would like to talk")

    departure = models.OneToOneField(DepartureEvent, on_delete=models.PROTECT, related_name="report")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    main_reason = models.CharField(_("main reason"), max_length=20, choices=MainReason, blank=True)
    account = models.TextField(_("what happened"), max_length=10_000, blank=True)
    check_in_at = models.DateTimeField(
        _("when you will check in"), null=True, blank=True, help_text=_("Empty: as the follow-up plan says.")
    )
    author_state = models.CharField(_("how you are"), max_length=15, choices=AuthorState, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("sent to the supervisor"), null=True, blank=True)
    content = models.JSONField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    feedback_seen_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["submitted_at"], name="report_to_review", condition=Q(state="submitted")),
            models.Index(fields=["author", "state"], name="report_by_author"),
        ]
        constraints = [
            models.CheckConstraint(
                name="report_is_signed_with_content_and_hash",
                condition=Q(signed_at=None, content=None, content_hash="", state="draft")
                | (Q(signed_at__isnull=False, content__isnull=False, submitted_at__isnull=False) & ~Q(content_hash="")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="signed_report_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*LOCKED_BY_SIGNING),
                func=REFUSE_ONCE_SIGNED,
            ),
            pgtrigger.Protect(name="report_is_never_deleted", operation=pgtrigger.Delete),
        ]

    @property
    def is_signed(self):
        return self.signed_at is not None

    @property
    def is_waiting_for_author(self):
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class ReportAddendum(models.Model):
    """What the author added after signing. The signed words stay as they were."""

    report = models.ForeignKey(DepartureReport, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField(_("addendum"), max_length=10_000)
    text_hash = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("addendum_is_append_only")]
