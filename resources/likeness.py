"""How much two entries look like one and the same: their names, who runs them, how they are reached, where they are.

What is not known of both says nothing. A national short number says little: 988 is on the cards of many services. The
words of the organisation say nothing about which of its services it is: a church's breakfast and its pantry are two.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from resources.models import Alias

#: From a 211's service matching; product defaults.
DUPLICATE, MAYBE = 0.70, 0.62
#: How much each likeness counts. `number` is one that few entries have, `shared_number` one that many do.
WEIGHTS = {
    "name": 0.45,
    "organisation": 0.12,
    "domain": 0.08,
    "number": 0.25,
    "shared_number": 0.05,
    "no_number_in_common": 0.15,
    "address": 0.25,
    "area": 0.15,
}
FEW = 2  # a number that more entries than these have is one of many services
SHORT = 6  # digits; no short number has more


def score(one, other, *, holders):
    """From 0, nothing alike, to 1. `holders` is how many entries have each number, by `number_of`.

    Needs `contact_points`, `aliases`, `coverage`, `locations` and `organisation` of both, prefetched.
    """
    said = {
        "name": name(one, other),
        "organisation": alike(one.organisation.name, other.organisation.name),
        "domain": equal(domain(one.url), domain(other.url)),
        **numbers(one, other, holders=holders),
        **whereabouts(one, other),
    }
    known = {what: value for what, value in said.items() if value is not None}
    weight = sum(WEIGHTS[what] for what in known)
    return sum(WEIGHTS[what] * value for what, value in known.items()) / weight


def equal(one, other):
    """1 or 0, or None where one of them is not known."""
    return float(one == other) if one and other else None


def name(one, other):
    """The likeness of the two names that are most alike, former ones included."""
    return max(alike(*without_organisation(mine, one, its, other)) for mine in names(one) for its in names(other))


def names(entry):
    known = [alias.words for alias in entry.aliases.all() if alias.kind != Alias.Kind.FORMER_NUMBER]
    return [entry.name, *known]


def without_organisation(mine, one, its, other):
    """The names without the words of who runs them, as far as both have words of their own."""
    own = " ".join(each for each in words(mine) if each not in words(one.organisation.name))
    others = " ".join(each for each in words(its) if each not in words(other.organisation.name))
    return (own, others) if own and others else (mine, its)


def numbers(one, other, *, holders):
    mine, its = ways(one), ways(other)
    if not mine or not its:
        return {}
    common = mine & its
    if any(is_telling(way, holders) for way in common):
        return {"number": 1.0}
    return {"shared_number": 1.0} if common else {"no_number_in_common": 0.0}


def ways(entry):
    """What one does to reach it: the same digits with another menu option or keyword are another way."""
    return {
        (contact.dial_region, contact.dial, contact.extension, contact.menu_option, contact.keyword, contact.url)
        for contact in entry.contacts
    }


def number_of(way):
    """The part of a way that many entries may have: digits in their country, or an address."""
    return (way[0], way[1]) if way[1] else ("", way[-1])


def is_telling(way, holders):
    is_short = bool(way[1]) and len(way[1]) <= SHORT
    return not is_short and holders.get(number_of(way), 0) <= FEW


def whereabouts(one, other):
    mine, its = addresses(one), addresses(other)
    if mine and its:
        return {"address": float(bool(mine & its))}
    mine, its = areas(one), areas(other)
    return {"area": float(bool(mine & its))} if mine and its else {}


def addresses(entry):
    """Street and postal code, as they can be compared."""
    found = {(plain(place.address_1), plain(place.postal_code)) for place in entry.locations.all()}
    return {address for address in found if address[0]}


def areas(entry):
    found = {plain(entry.region), *(plain(area.subdivision) for area in entry.coverage.all())}
    return found - {""}


def domain(url):
    """“samaritans.org” of a web address, or an empty text."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def alike(one, other):
    """Three letters in a row that both have, of all that either has: as PostgreSQL compares words."""
    mine, its = triples(one), triples(other)
    return len(mine & its) / len(mine | its) if mine and its else 0.0


@lru_cache(maxsize=4096)
def triples(text):
    padded = [f"  {word} " for word in words(text)]
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def words(text):
    return [word for word in re.split(r"\W+", plain(text)) if word not in ("", "the", "a", "of", "and", "s")]


def plain(text):
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().strip()
