"""What a list offers, in the one shape in which it can be laid beside an entry of the directory."""

import re

from django.utils.translation import gettext as _

from resources.hours_from_hsds import from_hsds
from resources.models import Alias, ContactPoint, Coverage, Evidence, Location, Organisation, Resource
from resources.reading import offers

LISTED, CLOSED, ENDED = "listed", "closed", "ended"
STANDINGS = {"temporarily closed": CLOSED, "inactive": ENDED, "defunct": ENDED}
#: What is compared field by field. The parts of an entry that are rows of their own come after it.
FIELDS = [
    "name", "organisation", "description", "country", "region", "languages", "language_note", "hours_text",
    "hours", "is_always_open", "audience", "age_min", "age_max", "categories", "cost", "is_free",
    "is_anonymous", "is_answered_by_people", "is_open_to_everybody", "may_act_without_consent", "url",
    "is_crisis_line", "caveats",
]  # fmt: skip
#: With one of these other than the rest it is another contact.
IDENTITY = ("kind", "dial_region", "dial", "extension", "menu_option", "keyword", "url")
DETAILS = ("e164", "display", "note", "hours", "languages", "cost", "is_confidential")
PLACE = [
    "name", "address_1", "address_2", "city", "region", "postal_code", "country", "latitude", "longitude",
    "is_confidential",
]  # fmt: skip


class NotAnEntry(ValueError):
    """The directory cannot hold this. Its message is for people."""


def entry_of(facts):
    """The entry in an Offer's `facts`, ready for JSON, each part in the directory's own shape and length.

    Raises NotAnEntry where it has no name or no country. Contacts and places that the directory could not keep are
    left out: their rows say why.
    """
    name = " ".join(str(facts.get("name") or "").split())
    if not name:
        raise NotAnEntry(_("The entry has no name."))
    country = str(facts.get("country") or "")
    if not is_code(country):
        raise NotAnEntry(_("It is not known which country it is in."))
    hours, said_of_hours = hours_of(facts)
    entry = {field: facts.get(field) for field in FIELDS} | {"name": name, "hours": hours}
    entry["organisation"] = cut(Organisation, "name", " ".join(str(facts.get("organisation") or name).split()))
    entry["organisation_url"] = cut(Organisation, "url", facts.get("organisation_url"))
    entry["caveats"] = [*(facts.get("caveats") or []), *extra_words(facts), *said_of_hours]
    if entry["is_always_open"] is None and hours.get("kind") == "always":
        entry["is_always_open"] = True
    fit(entry)
    entry["standing"] = STANDINGS.get(facts.get("status") or "", LISTED)
    entry["modified_at"] = str(facts.get("modified_at") or "")[:40]
    entry["contacts"] = contacts_of(facts)
    entry["aliases"] = [alias for each in facts.get("aliases") or [] if (alias := alias_of(each))]
    entry["locations"] = [place_of(each) for each in facts.get("locations") or []]
    entry["coverage"] = coverage_of(facts)
    entry["evidence"] = [{**each, "url": cut(Evidence, "url", each["url"])} for each in facts.get("evidence") or []]
    return entry


def is_code(country):
    return bool(re.fullmatch(r"[A-Z]{2}", country))


def hours_of(facts):
    """The hours as JSON, and what is to be said of them. Those that cannot be read are unknown, their words kept."""
    if facts.get("hours") or not facts.get("schedules"):
        return facts.get("hours") or {}, []
    rules = [
        {name: str(value) for name, value in rule.items() if value not in (None, "")} for rule in facts["schedules"]
    ]
    regular = [{k: v for k, v in rule.items() if k != "kind"} for rule in rules if rule.get("kind") != "holiday"]
    holidays = [{k: v for k, v in rule.items() if k != "kind"} for rule in rules if rule.get("kind") == "holiday"]
    hours, problems = from_hsds(regular, zone=facts.get("timezone") or "", holiday_schedules=holidays)
    return (hours.as_json() if hours.kind != "unknown" else {}), [
        _("Hours: %(words)s") % {"words": problem} for problem in problems[:3]
    ]


def extra_words(facts):
    """What the directory keeps in words: who may come, and how to get in."""
    for words, text in (
        (_("Who may come: %(words)s"), facts.get("eligibility")),
        (_("How to get in: %(words)s"), facts.get("application_process")),
    ):
        if text:
            yield from offers.pieces(words % {"words": " ".join(str(text).split())})


def fit(entry):
    """Bring each field to the length and kind of the directory's own."""
    for field in FIELDS:
        if field == "organisation":
            continue
        column = Resource._meta.get_field(field)
        kind = column.get_internal_type()
        if kind in ("CharField", "URLField", "TextField"):
            entry[field] = cut(Resource, field, entry[field])
        elif field == "categories":
            entry[field] = list(dict.fromkeys(str(each)[:40] for each in entry[field] or [] if each))
        elif kind == "ArrayField":
            most = column.base_field.max_length
            entry[field] = list(dict.fromkeys(str(each)[:most] for each in entry[field] or [] if each))
        elif field == "is_crisis_line":
            entry[field] = bool(entry[field])
    ages = (entry["age_min"], entry["age_max"])
    if None not in ages and ages[0] > ages[1]:
        entry["age_min"] = entry["age_max"] = None


def cut(model, field, text):
    """`text` as long as the field may be. An address that is too long is no address."""
    column, text = model._meta.get_field(field), str(text or "").strip()
    if column.max_length and len(text) > column.max_length:
        is_address = column.get_internal_type() in ("URLField", "SlugField")
        return "" if is_address else f"{text[: column.max_length - 1].rstrip()}…"
    return text


def contacts_of(facts):
    found = {}
    for each in facts.get("contacts") or []:
        contact = {
            name: cut(ContactPoint, name, each.get(name)) for name in (*IDENTITY, "e164", "display", "note", "cost")
        }
        contact |= {"hours": each.get("hours") or {}, "languages": list(each.get("languages") or [])}
        contact["is_confidential"] = bool(each.get("is_confidential"))
        if (contact["dial"] or contact["url"]) and contact["kind"] in ContactPoint.Kind.values:
            found.setdefault(identity(contact), contact)
    return list(found.values())


def identity(contact):
    return tuple(contact[name] for name in IDENTITY)


def alias_of(each):
    """A name alone is another name; one of ours says of which kind it is."""
    each = {"words": each} if isinstance(each, str) else each
    words = cut(Alias, "words", each.get("words"))
    if not words:
        return None
    kind = each.get("kind") if each.get("kind") in Alias.Kind.values else Alias.Kind.ALSO.value
    return {"kind": kind, "words": words, "digits": cut(Alias, "digits", each.get("digits"))}


def place_of(each):
    place = {name: each.get(name) for name in PLACE}
    for name in PLACE[:7]:
        place[name] = cut(Location, name, place[name])
    place["is_confidential"] = bool(place["is_confidential"])
    if not is_code(place["country"]):
        place["country"] = ""
    if place["latitude"] is None or place["longitude"] is None:
        place["latitude"] = place["longitude"] = None
    return place


def coverage_of(facts):
    found = {}
    for each in facts.get("coverage") or []:
        country = str(each.get("country") or facts["country"])
        subdivision = cut(Coverage, "subdivision", each.get("subdivision"))
        found[country, subdivision] = {"country": country, "subdivision": subdivision}
    return list(found.values())


def ours(resource):
    """An entry of the directory in the same shape. Needs `matching.whole()`, else several queries."""
    entry = {field: getattr(resource, field) for field in FIELDS}
    entry["organisation"] = resource.organisation.name
    entry["organisation_url"] = resource.organisation.url
    entry["standing"] = {
        Resource.Status.RETIRED: ENDED,
        Resource.Status.TEMPORARILY_CLOSED: CLOSED,
    }.get(resource.status, LISTED)
    entry["contacts"] = [contact_facts(contact) for contact in resource.contacts]
    entry["aliases"] = [{"kind": a.kind, "words": a.words, "digits": a.digits} for a in resource.aliases.all()]
    entry["locations"] = [{name: getattr(place, name) for name in PLACE} for place in resource.locations.all()]
    entry["coverage"] = [{"country": c.country, "subdivision": c.subdivision} for c in resource.coverage.all()]
    entry["evidence"] = [{"url": each.url} for each in resource.evidence.all()]
    return entry


def contact_facts(contact):
    return {name: getattr(contact, name) for name in (*IDENTITY, *DETAILS)}
