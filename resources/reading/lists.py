"""Simple lists: one entry in each row, and somebody has said what each column holds."""

import re
from collections import defaultdict
from functools import partial

from django.utils.translation import gettext_lazy as _

from resources.reading import checks, numbers, offers, rows, texts, values
from resources.reading.problems import WARNING, Fault

NUMBERS = {"phone": "voice", "text": "sms", "tty": "tty", "whatsapp": "whatsapp"}
PRIVATE = re.compile(r"_?(is_?)?(private|confidential)$")


def events(tables, mapping, *, country, zone):
    """An offer and an outcome for each row, one after the other: a long list is never held as a whole."""
    keys = set()
    for table in tables:
        entry = Entries(table, mapping, country=country, zone=zone)
        for row in rows.of(table):
            if not entry.positions["name"]:
                row.leave(_("No column of this table was said to hold names of services."))
            if not row.outcome and (offer := entry.offer(row, keys)):
                row.use(offer.key)
                yield offer
            yield row.told()


class Entries:
    """Reads the rows of one table. Columns of the same meaning are read one after the other."""

    def __init__(self, table, mapping, *, country, zone):
        self.table, self.country, self.zone = table, country, zone
        self.positions = defaultdict(list)
        for position, column in enumerate(table.columns):
            if target := mapping.get(column):
                self.positions[target].append(position)

    def offer(self, row, keys):
        name = texts.plain(self.one(row, "name")).replace("\n", " ")
        if not name:
            row.reject(Fault("missing", _("The entry has no name."), _("Fill it in, or take the row out.")), "name")
            return None
        facts = offers.empty() | {"name": name, "organisation": texts.plain(self.one(row, "organisation"))}
        facts["country"] = self.read(row, "country", values.country) or self.country
        self.add_words(facts, row)
        self.add_place(facts, row)
        self.add_contacts(facts, row)
        before = len(row.problems)
        if not facts["organisation"]:
            reason = _("It is not said which organisation offers this service.")
            row.add(Fault("missing", reason, _("Name it."), WARNING), "organisation", "")
        facts["region"] = facts["region"] or region_of(facts)
        offer = offers.Offer(self.key(row, facts, keys), offers.fitted(facts), [(row.file, row.line)])
        offer.problems = row.problems[before:]
        return offer

    def key(self, row, facts, keys):
        """The list's own id, else name and organisation; where two rows have the same, all their words."""
        key = self.one(row, "id")
        if key and key in keys:
            row.add(Fault("same-id", _("An earlier row has the same id; this was taken as another entry."),
                          _("Give each entry its own."), WARNING), "id", key)  # fmt: skip
        key = key or offers.key_of(facts["name"], facts["organisation"])
        if key in keys:
            key = f"{key}-{offers.key_of(*row.cells)}"
        keys.add(key)
        return key

    def cells(self, row, target):
        """The filled cells of `target` with the names of their columns."""
        return [(self.table.columns[at], row.cells[at]) for at in self.positions[target]
                if at < len(row.cells) and row.cells[at]]  # fmt: skip

    def one(self, row, target):
        return next((cell for _column, cell in self.cells(row, target)), "")

    def read(self, row, target, reader):
        """The first cell of `target` as `reader` reads it; its fault is noted."""
        for column, cell in self.cells(row, target):
            value, fault = reader(cell)
            if fault:
                row.add(fault, column, cell)
            return value
        return None

    def add_words(self, facts, row):
        for target in ("description", "application_process", "eligibility", "cost"):
            facts[target] = texts.plain(self.one(row, target))
        for target in ("aliases", "caveats"):
            facts[target] = [texts.plain(cell) for _column, cell in self.cells(row, target)]
        for target, name in (("audience", "audience"), ("categories", "categories")):
            words = [texts.plain(part) for _c, cell in self.cells(row, target) for part in re.split(r"[;|,]", cell)]
            facts[name] = [word.strip() for word in words if word.strip()]
        facts["categories"] = list(dict.fromkeys(filter(None, map(offers.category, facts["categories"]))))
        facts["hours_text"] = "; ".join(texts.plain(cell) for _column, cell in self.cells(row, "hours"))
        facts["timezone"] = self.zone if facts["hours_text"] else ""
        notes = []
        for _column, cell in self.cells(row, "languages"):
            codes, note = values.languages(cell)
            facts["languages"] += [code for code in codes if code not in facts["languages"]]
            notes += [note] if note else []
        facts["language_note"] = "; ".join(notes)
        for target in ("url", "organisation_url"):
            facts[target] = self.read(row, target, values.link) or ""
        for target in ("age_min", "age_max"):
            facts[target] = self.read(row, target, values.age)
        self.order_ages(facts, row)
        facts["status"] = self.read(row, "status", values.status) or ""
        month_first = self.country in values.MONTH_FIRST
        facts["modified_at"] = self.read(row, "modified_at", partial(values.day, month_first=month_first)) or ""
        facts["coverage"] = [{"country": facts["country"], "subdivision": texts.plain(cell), "description": ""}
                             for _column, cell in self.cells(row, "coverage")]  # fmt: skip

    def order_ages(self, facts, row):
        youngest, oldest = facts["age_min"], facts["age_max"]
        if youngest is not None and oldest is not None and youngest > oldest:
            reason = _("The lowest age is above the highest; neither was taken.")
            row.add(Fault("age", reason, _("Write the lower one first.")), "age_min", f"{youngest}-{oldest}")
            facts["age_min"] = facts["age_max"] = None

    def add_place(self, facts, row):
        targets = ("address_1", "address_2", "city", "region", "postal_code")
        place = {target: self.one(row, target) for target in targets}
        if not any(place[target] for target in ("address_1", "city", "postal_code")):
            facts["region"] = place["region"]
            return
        self.tell_lost_zeros(row, "postal_code")
        row.values = {**place, "country": facts["country"], "state_province": place["region"]}
        checks.check_address(row, layout="flat", country=self.country)
        facts["locations"] = [{
            "name": self.one(row, "location_name"), **place, "country": facts["country"],
            "latitude": self.read(row, "latitude", partial(values.coordinate, most=90)),
            "longitude": self.read(row, "longitude", partial(values.coordinate, most=180)),
            "is_confidential": any(values.yes(cell)[0] for _c, cell in self.cells(row, "address_is_confidential")),
        }]  # fmt: skip

    def tell_lost_zeros(self, row, target):
        for at in self.positions[target]:
            if at in row.numeric:
                reason = _("The workbook keeps this cell as a number: zeros at its front are lost.")
                fix = _("Format the column as text and type it again.")
                row.add(Fault("number-cell", reason, fix, WARNING), self.table.columns[at], row.cells[at])

    def add_contacts(self, facts, row):
        self.tell_lost_zeros(row, "phone")
        for target, kind in NUMBERS.items():
            for column, cell in self.cells(row, target):
                found, faults = numbers.contacts_of(cell, facts["country"], kind)
                for fault in faults:
                    row.add(fault, column, cell)
                for contact in found:
                    self.complete(contact, row, column)
                facts["contacts"] += found
        for column, cell in self.cells(row, "email"):
            found, fault = values.email(cell)
            if fault:
                row.add(fault, column, cell)
            facts["contacts"] += [offers.web("email", address) for address in found.split()]
        if chat := self.read(row, "chat_url", values.link):
            facts["contacts"].append(offers.web("chat", chat))

    def complete(self, contact, row, column):
        """Add what stands in other columns about the number of `column`: those whose name begins like its own."""
        contact["extension"] = contact["extension"] or self.beside(row, "extension", column)[:10]
        contact["note"] = contact["note"] or texts.plain(self.beside(row, "phone_note", column))[: offers.NOTE]
        if contact["kind"] == "sms":
            contact["keyword"] = contact["keyword"] or self.one(row, "keyword")[:20]
        flags = self.cells(row, "phone_is_confidential")
        contact["is_confidential"] = any(values.yes(cell)[0] for name, cell in flags if is_beside(name, column))

    def beside(self, row, target, column):
        return next((cell for name, cell in self.cells(row, target) if is_beside(name, column)), "")


def is_beside(name, column):
    """Whether `name` is about `column`: Phone1IsPrivate is about Phone1Number, and Private about every number."""
    one, other = texts.word(name), texts.word(column)
    counted = re.search(r"\d+", one), re.search(r"\d+", other)
    return not counted[0] or bool(counted[1] and counted[0].group() == counted[1].group())


def region_of(facts):
    for place in facts["locations"]:
        if not place["is_confidential"]:
            return ", ".join(filter(None, [place["city"], place["region"]]))
    return ""
