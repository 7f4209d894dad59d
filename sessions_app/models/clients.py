"""The person in care, and how they may be reached."""

from datetime import time

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import cipher, conversion
from accounts.encrypted import EncryptedCharField, Stored
from accounts.marks import MarkField
from accounts.models import Team, User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from protocols import adoptions
from sessions_app.models.emergency_access import EmergencyAccess
from sessions_app.models.settings_of_care import AgeBand


class ClientQuerySet(models.QuerySet):
    def of(self, therapist):
        return self.filter(therapist=therapist)

    def real(self):
        """Everybody but those made up for an exercise."""
        return self.filter(is_practice=False)

    def in_use(self):
        """Whom one works with: real people; until the installation is adopted those added so far, but no exercise's."""
        return self.real() if adoptions.is_made() else self.rehearsed()

    def rehearsed(self):
        """Marked practice because they were added before the installation was adopted."""
        return self.filter(is_practice=True).exclude(therapy_sessions__exercise__isnull=False)

    def visible_to(self, user):
        """Own clients, and those of the people `user` supervises or covers today. Nobody else's."""
        return self.filter(own_or_supervised(user, "therapist", client="pk"))

    def those_first(self, session_id):
        """With `is_present`: who takes part in that session stands at the top of a choice."""
        present = self.model.therapy_sessions.through.objects.filter(therapysession=session_id, client=OuterRef("pk"))
        return self.annotate(is_present=Exists(present))

    def known_as(self, reference):
        """Whose reference is that, whatever its case and spaces, and whichever key it was marked under."""
        known = Q(reference_mark__in=cipher.marks(reference, about="reference"))
        return self.filter(known | Q(reference=Stored(reference)) if conversion.is_running() else known)

    def for_departure(self, departure):
        """Whom it may be about: real people in earnest, in an exercise who was made up for it, else who is practice."""
        if not departure.is_practice:
            return self.real()
        if not departure.session.is_of_an_exercise:
            return self.rehearsed()
        return (
            self.filter(is_practice=True)
            .filter(Q(therapy_sessions=departure.session_id) | Q(pk=departure.client_id))
            .distinct()
        )

    def with_permissions(self):
        return self.prefetch_related("contact_permissions")


def own_or_supervised(user, path, *, mark="is_practice", client=None):
    """The filter behind every `visible_to`: rows whose person at `path` is `user` or answers to them.

    An exercise is for the eyes of whoever practises: nobody answers for it. `mark` is the path to the row's
    `is_practice`; None where there are no exercises. `client` is the path to the row's client, where a door that
    opens in an emergency lets through to it as well.
    """
    own = Q(**{path: user.pk}) if user.is_therapist else Q(pk__in=[])
    if client:
        own |= opened_in_emergency(user, client)
    if not user.is_supervisor:
        return own
    return own | Q(**{f"{path}__in": answers_for(user)}, **({mark: False} if mark else {}))


def opened_in_emergency(user, client):
    """Rows whose client at the path `client` is open to `user` by the emergency access of this very request, if any.

    Asked within the statement that reads them, by the database's clock: what has run out opens nothing.
    """
    if user.emergency_access_id is None:
        return Q(pk__in=[])
    opened = EmergencyAccess.objects.of(user).running().filter(pk=user.emergency_access_id)
    return Q(**{f"{client}__in": opened.values("client")})


def keeps_its_mark(name):
    """A trigger: what was begun as an exercise stays one for ever, and what is real never becomes one."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=pgtrigger.AnyChange("is_practice"))


@pghistory.track()
class Client(models.Model):
    """Held by the clinic's own reference. `reference` is what screens show; a name only if the clinic enters one.

    The database cannot sort by a reference: `in_order` does. It finds one by `reference_mark`.
    """

    id = NumberedFirst()
    reference = EncryptedCharField(_("reference"), max_length=30)
    reference_mark = MarkField(of="reference")
    preferred_name = EncryptedCharField(_("preferred name"), max_length=80, blank=True)
    age_band = models.CharField(_("age band"), max_length=10, choices=AgeBand, default=AgeBand.ADULT)
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clients")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="clients")
    asked_for_no_contact = models.BooleanField(_("asked for no contact"), default=False)
    is_practice = models.BooleanField(_("made up, for an exercise"), default=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "reference_mark", "is_practice"],  # who was practice may come in earnest
                condition=~Q(reference_mark=""),  # of who was there before references were encrypted, until they are
                name="client_reference_once_per_team",
            )
        ]
        triggers = [keeps_its_mark("client_stays_real_or_made_up")]


def in_order(clients):
    """By reference; those who are present (`those_first`) before the others."""
    return sorted(clients, key=lambda each: (not getattr(each, "is_present", False), each.reference, each.pk))


class Channel(models.TextChoices):
    """Ways to reach a client."""

    PHONE = "phone", _("Phone call")
    VOICEMAIL = "voicemail", _("Voicemail")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")


@pghistory.track()
class ContactPermission(models.Model):
    """What the client allowed for one channel. No row means: not asked.

    `safe_from` and `safe_until` are times on the client's own wall; one that is empty sets no limit, and from ten in
    the evening until two means across midnight. `safe_times` is a note beside them for people, which no rule reads.
    """

    class Scope(models.TextChoices):
        NONE = "none", _("Not allowed")
        CALL_BACK_ONLY = "call_back_only", _("Only “please call back”")
        PRACTICE_NAME = "practice_name", _("May name the practice")
        FULL = "full", _("No limits")

    id = NumberedFirst()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contact_permissions")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    scope = models.CharField(_("what is allowed"), max_length=15, choices=Scope)
    address = EncryptedCharField(_("number or address"), max_length=200, blank=True, owner="client")
    safe_from = models.TimeField(_("safe from"), null=True, blank=True)
    safe_until = models.TimeField(_("safe until"), null=True, blank=True)
    safe_times = EncryptedCharField(_("safe times"), max_length=80, blank=True, owner="client")
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta:
        ordering = ["channel"]
        constraints = [
            models.UniqueConstraint(fields=["client", "channel"], name="permission_once_per_channel"),
            models.CheckConstraint(name="permission_safe_hours_differ", condition=~Q(safe_from=F("safe_until"))),
        ]

    @property
    def is_allowed(self):
        return self.scope != self.Scope.NONE

    @property
    def safe_hours(self):
        """The hours in words, or an empty text where any hour will do."""
        start, end = (each and each.strftime("%H:%M") for each in (self.safe_from, self.safe_until))
        if start and end:
            return gettext("between %(start)s and %(end)s") % {"start": start, "end": end}
        if start:
            return gettext("from %(start)s") % {"start": start}
        return gettext("until %(end)s") % {"end": end} if end else ""

    def is_safe_at(self, wall_time):
        """Whether that time of day, on the client's wall, is within the hours they gave; the end is not."""
        start, end = self.safe_from or time.min, self.safe_until
        if end is None:
            return wall_time >= start
        return start <= wall_time < end if start < end else wall_time >= start or wall_time < end
