"""An entry as it was given to somebody: the exact words and numbers, whatever becomes of the entry later."""

from copy import deepcopy

from django.utils import timezone

VERSION = 2  # of the dict's shape; `read` brings older ones up to it

FACTS = [
    "slug",
    "name",
    "description",
    "country",
    "region",
    "is_always_open",
    "languages",
    "language_note",
    "cost",
    "may_act_without_consent",
    "is_in_doubt",
    "is_overdue",
]
CONTACT_FACTS = [
    "kind",
    "dial_region",
    "dial",
    "e164",
    "display",
    "keyword",
    "menu_option",
    "extension",
    "url",
    "note",
    "hours",
    "languages",
    "cost",
    "is_in_doubt",
    "is_different",
    "is_dead",
]
#: What snapshots of the first shape do not say. None: nobody wrote it down then.
NOT_IN_THE_FIRST = {
    "may_act_without_consent": None,
    "is_in_doubt": None,
    "is_overdue": None,
    "timetable": {},
    "categories": [],
}
NOT_IN_A_FIRST_CONTACT = {
    "hours": {},
    "languages": [],
    "cost": "",
    "is_in_doubt": None,
    "is_different": None,
    "is_dead": None,
}


def take(resource, *, country=""):
    """A plain dict, ready for JSON, of what somebody in `country` was shown. Needs `with_contacts()`.

    Without a country every contact is kept but the confidential ones, which are in no snapshot. Times are UTC;
    `days_since_check` is None while unchecked. `hours` are the words, `timetable` is what a program reads.
    """
    return {
        "version": VERSION,
        "taken_at": timezone.now().isoformat(),
        "id": str(resource.pk),
        **{fact: deepcopy(getattr(resource, fact)) for fact in FACTS},
        "organisation": resource.organisation.name,
        "hours": resource.hours_text,
        "timetable": deepcopy(resource.hours),
        "audience": list(resource.audience),
        "categories": list(resource.categories),
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
        **{fact: deepcopy(getattr(contact, fact)) for fact in CONTACT_FACTS},
        "is_verified": contact.is_verified,
        "checked_on": day(contact.checked_on),
    }


def read(snapshot):
    """A snapshot of any version in the present shape; what was not kept then is None or empty. The given one stays."""
    contacts = [{**deepcopy(NOT_IN_A_FIRST_CONTACT), **contact} for contact in snapshot.get("contacts", [])]
    return {**deepcopy(NOT_IN_THE_FIRST), **snapshot, "contacts": contacts}


def day(date):
    return date.isoformat() if date else None
