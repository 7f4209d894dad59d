"""What the tests of exports share: the official schemas where they are, and an entry with everything filled in."""

import gzip
import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

from resources.export import leaving
from resources.models import Organisation, Resource

OFFICIAL = Path(settings.BASE_DIR).parent / "shared" / "resources" / "hsds" / "3.1"
SECRETS = ["5550199", "Hidden House", "12 Secret Lane", "refuge@hidden.example", "hidden-chat.example", "Secretville"]


@cache
def official(name, *, is_strict=True):
    """A validator for a compiled schema of HSDS 3.1, formats on; strict refuses keys that the schema does not name."""
    file = OFFICIAL / "compiled" / f"{name}.json.gz"
    if not file.exists():
        pytest.skip("The official schemas of HSDS 3.1 are not beside this project.")
    schema = json.loads(gzip.decompress(file.read_bytes()))
    return Draft202012Validator(closed(schema) if is_strict else schema, format_checker=FormatChecker())


def closed(schema):
    """The same without room for keys that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return inner | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


def faults(name, document):
    """What the official schema says against a document, lax and strict."""
    return [
        f"{error.json_path}: {error.message[:200]}"
        for is_strict in (False, True)
        for error in official(name, is_strict=is_strict).iter_errors(document)
    ]


def read(entry):
    """The entry as an export sees it."""
    [found] = leaving.of_keys([entry.pk])
    return found


WEEKLY = {
    "kind": "weekly",
    "zone": "Europe/London",
    "weekly": [{"day": 1, "opens": "09:00", "closes": "17:00"}, {"day": 5, "opens": "22:00", "closes": "02:00"}],
    "exceptions": [{"on": "2026-12-25", "windows": [], "note": "Christmas"}],
    "valid_from": "2026-01-01",
    "valid_to": None,
    "holidays": "closed",
    "holiday_country": "GB",
}


def full_entry(name="Harbour, for all; of us", **facts):
    """An entry with everything that the directory can hold, and beside each public contact and place a secret one."""
    organisation, _ = Organisation.objects.get_or_create(
        name="Harbour Trust", defaults={"url": "https://harbour.example/ä b"}
    )
    known = {
        "slug": name.lower().replace(" ", "-")[:80].strip("-,;."),
        "name": name,
        "organisation": organisation,
        "description": "=A place to talk.\nAlso at night.",
        "country": "GB",
        "region": "Kent",
        "languages": ["en", "fr"],
        "language_note": "Interpreters on request",
        "hours_text": "Weekdays from nine to five",
        "hours": WEEKLY,
        "is_always_open": False,
        "audience": ["adults", "their families"],
        "age_min": 0,
        "age_max": 99,
        "categories": ["crisis", "peer-support", "men", "something-new"],
        "cost": "free",
        "is_free": True,
        "is_anonymous": False,
        "is_answered_by_people": True,
        "is_open_to_everybody": True,
        "may_act_without_consent": False,
        "url": "https://harbour.example/talk?to=us&[now]#100%",
        "is_crisis_line": True,
        "caveats": ["Busy at night.", "+ one more"],
        "status": Resource.Status.IN_REVIEW,
        "check_days": 30,
    }
    entry = Resource.objects.create(**known | facts)
    add_contacts(entry)
    add_parts(entry)
    return entry


def add_contacts(entry):
    in_britain = {"dial_region": "GB"}
    voice = {"dial": "02079460018", "e164": "+442079460018", "display": "020 7946 0018", "extension": "042"}
    voice |= {"menu_option": "2", "cost": "local call", "languages": ["cy"], "hours": {"kind": "always"}}
    text = {"dial": "85258", "display": "85258", "keyword": "=HI", "note": "-no stop word"}
    rows = [
        {"kind": "voice", **in_britain, **voice},
        {"kind": "sms", **in_britain, **text},
        {"kind": "tty", **in_britain, "dial": "18001116123", "display": "18001 116 123"},
        {"kind": "whatsapp", **in_britain, "dial": "07700900123", "e164": "+447700900123"},
        {"kind": "chat", "url": "https://harbour.example/chat"},
        {"kind": "email", "url": "mailto:jo@harbour.example"},
    ]
    secret = [
        {"kind": "voice", "dial_region": "GB", "dial": "0205550199", "e164": "+44205550199", "note": "Hidden House"},
        {"kind": "email", "url": "mailto:refuge@hidden.example"},
        {"kind": "chat", "url": "https://hidden-chat.example/"},
    ]
    for position, facts in enumerate([*rows, *({**each, "is_confidential": True} for each in secret)]):
        entry.contact_points.create(position=position, **facts)


def add_parts(entry):
    entry.aliases.create(kind="also", words="The Harbour")
    entry.aliases.create(kind="former", words="Port")
    entry.aliases.create(kind="former_number", words="0800 123", digits="0800123")
    entry.coverage.create(country="GB", subdivision="Kent")
    entry.coverage.create(country="IE")
    town = {"address_1": "1 Quay", "address_2": "Floor 2", "city": "Dover", "region": "Kent", "postal_code": "CT16 1AA"}
    entry.locations.create(name="Front door", **town, country="GB", latitude=51.1, longitude=-1.3)
    entry.locations.create(latitude=0.0, longitude=0.0)
    hidden = {"name": "Hidden House", "address_1": "12 Secret Lane", "city": "Secretville", "country": "GB"}
    entry.locations.create(**hidden, is_confidential=True)
    seen = {"kind": "operator", "seen_on": date(2026, 11, 23)}
    entry.evidence.create(url="https://harbour.example/contact", dated_on=date(2026, 1, 2), **seen)
    entry.evidence.create(url="https://harbour.example/about", **seen)
