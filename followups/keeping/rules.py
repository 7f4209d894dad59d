"""Which rules of which country there are, and which of them a site has adopted.

The countries' rules come with Doorway as files; none is in force anywhere before somebody at the site adopts it, as the
country has it or longer. Nothing is ever due at a site without one.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from accounts import audit
from followups.models import RetentionRule

HERE = Path(__file__).parent / "countries"
MOST_YEARS = 100


class ShorterThanTheCountry(Exception):
    """A site may keep records for longer than its country's rule asks for, never for shorter."""


class NotARuleOfThisCountry(Exception):
    """The rule is another country's, or there is none of that name for this class."""


class NotForThem(Exception):
    """Rules are adopted by a privacy officer or a clinical lead."""


@dataclass(frozen=True)
class CountryRule:
    """What one country's rule asks for. `classes` is {class: (years after last service, after coming of age)}."""

    key: str
    country: str
    name: str
    applies: str
    source: str
    whose: str
    since: str
    age_of_majority: int
    classes: dict


@lru_cache
def of_country(country):
    """The rules that come with Doorway for a country, by ISO code; none for most."""
    file = HERE / f"{country}.json"
    if not country.isalpha() or not file.exists():
        return ()
    return tuple(read(country, each) for each in json.loads(file.read_text())["rules"])


def read(country, said):
    years = {name: (each["years_after_last"], each["years_after_majority"]) for name, each in said["classes"].items()}
    return CountryRule(country=country, **(said | {"classes": years}))


def known_countries():
    return sorted(file.stem for file in HERE.glob("*.json"))


def in_force(site):
    """The site's rules now, by class: the newest of each."""
    found = {}
    for rule in RetentionRule.objects.filter(site=site).select_related("adopted_by").order_by("pk"):
        found[rule.record_class] = rule
    return found


def may_adopt(user):
    return user.is_active and (user.is_privacy_officer or user.is_clinical_lead)


@transaction.atomic
def adopt(site, *, key, record_class="chart", years_after_last, years_after_majority, by):
    """Put a country's rule in force at a site, as it is or longer, for records that are there already as well.

    Raises NotForThem, NotARuleOfThisCountry, ShorterThanTheCountry. Classes other than the chart follow the chart's
    rule unless they are given a longer one of their own.
    """
    if not may_adopt(by):
        raise NotForThem
    rule = next((each for each in of_country(site.country) if each.key == key), None)
    if rule is None or record_class not in OWN_RULES:
        raise NotARuleOfThisCountry
    least_last, least_majority = rule.classes.get(record_class, rule.classes["chart"])
    if years_after_last < least_last or years_after_majority < least_majority:
        raise ShorterThanTheCountry
    made = RetentionRule.objects.create(
        site=site,
        record_class=record_class,
        country_rule=key,
        years_after_last=years_after_last,
        years_after_majority=years_after_majority,
        least_after_last=least_last,
        least_after_majority=least_majority,
        age_of_majority=rule.age_of_majority,
        source=rule.source,
        adopted_by=by,
    )
    years = {"years": years_after_last, "after_majority": years_after_majority}
    audit.record("retention_adopted", site, by=by, rule=key, record_class=record_class, **years)
    return made


OWN_RULES = {"chart", "quality", "private"}  # what a site may keep for longer than the chart, with a rule of its own
