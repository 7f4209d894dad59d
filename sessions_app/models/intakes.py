"""What a therapist brings in from a calendar or a list: read first, taken over when they say so."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encrypted import EncryptedCharField, EncryptedJSONField
from accounts.marks import MarkField
from accounts.models import User
from accounts.numbers import NumberedFirst
from sessions_app.models.clients import Client
from sessions_app.models.settings_of_care import AgeBand, Composition, Format
from sessions_app.models.therapy_sessions import TherapySession


class IntakeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own only: what stands in somebody's calendar concerns nobody else, not even a supervisor."""
        return self.filter(therapist=user.pk) if user.is_therapist else self.none()

    def open(self):
        return self.filter(state=Intake.State.READ)


class Intake(models.Model):
    """One calendar or list. Nothing of it is in force while it is `read`; the file itself and its name are not kept."""

    class Kind(models.TextChoices):
        CALENDAR = "calendar", _("Calendar")
        LIST = "list", _("List")

    class State(models.TextChoices):
        READ = "read", _("Not taken over yet")
        TAKEN = "taken", _("Taken over")

    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="intakes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READ)
    read_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-read_at", "-pk"]
        indexes = [models.Index(fields=["therapist", "-read_at"], name="intake_by_therapist")]
        constraints = [
            models.CheckConstraint(
                name="intake_is_taken_at_a_time",
                condition=Q(state="read", taken_at=None) | Q(state="taken", taken_at__isnull=False),
            )
        ]

    @property
    def is_open(self):
        return self.state == self.State.READ


class IntakeTitle(models.Model):
    """One heading that appointments of a calendar share, and what the therapist says it stands for."""

    class Meaning(models.TextChoices):
        LEAVE_OUT = "leave_out", _("Not a session: leave out")
        NOBODY = "nobody", _("A session; client not said")
        NEW_CLIENT = "new_client", _("A new client, with this as reference")
        CLIENT = "client", _("A client of mine")

    id = NumberedFirst()
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="titles")
    words = EncryptedCharField(max_length=200, owner="intake")
    words_mark = MarkField(of="words")
    number = models.PositiveIntegerField()
    meaning = models.CharField(max_length=10, choices=Meaning, default=Meaning.LEAVE_OUT)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "words_mark"], condition=~Q(words_mark=""), name="intake_title_once"
            ),
            models.CheckConstraint(
                name="intake_title_names_a_client_if_it_means_one",
                condition=Q(meaning="client", client__isnull=False) | (~Q(meaning="client") & Q(client=None)),
            ),
        ]


class IntakeRow(models.Model):
    """One appointment of a calendar or one line of a list, and what became of it. Times in UTC.

    `reason` says why it cannot be taken over; then nothing else counts. `key` is the calendar's own name for the
    appointment: bringing the calendar in again finds the session by it.
    """

    class Outcome(models.TextChoices):
        NOT_YET = "", _("Waits")
        ADDED = "added", _("Added")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Here already")
        LEFT_OUT = "left_out", _("Left out")

    id = NumberedFirst()
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    title = models.ForeignKey(IntakeTitle, null=True, blank=True, on_delete=models.CASCADE, related_name="rows")
    starts_at = models.DateTimeField(null=True, blank=True)
    planned_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    format = models.CharField(max_length=10, choices=Format, default=Format.IN_PERSON)
    room = EncryptedCharField(max_length=40, blank=True, owner="intake")
    composition = models.CharField(max_length=10, choices=Composition, default=Composition.INDIVIDUAL)
    references = EncryptedJSONField(default=list, blank=True, owner="intake")
    preferred_name = EncryptedCharField(max_length=80, blank=True, owner="intake")
    age_band = models.CharField(max_length=10, choices=AgeBand, default=AgeBand.ADULT)
    key = models.CharField(max_length=255, blank=True)
    reason = EncryptedCharField(max_length=255, blank=True, owner="intake")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.NOT_YET)
    session = models.ForeignKey(TherapySession, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["intake", "line", "id"], name="intake_row_by_line")]
