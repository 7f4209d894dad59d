"""What takes two people: contact against the client's wish, and how it stands with somebody nobody can reach."""

from datetime import timedelta

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.audit import never_deleted
from accounts.encrypted import EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from followups.models.absences import OnCallShift
from followups.models.follow_ups import FollowUp
from sessions_app.models import Channel, DepartureEvent

OVERRIDE_LASTS = timedelta(hours=24)

REFUSE_ONCE_ANSWERED = """
    IF OLD.answered_at IS NOT NULL THEN
        RAISE EXCEPTION 'What two people have said together never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""
#: Roles stand in another table, so a check constraint cannot look at them.
REFUSE_WITHOUT_SUPERVISOR = """
    IF NEW.is_agreed AND NOT EXISTS (
        SELECT 1 FROM accounts_user
        WHERE id IN (NEW.proposed_by_id, NEW.answered_by_id) AND 'supervisor' = ANY(roles)
    ) THEN
        RAISE EXCEPTION 'One of the two is a supervisor.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


def settled_by_its_answer(name):
    """Triggers: a row may be answered once, and nothing of it changes afterwards; nobody deletes it."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_is_answered_once",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=REFUSE_ONCE_ANSWERED,
        ),
        never_deleted(f"{name}_is_never_deleted"),
    ]


def answered_by_somebody(name, yes):
    """Constraint: yes or no comes from a person at a time; as long as neither came there is none of the three."""
    return models.CheckConstraint(
        name=f"{name}_is_answered_by_someone",
        condition=Q(answered_at=None, answered_by=None, **{yes: None})
        | Q(answered_at__isnull=False, answered_by__isnull=False, **{f"{yes}__isnull": False}),
    )


class ContactOverrideQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What `user` asked for or answered, all of those they answer for, and what waits where they may confirm:
        at their own site as a supervisor, and where they are on call. Those of an exercise only whoever practises.
        """
        if not (user.is_therapist or user.is_supervisor):
            return self.none()
        on_call = OnCallShift.objects.filter(person=user, starts_at__lte=Now(), ends_at__gt=Now())
        may_confirm = Q(departure__site__in=on_call.values("site"))
        seen = Q(asked_by=user) | Q(answered_by=user)
        if user.is_supervisor:
            may_confirm |= Q(departure__site=user.site)
            seen |= Q(departure__therapist__in=answers_for(user))
        of_others = self.filter(seen | (may_confirm & Q(answered_at=None)))
        return of_others.filter(Q(departure__is_practice=False) | Q(departure__therapist=user))

    def waiting(self, now):
        return self.filter(answered_at=None, expires_at__gt=now)

    def in_force(self, now):
        return self.filter(is_confirmed=True, expires_at__gt=now)

    def for_page(self):
        return self.select_related("asked_by", "answered_by", "departure__client", "departure__site", "follow_up")


@pghistory.track()
class ContactOverride(models.Model):
    """Somebody asks to contact a client against what the client allows, because danger is serious and imminent.

    It opens nothing until another person has confirmed it, and ends 24 hours after it was asked for. The grounds are
    those on which the law lets a clinician act; the site's own rule stands beside them on the page.
    Source: 45 CFR 164.512(j) (serious and imminent threat) against 164.522 (the client's right to ask).
    """

    class Ground(models.TextChoices):
        CLIENT = "client", _("The client's life or health")
        OTHER = "other", _("Another person's life or health")
        DEPENDANT = "dependant", _("A child or somebody who depends on the client")

    id = NumberedFirst()
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="overrides")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="overrides")
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), verbose_name=_("channels"))
    grounds = ArrayField(models.CharField(max_length=10, choices=Ground), verbose_name=_("who is in danger"))
    words = EncryptedTextField(_("what makes it serious and imminent"), max_length=1_000, owner="departure")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("ends"))
    is_confirmed = models.BooleanField(_("confirmed"), null=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ContactOverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["departure", "expires_at"], name="override_by_departure")]
        constraints = [
            models.CheckConstraint(
                name="override_is_confirmed_by_somebody_else",
                condition=~Q(is_confirmed=True, answered_by=F("asked_by")),
            ),
            answered_by_somebody("override", "is_confirmed"),
            models.CheckConstraint(
                name="override_lasts_a_day_at_most",
                condition=Q(expires_at__gt=F("asked_at"), expires_at__lte=F("asked_at") + OVERRIDE_LASTS),
            ),
            models.CheckConstraint(
                name="override_is_answered_before_it_ends",
                condition=Q(answered_at=None) | Q(answered_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(name="override_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="override_channels_are_known",
                condition=Q(channels__len__gt=0, channels__contained_by=Channel.values),
            ),
            models.CheckConstraint(
                name="override_grounds_are_known",
                condition=Q(grounds__len__gt=0, grounds__contained_by=["client", "other", "dependant"]),
            ),
        ]
        triggers = settled_by_its_answer("contact_override")

    @property
    def channel_words(self):
        return ", ".join(str(Channel(each).label) for each in self.channels)

    @property
    def ground_words(self):
        return [self.Ground(each).label for each in self.grounds]


class StatusDecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those about departures that `user` may see."""
        return self.filter(departure__in=DepartureEvent.objects.visible_to(user))

    def waiting(self):
        return self.filter(answered_at=None)

    def agreed(self):
        return self.filter(is_agreed=True)


@pghistory.track()
class StatusDecision(models.Model):
    """How it stands with a client whom nobody could reach: proposed by one, agreed by another, one a supervisor."""

    class Choice(models.TextChoices):
        KEEP_TRYING = "keep_trying", _("Keep trying")
        WELFARE_CHECK = "welfare_check", _("Somebody was asked to check on their welfare")
        OPEN_DOOR = "open_door", _("Ended, with an open door")
        TRANSFERRED = "transferred", _("In somebody else's care now")
        CAME_BACK = "came_back", _("They came back")

    id = NumberedFirst()
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(_("how it stands"), max_length=13, choices=Choice)
    words = EncryptedTextField(_("why"), max_length=1_000, owner="departure")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    is_agreed = models.BooleanField(_("agreed"), null=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = StatusDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_is_agreed_by_somebody_else",
                condition=~Q(is_agreed=True, answered_by=F("proposed_by")),
            ),
            answered_by_somebody("decision", "is_agreed"),
            models.UniqueConstraint(
                fields=["departure"], condition=Q(answered_at=None), name="one_decision_waits_per_departure"
            ),
            models.CheckConstraint(name="decision_has_words", condition=~Q(words="")),
        ]
        triggers = [
            *settled_by_its_answer("status_decision"),
            pgtrigger.Trigger(
                name="status_decision_needs_a_supervisor",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_WITHOUT_SUPERVISOR,
            ),
        ]

    @property
    def ends_contact(self):
        """Whether no further contact is planned once both have said so."""
        return self.choice in ENDS_CONTACT


#: Decisions after which nobody goes on trying.
ENDS_CONTACT = {StatusDecision.Choice.OPEN_DOOR, StatusDecision.Choice.TRANSFERRED, StatusDecision.Choice.CAME_BACK}
