"""Other names of an entry, its places, whom it serves by where they live, and the pages on which it was seen."""

from django.db import IntegrityError, transaction

from accounts import audit
from resources.checking import locked
from resources.models import Alias, Coverage, Evidence, Location


class IsThereAlready(Exception):
    """The entry has exactly this already."""


@transaction.atomic
def add_part(model, resource, *, by, **facts):
    """Add an Alias, Location, Coverage or Evidence to an entry. No check is cleared. Raises IsThereAlready."""
    resource = locked(resource.pk)
    try:
        with transaction.atomic():
            made = model.objects.create(resource=resource, **facts)
    except IntegrityError as error:
        raise IsThereAlready from error
    audit.record(f"{model._meta.model_name}_added", resource, by=by, part=made.pk)
    return made


@transaction.atomic
def remove_part(part, *, by):
    """Take it away for good; that it was there stays in the audit trail. Twice is once."""
    resource = locked(part.resource_id)
    was, _each = type(part).objects.filter(pk=part.pk).delete()
    if was:
        audit.record(f"{part._meta.model_name}_removed", resource, by=by, part=part.pk)


def add_alias(resource, *, words, by, kind=Alias.Kind.ALSO, digits=""):
    """Another name, or a number it once had, by which people look for it."""
    return add_part(Alias, resource, by=by, words=words, kind=kind, digits=digits)


def add_location(resource, *, by, **facts):
    """A place one can go to; with `is_confidential` it never leaves the curators' pages."""
    return add_part(Location, resource, by=by, **facts)


def add_coverage(resource, *, country, by, subdivision=""):
    """Whom it serves by where they live. Without any an entry serves the whole of its country."""
    return add_part(Coverage, resource, by=by, country=country, subdivision=subdivision)


def add_evidence(resource, *, by, **facts):
    """A page on which the facts were seen."""
    return add_part(Evidence, resource, by=by, **facts)
