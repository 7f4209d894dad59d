"""Who is told next when nobody answers, and who said that they are on it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from followups.models.follow_ups import FollowUp
from followups.models.policy import FollowUpPolicy, row_of_a_policy_stands
from followups.models.reminders import Reminder, Told
from sessions_app.models import HelpCall, ResponseLevel, ReviewTask


class PolicyEscalation(models.Model):
    """One step of a level's ladder, counted from the due time: in minutes, or in working days of the site.

    A running plan does not read it: its steps are reminders of their own.
    """

    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="escalations")
    response_level = models.CharField(_("response level"), max_length=16, choices=ResponseLevel)
    step = models.PositiveSmallIntegerField(_("step"))
    told = models.CharField(_("tells"), max_length=13, choices=Told)
    after_minutes = models.PositiveIntegerField(_("after, in minutes"), default=0)
    after_working_days = models.PositiveSmallIntegerField(_("after, in working days"), default=0)
    repeat_minutes = models.PositiveSmallIntegerField(_("again after, in minutes"), default=0)
    prompt = models.CharField(_("asks to decide"), max_length=13, choices=Reminder.Prompt, blank=True)
    source = models.CharField(_("source"), max_length=160, help_text=_("Where the time comes from."))

    class Meta:
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "response_level", "step", "told"], name="policy_escalation_tells_once_per_step"
            ),
            models.CheckConstraint(
                name="policy_escalation_has_one_time",
                condition=Q(after_minutes__gt=0, after_working_days=0) | Q(after_minutes=0, after_working_days__gt=0),
            ),
            models.CheckConstraint(name="policy_escalation_comes_after_the_owner", condition=Q(step__gt=0)),
        ]
        triggers = [row_of_a_policy_stands("step_of_a_policy_that_stands_never_changes")]

    @property
    def where_from(self):
        return gettext(self.source)


class AcknowledgementQuerySet(models.QuerySet):
    def in_force(self, now):
        return self.filter(until__gt=now).select_related("by").order_by("until", "pk")


class Acknowledgement(models.Model):
    """`by` said that they are on it, or asked to be reminded later: nobody is told before `until`, then it goes on."""

    class Deed(models.TextChoices):
        ON_IT = "on_it", _("I am on it")
        LATER = "later", _("Remind me later")

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="acknowledgements")
    deed = models.CharField(max_length=5, choices=Deed)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        triggers = [append_only("acknowledgement_is_append_only")]
        constraints = [
            models.CheckConstraint(name="acknowledgement_expires", condition=Q(until__gt=models.F("at"))),
        ]


class HelpEscalation(models.Model):
    """When the next person hears of a call for help that nobody has answered; None when there is nothing to come."""

    call = models.OneToOneField(HelpCall, primary_key=True, on_delete=models.PROTECT, related_name="escalation")
    step = models.PositiveSmallIntegerField(_("step"), default=1)
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="help_escalation_due", condition=Q(due_at__isnull=False))]


class ReviewEscalation(models.Model):
    """When the next person hears of a report that waits too long for its review; None when there is nothing to come.

    Each time the report is sent begins a new `round`, so that nothing of an old one is sent.
    """

    task = models.OneToOneField(ReviewTask, primary_key=True, on_delete=models.PROTECT, related_name="escalation")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="review_escalation_due", condition=Q(due_at__isnull=False))]
