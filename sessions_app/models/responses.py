"""What was answered, noted and given. Rows are added, never edited: the database refuses."""

import uuid

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.encrypted import EncryptedCharField, EncryptedJSONField
from accounts.models import User
from protocols.models import Outcome, ProtocolStep
from resources import snapshots
from resources.models import ContactPoint, Resource, Verification
from sessions_app.models.departures import DepartureEvent


class ReasonNotPossible(models.TextChoices):
    CLIENT_HAD_LEFT = "client_had_left", _("Client had left")
    CONNECTION_LOST = "connection_lost", _("Connection lost")
    UNSAFE = "unsafe", _("Not safe to go on")
    OTHERS_PRESENT = "others_present", _("Others were there")
    LANGUAGE = "language", _("Language or communication")
    OTHER = "other", _("Other reason")


class StepResponseQuerySet(models.QuerySet):
    def latest_per_step(self):
        """The newest answer to each step of each departure: by the moment of the tap, then by arrival."""
        return self.order_by("departure_id", "step_id", "-occurred_at", "-pk").distinct("departure_id", "step_id")

    def standing(self):
        """Newest answers that have not been taken back."""
        return self.filter(pk__in=self.latest_per_step().values("pk")).exclude(outcome=Outcome.NOT_RECORDED)

    def count_per_departure(self):
        """A subquery for a queryset of departures: how many of the eleven have a standing answer."""
        # The newest of that one departure: the newest of all would be worked out anew for each of its rows.
        newest = self.filter(departure=OuterRef(OuterRef("pk"))).latest_per_step().values("pk")
        of_one = self.filter(departure=OuterRef("pk"), pk__in=newest).exclude(outcome=Outcome.NOT_RECORDED)
        counted = of_one.order_by().values("departure").annotate(count=Count("pk"))
        return Coalesce(Subquery(counted.values("count")), 0)


class StepResponse(models.Model):
    """One answer to one step. `occurred_at` is the tap, `received_at` the server's clock; both UTC.

    `clock_off_by` is how far the device's clock ran ahead when it sent the tap, which `occurred_at` is corrected by;
    empty when the clock was right.
    """

    op_id = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="Made by the device; saying it twice adds nothing."
    )
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="step_responses")
    step = models.ForeignKey(ProtocolStep, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=16, choices=ReasonNotPossible, blank=True)
    note = EncryptedCharField(_("note"), max_length=280, blank=True, owner="departure", row=["op_id"])
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    clock_off_by = models.DurationField(_("device's clock ahead by"), null=True, blank=True)

    is_repeat = False  # true of what `checklist.record` hands back when this operation had arrived before

    objects = StepResponseQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_at", "pk"]
        triggers = [append_only("step_response_is_append_only")]
        indexes = [models.Index(fields=["departure", "step", "-occurred_at", "-id"], name="response_newest_per_step")]
        constraints = [
            models.CheckConstraint(
                name="not_possible_needs_a_reason",
                condition=~Q(outcome=Outcome.NOT_POSSIBLE.value) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="not_applicable_needs_a_reason",
                condition=~Q(outcome=Outcome.NOT_APPLICABLE.value) | ~Q(note=""),
            ),
        ]

    @property
    def why(self):
        """The reason that was chosen, in words; without one the note."""
        return str(self.get_reason_display()) or self.note

    @property
    def is_time_approximate(self):
        """Whether the moment was worked out from a clock that was wrong; screens say "about"."""
        return self.clock_off_by is not None


class CapturedFactQuerySet(models.QuerySet):
    def current(self):
        """The newest value of each fact of each departure."""
        return self.order_by("departure_id", "name", "-occurred_at", "-pk").distinct("departure_id", "name")


#: The one fact that a count over all departures reads in the database: codes from a fixed list, and no words.
READ_BY_FIGURES = "reasons-source"


class CapturedFact(models.Model):
    """One thing noted on the way, such as how the client left. The names are in `sessions_app.captures`."""

    op_id = models.UUIDField(default=uuid.uuid4)
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="captured_facts")
    step = models.ForeignKey(ProtocolStep, on_delete=models.PROTECT, related_name="+")
    name = models.SlugField(max_length=40)
    value = EncryptedJSONField(owner="departure", row=["op_id", "name"], unless=("name", READ_BY_FIGURES))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects = CapturedFactQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_at", "pk"]
        triggers = [append_only("captured_fact_is_append_only")]
        indexes = [models.Index(fields=["departure", "name", "-occurred_at", "-id"], name="fact_newest_per_name")]
        constraints = [models.UniqueConstraint(fields=["op_id", "name"], name="fact_once_per_operation")]


class GivenResourceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was given in departures that `user` may see."""
        return self.filter(departure__in=DepartureEvent.objects.visible_to(user))

    def perhaps_wrong(self):
        """Not answered yet, and since it was given a contact of its entry was changed, or found dead or different.

        Or one of the entry that has taken its place: where two were merged, the contacts are there. What was given in
        an exercise is in nobody's hands.
        """
        found = {"result__in": ["dead", "different"], "recorded_at__gt": OuterRef("at")}
        changed = {"changed_at__gt": OuterRef("at")}
        is_suspect = Q(pk__in=[])
        for entry in ("resource", "resource__replaces"):
            checks = Verification.objects.filter(**{f"contact_point__{entry}": OuterRef("resource")}, **found)
            contacts = ContactPoint.objects.filter(**{entry: OuterRef("resource")}, **changed)
            is_suspect |= Q(Exists(checks)) | Q(Exists(contacts))
        real = self.filter(departure__is_practice=False)
        return real.filter(is_suspect, recall_answer=None, departure__voided_at=None)

    def for_recall(self):
        """With everything the page shows, the newest first."""
        contacts = Prefetch("resource", queryset=Resource.objects.with_contacts())
        current = ContactPoint.objects.current().prefetch_related("verifications")
        of_successor = Prefetch("resource__successor__contact_points", queryset=current)
        rows = self.select_related("departure__client", "departure__therapist")
        return rows.prefetch_related(contacts, of_successor).order_by("-pk")


class GivenResource(models.Model):
    """A directory entry as it was given: `snapshot` holds the exact words and numbers of that moment."""

    class Way(models.TextChoices):
        SPOKEN = "spoken", _("Said aloud")
        CARD = "card", _("On a card")
        PRINT = "print", _("Printed")
        TEXT_OR_EMAIL = "text_or_email", _("Agreed text or e-mail")
        QR = "qr", _("QR code")

    class Taken(models.TextChoices):
        YES = "yes", _("Taken")
        NO = "no", _("Not taken")
        UNKNOWN = "unknown", _("Not known")

    class Safe(models.TextChoices):
        """What the client said to “Is it safe to take this home?”"""

        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_ASKED = "not_asked", _("Not asked")

    #: Ways that leave something behind which somebody else may find.
    LEAVES_A_TRACE = [Way.CARD, Way.PRINT, Way.TEXT_OR_EMAIL, Way.QR]

    op_id = models.UUIDField(default=uuid.uuid4)
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="given_resources")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    way = models.CharField(_("how it was given"), max_length=13, choices=Way)
    taken = models.CharField(_("taken"), max_length=7, choices=Taken, default=Taken.UNKNOWN)
    safe_at_home = models.CharField(_("safe to take home"), max_length=9, choices=Safe, default=Safe.NOT_ASKED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = GivenResourceQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("given_resource_is_append_only")]
        constraints = [models.UniqueConstraint(fields=["op_id", "resource"], name="given_once_per_operation")]

    @property
    def how(self):
        """How it was given, whether it was taken, and what was said of home: “on a card, taken, safe to take home”."""
        said = [self.get_way_display().lower()]
        if self.taken != self.Taken.UNKNOWN:
            said.append(self.get_taken_display().lower())
        if self.safe_at_home != self.Safe.NOT_ASKED:
            is_safe = self.safe_at_home == self.Safe.YES
            said.append(gettext("safe to take home") if is_safe else gettext("not safe to take home"))
        return ", ".join(said)

    @property
    def was_in_doubt(self):
        """Whether it stood in doubt when it was given. Unknown for what was given before this was kept: then no."""
        return bool(snapshots.read(self.snapshot)["is_in_doubt"])
