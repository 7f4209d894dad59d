"""Promises to get back to a client, and the attempts to keep them."""

import uuid
from typing import NamedTuple

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.encrypted import EncryptedCharField
from accounts.models import User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from followups.models.policy import FollowUpPolicy, InWords, Situation
from protocols import adoptions
from sessions_app.models import Channel, DepartureEvent, ResponseLevel
from sessions_app.models.clients import opened_in_emergency


class FollowUpPlan(models.Model):
    """The plan of one departure for one level: a frozen copy, later changes to the policy do not touch it.

    Without a policy none was in force; then it only asks people to decide.
    """

    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="plans")
    policy = models.ForeignKey(FollowUpPolicy, null=True, on_delete=models.PROTECT, related_name="plans")
    response_level = models.CharField(_("response level"), max_length=16, choices=ResponseLevel)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["departure"], condition=Q(superseded_at=None), name="one_plan_in_force_per_departure"
            ),
        ]


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own follow-ups, those about own departures, and those of the people `user` supervises or covers today.

        Also open ones of others that `user` was told about because nobody answered: they are asked to see to it.
        Those of an exercise only whoever practises.
        """
        if not (user.is_therapist or user.is_supervisor):
            return self.none()
        visible = Q(owner=user)
        if user.is_therapist:
            visible |= Q(departure__therapist=user)
        if user.is_supervisor:
            visible |= Q(departure__therapist__in=answers_for(user))
        visible |= opened_in_emergency(user, "departure__client")
        told = self.model.reminders.rel.related_model.objects.told_to(user).values("follow_up")
        told = told.exclude(step=0, follow_up__departure__logged_by=user)  # as the owner, before the client went
        of_others = self.filter(visible | Q(state=FollowUp.State.OPEN, pk__in=told))
        return of_others.filter(Q(departure__is_practice=False) | Q(departure__therapist=user))

    def real(self):
        """Everything but exercises: what is counted, listed, handed on, and reminded of."""
        return self.filter(departure__is_practice=False)

    def in_use(self):
        """Of what one works with, as `DepartureEvent.objects.in_use()` has it."""
        return self.real() if adoptions.is_made() else self.filter(**adoptions.REHEARSED)

    def owned_by(self, user):
        return self.filter(owner=user)

    def open(self):
        return self.filter(state=FollowUp.State.OPEN)

    def late(self, now):
        return self.open().filter(due_at__lt=now)

    def with_answers(self, now):
        """With `standing`, who is on it and until when, and `prompts`, what somebody was asked to decide."""
        answers = self.model.acknowledgements.rel.related_model.objects.in_force(now)
        prompts = self.model.reminders.rel.related_model.objects.filter(told_at__isnull=False).exclude(prompt="")
        return self.prefetch_related(
            models.Prefetch("acknowledgements", answers, to_attr="standing"),
            models.Prefetch("reminders", prompts, to_attr="prompts"),
        )

    def for_list(self):
        return self.select_related("owner", "departure__client", "departure__site", "departure__therapist").order_by(
            "due_at", "pk"
        )


@pghistory.track()
class FollowUp(InWords, models.Model):
    """A promise to get back to the client by `due_at` (UTC), owned by one person.

    `due_on`, `due_wall_time` and `time_zone` are what was promised; `due_at` is computed from them, so a
    clock change between now and then does not move a call from nine to eight.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        NOT_NEEDED = "not_needed", _("Not needed")
        REPLACED = "replaced", _("Replaced by a newer plan")

    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="follow_ups")
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="follow_ups")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="follow_ups")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("task"), max_length=80)
    script = models.CharField(_("words to say"), max_length=240, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    due_on = models.DateField(_("due on"))
    due_wall_time = models.TimeField(_("due, local time"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    due_at = models.DateTimeField(_("due"))
    source = models.CharField(_("source"), max_length=160, blank=True)
    situation = models.CharField(_("situation"), max_length=16, choices=Situation, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "due_at"], name="follow_up_open_by_owner", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "situation", "position"],
                condition=Q(state="open") & ~Q(situation=""),
                name="follow_up_open_once_per_situation",
            ),
            models.CheckConstraint(
                name="follow_up_closed_by_someone_at_a_time",
                condition=Q(state="open", closed_at=None, closed_by=None)
                | (~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
        ]

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def why_not_needed(self):
        """The reason it was closed for, in the language of the page if Doorway gave it. Prefetch `changes`."""
        dropped = [each.reason for each in self.changes.all() if each.deed == FollowUpChange.Deed.NOT_NEEDED]
        return gettext(dropped[-1]) if dropped else ""


class FollowUpChange(models.Model):
    """Why a follow-up was moved, closed or handed on. History a clinician reads; added, never edited."""

    class Deed(models.TextChoices):
        MOVED = "moved", _("Moved")
        CHANGED = "changed", _("Changed")
        DONE = "done", _("Done")
        NOT_NEEDED = "not_needed", _("Not needed")
        REPLACED = "replaced", _("Replaced by a newer plan")
        HANDED_ON = "handed_on", _("Handed on to who covers")
        GIVEN_BACK = "given_back", _("Given back after an absence")
        TAKEN_OVER = "taken_over", _("Handed over with the client")

    id = NumberedFirst()
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="changes")
    deed = models.CharField(max_length=10, choices=Deed)
    reason = EncryptedCharField(_("reason"), max_length=200, blank=True, owner="follow_up")
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("follow_up_change_is_append_only")]
        constraints = [
            models.CheckConstraint(
                name="moving_or_dropping_a_follow_up_needs_a_reason",
                condition=~Q(deed__in=["moved", "not_needed"]) | ~Q(reason=""),
            ),
        ]


class ContactAttempt(models.Model):
    """A clinician tried to reach the *client*. Added, never edited."""

    class Result(models.TextChoices):
        REACHED_SAFE = "reached_safe", _("Reached, safe")
        REACHED_NEEDS_MORE = "reached_needs_more", _("Reached, needs more")
        REACHED_NO_CONTACT = "reached_no_contact", _("Reached, asked for no contact")
        NO_ANSWER = "no_answer", _("No answer")
        VOICEMAIL_LEFT = "voicemail_left", _("Voicemail left, allowed")
        VOICEMAIL_NOT_ALLOWED = "voicemail_not_allowed", _("No voicemail, not allowed")
        WRONG_NUMBER = "wrong_number", _("Wrong or dead number")
        THIRD_PARTY_REACHED = "third_party_reached", _("Permitted third party reached")
        OTHER_PERSON = "other_person", _("Someone else answered, nothing said")
        SENT_NO_REPLY = "sent_no_reply", _("Text or e-mail sent, no reply")
        BOUNCED = "bounced", _("Bounced")
        LETTER_SENT = "letter_sent", _("Letter sent")
        LETTER_RETURNED = "letter_returned", _("Letter returned")
        BLOCKED = "blocked", _("Not allowed on this channel")

    op_id = models.UUIDField(unique=True, default=uuid.uuid4)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="attempts")
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="contact_attempts")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    result = models.CharField(_("result"), max_length=21, choices=Result)
    note = EncryptedCharField(_("note"), max_length=500, blank=True, owner="departure", row=["op_id"])
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["occurred_at", "pk"]
        triggers = [append_only("contact_attempt_is_append_only")]

    @property
    def is_reached(self):
        return RESULTS[self.result].is_reached


class Meaning(NamedTuple):
    """What a result means. `try_again` is None where the question makes no sense; `counts`: as an attempt that may
    have reached the client. `channel`: the only one on which this can come about, whatever was planned.
    """

    is_reached: bool
    try_again: bool | None
    counts: bool
    channel: str = ""


YES, NO, Result = True, False, ContactAttempt.Result
#: reached? try again? counts? A wrong number and a message that bounced reached nobody, so they prove nothing.
RESULTS = {
    Result.REACHED_SAFE: Meaning(YES, NO, YES),
    Result.REACHED_NEEDS_MORE: Meaning(YES, YES, YES),
    Result.REACHED_NO_CONTACT: Meaning(YES, NO, YES),
    Result.NO_ANSWER: Meaning(NO, YES, YES),
    Result.VOICEMAIL_LEFT: Meaning(NO, YES, YES, Channel.VOICEMAIL),
    Result.VOICEMAIL_NOT_ALLOWED: Meaning(NO, YES, YES),
    Result.WRONG_NUMBER: Meaning(NO, YES, NO),
    Result.THIRD_PARTY_REACHED: Meaning(NO, YES, YES),
    Result.OTHER_PERSON: Meaning(NO, YES, YES),
    Result.SENT_NO_REPLY: Meaning(NO, YES, YES),
    Result.BOUNCED: Meaning(NO, YES, NO),
    Result.LETTER_SENT: Meaning(NO, None, YES, Channel.LETTER),
    Result.LETTER_RETURNED: Meaning(NO, YES, NO, Channel.LETTER),
    Result.BLOCKED: Meaning(NO, YES, NO),
}
REACHED = {result for result, meaning in RESULTS.items() if meaning.is_reached}
