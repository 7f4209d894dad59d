"""Where the work with a client stands after a departure, letters about it, and the weekly look at who was missed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.encrypted import EncryptedCharField, EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from followups.models.follow_ups import ContactAttempt
from sessions_app.models import CapturedFact, ContactPermission, DepartureEvent


class OfADeparture(models.QuerySet):
    def visible_to(self, user):
        """Those about departures that `user` may see."""
        return self.filter(departure__in=DepartureEvent.objects.visible_to(user))


class RelationshipQuerySet(OfADeparture):
    def newest_first(self):
        """By the moment it was said, then by arrival: the first is what stands."""
        return self.order_by("-at", "-pk")

    def newest_per_departure(self):
        return self.order_by("departure_id", "-at", "-pk").distinct("departure_id")


class RelationshipStatus(models.Model):
    """Somebody said where the work stands after a departure. Added, never edited; the newest one stands.

    No row means that nobody has said yet, which is not the same as *not clear*. A row closes nothing by itself.
    `fact` is what was noted at step 11, where it came from there. Source: the duty to clarify status, ethics codes on
    abandonment.
    """

    class Status(models.TextChoices):
        CONTINUING = "continuing", _("Goes on")
        UNCLEAR = "unclear", _("Not clear")
        ENDED_BY_CLIENT = "ended_by_client", _("Ended by the client")
        TRANSFERRING = "transferring", _("Moving to someone else")
        NOT_SAID = "not_said", _("Not said yet")

    class Consent(models.TextChoices):
        """What the client said to telling the next person."""

        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_ASKED = "not_asked", _("Not asked yet")

    id = NumberedFirst()
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="relationship_statuses")
    status = models.CharField(_("where the work stands"), max_length=15, choices=Status)
    why = EncryptedCharField(_("why"), max_length=300, owner="departure")
    receiving = EncryptedCharField(_("who takes over"), max_length=120, blank=True, owner="departure")
    consent = models.CharField(_("consent to hand over"), max_length=9, choices=Consent, blank=True)
    fact = models.OneToOneField(CapturedFact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("said"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = RelationshipQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["departure", "-at", "-id"], name="relationship_newest")]
        triggers = [append_only("relationship_status_is_append_only")]
        constraints = [
            models.CheckConstraint(name="relationship_status_says_why", condition=~Q(why="")),
            models.CheckConstraint(
                name="relationship_handing_over_only_when_transferring",
                condition=Q(status="transferring") | Q(receiving="", consent=""),
            ),
        ]

    @property
    def is_agreed_hand_over(self):
        """Whether somebody is named who takes over, and the client has said yes to it."""
        return bool(self.receiving) and self.consent == self.Consent.YES

    @property
    def why_in_words(self):
        """The reason; one that Doorway gave is in the language of the page."""
        return gettext(self.why)


class LetterKind(models.TextChoices):
    STATUS = "status", _("Status letter")
    CLOSING = "closing", _("Closing letter")


class LetterVersion(models.Model):
    """One version of the words of a letter to a client. Saving again adds another; none is edited.

    `scope` is what the client allowed for letters when it was written: words written for more are not used for less.
    """

    id = NumberedFirst()
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="letter_versions")
    kind = models.CharField(_("kind"), max_length=7, choices=LetterKind)
    number = models.PositiveSmallIntegerField(_("version"))
    body = EncryptedTextField(_("words"), max_length=4_000, owner="departure")
    scope = models.CharField(_("what was allowed"), max_length=15, choices=ContactPermission.Scope)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = OfADeparture.as_manager()

    class Meta:
        ordering = ["number"]
        triggers = [append_only("letter_version_is_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["departure", "kind", "number"], name="letter_version_once"),
            models.CheckConstraint(name="letter_version_has_words", condition=~Q(body="")),
        ]


class LetterSent(models.Model):
    """A person printed a letter and sent it: these words, on that day, in that way. Doorway sends none."""

    class Way(models.TextChoices):
        POST = "post", _("By post, in a plain envelope")
        TRACKED = "tracked", _("By post, signed for")
        BY_HAND = "by_hand", _("Given by hand")

    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="sent")
    attempt = models.OneToOneField(ContactAttempt, on_delete=models.PROTECT, related_name="letter_sent")
    sent_on = models.DateField(_("sent on"))
    way = models.CharField(_("way"), max_length=8, choices=Way)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("letter_sent_is_append_only")]


class PackReadingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those of the people `user` answers for."""
        return self.filter(Q(by=user) | Q(by__in=answers_for(user)))


class PackReading(models.Model):
    """A supervisor has gone through who was not reached in one week. Added, never edited; saying it again adds none.

    `listed` is how many stood there at that moment. It holds no client.
    """

    id = NumberedFirst()
    week = models.CharField(_("week"), max_length=8, help_text="ISO 8601, such as 2026-W48")
    listed = models.PositiveIntegerField(_("how many were listed"))
    words = EncryptedCharField(_("what comes of it"), max_length=300, blank=True, owner="by")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = PackReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "pk"]
        triggers = [append_only("pack_reading_is_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["by", "week"], name="pack_read_once_a_week"),
            models.CheckConstraint(name="pack_week_is_iso", condition=Q(week__regex=r"^\d{4}-W\d{2}$")),
        ]
