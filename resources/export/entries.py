"""An entry's facts in the shape of the starter file: as they are here, and as they are read back from HSDS."""

from resources.export import contacts, facts, whereabouts

#: Every entry of the starter file has these.
TEXTS = ["slug", "region", "language_note", "hours_text"]
ALWAYS = ["id", "slug", "name", "description", "country", "region", "languages", "language_note", "hours_text"]
ALWAYS += ["is_always_open", "audience", "age_min", "age_max", "categories", "cost", "url", "is_crisis_line", "caveats"]
#: These only where something is known.
FLAGS = ["is_free", "is_anonymous", "is_answered_by_people", "is_open_to_everybody", "may_act_without_consent"]
OPTIONAL = ["hours", *FLAGS, "check_days"]
CONTACT = ["kind", "dial_region", "dial", "e164", "display", "keyword", "menu_option", "extension", "url", "note"]
CONTACT += ["hours", "languages", "cost"]
LOCATION = ["name", "address_1", "address_2", "city", "region", "postal_code", "country", "latitude", "longitude"]


def of(resource):
    """The facts of an entry that came with `leaving.with_parts`: `shelf.put` makes the same entry of them."""
    known = {name: getattr(resource, name) for name in ALWAYS} | {"id": str(resource.pk)}
    known |= {"organisation": resource.organisation.name} | filled(resource, OPTIONAL)
    lists = {
        "aliases": [filled(alias, ["kind", "words", "digits"]) for alias in resource.aliases.all()],
        "locations": [filled(location, LOCATION) for location in resource.locations.all()],
        "coverage": [filled(row, ["country", "subdivision"]) for row in resource.coverage.all()],
    }
    return {
        **known,
        **{name: rows for name, rows in lists.items() if rows},
        "contacts": [filled(contact, CONTACT) for contact in resource.contacts],
        "evidence": [page_of(page) for page in resource.evidence.all()],
    }


def filled(thing, names):
    """The fields that say something; False says something too."""
    known = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in known.items() if value is not None and value not in ("", [], {})}


def page_of(page):
    dated = page.dated_on and page.dated_on.isoformat()
    return {"url": page.url, "kind": page.kind, "seen_on": page.seen_on.isoformat(), "dated_on": dated}


def is_ours(document):
    """Whether a service document carries the attributes that only this directory writes."""
    return "slug" in facts.Said(document)


def from_service(document):
    """The facts of an entry out of its HSDS service document, nothing lost, in the shape of the starter file.

    The other way round of `hsds.service`: it reads the attributes written there. Of a document by somebody else it
    knows only what has a field of its own: look at `is_ours` first. What became of the entry here (its status, its
    checks) is not among the facts: see `standing_of`.
    """
    said = facts.Said(document)
    read = {
        "id": document["id"],
        "name": document["name"],
        "organisation": document.get("organization", {}).get("name", ""),
        **{name: said.text(name) for name in TEXTS},
        "description": said.text("description") if is_ours(document) else document.get("description", ""),
        "country": said.text("country"),
        "languages": [each.get("code", "") for each in document.get("languages", [])],
        "is_always_open": said.flag("is_always_open"),
        "audience": said.all("audience"),
        "age_min": document.get("minimum_age"),
        "age_max": document.get("maximum_age"),
        "categories": said.all("category"),
        "cost": document.get("fees_description", ""),
        "url": said.text("url") or document.get("url", ""),
        "is_crisis_line": bool(said.flag("is_crisis_line")),
        "caveats": said.all("caveat"),
    }
    known = {"hours": said.data("hours"), **{name: said.flag(name) for name in FLAGS}}
    known["check_days"] = said.number("check_days")
    lists = {
        "aliases": aliases_from(said),
        "locations": whereabouts.locations_from(document),
        "coverage": whereabouts.coverage_from(document),
    }
    return {
        **read,
        **{name: value for name, value in known.items() if value is not None and value != {}},
        **{name: rows for name, rows in lists.items() if rows},
        "contacts": contacts.from_parts(document),
        "evidence": evidence_from(document),
    }


def organisation_of(document):
    """Name and web page of the organisation, exactly as they are where the document comes from."""
    theirs = document.get("organization", {})
    return {
        "name": theirs.get("name", ""),
        "url": facts.Said(document).text("organisation_url") or theirs.get("website", ""),
    }


def standing_of(document):
    """What became of the entry where it comes from, as text; empty where nothing is said.

    `checked_on` is the day of its oldest check there. It is for people to read: no import takes it for a check of ours.
    """
    said = facts.Said(document)
    names = ["status", "status_reason", "closed_until", "successor", "variant_of", "verification"]
    return {name: said.text(name) for name in names} | {"checked_on": document.get("assured_date", "")}


def aliases_from(said):
    digits = {}
    for line in said.all("alias_digits"):
        kind, number, words = line.split(" ", 2)
        digits[kind, words] = number
    found = [(kind, words) for kind in ("also", "former", "former_number") for words in said.all(kind)]
    return [
        {"kind": kind, "words": words} | ({"digits": digits[kind, words]} if (kind, words) in digits else {})
        for kind, words in found
    ]


def evidence_from(document):
    read = [facts.Said(page) for page in document.get("additional_urls", [])]
    return [
        {
            "url": said.text("url"),
            "kind": said.text("evidence_kind"),
            "seen_on": said.text("seen_on"),
            "dated_on": said.text("dated_on") or None,
        }
        for said in read
        if "evidence_kind" in said
    ]
