"""What proves a disposal: what went, how much, under which rule, who said so. Ids, codes, dates and numbers only."""

import json
from collections import Counter

from django.db import transaction

from accounts import audit
from accounts.models import User
from followups.keeping import disposals
from followups.keeping.declared import CLASSES
from followups.models import Disposal, DisposedRecord

FORMAT = "doorway-disposal-1"


class NotACertificate(Exception):
    """The file is not one, or somebody changed it: its list does not have the hash it says."""


def of(disposal):
    """The certificate as plain data, in the order it was carried out."""
    records = list(disposal.records.order_by("pk"))
    gone = [each for each in records if each.settled_at and not each.kept_because]
    return {
        "format": FORMAT,
        "number": disposal.pk,
        "proposed_by": disposal.proposed_by.name,
        "proposed_by_id": disposal.proposed_by_id,
        "proposed_at": disposal.proposed_at.isoformat(),
        "approved_by": disposal.approved_by.name if disposal.approved_by else None,
        "approved_by_id": disposal.approved_by_id,
        "approved_at": disposal.answered_at.isoformat() if disposal.approved_by else None,
        "list_hash": disposal.list_hash,
        "records_on_the_list": len(records),
        "records_disposed_of": len(gone),
        "records_kept": dict(Counter(each.kept_because for each in records if each.kept_because)),
        "records_waiting": sum(each.settled_at is None for each in records),
        "rows_by_class": dict(totals(gone)),
        "list": [line_of(each) for each in records],
    }


def line_of(each):
    facts = {"client_key": each.client_key, "departure_key": each.departure_key and str(each.departure_key)}
    return {
        **{name: said for name, said in facts.items() if said is not None},
        "last_service_on": str(each.last_service_on),
        "due_on": str(each.due_on),
        "rules": each.rules,
        "settled_at": each.settled_at and each.settled_at.isoformat(),
        "kept_because": each.kept_because,
        "rows": each.counts,
    }


def totals(records):
    """How many rows of which class went, all records together."""
    found = Counter()
    for each in records:
        found.update(each.counts)
    return found


def in_words(disposal):
    """[(class in words, rows)] for the page."""
    gone = disposal.records.exclude(settled_at=None).filter(kept_because="")
    return [(CLASSES[name].label, count) for name, count in totals(gone).items() if count]


@transaction.atomic
def hand_out(disposal, *, by):
    """The certificate as bytes; that it was handed out is in the trail. `by` may be the name of a command."""
    audit.record("certificate_made", disposal, by=by)
    return json.dumps(of(disposal), indent=2, ensure_ascii=False).encode()


@transaction.atomic
def reapply(data, *, by="after_restore"):
    """Bring a database that was put back from a copy up to a disposal that came after the copy.

    `data` are the bytes of a certificate; its list must have the hash it says. The list is written down again under the
    people who proposed and approved it then, so that what was disposed of once goes again; records that are not there
    stay away. Returns the Disposal, or None when this database knows it. Raises NotACertificate.
    """
    said = read(data)
    if Disposal.objects.filter(list_hash=said["list_hash"], is_approved=True).exists():
        return None
    gone = [each for each in said["list"] if each["settled_at"] and not each["kept_because"]]
    rows = [{name: each[name] for name in FACTS if name in each} for each in gone]
    proposer, approver = person(said["proposed_by_id"]), person(said["approved_by_id"])
    made = Disposal.objects.create(proposed_by=proposer, list_hash=said["list_hash"])
    DisposedRecord.objects.bulk_create(DisposedRecord(disposal=made, **row) for row in rows)
    audit.record("disposal_reapplied", made, by=by, records=len(rows), hash=made.list_hash)
    disposals.answer(made, is_approved=True, by=approver)
    return made


FACTS = ["client_key", "departure_key", "last_service_on", "due_on", "rules"]


def read(data):
    try:
        said = json.loads(data)
        rows = [{name: each[name] for name in FACTS if name in each} for each in said["list"]]
        is_whole = said["format"] == FORMAT and said["approved_by_id"] and disposals.hash_of(rows) == said["list_hash"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotACertificate from error
    if not is_whole:
        raise NotACertificate
    return said


def person(pk):
    """Who is named on a certificate, among the people of the database that was put back; raises NotACertificate."""
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise NotACertificate
    return found
