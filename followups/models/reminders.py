"""When the system tells *staff* that something is due. The row is the truth; Redis only says "look"."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from followups.models.follow_ups import FollowUp


class ReminderQuerySet(models.QuerySet):
    def waiting(self):
        """Those to come; in an exercise those that would."""
        return self.filter(state__in=[Reminder.State.SCHEDULED, Reminder.State.PRACTICE])

    def due(self, now):
        """Scheduled and past due. No lower bound: a sweep that was down for a week still sees them."""
        return self.filter(state=Reminder.State.SCHEDULED, due_at__lte=now)

    def told_to(self, user):
        """Those that `user` was told of."""
        return self.filter(recipient=user, told_at__isnull=False)


class Told(models.TextChoices):
    """Whom a step tells: a place in the ladder, and a person only when it fires."""

    OWNER = "owner", _("who owns it")
    COVER = "cover", _("who covers")
    SUPERVISOR = "supervisor", _("supervisor")
    ON_CALL = "on_call", _("who is on call")
    CLINICAL_LEAD = "clinical_lead", _("clinical lead")


#: Reminders of an exercise never wait to be sent, whoever writes them, and those of a real promise always do.
REFUSE_TO_SEND_AN_EXERCISE = """
    IF NEW.state <> 'stopped' AND (NEW.state = 'practice') IS DISTINCT FROM (
        SELECT departure.is_practice FROM followups_followup AS promise
        JOIN sessions_app_departureevent AS departure ON departure.id = promise.departure_id
        WHERE promise.id = NEW.follow_up_id
    ) THEN
        RAISE EXCEPTION 'Nobody is reminded of an exercise, and a real promise is no exercise.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class Reminder(models.Model):
    """One occasion to tell somebody about a follow-up, at `due_at` (UTC).

    `step` 0 is the owner at the due time; the steps of escalation after it are rows too, all made when the follow-up
    is promised: no later policy touches them. `told` says whom the step tells; `recipient` is who that turned out to
    be, and the owner until it fires. One with `repeat_minutes` stays scheduled for its next `occurrence`.
    A fired one has a delivery, or `told_with` names the one that was told in the same message. In an exercise the same
    rows are made, in a state of their own that nothing ever sends.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        FIRED = "fired", _("Turned into messages")
        STOPPED = "stopped", _("Stopped: nothing left to say")
        PRACTICE = "practice", _("An exercise: shows when it would have gone out")

    class Lane(models.IntegerChoices):
        """Urgent goes out before routine, whatever the queue holds."""

        URGENT = 0, _("Urgent")
        ROUTINE = 1, _("Routine")

    class Prompt(models.TextChoices):
        """What whoever is told is asked to decide. Doorway only asks."""

        WELFARE_CHECK = "welfare_check", _("Decide whether somebody should check on the client's welfare.")

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="reminders")
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    told = models.CharField(_("tells"), max_length=13, choices=Told, default=Told.OWNER)
    prompt = models.CharField(_("asks to decide"), max_length=13, choices=Prompt, blank=True)
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane, default=Lane.ROUTINE)
    due_on = models.DateField(_("due on"))
    due_wall_time = models.TimeField(_("due, local time"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SCHEDULED)
    repeat_minutes = models.PositiveSmallIntegerField(_("again after, in minutes"), default=0)
    occurrence = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_with = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="told_along")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lane", "due_at"], name="reminder_scheduled", condition=Q(state="scheduled")),
            models.Index(fields=["follow_up"], name="reminder_by_follow_up"),
            models.Index(fields=["recipient"], name="reminder_told", condition=Q(told_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="exercise_is_not_reminded_of",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_TO_SEND_AN_EXERCISE,
            ),
            pgtrigger.Trigger(  # asked only of rows that wake, or change sides: thousands fire in one statement
                name="exercise_is_not_reminded_of_later",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="stopped")
                | pgtrigger.Q(old__state="practice")
                | pgtrigger.Q(new__state="practice")
                | pgtrigger.Q(old__follow_up__df=pgtrigger.F("new__follow_up")),
                func=REFUSE_TO_SEND_AN_EXERCISE,
            ),
        ]
