"""Entries in our own layout: the starter file, an export of ours in its shape, and the study's seed file."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from resources.models import ContactPoint, Evidence
from resources.reading import offers, tables, values
from resources.reading.problems import WARNING, Fault, Row

UNKNOWN = {"not stated in the sources seen", "hours not confirmed from the sources seen", "national"}
ADDRESS = URLValidator(schemes=["http", "https"])


def layout_of(document):
    """`seed`, `starter` or nothing, by the shape of the first entry."""
    found = document.get("entries") if isinstance(document, dict) else None
    if not isinstance(found, list):
        return ""
    first = next((each for each in found if isinstance(each, dict)), {})
    return "seed" if "phones" in first or "seed" in str(document.get("schema", "")) else "starter"


def events(document, file, *, layout, country):
    """An offer and an outcome for each entry. Entries are numbered from 1."""
    seen = {}
    for number, entry in enumerate(document["entries"], start=1):
        row = Row(file, number, {}, kind="entry", cells=(tables.as_text(entry)[:500],))
        offer = read(entry, row, layout, country, seen) if isinstance(entry, dict) else None
        if not isinstance(entry, dict):
            row.reject(Fault("unknown-record", _("This is no entry."), _("Take it out.")), "", str(entry)[:200])
        if offer:
            row.use(offer.key)
            yield offer
        yield row.told()


def read(entry, row, layout, country, seen):
    """The offer in one entry, or None if it lacks its name or repeats another."""
    row.values = {"name": words(entry.get("name"))}
    if not row.get("name"):
        row.reject(Fault("missing", _("The entry has no name."), _("Give it one.")), "name")
        return None
    whole = str(entry)
    if whole in seen:
        row.outcome, row.first_line = "duplicate", seen[whole]
        row.reason = _("It repeats entry %(line)s word for word.") % {"line": seen[whole]}
        return None
    seen[whole] = row.line
    facts = plain_facts(entry, country)
    found = of_seed(entry) if layout == "seed" else entry
    for name in ("hours_text", "region", "cost", "timezone"):
        facts[name] = words(found.get(name))
    facts["is_always_open"] = found.get("is_always_open") if isinstance(found.get("is_always_open"), bool) else None
    facts["schedules"] = objects(found.get("schedules"))
    facts["contacts"] = [each for raw in listed(found.get("contacts")) if (each := contact(raw, row))]
    facts["evidence"] = [each for raw in listed(found.get("evidence")) if (each := evidence(raw, row))]
    if not facts["organisation"]:
        row.add(Fault("missing", _("It is not said which organisation offers this service."), severity=WARNING),
                "organisation", "")  # fmt: skip
    key = words(entry.get("id")) or offers.key_of(facts["name"], facts["organisation"], facts["country"])
    return offers.Offer(key, offers.fitted(facts), [(row.file, row.line)], list(row.problems))


def plain_facts(entry, country):
    """The facts that stand in an entry as they stand in the directory. Kinds that do not fit are left out."""
    facts = offers.empty()
    for name, nothing in facts.items():
        value = entry.get(name)
        if isinstance(nothing, str):
            facts[name] = words(value)
        elif isinstance(nothing, list):
            plain = name not in ("locations", "coverage", "schedules", "contacts", "evidence")
            facts[name] = [each for each in map(words, listed(value)) if each] if plain else objects(value)
        elif isinstance(nothing, dict):
            facts[name] = value if isinstance(value, dict) else {}
        elif name in ("age_min", "age_max"):
            facts[name] = values.age(words(value))[0]
        elif isinstance(value, bool):
            facts[name] = value
    if (facts["age_min"] or 0) > (facts["age_max"] or values.OLDEST):
        facts["age_min"] = facts["age_max"] = None
    facts["country"] = values.country(facts["country"])[0] or country
    facts["url"] = values.link(facts["url"])[0] if facts["url"] else ""
    return facts


def words(value):
    """A single value as text; nothing for what is no single value."""
    return tables.as_text(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def listed(value):
    return value if isinstance(value, list) else []


def objects(value):
    return [each for each in listed(value) if isinstance(each, dict)]


def of_seed(entry):
    """A seed entry's own words in the shape of a starter entry."""
    hours = entry.get("hours") if isinstance(entry.get("hours"), dict) else {}
    whatsapp = entry.get("whatsapp") if isinstance(entry.get("whatsapp"), dict) else {}
    country, seen_on = words(entry.get("country")), words(entry.get("date_seen"))
    numbers = [{**each, "dial_region": each.get("region")} for name in ("phones", "sms") for each in
               listed(entry.get(name)) if isinstance(each, dict)]  # fmt: skip
    if chat := words(entry.get("chat_url")):
        numbers.append({"kind": "chat", "url": chat})
    if whatsapp:
        digits = re.sub(r"\D", "", words(whatsapp.get("display")) or words(whatsapp.get("e164")))
        numbers.append({"kind": "whatsapp", "dial_region": country, "dial": digits, **whatsapp})
    if email := words(entry.get("email")):
        numbers.append({"kind": "email", "url": f"mailto:{email}"})
    return {
        "contacts": numbers, "hours_text": known(hours.get("text")), "is_always_open": hours.get("is_24_7"),
        "schedules": [{**rule, "kind": "regular"} for rule in objects(hours.get("rules"))],
        "timezone": words(hours.get("timezone")), "region": known(entry.get("region")),
        "cost": known(entry.get("cost")),
        "evidence": [{"url": each.get("url"), "kind": each.get("kind"), "seen_on": seen_on,
                      "dated_on": each.get("source_date")} for each in objects(entry.get("sources"))],
    }  # fmt: skip


def known(value):
    text = words(value)
    return "" if text.casefold() in UNKNOWN else text


def contact(raw, row):
    """One contact, with every key, or None: then the fault is noted. Nothing in it is guessed or completed."""
    made = {name: tables.as_text(raw.get(name)) for name in offers.web("", "")} if isinstance(raw, dict) else {}
    reason = fault_of(made)
    if reason:
        fault = Fault("contact", reason, _("Write it as the starter file does."), WARNING)
        row.add(fault, "contacts", str(raw)[:200])
        return None
    made["display"] = re.sub(r", then (press|option) .*$", "", made["display"])[:40]
    if told := re.fullmatch(r"\((.+)\)", made["keyword"]):  # a direction, not a word to send
        direction = _("Send %(words)s.") % {"words": told.group(1)}
        made["keyword"], made["note"] = "", f"{direction} {made['note']}".strip()
    made["note"], made["is_confidential"] = made["note"][: offers.NOTE], values.yes(made["is_confidential"])[0]
    return made


def fault_of(made):
    """Why the directory could not keep this contact; nothing if it can."""
    if not made or made["kind"] not in ContactPoint.Kind.values:
        return _("It is not said what kind of contact this is.")
    if not made["dial"] and not is_address(made["url"]):
        return _("It has neither digits to dial nor a web address.")
    if not re.fullmatch(r"[0-9]{0,20}", made["dial"]):
        return _("What is dialled is not made of digits only.")
    if made["dial"] and not re.fullmatch(r"[A-Z]{2}", made["dial_region"]):
        return _("It is not said in which country the digits are dialled.")
    if made["e164"] and not re.fullmatch(r"\+[1-9][0-9]{6,14}", made["e164"]):
        return _("The international form is no full number: short numbers have none.")
    long = {"keyword": 20, "menu_option": 60, "extension": 10}
    return _("Keyword, menu option or extension is too long.") if any(len(made[n]) > m for n, m in long.items()) else ""


def is_address(url):
    if url.startswith("mailto:"):
        return not values.email(url)[1]
    try:
        ADDRESS(url)
    except ValidationError:
        return False
    return True


def evidence(raw, row):
    """One page on which the facts were seen, or None: without its address and day it proves nothing."""
    raw = raw if isinstance(raw, dict) else {}
    seen_on, dated_on = (day(raw.get(name)) for name in ("seen_on", "dated_on"))
    if not seen_on or not is_address(words(raw.get("url"))):
        reason = _("A page of evidence has no address or no day on which it was seen.")
        row.add(Fault("evidence", reason, _("Add both."), WARNING), "evidence", str(raw)[:200])
        return None
    kind = raw.get("kind") if raw.get("kind") in Evidence.Kind.values else Evidence.Kind.SECONDARY.value
    return {"url": raw["url"], "kind": kind, "seen_on": seen_on, "dated_on": dated_on or None}


def day(value):
    """A whole date as ISO text; a month or year alone is none."""
    return values.day(words(value), month_first=False)[0]
