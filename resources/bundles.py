"""Sets of entries that are given in one step. Lines do not always answer, so a set offers more than one way."""

from django.db import IntegrityError, transaction

from accounts import audit
from resources.models import Bundle, BundleItem, ContactPoint, Resource

FEWEST_WAYS = 2
#: Ways that are one and the same for somebody who cannot speak now.
BY_VOICE = {ContactPoint.Kind.VOICE, ContactPoint.Kind.TTY}


class NeedsAnotherWay(Exception):
    """All of it is reached in one way. Who cannot speak, or finds the line busy, is left with nothing."""


class NameIsTaken(Exception):
    """The country has a bundle of this name already."""


class CannotBeGiven(Exception):
    """One of the entries is not in the lists. `resource` is that entry."""

    def __init__(self, resource):
        super().__init__()
        self.resource = resource


@transaction.atomic
def save(bundle, *, name, country, keys, by):
    """Make a bundle (`bundle` is None) or change one, with the entries of `keys` in this order. Returns it.

    Saved again, a retired one is offered again. Raises NeedsAnotherWay, NameIsTaken, CannotBeGiven.
    """
    found = Resource.objects.with_contacts().in_bulk(keys)
    entries = [found[key] for key in keys if key in found]
    refuse(entries, country)
    if bundle is not None:
        bundle = Bundle.objects.select_for_update().get(pk=bundle.pk)
    bundle = bundle or Bundle()
    bundle.name, bundle.country, bundle.is_retired = name, country, False
    try:
        with transaction.atomic():
            bundle.save()
    except IntegrityError as error:
        raise NameIsTaken from error
    bundle.items.all().delete()
    BundleItem.objects.bulk_create(
        BundleItem(bundle=bundle, resource=entry, position=position) for position, entry in enumerate(entries)
    )
    audit.record("bundle_saved", bundle, by=by, entries=[str(entry.pk) for entry in entries])
    return bundle


def refuse(entries, country):
    for entry in entries:
        if not entry.may_be_given:
            raise CannotBeGiven(entry)
    if len(ways(entries, country)) < FEWEST_WAYS:
        raise NeedsAnotherWay


def ways(entries, country):
    """The kinds of contact that they offer there; a call is a call, by voice or typed."""
    kinds = {contact.kind for entry in entries for contact in entry.contacts_in(country)}
    return (kinds - BY_VOICE) | ({ContactPoint.Kind.VOICE} if kinds & BY_VOICE else set())


@transaction.atomic
def retire(bundle, *, by):
    """It is not offered any more. Twice is once."""
    if Bundle.objects.filter(pk=bundle.pk, is_retired=False).update(is_retired=True):
        audit.record("bundle_retired", bundle, by=by)
