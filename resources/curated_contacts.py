"""Adding ways to reach an entry, taking them out, and putting them into another order."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from resources import unlisted
from resources.checking import Answer, ContactHasChanged, IsThereAlready, answer_reports, locked, settle
from resources.models import Evidence, Resource


class IsTheLastContact(Exception):
    """An entry in the lists that nobody can reach helps nobody: take the entry out instead."""


@transaction.atomic
def add_contact(resource, *, by, evidence_url="", **facts):
    """One more way to reach an entry, after the others and unchecked, so the entry is not fully checked any more.

    `evidence_url` is a page that shows it, and is kept with the entry. Raises IsThereAlready and NotToBeListed.
    """
    resource = locked(resource.pk)
    unlisted.refuse(numbers=[(facts.get("dial_region", ""), facts.get("dial", ""))], but=resource.pk)
    last = resource.contact_points.current().order_by("-position").first()
    position = last.position + 1 if last else 0
    try:
        with transaction.atomic():
            made = resource.contact_points.create(position=position, changed_by=by, changed_at=timezone.now(), **facts)
    except IntegrityError as error:
        raise IsThereAlready from error
    if evidence_url:
        facts = {"kind": Evidence.Kind.OPERATOR, "seen_on": timezone.localdate()}
        Evidence.objects.get_or_create(resource=resource, url=evidence_url, defaults=facts)
    audit.record("contact_added", resource, by=by, contact=made.pk)
    settle(resource.pk)
    return made


@transaction.atomic
def remove_contact(contact, *, by):
    """Take out one way to reach an entry; its row stays behind what was given. Twice is once.

    What was reported of it is answered, and whoever gave it hears of it. Raises IsTheLastContact for an entry in the
    lists.
    """
    resource = locked(contact.resource_id)
    contact.refresh_from_db()
    if contact.removed_at:
        return
    is_last = not resource.contact_points.current().exclude(pk=contact.pk).exists()
    out_of_sight = [Resource.Status.DRAFT, Resource.Status.RETIRED, Resource.Status.DO_NOT_LIST]
    if is_last and resource.status not in out_of_sight:
        raise IsTheLastContact
    take_out(contact, by=by)
    answer_reports([contact], Answer.REMOVED, by=by)
    audit.record("contact_removed", resource, by=by, contact=contact.pk)
    settle(resource.pk)


def take_out(contact, *, by):
    contact.removed_at = contact.changed_at = timezone.now()
    contact.changed_by = by
    contact.edition += 1
    contact.save(update_fields=["removed_at", "changed_at", "changed_by", "edition"])


@transaction.atomic
def reorder_contacts(resource, *, order, by):
    """Offer the contacts in this order (keys). Raises ContactHasChanged when they are not those of the entry now."""
    resource = locked(resource.pk)
    contacts = {contact.pk: contact for contact in resource.contact_points.current()}
    if sorted(order) != sorted(contacts):
        raise ContactHasChanged
    moved = [(place, contacts[pk]) for place, pk in enumerate(order) if contacts[pk].position != place]
    for place, contact in moved:
        contact.position = place
        contact.save(update_fields=["position"])
    if moved:
        audit.record("contacts_reordered", resource, by=by, order=order)
