"""Ways to reach an entry as HSDS has them: numbers are phones, mail addresses contacts, everything else a web page."""

import re
from uuid import UUID, uuid5

from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from resources.export import facts
from resources.places import country_name, language_name

#: HSDS leaves the list of types open; these three are in it, the last is said as it is.
TYPES = {"voice": "voice", "sms": "text", "tty": "textphone", "whatsapp": "whatsapp"}
EXACT = ["kind", "position", "dial_region", "dial", "e164", "display", "extension"]
EXACT += ["keyword", "menu_option", "url", "note", "cost", "hours"]
MAIL = re.compile(r"(?:mailto:)?([^\s@/:?&]+@[A-Za-z0-9.-]+)")
UNSAFE = {"[": "%5B", "]": "%5D"}


def parts(resource):
    """The phones, contacts and additional_urls that an entry's public contacts become. Needs `leaving.with_parts`."""
    found = {"phones": [], "contacts": [], "additional_urls": []}
    for contact in (each for each in resource.contacts if not each.is_confidential):
        kind, made = part(contact, resource.pk)
        found[kind].append(made)
    return found


def part(contact, service_id):
    own_id = uuid5(service_id, f"contact:{contact.pk}")
    whole = {"id": str(own_id), "service_id": str(service_id)}
    mail = MAIL.fullmatch(contact.url)
    if contact.dial:
        return "phones", {**whole, **phone(contact, own_id), **said(contact, own_id, "phone")}
    if mail:
        name = {"name": str(contact.resource.name), "email": mail[1]}
        return "contacts", {**whole, **name, **said(contact, own_id, "contact")}
    page = {"label": description(contact), "url": uri(contact.url)}
    return "additional_urls", {**whole, **page, **said(contact, own_id, "url")}


def phone(contact, own_id):
    """The number as one dials it: in its international form where there is one, never "+1988"."""
    made = {"number": contact.e164 or contact.dial, "type": TYPES.get(contact.kind, "voice")}
    if contact.extension.isdecimal():
        made["extension"] = int(contact.extension)
    made["description"] = description(contact)
    if contact.languages:
        made["languages"] = languages(contact.languages, own_id, "phone_id")
    return made


def description(contact):
    """What another program needs to show: the words, and whatever its fields cannot say."""
    place = _("Only dialled in %(country)s.") % {"country": country_name(contact.dial_region)}
    is_local = contact.dial and not contact.e164
    notes = [contact.words, contact.note, contact.cost, place if is_local else "", doubts(contact)]
    return ". ".join(str(note).rstrip(".") for note in notes if note) + "."


def doubts(contact):
    if contact.is_in_doubt:
        return _("Reported as not working")
    if contact.is_dead:
        return _("Found dead")
    return "" if contact.is_verified else _("Not checked by us yet")


def said(contact, own_id, entity):
    exact = {name: getattr(contact, name) for name in EXACT}
    newest = contact.newest_check
    of_checks = {
        "language": list(contact.languages),
        "checked_on": contact.checked_on and contact.checked_on.isoformat(),
        "last_result": newest and newest.result,
        "is_in_doubt": contact.is_in_doubt or None,
    }
    return {"attributes": facts.attributes(own_id, entity, exact | of_checks)}


def languages(codes, owner: UUID, key):
    return [
        {
            "id": str(uuid5(owner, f"language:{number}:{code}")),
            key: str(owner),
            "name": str(language_name(code)),
            "code": code,
        }
        for number, code in enumerate(codes)
    ]


def uri(address):
    """A web address in the characters that RFC 3986 allows; what reads it goes to the same page."""
    if not address:
        return ""
    scheme, host, rest = re.fullmatch(r"(?s)([A-Za-z][A-Za-z0-9+.-]*:)?(//[^/?#]*)?(.*)", iri_to_uri(address)).groups()
    path, hash_sign, fragment = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", rest).partition("#")
    whole = path + hash_sign + fragment.replace("#", "%23")
    start = (scheme or ("https:" if host else "https://")) + (host or "")
    return start + "".join(UNSAFE.get(character, character) for character in whole)


def from_parts(document):
    """The contacts of a service document, in their order, in the shape of the starter file."""
    things = [thing for kind in ("phones", "contacts", "additional_urls") for thing in document.get(kind, [])]
    known = [(facts.Said(thing), thing) for thing in things]
    ours = [said for said, _thing in known if "kind" in said]
    return [from_said(said) for said in sorted(ours, key=lambda said: said.number("position") or 0)]


def from_said(said):
    texts = {name: said.text(name) for name in EXACT if name not in ("position", "hours")}
    read = {**texts, "hours": said.data("hours"), "languages": said.all("language")}
    return {name: value for name, value in read.items() if value}
