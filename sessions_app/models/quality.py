"""Quality review: what a supervisor says of a report. It never belongs to the chart, nor does the chart mention it.

Rows here are added with a seal, and never changed. Where a review stands is `sessions_app.models.review_tasks`.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.encrypted import EncryptedCharField, EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from sessions_app.models.reports import DepartureReport, ReportAddendum
from sessions_app.models.seals import SealedOnce


class Review(SealedOnce):
    """One thing a supervisor decided on a report. `message` is what the author reads; it is never empty.

    `by` is who decided it; `instead_of` is who was away and whom they stood in for. `learning` and `system_change`
    are for supervisors: what one takes away oneself, and what should be different here.
    """

    class Decision(models.TextChoices):
        RETURNED = "returned", _("Returned with a comment")
        SIGNED_OFF = "signed_off", _("Signed off")
        CO_SIGNED = "co_signed", _("Co-signed")
        READ = "read", _("Closed as read")
        REOPENED = "reopened", _("Opened again")

    class Outcome(models.TextChoices):
        APPROPRIATE = "appropriate", _("Appropriate")
        WITH_LEARNING = "with_learning", _("Appropriate, with something to learn")
        PLAN_CHANGED = "plan_changed", _("Plan changed")
        FURTHER_ACTION = "further_action", _("Needs further action")
        SAFETY_EVENT = "safety_event", _("Also a safety event for the local system")

    class ColleagueState(models.TextChoices):
        FINE = "fine", _("No more to do")
        SUPERVISION = "supervision", _("Talk about it in supervision")
        DEBRIEF = "debrief", _("Debrief offered")
        SUPPORT_NOW = "support_now", _("Needs support now")

    class SafetyEvent(models.TextChoices):
        NO = "no", _("No")
        YES = "yes", _("Yes")

    id = NumberedFirst()
    report = models.ForeignKey(DepartureReport, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    colleague_state = models.CharField(_("how is your colleague?"), max_length=15, choices=ColleagueState, blank=True)
    message = EncryptedTextField(_("message to the author"), max_length=5_000, owner="report")
    safety_event = models.CharField(_("also a safety event?"), max_length=3, choices=SafetyEvent, blank=True)
    learning = EncryptedTextField(_("what I take away"), max_length=2_000, blank=True, owner="report")
    system_change = EncryptedTextField(_("what should change here"), max_length=2_000, blank=True, owner="report")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    instead_of = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("review_is_append_only")]
        constraints = [
            models.CheckConstraint(name="review_says_something_to_the_author", condition=~Q(message="")),
            models.CheckConstraint(
                name="signing_off_names_an_outcome",
                condition=~Q(decision__in=["signed_off", "co_signed"]) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="outcome_of_a_safety_event_does_not_deny_it",
                condition=~Q(outcome="safety_event", safety_event="no"),
            ),
        ]

    @property
    def is_safety_event(self):
        """Whether it is for the local system as well. An older Doorway said so by the outcome alone."""
        return self.safety_event == self.SafetyEvent.YES or self.outcome == self.Outcome.SAFETY_EVENT

    @property
    def is_signature(self):
        """Whether it ends the review, as far as this person can."""
        return self.decision not in (self.Decision.RETURNED, self.Decision.REOPENED)


class PlaceComment(SealedOnce):
    """What the supervisor asks about one place of a report that they return. `place` as in `sessions_app.places`."""

    id = NumberedFirst()
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    place = models.CharField(_("place"), max_length=12)
    text = EncryptedTextField(_("comment"), max_length=2_000, owner="review")

    class Meta:
        ordering = ["pk"]
        triggers = [append_only("place_comment_is_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["review", "place"], name="one_comment_per_place_of_a_review"),
            models.CheckConstraint(name="place_comment_says_something", condition=~Q(text="")),
        ]


class PlaceAnswer(SealedOnce):
    """The author answered a comment. The words are the addendum's, which belongs to the chart; this row does not."""

    comment = models.OneToOneField(PlaceComment, on_delete=models.PROTECT, related_name="answer")
    addendum = models.ForeignKey(ReportAddendum, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        triggers = [append_only("place_answer_is_append_only")]


class Harm(models.TextChoices):
    """How bad it was, in Doorway's own words."""

    NONE = "none", _("None")
    LOW = "low", _("Low: little or short")
    MODERATE = "moderate", _("Moderate: needed more help")
    SEVERE = "severe", _("Severe: lasting, or life in danger")
    FATAL = "fatal", _("Fatal")


#: What can come to somebody's mind: everything but death.
OF_THE_MIND = [each for each in Harm.choices if each[0] != Harm.FATAL]


class ReviewHarm(SealedOnce):
    """The harm that came of it to one kind of person, bodily and to the mind, in a supervisor's judgement.

    Two separate questions, as local systems for safety events ask them; the words are Doorway's own.
    """

    class Whom(models.TextChoices):
        CLIENT = "client", _("The client")
        STAFF = "staff", _("Staff")
        OTHER = "other", _("Somebody else")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="harms")
    whom = models.CharField(_("to whom"), max_length=6, choices=Whom)
    physical = models.CharField(_("bodily harm"), max_length=8, choices=Harm, blank=True)
    psychological = models.CharField(_("harm to the mind"), max_length=8, choices=OF_THE_MIND, blank=True)

    class Meta:
        ordering = ["pk"]
        triggers = [append_only("review_harm_is_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["review", "whom"], name="harm_once_for_each_in_a_review"),
            models.CheckConstraint(
                name="harm_names_at_least_one_kind", condition=~Q(physical="") | ~Q(psychological="")
            ),
            models.CheckConstraint(name="harm_to_the_mind_is_not_fatal", condition=~Q(psychological="fatal")),
        ]


class SafetyEventReference(SealedOnce):
    """Somebody handed the event to the local system, and this is the number it has there. A later one corrects it."""

    id = NumberedFirst()
    report = models.ForeignKey(DepartureReport, on_delete=models.PROTECT, related_name="safety_event_references")
    reference = EncryptedCharField(_("number in the local system"), max_length=60, owner="report")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("safety_event_reference_is_append_only")]
        constraints = [models.CheckConstraint(name="safety_event_reference_is_given", condition=~Q(reference=""))]
