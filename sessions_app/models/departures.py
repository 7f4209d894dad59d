"""A client wants to leave, leaves, or is cut off before the session's end."""

import uuid
from functools import cached_property

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.encrypted import EncryptedCharField
from accounts.models import Site, User
from protocols import adoptions
from protocols.models import ProtocolVersion, Setting
from sessions_app.models.clients import Client, keeps_its_mark, own_or_supervised
from sessions_app.models.settings_of_care import AgeBand, Composition, Format
from sessions_app.models.therapy_sessions import TherapySession


class Kind(models.TextChoices):
    ASKED = "asked", _("Asked to stop and left")
    WALKED_OUT = "walked_out", _("Walked out without words")
    CONFLICT = "conflict", _("Left after conflict")
    CALLED_AWAY = "called_away", _("Called away")
    UNWELL = "unwell", _("Unwell")
    DISCONNECTED = "disconnected", _("Ended the call")
    CONNECTION_LOST = "connection_lost", _("Connection lost, unclear why")
    DURING_BREAK = "during_break", _("Left during a break")
    TAKEN_OUT = "taken_out", _("Taken out by another person")
    OTHER = "other", _("Other")


class Ending(models.TextChoices):
    """How it ended. Wanting to leave is worth a record even when the client stays."""

    STAYED = "stayed", _("Stayed")
    RETURNED = "returned", _("Took a break and returned")
    LEFT = "left", _("Left")
    DISCONNECTED = "disconnected", _("Disconnected")
    HANDED_OVER = "handed_over", _("Handed over to someone")


#: Endings of a departure that did not happen: kept, and counted apart.
DID_NOT_HAPPEN = [Ending.STAYED, Ending.RETURNED]


class ResponseLevel(models.TextChoices):
    """How fast *we* must act. It says nothing about what the client may do, and it is never computed."""

    IMMEDIATE = "immediate", _("Immediate")
    ELEVATED = "elevated", _("Elevated")
    UNABLE_TO_ASSESS = "unable_to_assess", _("Unable to assess")
    SOME_CONCERN = "some_concern", _("Some concern")
    NONE_IDENTIFIED = "none_identified", _("None identified")


#: Most urgent first. *Unable to assess* is handled like *elevated*: not knowing is not the same as fine.
URGENCY = {
    ResponseLevel.IMMEDIATE: 0,
    ResponseLevel.ELEVATED: 1,
    ResponseLevel.UNABLE_TO_ASSESS: 1,
    ResponseLevel.SOME_CONCERN: 2,
    ResponseLevel.NONE_IDENTIFIED: 3,
}


#: What may be wished for and wait for its reason: a lower level, or none at all.
TAKEN_BACK = "taken_back"
Wish = [*ResponseLevel.choices, (TAKEN_BACK, _("No level"))]

#: What *they have gone* fills in of what happened, as far as it can know; an undo takes it back.
FILLED_IN = {Kind.DURING_BREAK, Kind.DISCONNECTED, Kind.CONNECTION_LOST}


class DepartureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own departures, and those of the people `user` supervises or covers today; in an emergency see
        `own_or_supervised`.

        Admins see none, whatever else they are signed in for.
        """
        return self.filter(own_or_supervised(user, "therapist", client="client"))

    def of(self, therapist):
        return self.filter(therapist=therapist)

    def happened_to(self, therapist):
        """Those that `therapist` was in the room for, also of clients who have gone to somebody else since."""
        return self.filter(Q(therapist=therapist, logged_by=None) | Q(logged_by=therapist))

    def writable_by(self, therapist):
        """Own ones, to which they add. One that came with a client is to be read, unless it is still open: somebody
        has to say how it ended.
        """
        return self.of(therapist).filter(Q(logged_by=None) | Q(logged_by=therapist) | Q(ended_at=None))

    def standing(self):
        return self.filter(voided_at=None)

    def real(self):
        """Everything but exercises: what figures, queues, lists of others and messages to others may count."""
        return self.filter(is_practice=False)

    def in_use(self):
        """What one works with: real ones; until the installation is adopted those so far, but no exercise's."""
        return self.real() if adoptions.is_made() else self.filter(is_practice=True, session__exercise=None)

    def open(self):
        """Still going on: not ended, not taken back."""
        return self.standing().filter(ended_at=None)

    def locked(self):
        """Hold the departure's own row until the transaction ends, so that two deeds at once follow each other."""
        return self.select_for_update(of=["self"])

    def for_page(self):
        """Everything a page about one departure shows, in one query."""
        related = self.select_related(
            "therapist", "logged_by", "client", "session", "site", "protocol_version", "voided_by"
        )
        return related.with_others().annotate(number_there=emergency_number_there())

    def with_others(self):
        """Each with the number that `DepartureEvent.others` needs, in the same query; lists need it."""
        return self.annotate(present=count_of_others())


def count_of_others():
    """A subquery for departures: how many people of the session are not the client of this record."""
    present = TherapySession.clients.through.objects.filter(therapysession=OuterRef("session"))
    others = present.exclude(client=Coalesce(OuterRef("client"), 0)).order_by().values("therapysession")
    return Coalesce(Subquery(others.annotate(count=Count("pk")).values("count")), 0)


def emergency_number_there():
    """A subquery for departures: what an own site in the client's country of today dials, else an empty text."""
    there = Site.objects.filter(country=OuterRef("country_today")).order_by("pk").values("emergency_number")
    return Coalesce(Subquery(there[:1]), Value(""))


#: A departure, its session, its client and the record it is alongside are all real or all made up for one person.
REFUSE_A_MIXTURE = """
    IF EXISTS (SELECT 1 FROM sessions_app_client WHERE id = NEW.client_id AND is_practice <> NEW.is_practice)
       OR EXISTS (
           SELECT 1 FROM sessions_app_therapysession WHERE id = NEW.session_id
           AND (is_practice <> NEW.is_practice OR (is_practice AND therapist_id <> NEW.therapist_id))
       )
       OR EXISTS (
           SELECT 1 FROM sessions_app_departureevent WHERE id = NEW.alongside_id AND is_practice <> NEW.is_practice
       ) THEN
        RAISE EXCEPTION 'A departure is real or an exercise as a whole: its session, its client and those beside it.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


#: Whoever had the record first stays known, however often it goes on with its client.
REFUSE_TO_FORGET_WHOSE_IT_WAS = """
    IF NEW.logged_by_id IS DISTINCT FROM coalesce(OLD.logged_by_id, OLD.therapist_id) THEN
        RAISE EXCEPTION 'Who logged a departure stays known when it goes to another therapist.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class DepartureEvent(models.Model):
    """One departure, about one person. Its id is made by the device, so that a repeated request finds the first one.

    `level_wished` is a lower level that was tapped and still lacks what lowering needs; the level stays until then.

    `therapist` has the record: it goes with its client to whoever takes them over (`hand_overs`), and then `logged_by`
    is whom it happened to. Until then it is empty, and that is the therapist.

    `began_at` is the moment of the tap; `received_at` is when the server heard of it. All times in UTC.

    In a couple, family or group each person has a record of their own: safety, contact, resources, plan and report
    belong to one record and show nothing of another. `alongside` is the record of whoever headed for the door first
    in the same session; it only leads from one record to the next, on a page of the therapist's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="departures")
    logged_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="departures")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="departures")
    session = models.ForeignKey(
        TherapySession, null=True, blank=True, on_delete=models.PROTECT, related_name="departures"
    )
    is_practice = models.BooleanField(_("an exercise"), default=False)
    alongside = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="companions")
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.IN_PERSON)
    composition = models.CharField(_("composition"), max_length=10, choices=Composition, default=Composition.INDIVIDUAL)
    age_band = models.CharField(_("age band"), max_length=10, choices=AgeBand, default=AgeBand.ADULT)
    address_today = EncryptedCharField(_("where the client is today"), max_length=200, blank=True, owner="therapist")
    callback_number = EncryptedCharField(_("call-back number"), max_length=30, blank=True, owner="therapist")
    country_today = models.CharField(_("country the client is in today"), max_length=2, blank=True)
    kind = models.CharField(_("what happened"), max_length=16, choices=Kind, blank=True)
    began_at = models.DateTimeField(_("began"))
    received_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    is_late_entry = models.BooleanField(_("written down later"), default=False)
    break_began_at = models.DateTimeField(_("break began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("ending"), max_length=12, choices=Ending, blank=True)
    response_level = models.CharField(_("response level"), max_length=16, choices=ResponseLevel, blank=True)
    response_level_at = models.DateTimeField(_("level set"), null=True, blank=True)
    level_wished = models.CharField(_("lower level that lacks a reason"), max_length=16, choices=Wish, blank=True)
    level_wished_at = models.DateTimeField(_("lower level tapped"), null=True, blank=True)
    voided_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    voided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    void_reason = EncryptedCharField(_("why it was taken back"), max_length=200, blank=True, owner="therapist")

    objects = DepartureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["therapist", "-began_at"], name="departure_by_therapist"),
            models.Index(fields=["site", "began_at"], name="departure_by_site_and_time"),
            models.Index(fields=["logged_by"], name="departure_that_went_on", condition=Q(logged_by__isnull=False)),
            models.Index(fields=["therapist"], name="departure_open", condition=Q(ended_at=None, voided_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["alongside", "client"],
                condition=Q(voided_at=None),
                name="one_record_per_person_in_a_session",
            ),
            models.CheckConstraint(name="departure_is_not_alongside_itself", condition=~Q(alongside=F("pk"))),
            models.CheckConstraint(
                name="departure_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
            ),
            models.CheckConstraint(
                name="departure_break_is_not_before_it_began",
                condition=Q(break_began_at=None) | Q(break_began_at__gte=F("began_at")),
            ),
            models.CheckConstraint(
                name="departure_ending_and_time_go_together",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
            models.CheckConstraint(
                name="departure_is_voided_by_someone_for_a_reason",
                condition=Q(voided_at=None) | (Q(voided_by__isnull=False) & ~Q(void_reason="")),
            ),
            models.CheckConstraint(
                name="departure_level_and_time_go_together",
                condition=Q(response_level="", response_level_at=None)
                | (~Q(response_level="") & Q(response_level_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="departure_wished_level_and_time_go_together",
                condition=Q(level_wished="", level_wished_at=None)
                | (~Q(level_wished="") & Q(level_wished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="exercise_has_a_made_up_session", condition=Q(is_practice=False) | Q(session__isnull=False)
            ),
        ]
        triggers = [
            keeps_its_mark("departure_stays_real_or_exercise"),
            pgtrigger.Trigger(
                name="departure_keeps_who_logged_it",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("therapist", "logged_by"),
                func=REFUSE_TO_FORGET_WHOSE_IT_WAS,
            ),
            pgtrigger.Trigger(
                name="departure_is_real_or_exercise_inserted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_A_MIXTURE,
            ),
            pgtrigger.Trigger(
                name="departure_is_real_or_exercise_updated",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("client", "session", "alongside", "therapist"),
                func=REFUSE_A_MIXTURE,
            ),
        ]

    @property
    def whom_it_happened_to(self):
        """The therapist who was in the room. Select `logged_by` with it."""
        return self.logged_by or self.therapist

    def is_writable_by(self, person):
        """As `DepartureQuerySet.writable_by`."""
        return person.pk == self.therapist_id and (self.logged_by_id in (None, person.pk) or self.ended_at is None)

    @property
    def is_open(self):
        return self.ended_at is None and self.voided_at is None

    @property
    def is_on_break(self):
        return self.is_open and self.break_began_at is not None

    @property
    def has_happened(self):
        """Whether the client did leave, or may still. One that ended with staying is counted apart."""
        return self.ending not in DID_NOT_HAPPEN

    @property
    def is_voided(self):
        return self.voided_at is not None

    @property
    def is_immediate(self):
        return self.response_level == ResponseLevel.IMMEDIATE

    @property
    def is_remote(self):
        return Format(self.format).is_remote

    @property
    def is_home_visit(self):
        return self.format == Format.HOME_VISIT

    @property
    def is_elsewhere(self):
        """Whether the client is not at the site: help would have to go to another address."""
        return self.is_remote or self.is_home_visit

    @property
    def has_dropped(self):
        """Whether the line dropped, or the client ended the call; they may be back any minute."""
        return self.ending == Ending.DISCONNECTED

    @property
    def has_several(self):
        """Whether others take part: then each has a record of their own."""
        return self.composition != Composition.INDIVIDUAL

    @property
    def is_of_a_group(self):
        """In a group the others appear as a number, and nowhere else."""
        return self.composition == Composition.GROUP

    @cached_property
    def present(self):
        """How many of the session are not the client of this record. Read along by `with_others()`, else asked for."""
        return type(self).objects.with_others().values_list("present", flat=True).get(pk=self.pk)

    @property
    def others(self):
        """How many others the session knows of; one who is not named yet is not an other."""
        return self.present if self.client_id else max(0, self.present - 1)

    @property
    def country(self):
        """Where the client is: today's country when they are elsewhere and it was asked, else the site's."""
        return (self.country_today if self.is_elsewhere else "") or self.site.country

    @property
    def setting(self):
        """The settings whose words the steps add, as `protocols.models.Setting` values."""
        present = {
            Setting.REMOTE: self.is_remote,
            Setting.HOME_VISIT: self.is_home_visit,
            Setting.GROUP: self.is_of_a_group,
            Setting.COUPLE_OR_FAMILY: self.composition in (Composition.COUPLE, Composition.FAMILY),
            Setting.MINOR: self.age_band != AgeBand.ADULT,
        }
        return {setting for setting, is_present in present.items() if is_present}

    @property
    def minutes_of_service(self):
        """Whole minutes from the session's start to the client's leaving; None while either is unknown.

        Nothing before the start counts, and a client who stayed or returned was served for the whole
        planned session, so the planned length stands.
        """
        if self.session is None or self.ended_at is None:
            return None
        if not self.has_happened:
            return self.session.planned_minutes
        return max(0, int((self.ended_at - self.session.starts_at).total_seconds() // 60))
