"""Which entry of the directory a list means, and which entries it only may mean."""

import uuid
from contextlib import suppress
from difflib import SequenceMatcher

from django.db.models.functions import Lower

from resources import phones
from resources.models import ContactPoint, ExternalId, Resource
from resources.reading import texts

ALIKE = 0.8  # share of a name's letters; product default, for entries that have a number in common


class Unwanted:
    """Entries that asked not to be listed: by name and organisation, and by any of their numbers and addresses."""

    def __init__(self):
        found = Resource.objects.filter(status=Resource.Status.DO_NOT_LIST).order_by()
        entries = list(found.values_list("pk", "name", "organisation__name"))
        self.names = {named(name, owner) for _pk, name, owner in entries}
        contacts = ContactPoint.objects.filter(resource__in=[pk for pk, _name, _owner in entries]).order_by()
        contacts = contacts.values_list("dial_region", "dial", "e164", "url")
        self.ways = {way for contact in contacts for way in ways_of(*contact)}

    def has(self, entry):
        ways = {way for each in entry["contacts"] for way in contact_ways(each)}
        return named(entry["name"], entry["organisation"]) in self.names or not self.ways.isdisjoint(ways)


def named(name, owner):
    return texts.word(name), texts.word(owner)


def contact_ways(each):
    return ways_of(each["dial_region"], each["dial"], each["e164"], each["url"])


def ways_of(region, dial, e164, url):
    """What a contact is known by, however it is written: as dialled in its country, in full, or its address."""
    if dial and not e164:
        with suppress(phones.NotANumber):
            e164 = phones.parse(dial, region).e164
    return {way for way in (dial and f"{region} {dial}", e164, url.casefold().rstrip("/")) if way}


class Shelf:
    """What is in the directory of a handful of offered entries: asked once for all of them.

    `offered` holds (key, entry) as `offered.entry_of` makes them.
    """

    def __init__(self, source, offered):
        self.keys = [key for key, _entry in offered]
        links = ExternalId.objects.filter(source=source, key__in=self.keys)
        self.links = {link.key: link for link in links}
        self.by_key = dict(self.own(offered))
        names = {entry["name"].lower() for _key, entry in offered}
        numbers = {each["e164"] for _key, entry in offered for each in entry["contacts"] if each["e164"]}
        self.same_names = self.called(names)
        self.same_numbers = self.reached_at(numbers)
        wanted = {link.resource_id for link in self.links.values()} | {pk for pk in self.by_key.values()}
        self.entries = whole(Resource.objects.filter(pk__in=wanted)).in_bulk()

    def own(self, offered):
        """Key -> entry where the list's key is our own: an id, or a slug together with the name."""
        ids = {key: as_uuid(key) for key, _entry in offered}
        known = set(
            Resource.objects.filter(pk__in=[each for each in ids.values() if each]).values_list("pk", flat=True)
        )
        slugs = dict(Resource.objects.filter(slug__in=self.keys).values_list("slug", "pk"))
        names = dict(Resource.objects.filter(slug__in=self.keys).values_list("slug", "name"))
        for key, entry in offered:
            if ids[key] in known:
                yield key, ids[key]
            elif key in slugs and texts.word(names[key]) == texts.word(entry["name"]):
                yield key, slugs[key]

    def called(self, names):
        found = {}
        rows = Resource.objects.annotate(lower=Lower("name")).filter(lower__in=names)
        for row in rows.values_list("lower", "country", "organisation__name", "pk", "name"):
            found.setdefault(row[:2], []).append(row[2:])
        return found

    def reached_at(self, numbers):
        found = {}
        rows = ContactPoint.objects.current().filter(e164__in=numbers)
        rows = rows.exclude(resource__status__in=[Resource.Status.RETIRED, Resource.Status.DO_NOT_LIST])
        for e164, pk, name in rows.values_list("e164", "resource_id", "resource__name"):
            found.setdefault(e164, []).append((pk, name))
        return found

    def link(self, key):
        return self.links.get(key)

    def entry(self, key):
        """The entry that `key` stands for, or None."""
        pk = self.links[key].resource_id if key in self.links else self.by_key.get(key)
        return self.entries.get(pk)

    def same(self, entry):
        """(id, name) of entries with the same organisation, name and country: perhaps it is one of them."""
        rows = self.same_names.get((entry["name"].lower(), entry["country"]), [])
        owner = texts.word(entry["organisation"])
        return [(pk, name) for organisation, pk, name in rows if texts.word(organisation) == owner]

    def similar(self, entry):
        """Names of entries that look alike: the same name and country elsewhere, or a number and most of the name."""
        rows = self.same_names.get((entry["name"].lower(), entry["country"]), [])
        found = [name for _organisation, _pk, name in rows]
        for each in entry["contacts"]:
            for _pk, name in self.same_numbers.get(each["e164"], []) if each["e164"] else []:
                if SequenceMatcher(None, texts.word(name), texts.word(entry["name"])).ratio() >= ALIKE:
                    found.append(name)
        return list(dict.fromkeys(found))


def whole(entries):
    """Entries with all that is compared, in a number of queries that does not grow with them."""
    return entries.with_contacts().prefetch_related("aliases", "locations", "coverage", "evidence")


def as_uuid(key):
    try:
        return uuid.UUID(key)
    except ValueError:
        return None
