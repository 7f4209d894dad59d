"""The work on uploaded lists: reading, taking over, undoing. The table is the queue; any worker may go on with it.

A batch is claimed under a lease and worked on in chunks. Each chunk is one transaction, holds the one lock that all
imports share, and is refused to a worker whose lease somebody else has taken. One that dies loses its chunk, and
whoever claims the batch after it goes on from the last one that was committed.
"""

import io
import logging
import time
from datetime import timedelta
from itertools import islice

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, Max, OuterRef
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from resources import applying, batches, comparing, matching, undoing, workers
from resources.models import ExternalId, ImportBatch, ImportFile, ImportRow, Resource
from resources.offered import NotAnEntry, entry_of
from resources.reading import Offer, Problem, RowOutcome, Unreadable, open_file
from resources.reading.problems import BLANK, DUPLICATE, REJECTED, UNUSED, USED, WARNING_USED

CHUNK = 500
LEASE = timedelta(minutes=5)
ONE_TURN = 60  # seconds; then other tasks of the same worker have their turn
MOST_DEATHS = 3  # without a single chunk in between: then it is the list that kills them
LOCK = 0x1337_0011  # of all imports; any number that nothing else here uses
SAMPLES = 3
State, What = ImportBatch.State, ImportRow.What
WHAT = {USED: What.USED, WARNING_USED: What.WARNING, DUPLICATE: What.DUPLICATE, BLANK: What.BLANK,
        REJECTED: What.REJECTED, UNUSED: What.UNUSED}  # fmt: skip
SYSTEM = "importer"

logger = logging.getLogger("resources.imports")


class LeaseLost(Exception):
    """Another worker has taken the batch. What this one was about to write is not written."""


def work(*, seconds=ONE_TURN, batch=None):
    """Work on what waits, the oldest first, for about so many seconds. With `batch`, on that one only.

    Returns how many batches it worked on. While another worker is at any batch there is nothing to do here.
    """
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until and (claimed := claim(only=batch)):
        count += 1
        try:
            advance(claimed, until=until)
        except LeaseLost:
            logger.warning("import %s: another worker has taken it", claimed.pk)
        else:
            release(claimed)
    if count and ImportBatch.objects.filter(state__in=ImportBatch.WORK).exists():
        batches.wake()
    return count


@transaction.atomic
def claim(*, only=None):
    """Take one batch under a fresh lease, or None. Two batches are never worked on at once.

    Without the lock two workers could each look before the other has written its lease.
    """
    take_turns()
    busy = ImportBatch.objects.filter(lease_until__gt=Now())
    waiting = ImportBatch.objects.filter(state__in=ImportBatch.WORK).order_by("at", "pk")
    if only is not None:
        waiting = waiting.filter(pk=only.pk)
    if busy.exists():
        return None
    found = waiting.select_for_update(skip_locked=True).first()
    return found and workers.lease(found, lasts=LEASE)


def take_turns():
    """Wait until no other import writes. Held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def hold(batch, **facts):
    """Begin a chunk: the lock of all imports, and the proof that the batch is still ours; its lease is renewed."""
    take_turns()
    mine = ImportBatch.objects.filter(pk=batch.pk, lease_token=batch.lease_token)
    if not mine.update(lease_until=Now() + LEASE, **facts):
        raise LeaseLost


def release(batch):
    mine = ImportBatch.objects.filter(pk=batch.pk, lease_token=batch.lease_token)
    mine.update(lease_token=None, lease_until=None)


def advance(batch, *, until):
    """Do the next thing for a batch. What cannot be read is told on its page; a mistake of ours without its words."""
    try:
        if batch.deaths >= MOST_DEATHS:
            raise Unreadable(_("Reading it ended the program three times. Upload it in parts."))
        if batch.state in (State.UPLOADED, State.READING):
            read(batch)
        elif batch.state == State.APPLYING:
            take_over(batch, until=until)
        else:
            undo(batch, until=until)
    except Unreadable as unreadable:
        fail(batch, str(unreadable))
    except (LeaseLost, MemoryError, OperationalError, InterfaceError):
        raise  # the lease runs out, and whoever claims the batch then goes on
    except Exception as error:  # whatever it is, the batch must not be tried for ever
        logger.error("import %s: %s", batch.pk, type(error).__name__)
        fail(batch, _("It could not be worked on: %(kind)s.") % {"kind": type(error).__name__})


@transaction.atomic
def fail(batch, words):
    """Say why it does not go on. What was taken over before that can still be undone."""
    state = State.APPLIED if batch.state in (State.APPLYING, State.UNDOING) else State.FAILED
    hold(batch, state=state, failure=words[:500], deaths=0)
    audit.record("import_failed", batch, by=SYSTEM)


def read(batch):
    """Lay the list beside the directory and write down what each entry and each row of it is. Nothing else changes."""
    content = ImportFile.objects.get(pk=batch.pk).content
    source = open_file(io.BytesIO(bytes(content)), name=batch.name)
    if source.needs_mapping and not batch.mapping:
        ask_for_mapping(batch, source)
        return
    if source.needs_mapping:
        source = mapped(source, batch.mapping)
    known = (batch.rows.aggregate(Max("position"))["position__max"] or 0) if batch.state == State.READING else 0
    with transaction.atomic():
        hold(batch, state=State.READING, layout=source.layout[:40])
    events = enumerate(source.events(batch.country, batch.zone), start=1)
    rest = islice(events, known, None)
    keys = set(batch.rows.exclude(key="").values_list("key", flat=True))
    while chunk := list(islice(rest, CHUNK)):
        keep_chunk(batch, chunk, keys)
    finish_reading(batch)


def mapped(source, mapping):
    try:
        return source.with_mapping(mapping)
    except ValueError as wrong:
        raise Unreadable(str(wrong)) from wrong


@transaction.atomic
def ask_for_mapping(batch, source):
    """Keep the columns with a few values of each, for the person who says what they mean."""
    suggestion = source.suggestion()
    columns = []
    for position, name in enumerate(source.columns):
        values = dict.fromkeys(row[position][:80] for row in source.samples if position < len(row) and row[position])
        columns.append({"name": name, "samples": list(islice(values, SAMPLES)), "suggested": suggestion.get(name, "")})
    hold(batch, columns=columns, layout=source.layout[:40], state=State.MAPPING)


@transaction.atomic
def keep_chunk(batch, chunk, keys):
    """Write down what some offers and rows are, in their order."""
    hold(batch, deaths=0, done=chunk[-1][0], total=chunk[-1][0])
    rows, offered = [], []
    for position, event in chunk:
        row = row_of(batch, position, event)
        rows.append(row)
        if isinstance(event, Offer):
            offered += [(row, event)] if is_entry(row, event, keys) else []
    pairs = [(row.key, row.facts) for row, _event in offered]
    shelf, unwanted, former = matching.Shelf(batch.source, pairs), matching.Unwanted(), comparing.Former(pairs)
    for row, _event in offered:
        found = comparing.compare(row.key, row.facts, shelf=shelf, unwanted=unwanted, former=former)
        take(row, found)
    ImportRow.objects.bulk_create(rows)


def take(row, finding):
    row.what, row.reason, row.diff = finding.what, finding.reason[:500], finding.diff
    row.question, row.candidates, row.resource = finding.question, finding.candidates, finding.resource


def is_entry(row, offer, keys):
    """Put the facts of an offer into its row; false where the directory could not keep it, or has just had its key."""
    row.key = offer.key[:200]
    file, line = offer.source_rows[0] if offer.source_rows else ("", None)
    row.file, row.line = file[:200], line
    row.what = What.REFUSED
    if row.key in keys:
        row.reason = _("An entry with the same key stood before it; the first one counts.")
        return False
    try:
        row.facts = entry_of(offer.facts)
    except NotAnEntry as wrong:
        row.reason, row.value = str(wrong)[:500], str(offer.facts.get("name") or "")[:300]
        return False
    row.value = row.facts["name"][:300]
    keys.add(row.key)
    return True


def row_of(batch, position, event):
    """The row for one event of the reading: words only, nothing lazy."""
    if isinstance(event, Offer):
        return ImportRow(batch=batch, position=position)
    if isinstance(event, RowOutcome):
        problems = [told(each) for each in event.problems]
        first = problems[0] if problems else {}
        row = ImportRow(batch=batch, position=position, what=WHAT[event.outcome], problems=problems,
                        cells=[str(cell) for cell in event.cells])  # fmt: skip
        reason = first.get("reason") or str(event.reason)
        if event.first_line and not reason:
            reason = _("It says the same as line %(line)s.") % {"line": event.first_line}
    elif isinstance(event, Problem):
        first = told(event)
        row, reason = ImportRow(batch=batch, position=position, what=What.FILE, problems=[first]), first["reason"]
    row.file, row.line, row.reason = event.file[:200], event.line, reason[:500]
    row.column, row.value = first.get("column", "")[:200], first.get("value", "")[:300]
    row.fix = first.get("fix", "")[:300]
    return row


def told(problem):
    return {
        "column": str(problem.column), "value": str(problem.value)[:500], "reason": str(problem.reason),
        "fix": str(problem.fix), "severity": problem.severity,
    }  # fmt: skip


@transaction.atomic
def finish_reading(batch):
    """What the whole list does not have any more, and the counts."""
    hold(batch)
    batch.known = ExternalId.objects.filter(source=batch.source).count()
    if batch.is_full_replacement:
        batch.retiring = add_retirements(batch)
    batches.tell(batch)
    batch.state, batch.done = State.READY, batch.rows.count()
    batch.total = batch.done
    batch.save(update_fields=["known", "retiring", "counts", "state", "done", "total"])


def add_retirements(batch):
    """A row for each entry of this source that is not in the list; its own row may have been unreadable."""
    stands = batch.rows.filter(key=OuterRef("key"))
    gone = [Resource.Status.RETIRED, Resource.Status.DO_NOT_LIST]
    links = ExternalId.objects.filter(~Exists(stands), source=batch.source).exclude(resource__status__in=gone)
    links = links.select_related("resource").prefetch_related("resource__external_ids").order_by("pk")
    is_doubtful = batch.rows.filter(what__in=[What.REJECTED, What.REFUSED]).exists()
    position = batch.rows.aggregate(Max("position"))["position__max"] or 0
    count, chunk = 0, []
    for count, each in enumerate(links.iterator(chunk_size=CHUNK), start=1):
        row = ImportRow(batch=batch, position=position + count, key=each.key, value=each.resource.name)
        take(row, comparing.retiring(each.resource, is_doubtful=is_doubtful))
        chunk.append(row)
        if len(chunk) == CHUNK:
            ImportRow.objects.bulk_create(chunk)
            chunk = []
    ImportRow.objects.bulk_create(chunk)
    return count


def take_over(batch, *, until):
    """Apply the rows that were chosen, chunk by chunk, in their order."""
    while time.monotonic() < until:
        if not take_over_chunk(batch):
            return


@transaction.atomic
def take_over_chunk(batch):
    """Apply the next rows and say so in the batch, in one transaction. False when that was the last of it."""
    hold(batch, deaths=0)
    reached = ImportBatch.objects.values_list("reached", flat=True).get(pk=batch.pk)
    rows = batches.waiting(batch).filter(position__gt=reached).order_by("position")
    rows = list(rows.select_for_update(of=["self"]).select_related("batch")[:CHUNK])
    mine = ImportBatch.objects.filter(pk=batch.pk)
    if rows:
        applying.take_over(rows, batch=batch, by=batch.applied_by)
        mine.update(reached=rows[-1].position, done=F("done") + len(rows))
        return True
    batch.counts = batches.tell(batch)
    mine.update(state=State.APPLIED, applied_at=timezone.now(), counts=batch.counts, done=F("total"))
    return False


def undo(batch, *, until):
    while time.monotonic() < until:
        if not undo_chunk(batch):
            return


@transaction.atomic
def undo_chunk(batch):
    """Undo the last rows that are not undone, the newest first."""
    hold(batch, deaths=0)
    rows = batch.rows.filter(applied_at__isnull=False, undone_at=None).order_by("-position")
    rows = list(rows.select_for_update(of=["self"]).select_related("batch")[:CHUNK])
    mine = ImportBatch.objects.filter(pk=batch.pk)
    for row in rows:
        undoing.undo(row, by=batch.undone_by)
    if rows:
        mine.update(done=F("done") + len(rows))
        return True
    mine.update(state=State.UNDONE, done=F("total"))
    return False
