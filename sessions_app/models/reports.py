"""The therapist's account: the part of a departure that belongs to the chart."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only, never_deleted
from accounts.encrypted import EncryptedJSONField, EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from protocols import adoptions
from sessions_app.models.clients import own_or_supervised
from sessions_app.models.departures import DepartureEvent
from sessions_app.models.seals import Sealed, SealedOnce


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


class Source(models.TextChoices):
    """How the author knows a reason. What was concluded is never shown as if it had been said or seen."""

    STATED = "stated", _("Stated")
    OBSERVED = "observed", _("Observed")
    INFERRED = "inferred", _("Inferred")


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that `user` wrote, or somebody whom they supervise or cover today, wherever the client is now."""
        return self.filter(own_or_supervised(user, "author", mark="departure__is_practice"))

    def real(self):
        """Everything but exercises."""
        return self.filter(departure__is_practice=False)

    def in_use(self):
        """Of what one works with, as `DepartureEvent.objects.in_use()` has it."""
        return self.real() if adoptions.is_made() else self.filter(**adoptions.REHEARSED)

    def for_queue(self):
        return self.select_related("departure__client", "departure__site", "author", "quality_note")

    def added_to(self):
        """Reviewed and closed, then added to, and nobody has read that yet: longest waiting first."""
        return self.exclude(added_after_close_at=None).order_by("added_after_close_at", "pk")

    def ever_signed(self):
        """Signed, or with any trace of it: what a verification has to look at."""
        unsigned = Q(signed_at=None, content=None, content_hash="", seal="", state=DepartureReport.State.DRAFT)
        return self.exclude(unsigned)


LOCKED_BY_SIGNING = [
    "departure",
    "author",
    "main_reason",
    "main_reason_source",
    "not_provided",
    "account",
    "check_in_at",
    "signed_at",
    "content",
    "content_hash",
    "seal",
    "sealed_fields",
]
SEALED_BY_SIGNING = set(LOCKED_BY_SIGNING) - {"content", "seal", "sealed_fields"}  # content_hash stands for content
FOR_THE_SUPERVISOR = {"author_state", "kept_private"}  # version 1 of the signed content held them; the chart never did


REFUSE_ONCE_SIGNED = """
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'A signed report never changes; write an addendum.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class DepartureReport(Sealed):
    """A draft until signed; then `content` and `content_hash` are locked and changes are addenda.

    `content` is the whole report as it was signed, words and captured facts, so that it reads the same
    for ever; `content_hash` is the SHA-256 of its canonical JSON (see `sessions_app.reports`).
    `not_provided` are codes of `missing_facts` that the author answered with just that; `words_kept` are words that
    `wording` would weigh and the author keeps: it does not bring them up again in this draft.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("With the supervisor")
        IN_REVIEW = "in_review", _("In review")
        RETURNED = "returned", _("Returned to you")
        REVIEWED = "reviewed", _("Reviewed, waits for co-sign")
        CLOSED = "closed", _("Closed")

    id = NumberedFirst()
    departure = models.OneToOneField(DepartureEvent, on_delete=models.PROTECT, related_name="report")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    main_reason = models.CharField(_("main reason"), max_length=20, choices=MainReason, blank=True)
    main_reason_source = models.CharField(_("how that is known"), max_length=10, choices=Source, blank=True)
    account = EncryptedTextField(_("what happened"), max_length=10_000, blank=True, owner="departure")
    check_in_at = models.DateTimeField(
        _("when you will check in"), null=True, blank=True, help_text=_("Empty: as the follow-up plan says.")
    )
    not_provided = models.JSONField(_("said to be not provided"), default=list, blank=True)
    words_kept = EncryptedJSONField(_("words kept after another look"), default=list, blank=True, owner="departure")
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("sent to the supervisor"), null=True, blank=True)
    content = EncryptedJSONField(null=True, blank=True, owner="departure")
    content_hash = models.CharField(max_length=64, blank=True)
    feedback_seen_at = models.DateTimeField(null=True, blank=True)
    added_after_close_at = models.DateTimeField(_("added to after the review"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["author", "state"], name="report_by_author"),
            models.Index(
                fields=["author", "state", "saved_at"],
                name="report_on_now",
                condition=Q(state__in=["returned", "draft"])
                | Q(state__in=["reviewed", "closed"], feedback_seen_at__isnull=True),
            ),
            models.Index(
                fields=["added_after_close_at"],
                name="report_added_to",
                condition=Q(added_after_close_at__isnull=False),
            ),
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
            never_deleted("report_is_never_deleted"),
        ]

    @property
    def is_signed(self):
        return self.signed_at is not None

    @property
    def chart(self):
        """The signed content that belongs to the chart; version 1 kept what is for the supervisor beside it."""
        return {name: words for name, words in (self.content or {}).items() if name not in FOR_THE_SUPERVISOR}

    @property
    def is_waiting_for_author(self):
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class ReportAddendum(SealedOnce):
    """What the author added after signing, or what the client asked to have added where they do not agree.

    The signed words stay as they were.

    Addenda make a chain: each is sealed together with the hash of the signed words and the seal of the one before it,
    so that none can be changed, taken out or put in between unseen. A late entry tells of something that happened
    longer ago than the site allows for writing it down (`Site.late_entry_hours`), or that its author marked as late.
    """

    class Kind(models.TextChoices):
        ADDENDUM = "addendum", _("Addendum")
        LATE_ENTRY = "late_entry", _("Late entry")
        STATEMENT = "statement", _("The client’s statement")

    id = NumberedFirst()
    report = models.ForeignKey(DepartureReport, on_delete=models.PROTECT, related_name="addenda")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ADDENDUM)
    happened_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    text = EncryptedTextField(_("addendum"), max_length=10_000, owner="report")
    text_hash = models.CharField(max_length=64)
    report_hash = models.CharField(max_length=64)
    previous_seal = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when it was written"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["number"]
        triggers = [append_only("addendum_is_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="addenda_of_a_report_are_numbered"),
            models.CheckConstraint(
                name="late_entry_says_when_it_happened",
                condition=~Q(kind="late_entry") | Q(happened_at__isnull=False),
            ),
        ]

    @property
    def is_late(self):
        return self.kind == self.Kind.LATE_ENTRY
