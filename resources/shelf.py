"""The starter entries that come with Doorway. All of them unverified: a person must check each before it is given."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from accounts import audit
from resources.models import Alias, ContactPoint, Coverage, Evidence, Location, Organisation, Resource
from resources.places import EUROPE, EUROPEAN_UNION

STARTER_FILE = Path(__file__).parent / "starter_resources.json"
#: What an entry's dict holds as lists, by the rows they become.
PARTS = {
    Alias: "aliases",
    ContactPoint: "contacts",
    Coverage: "coverage",
    Evidence: "evidence",
    Location: "locations",
}


@dataclass(frozen=True)
class Loaded:
    created: int
    unchanged: int


@transaction.atomic
def load(*, by="starter set", country=None):
    """Put the starter entries on the shelf; returns how many were new and how many were there already.

    With a `country` those alone that serve people there.

    An entry that is there is left as it is, so a second run changes nothing and an admin's edits survive.
    Two runs at once are one: the second waits for the first and finds nothing to add.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE resources_organisation IN SHARE ROW EXCLUSIVE MODE")
    entries = json.loads(STARTER_FILE.read_text(encoding="utf-8"))["entries"]
    if country:
        entries = [entry for entry in entries if serves(entry, country)]
    present = {str(pk) for pk in Resource.objects.values_list("pk", flat=True)}
    missing = [entry for entry in entries if entry["id"] not in present]
    put(missing, status=Resource.Status.IN_REVIEW)
    for entry in missing:
        audit.record("resource_added", Resource(pk=entry["id"]), by=by)
    return Loaded(created=len(missing), unchanged=len(entries) - len(missing))


def serves(entry, country):
    """As `ResourceQuerySet.serving` has it, of an entry of the file."""
    if entry["country"] != EUROPE:
        return entry["country"] == country
    return country in EUROPEAN_UNION or any(each.get("dial_region") == country for each in entry.get("contacts", []))


def put(entries, *, status):
    """Put entries (dicts in the shape of the starter file) on the shelf, each with all that belongs to it."""
    names = {entry["organisation"] for entry in entries}
    Organisation.objects.bulk_create((Organisation(name=name) for name in sorted(names)), ignore_conflicts=True)
    organisations = dict(Organisation.objects.filter(name__in=names).values_list("name", "pk"))
    Resource.objects.bulk_create(
        Resource(organisation_id=organisations[entry["organisation"]], status=status, **facts_of(entry))
        for entry in entries
    )
    for model, part in PARTS.items():
        model.objects.bulk_create(each for entry in entries for each in rows_of(model, entry, part))


def facts_of(entry):
    return {name: value for name, value in entry.items() if name not in ("organisation", *PARTS.values())}


def rows_of(model, entry, part):
    """The rows of one part of an entry; contacts keep their order."""
    for position, facts in enumerate(entry.get(part, [])):
        order = {"position": position} if model is ContactPoint else {}
        yield model(resource_id=entry["id"], **order, **facts)
