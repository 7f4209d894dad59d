"""What may leave the directory, and nothing else: each export and the API read entries only from here."""

from django.apps import apps
from django.db.models import Exists, Max, OuterRef, Prefetch, Subquery
from django.db.models.functions import Greatest

from resources.models import ContactPoint, Location, NumberReport, Resource, Verification

STAYS = [Resource.Status.DRAFT, Resource.Status.DO_NOT_LIST]
AT_A_TIME = 200  # entries held in memory while a file is written


def entries():
    """The entries that may leave. `last_modified` is when anything last changed that an export tells of."""
    return Resource.objects.exclude(status__in=STAYS).annotate(last_modified=Greatest("updated_at", *changes()))


def changes():
    """When contacts, places, checks and reports of an entry changed last. The database takes the latest of them all."""
    for name in ("contactpointevent", "locationevent"):
        yield newest(apps.get_model("resources", name), "pgh_created_at", its_entry="resource_id")
    for model, moment in ((Verification, "recorded_at"), (NumberReport, Greatest("at", "answered_at"))):
        yield newest(model, moment, its_entry="contact_point__resource_id")


def newest(model, moment, *, its_entry):
    rows = model.objects.order_by().filter(**{its_entry: OuterRef("pk")})
    return Subquery(rows.values(its_entry).annotate(newest=Max(moment)).values("newest"))


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


def of_keys(keys):
    """The entries of these keys with their parts, in the order of the keys; one that may not leave any more is not."""
    found = {entry.pk: entry for entry in with_parts(entries().filter(pk__in=keys))}
    return [found[key] for key in keys if key in found]


def each(entries, **how):
    for batch in batches(entries, **how):
        yield from batch
