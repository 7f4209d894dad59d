"""Quality review: what a supervisor says of a report. It never belongs to the chart, nor does the chart mention it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from sessions_app.models.reports import DepartureReport
from sessions_app.models.seals import SealedOnce


class Review(SealedOnce):
    """One thing a supervisor decided on a report. `message` is what the author reads; it is never empty."""

    class Decision(models.TextChoices):
        RETURNED = "returned", _("Returned with a comment")
        SIGNED_OFF = "signed_off", _("Signed off")

    class Outcome(models.TextChoices):
        APPROPRIATE = "appropriate", _("Appropriate")
        WITH_LEARNING = "with_learning", _("Appropriate, with something to learn")
        PLAN_CHANGED = "plan_changed", _("Plan changed")
        FURTHER_ACTION = "further_action", _("Needs further action")
        SAFETY_EVENT = "safety_event", _("Also a safety event for the local system")

    class ColleagueState(models.TextChoices):
        FINE = "fine", _("No more to do")
        SUPERVISION = "supervision", _("Talk about it in supervision")
        SUPPORT_NOW = "support_now", _("Needs support now")

    report = models.ForeignKey(DepartureReport, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    colleague_state = models.CharField(_("how is your colleague?"), max_length=15, choices=ColleagueState, blank=True)
    message = models.TextField(_("message to the author"), max_length=5_000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("review_is_append_only")]
        constraints = [
            models.CheckConstraint(name="review_says_something_to_the_author", condition=~Q(message="")),
            models.CheckConstraint(
                name="signing_off_names_an_outcome", condition=~Q(decision="signed_off") | ~Q(outcome="")
            ),
        ]
