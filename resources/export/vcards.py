"""Contact cards, one for each entry that may be given, for the address book of a phone."""

from django.utils.translation import gettext as _
from django.utils.translation import override
from segno.helpers import make_vcard_data

from resources import phones
from resources.export import contacts, hsds, leaving
from resources.export.taxonomies import LANGUAGE

SPOKEN = ["voice", "tty"]


def written(entries):
    """The cards in pieces of text. What is closed, retired or not checked for too long is no card."""
    for resource in leaving.each(entries):
        if hsds.status(resource) == "active":
            with override(LANGUAGE):
                yield card(resource)


def card(resource):
    """One vCard 3.0. A short code is the bare digits: with a country's prefix it would reach nobody."""
    reached = resource.contacts
    return make_vcard_data(
        name=plain(resource.name).replace(";", "\\;").replace(",", "\\,"),
        displayname=plain(resource.name),
        org=plain(resource.organisation.name),
        phone=[number(each) for each in reached if each.kind in SPOKEN and each.dial],
        cellphone=[number(each) for each in reached if each.kind in ("sms", "whatsapp") and each.dial],
        email=[mail[1] for each in reached if (mail := contacts.MAIL.fullmatch(each.url))],
        url=addresses(resource),
        memo=plain(memo(resource)),
    )


def number(contact):
    """What a phone dials wherever it is, else what one dials at home. Messages go to the full number."""
    if contact.kind not in SPOKEN:
        return contact.e164 or contact.dial
    return contact.e164 if phones.works_from_abroad(contact) else contact.dial


def addresses(resource):
    found = [resource.url, *(each.url for each in resource.contacts if each.url.startswith("http"))]
    return list(dict.fromkeys(contacts.uri(address) for address in found if address))


def memo(resource):
    """The words that fields of a card cannot hold: keywords, menu options, hours, and whether it was checked."""
    said = [*(each.words for each in resource.contacts if each.keyword or each.menu_option or each.extension)]
    said.append(resource.hours_text)
    if resource.is_verified:
        said.append(_("Checked on %(day)s") % {"day": resource.checked_on.isoformat()})
    if doubt := hsds.VERIFICATION[hsds.verification(resource)]:
        said.append(doubt)
    return ". ".join(str(each).rstrip(".") for each in said if each)


def plain(text):
    """On one line: a line end inside a value would begin another property."""
    return " ".join(text.split())
