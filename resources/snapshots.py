"""An entry as it was given to somebody: the exact words and numbers, whatever becomes of the entry later."""

from django.utils import timezone

VERSION = 1


def take(resource):
    """A plain dict for `GivenResource.snapshot`. Needs `with_contacts()`."""
    return {
        "version": VERSION,
        "taken_at": timezone.now().isoformat(),
        "slug": resource.slug,
        "name": resource.name,
        "organisation": resource.organisation.name,
        "hours": resource.hours_text,
        "cost": resource.cost,
        "is_verified": resource.is_verified,
        "status": resource.status,
        "contacts": [contact_as_given(contact) for contact in resource.contacts],
    }


def contact_as_given(contact):
    facts = ["kind", "dial_region", "dial", "e164", "display", "keyword", "menu_option", "url", "note"]
    return {"words": str(contact.words)} | {fact: getattr(contact, fact) for fact in facts}
