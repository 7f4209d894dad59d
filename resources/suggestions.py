"""Three entries that fit somebody, with what speaks for each in words. Only facts that staff recorded play a part.

Nothing here says anything about the client, and how often an entry was given plays no part. The same facts at the same
moment give the same three.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources import finding, hours_now
from resources.models import ContactPoint, NumberReport, Resource, Verification
from resources.places import language_name
from resources.subjects import GROUPS, NEEDS, SPECIAL

MOST = 3
WRITTEN = {"sms": _("Can be texted"), "chat": _("Has a chat"), "whatsapp": _("Can be reached by WhatsApp")}
SPOKEN = {"voice"}
#: An entry for nobody older than this is one for young people. Product default.
OLDEST_OF_THE_YOUNG = 25
CHECKED, LATE, UNCHECKED = range(3)


@dataclass(frozen=True)
class Known:
    """What staff recorded. `needs` are categories; `language` is a code, empty where nobody said one.

    `ages` is the youngest and the oldest that the client can be, in years; None where that is not known. `is_remote`:
    they are on the phone or on video, so what can be texted or has a chat is near at hand.
    """

    country: str
    needs: tuple = ()
    ages: tuple = (None, None)
    language: str = ""
    is_remote: bool = False

    @property
    def is_young(self):
        return self.ages[1] is not None and self.ages[1] < OLDEST_OF_THE_YOUNG


@dataclass(frozen=True)
class Suggestion:
    """An entry by its key, what speaks for it, and what to know before it is given; both in words."""

    pk: object
    why: list
    beware: list


def suggest(known, *, at=None):
    """At most three suggestions, the best first, in two statements. Fewer where fewer fit.

    For each need there is one of its own as far as there are three; and when the others can only be called, the last
    one can be texted or has a chat, where there is one that fits.
    """
    shelf = without_doubt(Resource.objects.giveable().for_country(known.country))
    found = finding.find(shelf, "", home=known.country, at=at or timezone.now())
    return [
        Suggestion(row.pk, reasons(row, known, found.states), cautions(row, found.states))
        for row in choose(found.rows, known, found.states)
    ]


def without_doubt(entries):
    """Those of which no way is reported, dead or works differently now."""
    counting = Q(recorded_at__gt=F("contact_point__changed_at")) | Q(contact_point__changed_at=None)
    last = Verification.objects.filter(counting, contact_point=OuterRef("pk")).order_by("-on", "-pk")
    ways = ContactPoint.objects.current().filter(resource=OuterRef("pk"))
    failed = ways.annotate(last=Subquery(last.values("result")[:1])).filter(last__in=["dead", "different"])
    reported = NumberReport.objects.filter(
        answered_at=None, contact_point__removed_at=None, contact_point__resource=OuterRef("pk")
    )
    return entries.exclude(Exists(failed)).exclude(Exists(reported))


def choose(rows, known, states, *, most=MOST):
    """The rows to suggest, in order. Pure: rows as `finding` gives them, hours as `hours_now.states` does."""
    usual = usual_language(rows)
    left = [row for row in rows if is_fit(row, known)]
    chosen = []
    while left and len(chosen) < most:
        open_needs = set(known.needs).difference(*(row.categories for row in chosen))
        candidates = left
        if len(chosen) == most - 1:
            candidates = [row for row in left if adds_a_way(row, chosen)] or left
        best = min(candidates, key=lambda row: order_of(row, known, states, open_needs=open_needs, usual=usual))
        chosen.append(best)
        left.remove(best)
    return chosen


def is_fit(row, known):
    """Whether it is for people of this age, and for everybody or for one of these needs."""
    youngest, oldest = known.ages
    if row.age_min is not None and oldest is not None and row.age_min > oldest:
        return False
    if row.age_max is not None and youngest is not None and row.age_max < youngest:
        return False
    fits = {*known.needs, "youth"} if known.is_young else {*known.needs}
    special = set(row.categories) & set(SPECIAL)
    groups = special & GROUPS.keys()
    return groups <= fits and (not special or bool(special & fits))


def order_of(row, known, states, *, open_needs, usual):
    """Smaller comes first. A need that none of those chosen meets counts most, and popularity nowhere."""
    met = open_needs.intersection(row.categories)
    return (
        -len(met),
        row.country != known.country,
        not speaks(row, known.language or usual),
        known.is_young and not is_for_the_young(row),
        not (row.is_crisis_line or met),
        hours_now.PLACE_IN_ORDER[state_of(row, states)],
        known.is_remote and not set(row.ways) & WRITTEN.keys(),
        state_of_check(row),
        -len(set(known.needs).intersection(row.categories)),
        not row.is_crisis_line,
        row.region != "",
        row.name,
        str(row.pk),
    )


def adds_a_way(row, chosen):
    """Whether one could call, or write, thanks to it and to none of those chosen. True where nothing is missing."""
    ways = {way for each in chosen for way in each.ways}
    missing = [kinds for kinds in (WRITTEN.keys(), SPOKEN) if not ways & kinds]
    return all(kinds & set(row.ways) for kinds in missing)


def usual_language(rows):
    """The one most of them are answered in: what is taken where nobody said another."""
    spoken = Counter(language for row in rows for language in row.languages)
    return min(spoken, key=lambda language: (-spoken[language], language), default="")


def speaks(row, language):
    return language in row.languages or "mul" in row.languages or not language


def is_for_the_young(row):
    return "youth" in row.categories or (row.age_max is not None and row.age_max <= OLDEST_OF_THE_YOUNG)


def state_of(row, states):
    """Open, closed, always or unknown. Without a timetable, that somebody said it is always open counts."""
    state = hours_now.of(row, states)
    return hours_now.ALWAYS if state == hours_now.UNKNOWN and row.is_always_open else state


def state_of_check(row):
    if row.status != Resource.Status.VERIFIED:
        return UNCHECKED
    is_late = row.check_due_on is not None and row.check_due_on < timezone.localdate()
    return LATE if is_late else CHECKED


def reasons(row, known, states):
    """What speaks for it, as short words."""
    state = state_of(row, states)
    said = [
        *(NEEDS[need] for need in known.needs if need in row.categories and need in NEEDS),
        known.is_young and is_for_the_young(row) and _("For young people"),
        row.is_crisis_line and not set(known.needs).intersection(row.categories) and _("Crisis line"),
        state == hours_now.ALWAYS and _("Open all day, every day"),
        state == hours_now.OPEN and _("Open now"),
        known.language in row.languages and _("In %(language)s") % {"language": language_name(known.language)},
        *(words for kind, words in WRITTEN.items() if kind in row.ways),
    ]
    return [words for words in said if words]


def cautions(row, states):
    """What to know before it is given."""
    state = state_of(row, states)
    said = [
        state == hours_now.CLOSED and _("Closed now"),
        state == hours_now.UNKNOWN and _("Hours not known"),
        row.may_act_without_consent and _("May call the police or an ambulance without asking"),
    ]
    return [words for words in said if words]
