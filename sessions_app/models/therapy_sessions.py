"""One appointment of client(s) with a therapist."""

import uuid
from datetime import timedelta

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encrypted import EncryptedCharField
from accounts.models import Site, User
from accounts.numbers import NumberedFirst
from protocols import adoptions
from sessions_app.models.clients import Client, in_order, keeps_its_mark, own_or_supervised
from sessions_app.models.settings_of_care import AgeBand, Composition, Format

__all__ = ["AgeBand", "Composition", "Format", "TherapySession"]

EARLY = timedelta(minutes=15)  # clients arrive, and leave, before the hour
LATE = timedelta(minutes=30)  # and sessions overrun


class TherapySessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own sessions, and those of the people `user` supervises or covers today."""
        return self.filter(own_or_supervised(user, "therapist"))

    def real(self):
        """Everything but exercises: what a day's list shows, and what a real departure can belong to."""
        return self.filter(is_practice=False)

    def in_use(self):
        """What one works with: real ones; until the installation is adopted those added so far, but no exercise's."""
        return self.real() if adoptions.is_made() else self.filter(is_practice=True, exercise=None)

    def of(self, therapist):
        return self.filter(therapist=therapist)

    def between(self, start, end):
        return self.filter(starts_at__gte=start, starts_at__lt=end).order_by("starts_at")

    def with_clients(self):
        return self.prefetch_related("clients")


@pghistory.track()
class TherapySession(models.Model):
    id = NumberedFirst()
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="therapy_sessions")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="therapy_sessions")
    clients = models.ManyToManyField(Client, related_name="therapy_sessions", blank=True)
    starts_at = models.DateTimeField(_("starts"))
    planned_minutes = models.PositiveSmallIntegerField(
        _("planned length in minutes"), default=50, validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.IN_PERSON)
    composition = models.CharField(_("composition"), max_length=10, choices=Composition, default=Composition.INDIVIDUAL)
    room = EncryptedCharField(_("room"), max_length=40, blank=True, owner="therapist")
    address_today = EncryptedCharField(_("where the client is today"), max_length=200, blank=True, owner="therapist")
    callback_number = EncryptedCharField(_("call-back number"), max_length=30, blank=True, owner="therapist")
    country_today = models.CharField(_("country the client is in today"), max_length=2, blank=True)
    is_practice = models.BooleanField(_("made up, for an exercise"), default=False)
    calendar_key = models.CharField(
        _("name in a calendar"), max_length=255, blank=True, help_text=_("Of a session that came in from a calendar.")
    )

    objects = TherapySessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["therapist", "starts_at"], name="session_by_therapist_and_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["therapist", "calendar_key", "is_practice"],
                condition=~Q(calendar_key=""),
                name="session_comes_in_from_a_calendar_once",
            )
        ]
        triggers = [keeps_its_mark("session_stays_real_or_made_up")]

    @property
    def ends_at(self):
        return self.starts_at + timedelta(minutes=self.planned_minutes)

    @property
    def is_of_an_exercise(self):
        """Whether it was made up for an exercise, and not before the installation was adopted. One query."""
        return self.is_practice and hasattr(self, "exercise")

    @property
    def is_remote(self):
        return Format(self.format).is_remote

    def is_on_at(self, moment):
        """Whether a client who leaves at `moment` most likely leaves this session."""
        return self.starts_at - EARLY <= moment <= self.ends_at + LATE

    @property
    def new_departure_id(self):
        """A fresh id for the form that starts a departure from this session."""
        return uuid.uuid4()

    @property
    def who_comes(self):
        """Its clients, by reference. Needs `with_clients()`."""
        return in_order(self.clients.all())

    @property
    def only_client(self):
        """The client, when there is exactly one. Needs `with_clients()`."""
        clients = list(self.clients.all())
        return clients[0] if len(clients) == 1 else None


BOTH_REAL_OR_BOTH_MADE_UP = """
    IF (SELECT is_practice FROM sessions_app_client WHERE id = NEW.client_id)
       IS DISTINCT FROM (SELECT is_practice FROM sessions_app_therapysession WHERE id = NEW.therapysession_id) THEN
        RAISE EXCEPTION 'A made-up client takes part in exercises only, and nobody else does.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class Attendance(TherapySession.clients.through):
    """That a client takes part in a session. Django makes the table; this only hangs a trigger on it."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="attendance_is_real_or_made_up_as_a_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=BOTH_REAL_OR_BOTH_MADE_UP,
            )
        ]
