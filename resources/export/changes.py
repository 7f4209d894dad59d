"""What changed in an entry, field by field, as HSDS metadata: who is a role, never a name."""

from collections import defaultdict
from itertools import pairwise
from uuid import uuid5

from django.apps import apps

from resources.export.facts import text_of
from resources.export.leaving import STAYS

#: Fields whose history is told; others are of the machine, or say who.
OF_ENTRIES = ["name", "description", "country", "region", "languages", "language_note", "hours_text", "hours"]
OF_ENTRIES += ["is_always_open", "audience", "age_min", "age_max", "categories", "cost", "is_free", "is_anonymous"]
OF_ENTRIES += ["is_answered_by_people", "is_open_to_everybody", "may_act_without_consent", "url", "is_crisis_line"]
OF_ENTRIES += ["status", "caveats", "closed_until", "all_checked_on"]
OF_CONTACTS = ["kind", "position", "dial_region", "dial", "e164", "display", "keyword", "menu_option", "extension"]
OF_CONTACTS += ["url", "note", "hours", "languages", "cost"]
OF_PLACES = ["name", "address_1", "address_2", "city", "region", "postal_code", "country", "latitude", "longitude"]
CURATOR, SYSTEM = "curator", "directory"


def of(resources):
    """Entry id → object id → metadata, for many entries in three queries."""
    keys = [resource.pk for resource in resources]
    found = defaultdict(lambda: defaultdict(list))
    for kind, fields, entity in KINDS:
        events = apps.get_model("resources", f"{kind}event").objects
        column = "id" if kind == "resource" else "resource_id"
        for row in histories(events.filter(**{f"{column}__in": keys}).order_by("id", "pgh_created_at", "pgh_id")):
            for before, after in pairwise(row):
                entry = getattr(after, column)
                thing = entry if kind == "resource" else uuid5(entry, PREFIXES[kind] + str(after.id))
                found[entry][str(thing)] += told(before, after, fields, thing, entity)
    return found


KINDS = [
    ("resource", OF_ENTRIES, "service"),
    ("contactpoint", OF_CONTACTS, "phone"),
    ("location", OF_PLACES, "location"),
]
PREFIXES = {"contactpoint": "contact:", "location": "location:"}


def histories(events):
    """The events of each row, in their order."""
    rows = defaultdict(list)
    for event in events:
        rows[event.id].append(event)
    return rows.values()


def told(before, after, fields, thing, entity):
    """The fields that differ. What was confidential or not listed, before or after, is not told."""
    if any(stayed(each) for each in (before, after)):
        return []
    changed = [name for name in fields if getattr(before, name) != getattr(after, name)]
    return [change(before, after, name, thing, entity) for name in changed]


def stayed(event):
    return getattr(event, "is_confidential", False) or getattr(event, "status", "") in STAYS


def change(before, after, name, thing, entity):
    return {
        "id": str(uuid5(thing, f"metadata:{after.pgh_id}:{name}")),
        "resource_id": str(thing),
        "resource_type": entity,
        "last_action_date": after.pgh_created_at.date().isoformat(),
        "last_action_type": "update",
        "field_name": name,
        "previous_value": words(getattr(before, name)),
        "replacement_value": words(getattr(after, name)),
        "updated_by": CURATOR if is_by_a_person(before, after) else SYSTEM,
    }


def words(value):
    if value in (None, {}):
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else text_of(value)


def is_by_a_person(before, after):
    """Only contacts say so: a contact that was changed by somebody names a later moment of change."""
    return getattr(after, "changed_by_id", None) is not None and after.changed_at != before.changed_at


def hang(document, metadata):
    """Put each object's metadata into it, all through the document."""
    for thing in objects(document):
        if told_of := metadata.get(thing.get("id")):
            thing["metadata"] = told_of
    return document


def objects(thing):
    if isinstance(thing, dict):
        yield thing
        for value in list(thing.values()):
            yield from objects(value)
    elif isinstance(thing, list):
        for each in thing:
            yield from objects(each)
