"""What a country's shelf lacks: for whom, in which language and at which hours no checked entry is there."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.hours import ALWAYS, DAY, WEEKLY, hours_or_unknown
from resources.models import ContactPoint, KnownHours, Resource
from resources.places import language_name
from resources.subjects import GROUPS

NOON, TWO_IN_THE_NIGHT = 12 * 60, 2 * 60
WORKING_DAYS, EVERY_DAY = range(1, 6), range(1, 8)
ADULT = 18
TIMES = {"day": _("By day"), "night": _("By night"), "always": _("Always")}
GENERAL = ""


@dataclass(frozen=True)
class Shelf:
    """What is on the shelf: whom it serves, in which languages, when, and how it is reached."""

    groups: frozenset
    languages: frozenset
    times: frozenset
    ways: frozenset
    age_min: int | None
    age_max: int | None

    @property
    def is_for_minors(self):
        """Whether somebody under 18 is served: a line for them, or one for everybody without a limit above them."""
        others = self.groups - {"youth"}
        return not others and (self.age_min is None or self.age_min < ADULT)


def shelf(country):
    """The entries for a country that are checked in time. Two statements, whatever their number."""
    entries = Resource.objects.giveable().for_country(country).order_by()
    checked = entries.filter(status=Resource.Status.VERIFIED, check_due_on__gte=timezone.localdate())
    fields = ["categories", "languages", "age_min", "age_max", "is_always_open"]
    rows = list(checked.values_list(*fields, "search_entry__hours_keys", "search_entry__ways"))
    keys = {key for row in rows for key in row[5] or []}
    known = dict(KnownHours.objects.filter(pk__in=keys).values_list("key", "hours"))
    times = {key: times_of(hours_or_unknown(hours)) for key, hours in known.items()}
    return [on_shelf(row, times) for row in rows]


def on_shelf(row, times):
    categories, languages, age_min, age_max, is_always, keys, ways = row
    open_at = set().union(*(times.get(key, set()) for key in keys or []))
    if is_always and not keys:
        open_at = set(TIMES)
    groups = frozenset(categories) & GROUPS.keys()
    return Shelf(groups, frozenset(languages), frozenset(open_at), frozenset(ways or []), age_min, age_max)


def times_of(hours):
    """Which of TIMES it is open at. Night is two o'clock, each night; what is not known is none of them."""
    if hours.kind == ALWAYS or (hours.kind == WEEKLY and hours.is_always_by_its_windows()):
        return set(TIMES)
    if hours.kind != WEEKLY or not hours.holds_on(timezone.localdate()):
        return set()
    by_day = all(is_open(hours, day, NOON) for day in WORKING_DAYS)
    by_night = all(is_open(hours, day, TWO_IN_THE_NIGHT) for day in EVERY_DAY)
    return ({"day"} if by_day else set()) | ({"night"} if by_night else set())


def is_open(hours, day, minute):
    before = (day - 2) % 7 + 1
    return any(
        (weekday == day and window.opens <= minute < window.closes)
        or (weekday == before and window.opens <= minute + DAY < window.closes)
        for weekday, window in hours.weekly
    )


@dataclass(frozen=True)
class Line:
    """One line of the table: a group and a language, and how many entries there are at each of TIMES, in words."""

    group: str
    language: str
    numbers: list


def table(shelf):
    """A line for everybody and one for each of GROUPS, in each language that is on the shelf."""
    languages = sorted({code for entry in shelf for code in entry.languages})
    wanted = {GENERAL: _("Everybody"), **GROUPS}
    return [
        Line(label, language_name(code), [(words, number(shelf, group, code, time)) for time, words in TIMES.items()])
        for group, label in wanted.items()
        for code in languages
    ]


def number(shelf, group, language, time):
    return sum(
        (group in entry.groups if group else not entry.groups) and language in entry.languages and time in entry.times
        for entry in shelf
    )


def has_text_for_minors_at_night(shelf):
    return any(
        ContactPoint.Kind.SMS in entry.ways and entry.is_for_minors and "night" in entry.times for entry in shelf
    )
