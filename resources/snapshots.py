"""An entry as it was given to somebody: the exact words and numbers, whatever becomes of the entry later."""

from django.utils import timezone

VERSION = 1  # of the dict's shape; readers of old snapshots look at it

FACTS = ["slug", "name", "description", "country", "region", "is_always_open", "languages", "language_note", "cost"]
CONTACT_FACTS = ["kind", "dial_region", "dial", "e164", "display", "keyword", "menu_option", "extension", "url", "note"]


def take(resource, *, country=""):
    """A plain dict, ready for JSON, of what somebody in `country` was shown. Needs `with_contacts()`.

    Without a country every contact is kept. Times are UTC; `days_since_check` is None while unchecked.
    """
    return {
        "version": VERSION,
        "taken_at": timezone.now().isoformat(),
        "id": str(resource.pk),
        **{fact: getattr(resource, fact) for fact in FACTS},
        "organisation": resource.organisation.name,
        "hours": resource.hours_text,
        "audience": list(resource.audience),
        "caveats": list(resource.caveats),
        "status": resource.status,
        "is_verified": resource.is_verified,
        "checked_on": day(resource.checked_on),
        "days_since_check": resource.days_since_check,
        "contacts": [contact_as_given(contact) for contact in resource.contacts_in(country)],
    }


def contact_as_given(contact):
    return {
        "words": str(contact.words),
        **{fact: getattr(contact, fact) for fact in CONTACT_FACTS},
        "is_verified": contact.is_verified,
        "checked_on": day(contact.checked_on),
    }


def day(date):
    return date.isoformat() if date else None
