"""Paper of the chart: PDF files that were asked for, and copies that clients asked for and were given."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only, never_deleted
from accounts.encrypted import EncryptedBinaryField
from accounts.models import User
from sessions_app.models import Client, DepartureEvent
from sessions_app.models.clients import own_or_supervised

REFUSE_ONCE_FILED = """
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'A paper that was filed never changes; make a new one.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class CopyRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Requests about clients that `user` may see."""
        return self.filter(client__in=Client.objects.visible_to(user))


class CopyRequest(models.Model):
    """A client, or who may act for them, asked for a copy of the record. Added, never edited."""

    class AskedBy(models.TextChoices):
        CLIENT = "client", _("The client")
        GUARDIAN = "guardian", _("A parent or guardian who may")
        REPRESENTATIVE = "representative", _("Somebody who may act for the client")

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        PHONE = "phone", _("By phone")
        LETTER = "letter", _("By letter")
        EMAIL = "email", _("By e-mail")
        OTHER = "other", _("In another way")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="copy_requests")
    asked_by = models.CharField(_("who asked"), max_length=14, choices=AskedBy)
    asked_how = models.CharField(_("how they asked"), max_length=9, choices=How)
    asked_on = models.DateField(_("when they asked"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = CopyRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = [append_only("copy_request_is_append_only")]


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of departures that `user` may see. A copy holds what whoever asked for it may see, so it is for them
        and for who answers for them.
        """
        theirs = Q(requested_by=user) | own_or_supervised(user, "requested_by", mark=None)
        copies = theirs & Q(copy__client__in=Client.objects.visible_to(user))
        return self.filter(Q(departure__in=DepartureEvent.objects.visible_to(user)) | copies)

    def waiting(self):
        return self.filter(state=FiledPaper.State.WAITING)

    def for_page(self):
        return self.select_related("requested_by").order_by("-requested_at", "-pk")


class FiledPaper(models.Model):
    """A PDF of one departure's chart, or of a client's whole chart. The table is the queue: see `followups.papers`.

    `mark` is what the chart said when it was made (`chart.Chart.mark`); a newer one says that something was added
    since. Filed papers never change and are never removed; a newer one stands beside them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Is being made")
        MADE = "made", _("Filed")
        FAILED = "failed", _("Could not be made")

    class Why(models.TextChoices):
        NO_PANGO = "no_pango", _("The program that makes PDFs is not installed where it runs.")
        DIED = "died", _("Making it ended the program three times.")
        NOT_THEIRS = "not_theirs", _("Whoever asked for it may not see the record any more.")
        BROKEN = "broken", _("It could not be made. Tell your admin.")

    departure = models.ForeignKey(DepartureEvent, null=True, on_delete=models.PROTECT, related_name="papers")
    copy = models.ForeignKey(CopyRequest, null=True, on_delete=models.PROTECT, related_name="papers")
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    why = models.CharField(_("why it could not be made"), max_length=10, choices=Why, blank=True)
    mark = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    deaths = models.PositiveSmallIntegerField(_("workers that died of it"), default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["requested_at"], name="paper_to_make", condition=Q(state="waiting"))]
        constraints = [
            models.CheckConstraint(
                name="paper_is_of_a_departure_or_a_copy",
                condition=Q(departure__isnull=False, copy=None) | Q(departure=None, copy__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["departure"], condition=Q(state="waiting"), name="one_paper_under_way_per_departure"
            ),
            models.UniqueConstraint(fields=["copy"], condition=Q(state="waiting"), name="one_paper_under_way_per_copy"),
            models.CheckConstraint(
                name="paper_state_and_facts_go_together",
                condition=Q(state="waiting", why="", sha256="", mark="", finished_at=None)
                | (Q(state="made", why="", finished_at__isnull=False) & ~Q(sha256="") & ~Q(mark=""))
                | (Q(state="failed", sha256="", finished_at__isnull=False) & ~Q(why="")),
            ),
            models.CheckConstraint(
                name="paper_lease_is_whole",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="filed_paper_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=REFUSE_ONCE_FILED,
            ),
            never_deleted("paper_is_never_deleted"),
        ]

    @property
    def is_waiting(self):
        return self.state == self.State.WAITING

    @property
    def is_made(self):
        return self.state == self.State.MADE

    @property
    def file_name(self):
        """Says nothing about anybody, wherever the file may lie."""
        return f"paper-{self.pk}.pdf"


class PaperFile(models.Model):
    """The bytes of a filed paper, apart from its row so that lists never carry them.

    They are in the database and not in a folder: the worker may be on another machine, one copy of the database is
    the whole record, the paper and the trail of who had it are written in one transaction, and no address or path
    leads to it but the door that asks who is there.
    """

    paper = models.OneToOneField(FiledPaper, primary_key=True, on_delete=models.PROTECT, related_name="file")
    content = EncryptedBinaryField(_("content"))

    class Meta:
        triggers = [append_only("paper_file_is_append_only")]


class CopyGiven(models.Model):
    """A copy was handed over: who gave it, how, when, and which filed paper it was if it was one."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("Into their hands")
        POST = "post", _("By post, in a plain envelope")
        SECURE = "secure", _("By a secure message or portal")
        COLLECTED = "collected", _("To somebody they sent, who could show it")

    request = models.ForeignKey(CopyRequest, on_delete=models.PROTECT, related_name="given")
    paper = models.ForeignKey(FiledPaper, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(_("how it was given"), max_length=9, choices=How)
    given_on = models.DateField(_("when it was given"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("copy_given_is_append_only")]
