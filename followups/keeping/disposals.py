"""Disposal: a list of what is due, two people, then one record after the other. Nothing is disposed of by itself.

What decides is in the database (`keeping.doors`): it is asked when the list is made and again before each record goes.
"""

import hashlib
import json
import time
import uuid
from collections import Counter

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from followups.models import Disposal, DisposedRecord
from resources import workers

AT_ONCE = 500  # records that are looked at in one statement; the database's own limit of time is far above that
ONE_TURN = 60  # seconds; then other tasks of the same worker have their turn
SYSTEM = "disposal"
TAKEN = "taken"
#: What `doorway_why_kept` and `doorway_dispose` answer when a record stays.
IN_WORDS = {
    "held": _("Held by a privacy officer"),
    "open": _("Something of it is still open"),
    "no_rule": _("No rule was adopted at one of its sites"),
    "not_due": _("Kept until later"),
    "not_alone": _("Belongs to a client by now, or is an exercise"),
    "not_there": _("Not there any more"),
}


class NothingIsDue(Exception):
    """The list would be empty."""


class NotForThem(Exception):
    """Proposed by a privacy officer, approved or declined by a clinical lead who is somebody else."""


class OneIsWaiting(Exception):
    """Another list waits for its answer."""


class AlreadyAnswered(Exception):
    """It was approved or declined before."""


#: Asked of the database's own functions, for a privacy officer sees no row of what they ask about.
LOOK = {
    "client_key": "SELECT * FROM doorway_clients(%s, %s)",  # pragma: allowlist secret
    "departure_key": "SELECT * FROM doorway_lone_departures(%s, %s)",
}
FIRST = {"client_key": 0, "departure_key": uuid.UUID(int=0)}


def look_through():
    """Every record: (kind of key, key, why it is kept, last service, kept until). What is due has no such why."""
    for kind, statement in LOOK.items():
        after = FIRST[kind]
        while True:
            with connection.cursor() as cursor:
                cursor.execute(statement, [after, AT_ONCE])
                rows = cursor.fetchall()
            yield from ((kind, *row) for row in rows)
            if len(rows) < AT_ONCE:
                break
            after = rows[-1][0]


def dry_run():
    """What would be on a list now, and how many records are kept for which reason: (due rows, Counter of reasons)."""
    found = list(look_through())
    due = [row for row in found if row[2] == ""]
    return due, Counter(row[2] for row in found if row[2])


def rules_of(kind, key):
    """The rules that count for one record: those of every site it was at."""
    subject, lone = (key, None) if kind == "client_key" else (None, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_rules_of(%s, %s)", [subject, lone])
        found = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


@transaction.atomic
def propose(*, by):
    """Write down the list of all that is due now. Returns the Disposal, which removes nothing yet.

    Raises NotForThem, OneIsWaiting, NothingIsDue.
    """
    if not by.is_privacy_officer:
        raise NotForThem
    if Disposal.objects.filter(answered_at=None).exists():
        raise OneIsWaiting
    due = dry_run()[0]
    if not due:
        raise NothingIsDue
    rows = [
        {kind: key, "last_service_on": last, "due_on": until, "rules": rules_of(kind, key)}
        for kind, key, why, last, until in due
    ]
    return write(rows, by=by)


def write(rows, *, by):
    made = Disposal.objects.create(proposed_by=by, list_hash=hash_of(rows))
    DisposedRecord.objects.bulk_create(DisposedRecord(disposal=made, **row) for row in rows)
    audit.record("disposal_proposed", made, by=by, records=len(rows), hash=made.list_hash)
    return made


def hash_of(rows):
    """SHA-256 of the list as it stands: what, since when, until when, under which rule. The order does not matter."""
    said = sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def rows_of(disposal):
    """The list again from what is kept of it."""
    names = ["client_key", "departure_key", "last_service_on", "due_on", "rules"]
    return [{name: said for name, said in row.items() if said is not None} for row in disposal.records.values(*names)]


@transaction.atomic
def answer(disposal, *, is_approved, by):
    """Approve or decline a list as a second person. Raises NotForThem, AlreadyAnswered.

    The lock makes two answers at once follow each other; the database refuses a second one and one's own list.
    """
    if not by.is_clinical_lead or by.pk == disposal.proposed_by_id:
        raise NotForThem
    found = Disposal.objects.select_for_update(of=["self"]).get(pk=disposal.pk)
    if found.answered_at:
        raise AlreadyAnswered
    found.is_approved, found.answered_by, found.answered_at = is_approved, by, timezone.now()
    found.approved_by = by if is_approved else None
    found.save(update_fields=["is_approved", "answered_by", "answered_at", "approved_by"])
    audit.record("disposal_approved" if is_approved else "disposal_declined", found, by=by, hash=found.list_hash)
    if is_approved:
        workers.wake("followups.tasks.dispose")
    return found


def work(*, seconds=None):
    """Carry out what was approved, each record in a transaction of its own. Returns how many were settled.

    May be stopped at any moment and started again, also twice at once: a record is disposed of whole or not at all.
    """
    until, count = seconds and time.monotonic() + seconds, 0
    while (until is None or time.monotonic() < until) and settle_next():
        count += 1
    return count


def settle_next():
    """Settle one record of an approved list: disposed of, or kept for a reason that came up since. False if none is
    left that nobody else works on.
    """
    todo = DisposedRecord.objects.filter(settled_at=None, disposal__is_approved=True).order_by("disposal", "pk")
    return any(settle(record) for record in todo.iterator(chunk_size=100))


@transaction.atomic
def settle(record):
    """Let the database dispose of one record, if it may go; False where another worker has it, or had it.

    The function locks the record's line, and skips one that is locked: two workers share a list.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_dispose(%s)", [record.pk])
        why = cursor.fetchone()[0]
    if why == TAKEN:
        return False
    facts = {"client": record.client_key, "departure": record.departure_key and str(record.departure_key)}
    audit.record("record_kept" if why else "record_disposed", record, by=SYSTEM, why=why, **facts)
    return True
