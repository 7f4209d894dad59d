"""Lists of other people on their way into the directory: what was uploaded, what each row of it became, what it did."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ImportBatch(models.Model):
    """One uploaded list. The table is the queue: a worker takes a batch that has work to do, under a lease."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Waits to be read")
        READING = "reading", _("Is being read")
        MAPPING = "mapping", _("Needs you: what do its columns mean?")
        READY = "ready", _("Read; nothing is changed yet")
        APPLYING = "applying", _("Is being taken over")
        APPLIED = "applied", _("Taken over")
        UNDOING = "undoing", _("Is being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Could not be read")

    #: States in which a worker has something to do.
    WORK = [State.UPLOADED, State.READING, State.APPLYING, State.UNDOING]

    name = models.CharField(_("file"), max_length=200, help_text=_("As uploaded. Never used as a path."))
    source = models.CharField(_("where it is from"), max_length=80)
    country = models.CharField(_("country"), max_length=2)
    zone = models.CharField(_("time zone"), max_length=60)
    layout = models.CharField(_("layout"), max_length=40, blank=True)
    columns = models.JSONField(_("its columns"), default=list, blank=True)
    mapping = models.JSONField(_("what its columns mean"), default=dict, blank=True)
    is_full_replacement = models.BooleanField(_("it is the whole list"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    failure = models.CharField(_("why it could not be read"), max_length=500, blank=True)
    counts = models.JSONField(_("rows by what became of them"), default=dict)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    reached = models.PositiveIntegerField(_("position reached"), default=0)
    retiring = models.PositiveIntegerField(_("entries that are not in it any more"), default=0)
    known = models.PositiveIntegerField(_("entries of this source before it"), default=0)
    deaths = models.PositiveSmallIntegerField(_("workers that died of it"), default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("uploaded"), default=timezone.now)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "import batches"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="import_country_is_a_code", condition=Q(country__regex=r"^[A-Z]{2}$")),
            models.CheckConstraint(name="import_is_from_somewhere", condition=~Q(source="")),
            models.CheckConstraint(
                name="import_lease_is_whole",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(name="import_does_no_more_than_all", condition=Q(done__lte=F("total"))),
        ]

    @property
    def is_working(self):
        return self.state in self.WORK

    @property
    def percent(self):
        return min(100, 100 * self.done // self.total) if self.total else 0


class ImportFile(models.Model):
    """The bytes of an upload, apart from its batch so that lists of batches never carry them.

    They are in the database and not in a folder: the worker may be on another machine, a copy of the database is
    whole, and no name of an upload ever becomes a path.
    """

    batch = models.OneToOneField(ImportBatch, primary_key=True, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField(_("content"))


class ImportRow(models.Model):
    """What became of one row of the upload, or of one entry that it offers."""

    class What(models.TextChoices):
        CREATE = "create", _("New")
        UPDATE = "update", _("Changed")
        DECISION = "decision", _("Needs you")
        RETIRE = "retire", _("Not in the list any more")
        UNCHANGED = "unchanged", _("Same as here")
        REFUSED = "refused", _("Not taken over")
        USED = "used", _("Row used")
        WARNING = "warning", _("Row used, look at it")
        REJECTED = "rejected", _("Row with a mistake")
        DUPLICATE = "duplicate", _("Row that was there before")
        BLANK = "blank", _("Empty row")
        UNUSED = "unused", _("Row not needed")
        FILE = "file", _("About a whole file")

    class Question(models.TextChoices):
        CONFLICT = "conflict", _("It differs, and was checked or changed here")
        SAME = "same", _("It may be an entry that is here already")
        UNWANTED = "unwanted", _("Somebody asked that it is not listed")
        GONE = "gone", _("It is not in the list any more")

    class Decision(models.TextChoices):
        OURS = "ours", _("Keep ours")
        THEIRS = "theirs", _("Take theirs")

    #: Of entries; the others are of rows of the file.
    OF_ENTRIES = [What.CREATE, What.UPDATE, What.DECISION, What.RETIRE, What.UNCHANGED, What.REFUSED]
    #: What applying the batch does something with, once nothing of it is open.
    TO_APPLY = [What.CREATE, What.UPDATE, What.RETIRE, What.DECISION, What.UNCHANGED]

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(_("position"))
    what = models.CharField(_("what"), max_length=10, choices=What)
    key = models.CharField(_("key"), max_length=200, blank=True)
    file = models.CharField(_("file"), max_length=200, blank=True)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    column = models.CharField(_("column"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    fix = models.CharField(_("what to do"), max_length=300, blank=True)
    problems = models.JSONField(_("all that is wrong with it"), default=list, blank=True)
    cells = models.JSONField(_("the row as it was"), default=list, blank=True)
    facts = models.JSONField(_("what the list says"), default=dict, blank=True)
    diff = models.JSONField(_("where it differs"), default=list, blank=True)
    question = models.CharField(_("question"), max_length=10, choices=Question, blank=True)
    candidates = models.JSONField(_("entries it may be"), default=list, blank=True)
    decision = models.CharField(_("decision"), max_length=6, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_left_out = models.BooleanField(_("left out"), default=False)
    resource = models.ForeignKey(
        "resources.Resource", null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows"
    )
    applied = models.JSONField(_("what it did"), null=True, blank=True)
    applied_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    not_undone = models.CharField(_("what was not undone"), max_length=500, blank=True)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["batch", "what", "position"], name="import_rows_by_what")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="import_row_once_per_position"),
            models.CheckConstraint(
                name="import_decision_is_somebodys",
                condition=Q(decision="") | Q(decided_by__isnull=False),
            ),
        ]

    @property
    def is_open(self):
        """Whether it waits for a person."""
        return self.what == self.What.DECISION and not self.decision


class MappingProfile(models.Model):
    """What the columns of a kind of file mean, kept so that nobody has to say it twice."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    signature = models.CharField(_("columns it is for"), max_length=64, db_index=True)
    mapping = models.JSONField(_("what its columns mean"), default=dict)

    class Meta:
        ordering = ["name"]
