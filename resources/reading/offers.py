"""What an upload offers to the directory: one entry each, in the shape of the starter file."""

import re
from dataclasses import dataclass, field
from hashlib import blake2b

from django.utils.text import slugify
from django.utils.translation import gettext as _

from resources.reading import texts

#: Lengths of the directory's own fields.
LONGEST = {"name": 160, "organisation": 160, "region": 80, "language_note": 300, "hours_text": 300, "cost": 80}
CAVEAT, AUDIENCE, CATEGORY, NOTE = 400, 120, 40, 300
#: Words in a category of somebody else's list, and the category of ours that says the same.
CATEGORIES = {
    r"suicid": "suicide-prevention", r"domestic (violence|abuse)|intimate partner": "domestic-violence",
    r"sexual (assault|violence|abuse)|\brape\b": "sexual-violence", r"crisis (line|intervention|hotline)": "crisis",
    r"substance|addiction|alcohol|drug (treat|rehab|abuse)|detox": "substance-use",
    r"\bmental health\b": "mental-health",
    r"veteran": "veterans", r"lgbt": "lgbtq", r"traffick": "trafficking", r"peer support": "peer-support",
}  # fmt: skip


@dataclass
class Offer:
    """One entry that a list offers. `key` is the same each time the same list is read.

    `facts` has every key of FACTS: those of an entry of the starter file, and aliases, organisation_url, locations,
    coverage, eligibility, application_process, status, modified_at, schedules and timezone. `problems` are those that
    concern the entry as a whole; those of single cells are at their rows.
    """

    key: str
    facts: dict
    source_rows: list = field(default_factory=list)
    problems: list = field(default_factory=list)


def empty():
    """The facts of an entry of which nothing is known. Unknown is never yes or no."""
    return {
        "name": "", "organisation": "", "description": "", "country": "", "region": "", "languages": [],
        "language_note": "", "hours_text": "", "hours": {}, "is_always_open": None, "schedules": [], "timezone": "",
        "audience": [], "age_min": None, "age_max": None, "categories": [], "cost": "", "url": "",
        "is_crisis_line": False, "caveats": [], "contacts": [], "evidence": [], "aliases": [], "organisation_url": "",
        "locations": [], "coverage": [], "eligibility": "", "application_process": "", "status": "", "modified_at": "",
    }  # fmt: skip


def key_of(*words):
    """A stable key for entries whose list has none."""
    text = "\x1f".join(texts.word(str(word)) for word in words)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def fitted(facts):
    """Cut what is longer than the directory's fields; what was cut off is kept in the caveats or the description."""
    for name, most in LONGEST.items():
        text = facts[name]
        if len(text) > most:
            facts[name] = "" if name == "cost" else f"{text[: most - 1].rstrip()}…"
            if name == "name":
                facts["aliases"].append(text)
            elif name != "organisation":
                facts["caveats"] += pieces(f"{LABELS[name]()}: {text}")
    facts["caveats"] = [piece for text in dict.fromkeys(facts["caveats"]) for piece in pieces(text)]
    facts["audience"] = [text if len(text) <= AUDIENCE else f"{text[: AUDIENCE - 1]}…" for text in facts["audience"]]
    facts["aliases"] = list(dict.fromkeys(alias for alias in facts["aliases"] if alias and alias != facts["name"]))
    facts["contacts"] = once_each(facts["contacts"])
    return facts


LABELS = {
    "region": lambda: _("Where"), "language_note": lambda: _("Languages"), "hours_text": lambda: _("Hours"),
    "cost": lambda: _("Cost"),
}  # fmt: skip


def pieces(text):
    """`text` in parts that fit into caveats, cut between words."""
    return re.findall(rf"(?s)\S.{{0,{CAVEAT - 2}}}(?=\s|$)|\S{{1,{CAVEAT}}}", text.strip())


def identity(contact):
    return tuple(contact[name] for name in ("kind", "dial_region", "dial", "menu_option", "keyword", "url"))


def once_each(contacts):
    """The contacts, each once; private if it was private anywhere."""
    found = {}
    for contact in contacts:
        first = found.setdefault(identity(contact), contact)
        first["is_confidential"] = first["is_confidential"] or contact["is_confidential"]
        for name in ("note", "extension"):
            first[name] = first[name] or contact[name]
    return list(found.values())


def web(kind, address, note="", *, is_confidential=False):
    """A contact that is an address: an e-mail or a chat."""
    return {
        "kind": kind, "dial_region": "", "dial": "", "e164": "", "display": "", "keyword": "", "menu_option": "",
        "extension": "", "url": address, "note": note[:NOTE], "is_confidential": is_confidential,
    }  # fmt: skip


def mails(row, note=""):
    """Contacts for the e-mail addresses of a row."""
    return [web("email", address, note) for address in row.get("email").split()]


def category(name):
    """The directory's category for a category of another list: ours where one says the same, else its own words."""
    for words, ours in CATEGORIES.items():
        if re.search(words, name, re.IGNORECASE):
            return ours
    return slugify(name)[:CATEGORY].strip("-")
