"""The starter entries that come with Doorway. All of them unverified: a person must check each before it is given."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from accounts import audit
from resources.models import ContactPoint, Evidence, Organisation, Resource

STARTER_FILE = Path(__file__).parent / "starter_resources.json"


@dataclass(frozen=True)
class Loaded:
    created: int
    unchanged: int


@transaction.atomic
def load(*, by="starter set"):
    """Put the starter entries on the shelf; returns how many were new and how many were there already.

    An entry that is there is left as it is, so a second run changes nothing and an admin's edits survive.
    Two runs at once are one: the second waits for the first and finds nothing to add.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE resources_organisation IN SHARE ROW EXCLUSIVE MODE")
    entries = json.loads(STARTER_FILE.read_text(encoding="utf-8"))["entries"]
    present = {str(pk) for pk in Resource.objects.values_list("pk", flat=True)}
    missing = [entry for entry in entries if entry["id"] not in present]
    for entry in missing:
        add(entry, by=by)
    return Loaded(created=len(missing), unchanged=len(entries) - len(missing))


def add(entry, *, by):
    """Add one starter entry with its contacts and evidence."""
    organisation, _ = Organisation.objects.get_or_create(name=entry["organisation"])
    contacts, evidence = entry["contacts"], entry["evidence"]
    facts = {name: value for name, value in entry.items() if name not in ("organisation", "contacts", "evidence")}
    resource = Resource.objects.create(organisation=organisation, status=Resource.Status.IN_REVIEW, **facts)
    ContactPoint.objects.bulk_create(
        ContactPoint(resource=resource, position=position, **contact) for position, contact in enumerate(contacts)
    )
    Evidence.objects.bulk_create(Evidence(resource=resource, **page) for page in evidence)
    audit.record("resource_added", resource, by=by)
