"""Entries out of rows that are tied by keys: one for each service."""

import re

from django.utils.translation import gettext as _

from resources.reading import offers, texts, values
from resources.reading.contacts import Contacts
from resources.reading.problems import WARNING, Fault
from resources.reading.relations import ids

HOURS = [
    "name", "weekday", "opens_at", "closes_at", "valid_from", "valid_to", "dtstart", "until", "count", "wkst", "freq",
    "interval", "byday", "byweekno", "bymonthday", "byyearday", "timezone", "description", "notes", "start_date",
    "end_date", "closed",
]  # fmt: skip


class Services:
    """Makes the offers of `relations`. `country` and `zone` stand in where the list does not say."""

    def __init__(self, relations, *, country, zone):
        self.relations, self.country, self.zone = relations, country, zone
        self.contacts = Contacts(relations, country=country)

    def offers(self):
        for row in self.relations.of_kind["service"]:
            if row.is_out or self.relations.by_id["service"].get(str(row.get("id")), row) is not row:
                continue
            yield self.offer(row)
        for row in self.relations.of_kind["service"]:
            first = self.relations.by_id["service"].get(str(row.get("id")))
            if first is not None and first is not row and not row.is_out:
                row.use(*first.offer_keys)

    def offer(self, row):
        """The offer of one service row, every row that went into it marked as used."""
        owner = self.relations.organisation_of(row)
        words = (row.get("name"), owner.get("name") if owner else "")
        self.key = str(row.get("id")) or offers.key_of(*words)
        self.used = {id(row): row}
        facts = offers.empty()
        places = self.places(row)
        facts.update(self.own(row), locations=[self.place(each) for each in places])
        facts["country"] = next((each["country"] for each in facts["locations"] if each["country"]), self.country)
        self.add_owner(facts, row, owner)
        for fill in (self.add_related, self.add_languages, self.add_areas, self.add_hours):
            fill(facts, row, places, owner)
        facts["contacts"], reached = self.contacts.of(row, places, owner, country=facts["country"])
        self.used.update((id(each), each) for each in reached)
        facts["region"] = facts["region"] or region_of(facts)
        offer = offers.Offer(self.key, offers.fitted(facts))
        offer.problems = [each for each in self.lacking(row, owner)]
        for used in self.used.values():
            used.use(self.key)
        offer.source_rows = list(dict.fromkeys(place_of(used) for used in self.used.values()))
        return offer

    def lacking(self, row, owner):
        """What the directory needs and this service does not say, and what other rows with its key say differently."""
        yield from self.relations.twins[str(row.get("id"))]
        if owner is None:
            fault = Fault("missing", _("It is not said which organisation offers this service."),
                          _("Name its organisation."), WARNING)  # fmt: skip
            row.add(fault, "organization_id")
            yield (row.owner or row).problems[-1]

    def use(self, row):
        self.used[id(row)] = row
        return row

    def own(self, row):
        """The facts that stand in the row of the service itself."""
        status, modified = row.get("status"), row.get("last_modified") or row.get("assured_date")
        caveats = [texts.plain(row.get("alert"))]
        if waiting := told(row.get("wait_time")):
            caveats.append(_("Waiting time: %(words)s") % {"words": waiting})
        if interpreters := told(row.get("interpretation_services")):
            caveats.append(_("Interpreters: %(words)s") % {"words": interpreters})
        if papers := told(row.get("required_documents")):
            caveats.append(_("To bring: %(words)s") % {"words": papers})
        return {
            "name": texts.plain(row.get("name")).replace("\n", " "),
            "aliases": [texts.plain(row.get("alternate_name"))],
            "description": texts.plain(row.get("description")),
            "url": row.get("url"),
            "cost": told(row.get("fees_description")) or told(row.get("fees")),
            "application_process": texts.plain(row.get("application_process")),
            "eligibility": texts.plain(row.get("eligibility_description")),
            "audience": [texts.plain(row.get("audience"))] if row.get("audience") else [],
            "age_min": age(row.get("minimum_age")), "age_max": age(row.get("maximum_age")),
            "caveats": [caveat for caveat in caveats if caveat],
            "status": status, "modified_at": modified,
        }  # fmt: skip

    def add_owner(self, facts, row, owner):
        if owner is not None:
            self.use(owner)
            facts["organisation"] = texts.plain(owner.get("name")).replace("\n", " ")
            facts["organisation_url"] = owner.get("website")
            facts["aliases"] += [texts.plain(owner.get("alternate_name"))]

    def places(self, row):
        return [self.relations.by_id["location"][key] for key in self.relations.places_of.get(str(row.get("id")), ())]

    def place(self, row):
        """A location with its address. It is confidential if the place or any of its addresses is."""
        self.use(row)
        addresses = [self.use(each) for each in self.relations.children("address", "location", row.get("id"))]
        first = next((each for each in addresses if each.get("address_1")), None) or next(iter(addresses), None)
        is_private = any(each.get("is_confidential") for each in (row, *addresses))
        get = first.get if first else lambda _column: ""
        more = " ".join(get(name) for name in ("address_2", "address_3", "address_4") if get(name))
        return {
            "name": texts.plain(row.get("name")), "address_1": get("address_1"), "address_2": more,
            "city": get("city"), "region": get("state_province") or get("region"), "postal_code": get("postal_code"),
            "country": get("country") or self.country, "latitude": row.get("latitude") or None,
            "longitude": row.get("longitude") or None, "is_confidential": is_private,
        }  # fmt: skip

    def related(self, kind, row):
        found = self.relations.children(kind, "service", row.get("id"))
        return [self.use(each) for each in found]

    def add_related(self, facts, row, places, owner):
        """Categories, who may come, what it costs, what to bring."""
        terms = [self.relations.by_id["taxonomy_term"].get(key) for key in ids(row.get("term_ids"))]
        for link in self.related("attribute", row):
            terms += [self.relations.by_id["taxonomy_term"].get(key) for key in ids(link.get("taxonomy_term_id"))]
        for term in filter(None, terms):
            name = texts.plain(self.use(term).get("name"))
            is_audience = re.search(r"eligib|situation", self.taxonomy_of(term), re.IGNORECASE)
            facts["audience" if is_audience else "categories"].append(name if is_audience else offers.category(name))
        for name in ("audience", "categories"):
            facts[name] = list(dict.fromkeys(each for each in facts[name] if each))
        for each in self.related("eligibility", row):
            facts["eligibility"] = "\n".join(filter(None, [facts["eligibility"], texts.plain(each.get("description"))]))
        for each in self.related("cost_option", row):
            parts = [
                each.get("option"),
                each.get("amount"),
                each.get("currency").upper(),
                each.get("amount_description"),
            ]
            facts["cost"] = "; ".join(filter(None, [facts["cost"], " ".join(filter(None, parts))]))
        for each in self.related("required_document", row):
            if each.get("document"):
                facts["caveats"].append(_("To bring: %(words)s") % {"words": texts.plain(each.get("document"))})

    def taxonomy_of(self, term):
        """The names of the list of categories that `term` is in; some programs keep them in a table of their own."""
        keys = (term.get("taxonomy"), term.get("taxonomy_id"))
        lists = [self.relations.by_id["taxonomy"].get(key) for key in keys]
        names = [self.use(found).get("name") if found else key for key, found in zip(keys, lists, strict=True)]
        return " ".join([*names, term.get("type")])

    def add_languages(self, facts, row, places, owner):
        named = [row.get("languages"), *(place.get("languages") for place in places)]
        for table, keys in (("service", [row.get("id")]), ("location", [place.get("id") for place in places])):
            for key in keys:
                for each in self.relations.children("language", table, key):
                    self.use(each)
                    named.append(each.get("code") if each.get("code").lower() in values.CODES else each.get("name"))
                    facts["language_note"] = facts["language_note"] or texts.plain(each.get("note"))
        notes = []
        for text in filter(None, named):
            codes, note = values.languages(text)
            facts["languages"] += codes
            notes.append(note)
        facts["languages"] = list(dict.fromkeys(facts["languages"]))
        notes = [facts["language_note"], *notes]
        facts["language_note"] = "; ".join(dict.fromkeys(filter(None, notes)))

    def add_areas(self, facts, row, places, owner):
        areas = [(each, "") for each in ids(texts.plain(row.get("service_areas")))]
        for each in self.related("service_area", row):
            areas.append((texts.plain(each.get("name")), texts.plain(each.get("description"))))
        for name, words in dict.fromkeys(areas):
            if name or words:
                facts["coverage"].append({"country": facts["country"], "subdivision": name, "description": words})

    def add_hours(self, facts, row, places, owner):
        """The hours as the list says them; those of a place count where the service has none of its own."""
        listed = [each for key in ids(row.get("schedule_ids")) for each in self.relations.listed["schedule_ids"][key]]
        found = {}
        for kind in ("schedule", "holiday_schedule"):
            own = [*self.relations.children(kind, "service", row.get("id")), *(listed if kind == "schedule" else [])]
            for each in self.relations.of_service_at_location(kind, row):
                own.append(each)
            for place in places if not own else ():
                own += self.relations.children(kind, "location", place.get("id"))
            found.update({id(each): (kind, each) for each in own if not each.is_out})
        for kind, each in found.values():
            rule = {name: each.get(name) for name in HOURS if each.get(name) != ""}
            if not says_hours(rule):
                each.leave(_("It names no time of day."))
                continue
            self.use(each)
            rule["kind"] = "holiday" if kind == "holiday_schedule" else "regular"
            if rule not in facts["schedules"]:
                facts["schedules"].append(rule)
        words = [rule["description"] for rule in facts["schedules"] if rule.get("description")]
        facts["hours_text"] = "; ".join(dict.fromkeys(words))
        facts["timezone"] = self.zone if facts["schedules"] else ""


def place_of(row):
    """File and line of a row, or of the record it is a part of."""
    row = row.owner or row
    return row.file, row.line


def told(text):
    """Words that say something: “none” and “n/a” do not."""
    words = texts.plain(text)
    return "" if texts.word(words) in ("none", "n_a", "na", "null", "no") else words


def age(value):
    return value if isinstance(value, int) else None


def says_hours(rule):
    return bool(rule.get("opens_at") or rule.get("closes_at") or rule.get("description") or rule.get("closed"))


def region_of(facts):
    """Where it serves, shortly: the areas it names, else the town of its only place, else the states of its places."""
    areas = [each["subdivision"] for each in facts["coverage"] if each["subdivision"]]
    if areas and len(", ".join(areas)) <= offers.LONGEST["region"]:
        return ", ".join(areas)
    open_places = [each for each in facts["locations"] if not each["is_confidential"]]
    towns = {", ".join(filter(None, [each["city"], each["region"].strip()])) for each in open_places} - {""}
    states = {each["region"].strip() for each in open_places} - {""}
    return towns.pop() if len(towns) == 1 else ", ".join(sorted(states))[: offers.LONGEST["region"]]
