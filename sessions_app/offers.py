"""What to offer the client of a departure: three entries that fit, sets that belong together, and what search finds.

Nothing is guessed about the client: what fits is read from what staff noted at the steps, and from the session.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation

from resources import finding, suggestions
from resources.models import Bundle, Resource
from resources.places import LANGUAGES
from resources.subjects import is_unsafe_if_found
from sessions_app import captures
from sessions_app.models.responses import GivenResource
from sessions_app.models.settings_of_care import AgeBand

MOST_FOUND, MOST_UNASKED = 20, 6
AGES = {AgeBand.UNDER_13: (0, 12), AgeBand.TEEN: (13, 17), AgeBand.ADULT: (18, None)}

#: Which categories answer what was noted, by the capture and its value. Product default.
NEEDS = {
    ("concerns", "self_harm"): ["suicide-prevention"],
    ("concerns", "harm_from_others"): ["domestic-violence"],
    ("concerns", "medical"): ["substance-use", "medical-advice"],
    ("concerns", "impaired_driving"): ["substance-use"],
    ("impairment-seen", "yes"): ["substance-use"],
    ("reasons", "substance"): ["substance-use"],
}
#: The same of somebody under 18: who helps a child is asked as well.
NEEDS_OF_A_MINOR = {("concerns", "harm_from_others"): ["child-protection"]}


@dataclass(frozen=True)
class Entry:
    """One entry as it is offered, with what speaks for it; `is_above` where the page has it among the suggestions."""

    resource: Resource
    country: str
    why: list = field(default_factory=list)
    beware: list = field(default_factory=list)
    is_above: bool = False

    @property
    def contacts(self):
        """Those that may be given where the client is; confidential ones never."""
        return self.resource.contacts_in(self.country)

    @property
    def is_unsafe_if_found(self):
        return is_unsafe_if_found(self.resource.categories)


@dataclass(frozen=True)
class Set:
    """A bundle: what one tap gives, and what it leaves out because it is closed or in doubt."""

    bundle: Bundle
    resources: list
    left_out: list

    @property
    def is_unsafe_if_found(self):
        return any(is_unsafe_if_found(each.categories) for each in self.resources)


@dataclass(frozen=True)
class Offer:
    suggested: list
    sets: list
    found: list


def entries_for(departure):
    """Directory entries that can be given where this client is, crisis lines first."""
    return Resource.objects.giveable().with_contacts().for_country(departure.country)


def bundles_for(departure):
    return Bundle.objects.filter(country=departure.country, is_retired=False)


def of(departure, *, words="", chosen=(), is_later=False):
    """What the page offers. `words` were typed into the search; `chosen` are keys as they were sent, kept in sight.

    `is_later`: it is about a follow-up. The number of statements does not depend on how much there is.
    """
    now = timezone.now()
    suggested = suggestions.suggest(known_of(departure, is_later=is_later), at=now)
    shelf = Resource.objects.giveable().for_country(departure.country)
    rows = finding.find(shelf, words, home=departure.country, at=now).rows
    bundles = list(bundles_for(departure).prefetch_related("items"))
    above = {each.pk for each in suggested}
    kept = [key for key in map(key_of, chosen) if key and key not in above]
    others = [row.pk for row in rows[:MOST_FOUND] if words or row.pk not in above]
    listed = list(dict.fromkeys([*kept, *others[: MOST_FOUND if words else MOST_UNASKED]]))
    inside = [item.resource_id for bundle in bundles for item in bundle.items.all()]
    entries = Resource.objects.with_contacts().in_bulk({*above, *listed, *inside})
    return Offer(
        suggested=[Entry(entries[each.pk], departure.country, each.why, each.beware) for each in suggested],
        sets=[made for bundle in bundles if (made := set_of(bundle, entries)).resources],
        found=[
            Entry(entries[key], departure.country, is_above=key in above)
            for key in listed
            if is_offered(entries.get(key))
        ],
    )


def is_offered(resource):
    return resource is not None and resource.may_be_given


def key_of(text):
    """The key that was sent, or None where it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def set_of(bundle, entries):
    members = [entries[item.resource_id] for item in bundle.items.all()]
    right = [each for each in members if each.may_be_given and not each.is_in_doubt]
    return Set(bundle, right, [each for each in members if each not in right])


def members_of(bundles):
    """What giving these bundles gives, each entry once, with contacts; what is closed or in doubt is left out."""
    items = [item for bundle in bundles for item in bundle.items.all()]
    entries = Resource.objects.with_contacts().in_bulk([item.resource_id for item in items])
    found = {each.pk: each for bundle in bundles for each in set_of(bundle, entries).resources}
    return list(found.values())


def known_of(departure, *, is_later=False):
    """What staff recorded that says which entries fit. At a follow-up the client is on the phone. One query."""
    noted = captures.values(departure)
    return suggestions.Known(
        country=departure.country,
        needs=tuple(needs_of(noted, is_minor=departure.age_band != AgeBand.ADULT)),
        ages=AGES[departure.age_band],
        language=language_of(noted.get("resources-language", "")),
        is_remote=is_later or departure.is_remote,
    )


def needs_of(noted, *, is_minor):
    """The categories that answer what was noted, each once."""
    tables = [NEEDS, NEEDS_OF_A_MINOR] if is_minor else [NEEDS]
    found = {}
    for name, value in noted.items():
        for each in value if isinstance(value, list) else [value]:
            found.update(dict.fromkeys(need for table in tables for need in table.get((name, each), [])))
    return list(found)


def language_of(words):
    """The code of the one language that was named, in any language of the pages; else an empty text."""
    said = words.strip().casefold()
    if said in LANGUAGES:
        return said
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            named = [key for key, name in LANGUAGES.items() if str(name).casefold() == said]
        if named:
            return named[0]
    return ""


def is_unsafe_on_paper(resources, *, way, safe_at_home):
    """Whether something that stays behind was given where the client said that this is not safe."""
    return bool(resources) and safe_at_home == GivenResource.Safe.NO and way in GivenResource.LEAVES_A_TRACE
