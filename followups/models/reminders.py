"""When the system tells *staff* that something is due. The row is the truth; Redis only says "look"."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from followups.models.follow_ups import FollowUp


class ReminderQuerySet(models.QuerySet):
    def due(self, now):
        """Scheduled and past due. No lower bound: a sweep that was down for a week still sees them."""
        return self.filter(state=Reminder.State.SCHEDULED, due_at__lte=now)


class Reminder(models.Model):
    """One occasion to tell `recipient` about a follow-up, at `due_at` (UTC)."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        FIRED = "fired", _("Turned into messages")
        STOPPED = "stopped", _("Stopped: nothing left to say")

    class Lane(models.IntegerChoices):
        """Urgent goes out before routine, whatever the queue holds."""

        URGENT = 0, _("Urgent")
        ROUTINE = 1, _("Routine")

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="reminders")
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane, default=Lane.ROUTINE)
    due_on = models.DateField(_("due on"))
    due_wall_time = models.TimeField(_("due, local time"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SCHEDULED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lane", "due_at"], name="reminder_scheduled", condition=Q(state="scheduled")),
            models.Index(fields=["follow_up"], name="reminder_by_follow_up"),
        ]
