"""Lists that were uploaded: adding one, saying what its columns mean, deciding, taking it over, undoing it.

These are what people do. The work itself is done by `imports`, which finds it in the table.
"""

import hashlib
import json

from django.db import transaction
from django.db.models import Count

from accounts import audit
from resources import workers
from resources.models import ImportBatch, ImportFile, ImportRow, MappingProfile, Resource

MOST_BYTES = 50 * 1024 * 1024  # of one upload
MOST_RETIRED = 0.1  # of a source's entries, without a typed confirmation
State, What = ImportBatch.State, ImportRow.What
Question, Decision = ImportRow.Question, ImportRow.Decision


class TooBig(ValueError):
    """The file has more than MOST_BYTES."""


class NotNow(Exception):
    """The batch is not in a state in which this can be done: somebody else was faster."""


class NeedsConfirmation(Exception):
    """So many entries would be retired that their number has to be typed first."""


@transaction.atomic
def add(content, *, name, source, country, zone, by, is_full_replacement=False):
    """Keep an upload and have it read. Nothing in the directory changes. Raises TooBig."""
    if len(content) > MOST_BYTES:
        raise TooBig
    batch = ImportBatch.objects.create(
        name=name.replace("\0", "")[-200:] or "list",
        source=source.strip(),
        country=country,
        zone=zone,
        is_full_replacement=is_full_replacement,
        by=None if isinstance(by, str) else by,
    )
    ImportFile.objects.create(batch=batch, content=content)
    audit.record("import_uploaded", batch, by=by, bytes=len(content), is_full_replacement=is_full_replacement)
    wake()
    return batch


def wake():
    workers.wake("resources.tasks.work_on_imports")


def held(batch, *states):
    """The batch, locked until the commit. Raises NotNow when it is in none of these states."""
    found = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if found.state not in states:
        raise NotNow
    return found


def signature(columns):
    """The same for files with the same columns, in whatever order."""
    names = sorted(each["name"] for each in columns)
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


@transaction.atomic
def set_mapping(batch, mapping, *, by, profile=""):
    """Say what each column means (column -> code of `reading.mapping.TARGETS`) and have the list read again.

    With a `profile` name it is kept for lists with the same columns; one of that name is replaced.
    """
    batch = held(batch, State.MAPPING)
    batch.mapping, batch.state = mapping, State.UPLOADED
    batch.save(update_fields=["mapping", "state"])
    if profile:
        facts = {"signature": signature(batch.columns), "mapping": mapping}
        MappingProfile.objects.update_or_create(name=profile, defaults=facts)
    audit.record("import_mapped", batch, by=by, columns=len(mapping))
    wake()


@transaction.atomic
def decide(row, decision, *, by, resource_id=None):
    """`by` says what is right where ours and theirs differ. Nothing changes until the batch is taken over.

    For an entry that may be one of ours, `ours` names which one. Raises NotNow where nothing is to be decided, and for
    taking what is not to be listed: that is undone at the entry, on purpose, or not at all.
    """
    held(row.batch, State.READY, State.APPLIED)
    row = ImportRow.objects.select_for_update().get(pk=row.pk)
    if row.what != What.DECISION or row.applied_at:
        raise NotNow
    if row.question == Question.UNWANTED and decision == Decision.THEIRS:
        raise NotNow
    if row.question == Question.SAME:
        row.resource = chosen(row, resource_id) if decision == Decision.OURS else None
    row.decision, row.decided_by = decision, by
    row.save(update_fields=["decision", "decided_by", "resource"])
    audit.record("import_decided", row, by=by, batch=row.batch_id, decision=decision)


def chosen(row, resource_id):
    allowed = {each["id"] for each in row.candidates}
    if str(resource_id) not in allowed:
        raise NotNow
    return Resource.objects.get(pk=resource_id)


@transaction.atomic
def keep_ours(batch, *, by):
    """Decide everything that is open for what stands here. What may be one of several entries stays open.

    Returns how many were decided.
    """
    batch = held(batch, State.READY, State.APPLIED)
    rows = batch.rows.filter(what=What.DECISION, decision="", applied_at=None).exclude(question=Question.SAME)
    count = rows.update(decision=Decision.OURS, decided_by=by)
    audit.record("import_decided", batch, by=by, rows=count, decision=Decision.OURS)
    return count


@transaction.atomic
def leave_out(batch, *, shown, taken, by):
    """Of the rows `shown` on a page, take over only those in `taken`."""
    batch = held(batch, State.READY, State.APPLIED)
    rows = batch.rows.filter(pk__in=shown, applied_at=None, what__in=[What.CREATE, What.UPDATE, What.RETIRE])
    rows.filter(pk__in=taken).update(is_left_out=False)
    count = rows.exclude(pk__in=taken).update(is_left_out=True)
    audit.record("import_rows_left_out", batch, by=by, rows=count)


def waiting(batch):
    """The rows that applying the batch would take over now."""
    rows = batch.rows.filter(what__in=ImportRow.TO_APPLY, applied_at=None, is_left_out=False)
    return rows.exclude(what=What.DECISION, decision="")


def retires_many(batch):
    """Whether taking over retires more than a tenth of this source's entries: then the file may not be whole."""
    return retirements(batch) > MOST_RETIRED * batch.known


def retirements(batch):
    rows = waiting(batch)
    return rows.filter(what=What.RETIRE).count() + rows.filter(question=Question.GONE, decision=Decision.THEIRS).count()


@transaction.atomic
def apply(batch, *, by, confirmation=""):
    """Have the batch taken over: all that is not left out and not open. Raises NotNow, or NeedsConfirmation.

    It may be done again for what was decided since. `confirmation` is the number of entries it retires, as typed.
    """
    batch = held(batch, State.READY, State.APPLIED)
    if retires_many(batch) and confirmation.strip() != str(retirements(batch)):
        raise NeedsConfirmation
    batch.state, batch.reached, batch.done, batch.total = State.APPLYING, 0, 0, waiting(batch).count()
    batch.applied_by = by
    batch.save(update_fields=["state", "reached", "done", "total", "applied_by"])
    audit.record("import_applied", batch, by=by, rows=batch.total)
    wake()


@transaction.atomic
def undo(batch, *, by):
    """Have everything the batch did set back, as far as nobody has changed it since. Raises NotNow."""
    batch = held(batch, State.APPLIED)
    rows = batch.rows.filter(applied_at__isnull=False, undone_at=None)
    batch.state, batch.done, batch.total, batch.undone_by = State.UNDOING, 0, rows.count(), by
    batch.save(update_fields=["state", "done", "total", "undone_by"])
    audit.record("import_undone", batch, by=by, rows=batch.total)
    wake()


def tell(batch):
    """Count anew what became of its rows."""
    found = batch.rows.values_list("what").annotate(Count("pk")).order_by("what")
    batch.counts = dict(found)
    return batch.counts
