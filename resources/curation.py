"""Adding entries and changing their facts. Each deed leaves its entry in the audit trail.

What nobody has tried counts as unchecked, so a new entry is not checked yet; other facts than the hours say nothing
about whether a number works, and clear nothing.
"""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import audit
from resources import unlisted
from resources.checking import locked, settle
from resources.models import Alias, ContactPoint, Coverage, Evidence, Location, Organisation, Resource
from resources.unlisted import NotToBeListed

__all__ = ["EntryHasChanged", "NotToBeListed", "add", "edit"]

HOURS = {"hours", "hours_text", "is_always_open"}
PARTS = {"aliases": Alias, "contacts": ContactPoint, "coverage": Coverage, "evidence": Evidence, "locations": Location}


class EntryHasChanged(Exception):
    """Somebody else changed the entry since its page was opened. `now` is the entry as it stands."""

    def __init__(self, now):
        super().__init__()
        self.now = now


@transaction.atomic
def add(facts, *, by, status=Resource.Status.IN_REVIEW, proposed_by=None):
    """Put an entry on the shelf, unchecked, with all that belongs to it. Returns it.

    `facts` are the fields of Resource with the organisation as a name (without one it has the entry's), and `contacts`,
    `aliases`, `coverage`, `evidence` and `locations` as lists of dicts. Raises NotToBeListed.
    """
    facts = dict(facts)
    parts = {part: facts.pop(part, []) for part in PARTS}
    organisation = facts.pop("organisation", "") or facts["name"]
    numbers = [(each.get("dial_region", ""), each.get("dial", "")) for each in parts["contacts"]]
    unlisted.refuse(name=facts["name"], organisation=organisation, numbers=numbers)
    pk = uuid.uuid4()
    facts |= {"organisation": organisation_named(organisation), "status": status, "proposed_by": proposed_by}
    made = Resource.objects.create(pk=pk, slug=slug_of(facts["name"], pk), **facts)
    for part, model in PARTS.items():
        for position, each in enumerate(parts[part]):
            order = {"position": position, "changed_by": by} if model is ContactPoint else {}
            model.objects.create(resource=made, **order, **each)
    audit.record("resource_added", made, by=by, edition=made.edition)
    return made


@transaction.atomic
def edit(resource, *, edition, by, **facts):
    """Change facts of an entry that is still of `edition`. Returns it; it is of the next edition if anything changed.

    `organisation` is a name. New hours clear the checks of the contacts that have no hours of their own: the others
    are as they were. Raises EntryHasChanged, and NotToBeListed for a name that must not come back.
    """
    now = locked(resource.pk)
    if now.edition != edition:
        raise EntryHasChanged(now)
    if "organisation" in facts:
        facts["organisation"] = organisation_named(facts["organisation"])
    changed = sorted(name for name, value in facts.items() if getattr(now, name) != value)
    if not changed:
        return now
    for name in changed:
        setattr(now, name, facts[name])
    if not {"name", "organisation"}.isdisjoint(changed) and now.status != Resource.Status.DO_NOT_LIST:
        unlisted.refuse(name=now.name, organisation=now.organisation.name, but=now.pk)
    now.edition += 1
    now.save(update_fields=[*changed, "edition", "updated_at"])
    audit.record("resource_changed", now, by=by, edition=now.edition, fields=changed)
    if not HOURS.isdisjoint(changed):
        clear_checks(now, by=by)
    settle(now.pk)
    now.refresh_from_db()
    return now


def clear_checks(resource, *, by):
    """The contacts that go by the entry's hours were tried with other hours: they have to be tried again."""
    following = resource.contact_points.current().select_for_update().filter(hours={})
    for contact in following.order_by("pk"):
        contact.changed_by, contact.changed_at = by, timezone.now()
        contact.edition += 1
        contact.save(update_fields=["changed_by", "changed_at", "edition"])


def organisation_named(name):
    """The organisation of that name; letters may be large or small."""
    name = " ".join(name.split())
    found = Organisation.objects.filter(name__iexact=name).order_by("pk").first()
    return found or Organisation.objects.get_or_create(name=name)[0]


def slug_of(name, pk):
    """Words for addresses, never taken: part of the key is in it."""
    return f"{slugify(name)[:80] or 'entry'}-{pk.hex[:12]}"
