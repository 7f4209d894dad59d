"""How a service is reached: the numbers and addresses of its own, of its places, and of its organisation."""

import re

from django.utils.translation import gettext as _

from resources.reading import numbers, offers, texts
from resources.reading.problems import REJECTED, Fault

KINDS = {
    "voice": "voice", "cell": "voice", "mobile": "voice", "phone": "voice", "hotline": "voice", "toll_free": "voice",
    "main": "voice", "text": "sms", "sms": "sms", "tty": "tty", "tdd": "tty", "textphone": "tty", "tty_tdd": "tty",
    "whatsapp": "whatsapp", "fax": "", "pager": "", "video": "",
}  # fmt: skip


class Contacts:
    """Finds the contacts of the services of `relations`. `country` stands in where the list does not say.

    A phone row is read once, whatever it belongs to, so that each of its faults is told once.
    """

    def __init__(self, relations, *, country):
        self.relations, self.country = relations, country
        self.read = {}  # id of a row -> its contacts

    def of(self, row, places, owner, *, country):
        """The contacts of the service `row`, and the rows they come from.

        Its own numbers first, then those of its places; those of the organisation only if there is no other.
        """
        self.used = []
        own = [*self.of_service(row), *self.relations.of_service_at_location("phone", row)]
        found = self.numbers(own, country) + self.people("service", row.get("id"), country) + offers.mails(row)
        for place in places:
            note = texts.plain(place.get("name")) if len(places) > 1 else ""
            found += self.at("location", place, country, note)
            found += [] if row.get("email") else offers.mails(place, note)
        if owner is not None and not any(contact["dial"] for contact in found):
            found += self.at("organization", owner, country, _("Number of the organisation"))
            found += [] if found else offers.mails(owner)
        return found, self.used

    def of_service(self, row):
        listed = self.relations.known(row, "phone_ids", "phone")
        own = self.relations.children("phone", "service", row.get("id"))
        return own + [each for key in listed for each in self.relations.listed["phone_ids"][key]]

    def at(self, table, row, country, note):
        found = self.numbers(self.relations.children("phone", table, row.get("id")), country, note)
        return found + self.people(table, row.get("id"), country)

    def numbers(self, rows, country, note=""):
        found = []
        for row in {id(each): each for each in rows}.values():
            for contact in self.of_phone(row, country):
                self.used.append(row)
                found.append({**contact, "note": (contact["note"] or note)[: offers.NOTE]})
        return found

    def of_phone(self, row, country=""):
        """The contacts of a phone row; its faults are noted the first time. Rows without a contact say why."""
        if id(row) in self.read or row.is_out:
            return self.read.get(id(row), [])
        contacts, faults = read(row, country or self.country)
        for fault in faults:
            row.add(fault, "number")
        if faults and not contacts:
            row.outcome, row.reason = REJECTED, faults[0].reason
        elif not contacts:
            row.leave(_("It says that there is no number."))
        elif not kind_of(row):
            contacts = []
            row.leave(_("Fax numbers and pagers are not kept."))
        words = [texts.plain(row.get(name)) for name in ("department", "description")]
        for contact in contacts:
            contact["extension"] = contact["extension"] or extension(row)
            contact["note"] = "; ".join(dict.fromkeys(word for word in (*words, contact["note"]) if word))
            contact["is_confidential"] = bool(row.get("is_confidential"))
        self.read[id(row)] = contacts
        return contacts

    def people(self, table, key, country):
        """Numbers and addresses of named people there: their names are not kept, what they do there is."""
        found = []
        for row in self.relations.children("contact", table, key):
            note = texts.plain(row.get("title") or row.get("department"))
            reached = self.numbers(self.relations.children("phone", "contact", row.get("id")), country, note)
            reached += offers.mails(row, note)
            for contact in reached:
                contact["is_confidential"] = contact["is_confidential"] or bool(row.get("is_confidential"))
            self.used += [row] if reached else []
            found += reached
        return found


def read(row, country):
    """The contacts in a phone row and its faults. A short number with an extension has lost digits."""
    raw = re.sub(r"\s+", " ", str(row.get("number")))
    contacts, faults = numbers.contacts_of(raw, country, kind_of(row) or "voice")
    if extension(row) and any(contact["dial"] and not contact["e164"] for contact in contacts):
        reason = _("A short number has no extension: some digits are missing.")
        return [], [Fault(numbers.PHONE, reason, _("Write the whole number."))]
    return contacts, faults


def extension(row):
    found = re.sub(r"\s+", "", str(row.get("extension")))
    return found[:10] if found != "0" else ""


def kind_of(row):
    """The kind of contact a phone row is; nothing for faxes. Numbers are some program's codes and say nothing."""
    beside = f"{row.get('department')} {row.get('description')}"
    if re.match(r"^\W*(TTY|TDD)\b", beside, re.IGNORECASE):
        return "tty"
    return KINDS.get(texts.word(row.get("type")), "voice")
