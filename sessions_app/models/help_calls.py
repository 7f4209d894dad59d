"""A therapist asks for help where they are: silent in the room, heard by colleagues at once."""

import uuid

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Site, User
from sessions_app.models.clients import own_or_supervised
from sessions_app.models.departures import DepartureEvent

#: In an exercise nobody is called: a call that goes out is always meant.
REFUSE_AN_EXERCISE = """
    IF EXISTS (SELECT 1 FROM sessions_app_departureevent WHERE id = NEW.departure_id AND is_practice) THEN
        RAISE EXCEPTION 'An exercise calls nobody for help.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class HelpCallQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own calls, those of the people `user` answers for, of their whole site if they are its contact, and those
        they were told of because nobody had answered.
        """
        told = HelpCall.told_as_well.through.objects.filter(user=user).values("helpcall")
        visible = Q(by=user) | own_or_supervised(user, "by", mark=None) | Q(pk__in=told)
        return self.filter(visible | Q(site=user.site) if user.is_site_contact else visible)

    def open(self):
        return self.filter(ended_at=None)

    def for_page(self):
        return self.select_related("by", "site", "answered_by", "departure__session")


@pghistory.track()
class HelpCall(models.Model):
    """`by` asks for help at `site`. About staff only: whoever reads it sees a colleague and a room, never a client.

    `called_at` is the moment of the tap. Answered means that somebody said they are coming; it stays open until
    somebody says that it is over. Nothing ends by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="help_calls")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="help_calls")
    departure = models.ForeignKey(
        DepartureEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="help_calls"
    )
    called_at = models.DateTimeField(_("called"))
    received_at = models.DateTimeField(auto_now_add=True)
    times_called = models.PositiveSmallIntegerField(_("times called"), default=1)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    told_as_well = models.ManyToManyField(User, related_name="+", verbose_name=_("told because nobody answered"))
    ended_at = models.DateTimeField(_("over"), null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = HelpCallQuerySet.as_manager()

    class Meta:
        ordering = ["-called_at"]
        triggers = [
            pgtrigger.Trigger(
                name="help_call_is_never_an_exercise",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_AN_EXERCISE,
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["by"], condition=Q(ended_at=None), name="one_open_help_call_each"),
            models.CheckConstraint(
                name="help_call_is_answered_by_someone",
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="help_call_is_ended_by_someone",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    @property
    def is_open(self):
        return self.ended_at is None

    @property
    def room(self):
        """Where the colleague is: the room of the session, as far as it is known."""
        return self.departure.session.room if self.departure and self.departure.session else ""
