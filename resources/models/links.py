"""What became of the web pages behind the entries, night after night, and what waits for a curator because of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from resources.models.contacts import ContactPoint
from resources.models.directory import Resource


class PageState(models.TextChoices):
    """What a page was found to be. All but the first are for a curator, when they last."""

    WORKS = "works", _("Works")
    MOVED = "moved", _("Has moved to another address")
    GONE = "gone", _("Is not there any more")
    ERROR = "error", _("Does not answer as it should")
    BAD_CERTIFICATE = "bad_certificate", _("Cannot prove that it is the right page")
    PARKED = "parked", _("The address is for sale or belongs to nobody")
    REFUSED = "refused", _("Leads to an address that is not public")


class Why(models.TextChoices):
    """What stood behind a state, where the state alone does not say it."""

    NO_NAME = "no_name", _("the name is not known")
    NO_CONNECTION = "no_connection", _("no connection")
    TOO_SLOW = "too_slow", _("it took too long")
    TOO_MANY_REDIRECTS = "too_many_redirects", _("it leads on and on")
    STATUS = "status", _("it answers with an error")
    NOT_AN_ADDRESS = "not_an_address", _("this is no web address")
    NOT_PUBLIC = "not_public", _("a private address")
    NOT_WEB = "not_web", _("something else than a web page")


class Shown(models.TextChoices):
    """Whether a page shows the numbers we give. A page that could not be read is neither yes nor no."""

    YES = "yes", _("Shows our numbers")
    NO = "no", _("Does not show one of our numbers")
    UNKNOWN = "unknown", _("Could not be read")


class WatchedPage(models.Model):
    """A page that a listed entry names, and how it stands. A row that goes takes nothing along but its counts.

    `failures` are checks in a row that were not good, each in another night. `seen` has, for each number looked for
    (see `resources.drift.key`), how often in a row the page could be read and did not show it, and since when.
    """

    url = models.CharField(_("address"), max_length=400, unique=True)
    host = models.CharField(max_length=255)
    state = models.CharField(_("state"), max_length=20, choices=PageState, blank=True)
    why = models.CharField(max_length=20, choices=Why, blank=True)
    final_url = models.CharField(_("where it leads"), max_length=2000, blank=True)
    number_found = models.CharField(max_length=10, choices=Shown, default=Shown.UNKNOWN)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    seen = models.JSONField(default=dict, blank=True)
    looked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(F("looked_at").asc(nulls_first=True), "id", name="page_least_recent")]
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=Q(lease_token__isnull=False), name="one_visit_per_host_at_a_time"
            ),
            models.CheckConstraint(
                name="page_lease_is_whole",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="page_fails_since_a_time",
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
            ),
        ]


class LinkCheck(models.Model):
    """One look at one page. It names the page by its address: entries come and go, what was seen stays."""

    url = models.CharField(_("address"), max_length=400)
    state = models.CharField(_("state"), max_length=20, choices=PageState)
    why = models.CharField(max_length=20, choices=Why, blank=True)
    final_url = models.CharField(_("where it leads"), max_length=2000, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    redirects = models.JSONField(_("ways it took"), default=list, blank=True)
    number_found = models.CharField(max_length=10, choices=Shown)
    missing = ArrayField(models.BigIntegerField(), verbose_name=_("contacts not shown"), default=list, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["url", "-at"], name="link_check_by_page")]
        triggers = [append_only("link_check_is_append_only")]


class CuratorTask(models.Model):
    """Something about the directory that a person has to look at. There is one of a kind at a time.

    It closes by itself when what it is about has mended, then `closed_by` is empty. It goes with its entry or contact:
    without that there is nothing left to do.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("A page does not work")
        DRIFT = "drift", _("A page does not show our number any more")
        REPORT = "report", _("Somebody says that it did not work")
        SEARCH_GAP = "search_gap", _("Somebody looked and found nothing")
        DUPLICATE = "duplicate", _("Perhaps the same twice")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="curator_tasks"
    )
    contact = models.ForeignKey(
        ContactPoint, null=True, blank=True, on_delete=models.CASCADE, related_name="curator_tasks"
    )
    state = models.CharField(_("state of the page"), max_length=20, choices=PageState, blank=True)
    words = models.CharField(_("what it is about"), max_length=400, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["kind", "opened_at"], name="curator_task_open", condition=Q(closed_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "resource", "contact"],
                condition=Q(closed_at=None, resource__isnull=False),
                nulls_distinct=False,
                name="one_open_task_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["kind", "words"],
                condition=Q(closed_at=None, resource=None),
                name="one_open_task_of_these_words",
            ),
            models.CheckConstraint(
                name="curator_task_is_closed_by_somebody_at_a_time",
                condition=Q(closed_by=None) | Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="curator_task_contact_has_its_entry", condition=Q(contact=None) | Q(resource__isnull=False)
            ),
        ]
