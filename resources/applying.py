"""Taking over what a list offers, row by row, and remembering what each row changed so that it can be undone."""

import uuid
from collections import defaultdict

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from resources import checking, curation, matching, shelf
from resources.comparing import Finding, Former, compare
from resources.models import Alias, ContactPoint, Coverage, Evidence, ExternalId, ImportRow, Location, Resource
from resources.models import Organisation as Owner
from resources.offered import CLOSED, ENDED, FIELDS, contact_facts

What, Question, Decision = ImportRow.What, ImportRow.Question, ImportRow.Decision
Status = Resource.Status
GONE = "gone"  # what `said` keeps of an entry that its list dropped
PARTS = {"locations": Location, "coverage": Coverage}
ADDED = {"aliases": Alias, "evidence": Evidence}


def take_over(rows, *, batch, by):
    """Apply these rows of a batch, in one transaction of the caller's.

    Each is laid beside the directory once more. Where that shows something else than what was shown to the person who
    said yes, nothing of it is applied, and the row says so. A row that the database refuses spoils no other.
    """
    try:
        with transaction.atomic():
            apply_all(rows, batch=batch, by=by)
    except DatabaseError:
        for row in rows:
            fresh = ImportRow.objects.get(pk=row.pk)
            try:
                with transaction.atomic():
                    apply_all([fresh], batch=batch, by=by)
            except DatabaseError:
                fresh = ImportRow.objects.get(pk=row.pk)
                fresh.what, fresh.reason = What.REFUSED, _("The directory could not keep this entry.")
                fresh.save(update_fields=["what", "reason"])


def apply_all(rows, *, batch, by):
    offered = [(row.key, row.facts) for row in rows if row.facts]
    known, unwanted, former = matching.Shelf(batch.source, offered), matching.Unwanted(), Former(offered)
    new, same = [], []
    for row in rows:
        if not row.facts:
            retire(row, by=by)
            continue
        finding = compare(row.key, row.facts, shelf=known, unwanted=unwanted, former=former)
        if finding.what == What.UNCHANGED:
            row.what, row.diff, row.resource = What.UNCHANGED, [], finding.resource
            same.append(row)
        elif not finding.is_like(row):
            show_anew(row, finding)
        elif row.what == What.CREATE or (row.question == Question.SAME and row.decision == Decision.THEIRS):
            new.append(row)
        else:
            decided(row, finding, batch=batch, by=by)
    create(new, batch=batch, by=by)
    said_again(same, source=batch.source, known=known)
    names = ["what", "reason", "diff", "question", "candidates", "decision", "decided_by", "resource"]
    ImportRow.objects.bulk_update(rows, [*names, "applied", "applied_at"])


def show_anew(row, finding: Finding):
    """Somebody changed the entry after the list was read: the row shows what stands there now, and waits."""
    row.what, row.question, row.diff = finding.what, finding.question, finding.diff
    row.candidates, row.resource = finding.candidates, finding.resource
    row.decision, row.decided_by = "", None
    row.reason = f"{_('It changed here after the list was read. Look again.')} {finding.reason}"[:500].strip()


def decided(row, finding, *, batch, by):
    """Apply an update, or what somebody decided of a row."""
    if row.question == Question.UNWANTED:
        finish(row, {})
    elif row.question == Question.SAME:
        finish(row, link(row.resource, row.key, row.facts, source=batch.source))
    else:
        takes_all = row.what == What.UPDATE or row.decision == Decision.THEIRS
        items = [each for each in row.diff if takes_all or not each["is_conflict"]]
        row.resource = finding.resource
        finish(row, update(finding.resource, items, batch=batch, by=by), linked=(row, batch.source))


def finish(row, did, *, linked=None):
    if linked:
        did |= link(row.resource, linked[0].key, linked[0].facts, source=linked[1])
    row.applied, row.applied_at = did, timezone.now()


def create(rows, *, batch, by):
    """Put new entries on the shelf, unchecked. Nothing of them counts as seen by a person."""
    if not rows:
        return
    entries = list(new_entries(rows))
    shelf.put(entries, status=Status.IN_REVIEW)
    for row in rows:
        if address := row.facts.get("organisation_url"):
            Owner.objects.filter(name=row.facts["organisation"], url="").update(url=address)
    closed = [entry["id"] for row, entry in zip(rows, entries, strict=True) if row.facts["standing"] == CLOSED]
    reason = _("The list “%(source)s” says that it is closed for now.") % {"source": batch.source}
    Resource.objects.filter(pk__in=closed).update(status=Status.TEMPORARILY_CLOSED, status_reason=reason)
    now = timezone.now()
    ExternalId.objects.bulk_create(
        ExternalId(resource_id=entry["id"], source=batch.source, key=row.key, said=row.facts, seen_at=now)
        for row, entry in zip(rows, entries, strict=True)
    )
    written = dict(Resource.objects.filter(pk__in=[each["id"] for each in entries]).values_list("pk", "updated_at"))
    for row, entry in zip(rows, entries, strict=True):
        row.resource_id = uuid.UUID(entry["id"])
        audit.record("resource_added", Resource(pk=entry["id"]), by=by, batch=batch.pk)
        at = written[row.resource_id].isoformat()
        finish(row, {"created": True, "updated_at": at, "link": {"key": row.key, "was": None, "is_new": True}})


def new_entries(rows):
    """The facts of new entries in the shape of the starter file. An id of ours is kept if nobody has it."""
    ids = {row.key: matching.as_uuid(row.key) for row in rows}
    taken = set(Resource.objects.filter(pk__in=[each for each in ids.values() if each]).values_list("pk", flat=True))
    slugs = SlugMaker([row.facts for row in rows])
    for row in rows:
        own = ids[row.key]
        yield {
            **{name: row.facts[name] for name in FIELDS},
            **{name: row.facts[name] for name in ("contacts", "aliases", "locations", "coverage", "evidence")},
            "id": str(own if own and own not in taken else uuid.uuid4()),
            "slug": slugs.make(row.facts),
        }


class SlugMaker:
    """Slugs that nobody has: the country and the name, with a number where that is taken."""

    def __init__(self, entries):
        self.next = defaultdict(int)
        self.taken = set()
        for stem in {self.stem(entry) for entry in entries}:
            self.taken.update(Resource.objects.filter(slug__startswith=stem).values_list("slug", flat=True))

    def stem(self, entry):
        return slugify(f"{entry['country']} {entry['name']}")[:88].strip("-") or "entry"

    def make(self, entry):
        stem = slug = self.stem(entry)
        while slug in self.taken:
            self.next[stem] += 1
            slug = f"{stem}-{self.next[stem] + 1}"
        self.taken.add(slug)
        return slug


def said_again(rows, *, source, known):
    """Remember that the list still says the same of entries that do not change. Two statements for all of them."""
    now, links, new = timezone.now(), [], []
    for row in rows:
        found = known.link(row.key)
        was = found.said if found else None
        row.applied = {"link": {"key": row.key, "was": was, "is_new": not found}} if was != row.facts else {}
        row.applied_at = now
        facts = {"said": kept(was, row.facts), "seen_at": now}
        if found:
            found.said, found.seen_at = facts.values()
            links.append(found)
        else:
            new.append(ExternalId(resource=row.resource, source=source, key=row.key, **facts))
    ExternalId.objects.bulk_update(links, ["said", "seen_at"])
    ExternalId.objects.bulk_create(new)


def kept(was, facts):
    """What a list said last: where it says nothing now, what it said before is remembered."""
    silent = (None, "", [], {})
    return {**facts, **{name: old for name, old in (was or {}).items() if name in FIELDS and facts.get(name) in silent}}


def link(resource, key, facts, *, source):
    """Remember that this key of the list is this entry, and what the list said of it. Returns how to undo that."""
    found = ExternalId.objects.filter(source=source, key=key).first()
    was = found.said if found else None
    written = {"resource": resource, "said": kept(was, facts), "seen_at": timezone.now()}
    ExternalId.objects.update_or_create(source=source, key=key, defaults=written)
    return {"link": {"key": key, "was": was, "is_new": not found}}


def update(resource, items, *, batch, by):
    """Change an entry as these items of its diff say. Returns what was before and what is now, for undoing."""
    did = {"fields": {}, "contacts": [], "added": {}, "parts": {}}
    resource = Resource.objects.select_for_update().get(pk=resource.pk)
    fields = {each["field"]: each["theirs"] for each in items if each["field"] in FIELDS}
    for name, value in fields.items():
        did["fields"][name] = write(resource, name, value)
    if fields:
        resource.edition += 1
        columns = [*fields, "edition", "updated_at"]
        resource.save(update_fields=columns)
        audit.record("resource_changed", resource, by=by, batch=batch.pk, fields=sorted(fields))
    if not curation.HOURS.isdisjoint(fields):
        curation.clear_checks(resource, by=by)
        checking.settle(resource.pk)
    if "name" in did["fields"]:
        former = {"kind": Alias.Kind.FORMER, "words": did["fields"]["name"][0], "digits": ""}
        did["added"]["aliases"] = add(Alias, resource, [former])
    for each in items:
        part = each["field"]
        if part in ADDED:
            did["added"].setdefault(part, []).extend(add(ADDED[part], resource, each["theirs"]))
        elif part in PARTS:
            did["parts"][part] = [each["ours"], each["theirs"]]
            replace(PARTS[part], resource, each["theirs"])
        elif part == "standing":
            did["status"] = stand(resource, each["theirs"], batch=batch, by=by)
        elif part == "contacts":
            did["contacts"] += contact(resource, each, batch=batch, by=by)
    return did


def write(resource, name, value):
    """Set one field; returns what it was and what it is now."""
    if name == "organisation":
        before, resource.organisation = resource.organisation.name, Owner.objects.get_or_create(name=value)[0]
        return [before, value]
    before = getattr(resource, name)
    setattr(resource, name, value)
    return [before, value]


def add(model, resource, listed):
    """Add rows of a part that are not there yet; returns their keys."""
    name = "words" if model is Alias else "url"
    have = set(model.objects.filter(resource=resource).values_list(name, flat=True))
    new = [model(resource=resource, **each) for each in listed if each[name] not in have]
    return [each.pk for each in model.objects.bulk_create(new)]


def replace(model, resource, listed):
    model.objects.filter(resource=resource).delete()
    model.objects.bulk_create(model(resource=resource, **each) for each in listed)


def stand(resource, standing, *, batch, by):
    """Close, retire or bring back an entry because its list says so, and a person agreed."""
    status = {ENDED: Status.RETIRED, GONE: Status.RETIRED, CLOSED: Status.TEMPORARILY_CLOSED}.get(standing)
    reason = {
        ENDED: _("The list “%(source)s” says that it has ended."),
        GONE: _("It is not in the list “%(source)s” any more."),
        CLOSED: _("The list “%(source)s” says that it is closed for now."),
    }.get(standing, "") % {"source": batch.source}
    before = [resource.status, resource.status_reason]
    status = status or Status.IN_REVIEW
    checking.set_status(resource, status, by=by, reason=reason)
    return [before, [status, reason]]


def contact(resource, item, *, batch, by):
    """Add, change or take out one contact. Returns what was done, as one entry in a list; nothing if nothing was."""
    if item["deed"] == "add":
        last = max((each.position for each in resource.contact_points.all()), default=-1)
        made = ContactPoint.objects.create(
            resource=resource, position=last + 1, changed_by=by, changed_at=timezone.now(), **item["theirs"]
        )
        audit.record("contact_added", resource, by=by, batch=batch.pk, contact=made.pk)
        checking.settle(resource.pk)
        return [{"deed": "add", "contact": made.pk, "edition": made.edition}]
    found = ContactPoint.objects.get(pk=item["contact"])
    if item["deed"] == "gone":
        take_out(found, by=by)
        return [{"deed": "gone", "contact": found.pk}]
    before = contact_facts(found)
    facts = item["theirs"]
    try:
        changed = checking.change(found, by=by, **facts)
    except checking.IsThereAlready:
        return []
    return [{"deed": "change", "contact": found.pk, "before": before, "after": contact_facts(changed)}]


def take_out(found, *, by):
    """The entry does not have this contact any more. It stays behind its checks and behind what was given."""
    found.removed_at = timezone.now()
    found.save(update_fields=["removed_at"])
    audit.record("contact_removed", found.resource, by=by, contact=found.pk)
    checking.answer_reports([found], checking.Answer.REMOVED, by=by)
    checking.settle(found.resource_id)


def retire(row, *, by):
    """Take out an entry that its list does not have any more, if that was not decided otherwise."""
    is_kept = row.what == What.DECISION and row.decision != Decision.THEIRS
    found = ExternalId.objects.filter(source=row.batch.source, key=row.key).select_related("resource").first()
    if is_kept or not found or found.resource.status in (Status.RETIRED, Status.DO_NOT_LIST):
        return finish(row, {})
    if row.what == What.RETIRE and found.resource.status == Status.VERIFIED:
        row.what, row.question = What.DECISION, Question.GONE
        row.reason = _("Somebody found it working after the list was read. Look again.")
        return None
    row.resource = found.resource
    did = {"status": stand(found.resource, GONE, batch=row.batch, by=by)}
    did["link"] = {"key": row.key, "was": found.said, "is_new": False}
    ExternalId.objects.filter(pk=found.pk).update(said={**found.said, "standing": GONE})
    return finish(row, did)
