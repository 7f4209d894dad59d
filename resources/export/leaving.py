"""What may leave the directory, and nothing else: each export and the API read entries only from here."""

from django.apps import apps
from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q
from django.db.models.functions import Greatest

from resources.models import ContactPoint, Location, NumberReport, Resource, Verification

STAYS = [Resource.Status.DRAFT, Resource.Status.DO_NOT_LIST]
AT_A_TIME = 200  # entries held in memory while a file is written


def entries():
    """The entries that may leave."""
    return Resource.objects.exclude(status__in=STAYS)


def changes():
    """The rows that tell when contacts, places, checks and reports of an entry changed: (rows, its entry, when)."""
    for name in ("contactpointevent", "locationevent"):
        yield apps.get_model("resources", name).objects.order_by(), "resource_id", F("pgh_created_at")
    its_entry = "contact_point__resource_id"
    yield Verification.objects.order_by(), its_entry, F("recorded_at")
    yield NumberReport.objects.order_by(), its_entry, Greatest("at", "answered_at")  # nulls do not count


def changed_since(entries, moment):
    """Those of `entries` of which anything that an export tells changed at that moment or later."""
    found = Q(updated_at__gte=moment)
    for rows, its_entry, when in changes():
        found |= Q(pk__in=rows.annotate(its_moment=when).filter(its_moment__gte=moment).values(its_entry))
    return entries.filter(found)


def newest_changes(keys):
    """Entry id → when anything but its own row changed last. One query for all of them."""
    first, *others = [
        rows.filter(**{f"{its_entry}__in": keys}).values_list(its_entry).annotate(newest=Max(when))
        for rows, its_entry, when in changes()
    ]
    found = {}
    for key, moment in first.union(*others, all=True):
        found[key] = max(moment, found.get(key, moment))
    return found


def dated(found):
    """The entries, each with `last_modified`: when anything last changed that an export tells of it."""
    newest = newest_changes([entry.pk for entry in found])
    for entry in found:
        entry.last_modified = max(entry.updated_at, newest.get(entry.pk, entry.updated_at))
    return found


def with_parts(entries):
    """The entries with everything a document tells, in a number of queries that does not grow with them."""
    reported = NumberReport.objects.filter(contact_point=OuterRef("pk"), answered_at=None)
    contacts = ContactPoint.objects.current().filter(is_confidential=False).annotate(is_in_doubt=Exists(reported))
    return entries.select_related("organisation", "successor", "variant_of").prefetch_related(
        Prefetch("contact_points", queryset=contacts.prefetch_related("verifications")),
        Prefetch("locations", queryset=Location.objects.filter(is_confidential=False)),
        "aliases",
        "coverage",
        "evidence",
    )


def batches(entries, *, order=("pk",)):
    """The entries with their parts in that order, as lists of at most AT_A_TIME."""
    keys = list(entries.order_by(*order).values_list("pk", flat=True))
    for start in range(0, len(keys), AT_A_TIME):
        yield of_keys(keys[start : start + AT_A_TIME])


def of_keys(keys, *, is_whole=True):
    """The entries of these keys, in their order, with `last_modified`, and with their parts unless not `is_whole`.

    One that may not leave any more is not among them.
    """
    rows = entries().filter(pk__in=keys)
    found = {entry.pk: entry for entry in dated(list(with_parts(rows) if is_whole else rows))}
    return [found[key] for key in keys if key in found]


def each(entries, **how):
    for batch in batches(entries, **how):
        yield from batch
