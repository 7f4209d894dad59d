"""One message to one person on one channel, from the first try to the last."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from followups.models.reminders import Reminder
from sessions_app.models import HelpCall


class DeliveryChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Notification on a device")


class Delivery(models.Model):
    """`kind` says what it is about; `key` names that, the channel and the recipient: two sweeps at once make one
    delivery. Only a canary has no recipient: it goes to a mailbox of its own.

    *Sent* means handed to the mail server, not read. *Failed* stays visible until a person has seen to it.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to be sent")
        LEASED = "leased", _("Being sent")
        SENT = "sent", _("Handed to the mail server")
        FAILED = "failed", _("Could not be sent")
        STOPPED = "stopped", _("Stopped: no longer needed")

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Something is due")
        HELP = "help", _("A colleague asks for help")
        DIGEST = "digest", _("What the day holds")
        SECOND = "second", _("A second person is needed")
        REVIEW = "review", _("A report waits for review")
        EMERGENCY = "emergency", _("A record was opened in an emergency")
        DRAFT = "draft", _("A draft waits, or was answered")
        NOT_SENT = "not_sent", _("Somebody could not be told")
        CANARY = "canary", _("Shows that messages go out")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REMINDER)
    reminder = models.ForeignKey(Reminder, null=True, on_delete=models.PROTECT, related_name="deliveries")
    help_call = models.ForeignKey(HelpCall, null=True, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=10, choices=DeliveryChannel)
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Reminder.Lane)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    next_at = models.DateTimeField(_("next try"))
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    may_be_repeat = models.BooleanField(_("may be a repeat"), default=False)
    last_problem = models.CharField(_("last problem"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "next_at"],
                name="delivery_to_claim",
                condition=Q(state__in=["pending", "leased"]),
            ),
            models.Index(fields=["recipient"], name="delivery_failed", condition=Q(state="failed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_is_about_what_its_kind_says",
                condition=Q(kind="reminder", reminder__isnull=False, help_call=None)
                | Q(kind="help", reminder=None, help_call__isnull=False)
                | Q(
                    kind__in=["digest", "second", "review", "emergency", "draft", "not_sent", "canary"],
                    reminder=None,
                    help_call=None,
                ),
            ),
            models.CheckConstraint(
                name="delivery_has_a_recipient_unless_a_canary",
                condition=Q(kind="canary", recipient=None) | (~Q(kind="canary") & Q(recipient__isnull=False)),
            ),
            models.CheckConstraint(
                name="delivery_lease_belongs_to_leased",
                condition=Q(state="leased", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_token=None, lease_until=None)),
            ),
            models.CheckConstraint(
                name="delivery_finished_has_a_time",
                condition=Q(state__in=["sent", "failed", "stopped"], finished_at__isnull=False)
                | (Q(state__in=["pending", "leased"]) & Q(finished_at=None)),
            ),
        ]


class DeliveryStart(models.Model):
    """Written and committed before the first byte leaves. A start without an end may have been sent."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="starts")
    lease_token = models.UUIDField()
    worker = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only("delivery_start_is_append_only")]


class DeliveryEnd(models.Model):
    """How a start ended."""

    class Result(models.TextChoices):
        SENT = "sent", _("Accepted by the mail server")
        TEMPORARY = "temporary", _("Refused for now")
        PERMANENT = "permanent", _("Refused for good")
        AMBIGUOUS = "ambiguous", _("Not known whether it was accepted")
        LOST = "lost", _("The sender died")

    start = models.OneToOneField(DeliveryStart, on_delete=models.PROTECT, related_name="end")
    result = models.CharField(max_length=10, choices=Result)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only("delivery_end_is_append_only")]


class Heartbeat(models.Model):
    """When each clock last swept. Read by `/readyz` and the banner."""

    clock = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()
    seconds_off = models.FloatField(default=0)
