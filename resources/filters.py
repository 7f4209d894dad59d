"""What narrows a search. Each filter knows which entries it keeps, so the number behind a choice is what it leaves."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from resources import hours_now, subjects
from resources.places import language_name

OLDEST = 200
PLAIN = re.compile(r"[\w ,.&'()/-]{1,120}")
AGES = {"child": (_("Under 18"), 0, 17), "adult": (_("18 to 64"), 18, 64), "older": (_("65 and over"), 65, OLDEST)}
DAYS = {"30": _("In the last 30 days"), "90": _("In the last 90 days"), "365": _("In the last year")}
WAYS = {"voice": _("Call"), "sms": _("Text"), "chat": _("Chat"), "whatsapp": _("WhatsApp"), "in_person": _("In person")}
INTERPRETED = "mul"  # "other languages": somebody interprets


@dataclass(frozen=True)
class Filter:
    """`values` are the choices under which a row is found; `wording` puts them into words and into an order."""

    label: str
    anything: str
    values: Callable
    wording: Callable
    vocabulary: set | None = None
    unknown: str = _("There is nothing of that kind here. Choose from the list.")

    def may_ask_for(self, value):
        """Whether `value` makes sense although it may find nothing; without a vocabulary any plain words do."""
        return value in self.vocabulary if self.vocabulary is not None else bool(PLAIN.fullmatch(value))


def in_order(words):
    """Those of `words` (value → label) that occur, in the order in which they stand there."""
    return lambda used: [(value, label) for value, label in words.items() if value in used]


def by_label(label_of):
    return lambda used: sorted(((value, label_of(value)) for value in used), key=lambda choice: str(choice[1]))


def open_now(row, states):
    return {"now"} if hours_now.of(row, states) in (hours_now.OPEN, hours_now.ALWAYS) else set()


def ages(row, states):
    """An entry that names no age is for every age."""
    youngest, eldest = row.age_min or 0, OLDEST if row.age_max is None else row.age_max
    return {value for value, (_label, low, high) in AGES.items() if youngest <= high and eldest >= low}


def checked(row, states):
    if row.all_checked_on is None:
        return set()
    days = timezone.localdate() - row.all_checked_on
    return {value for value in DAYS if days <= timedelta(days=int(value))}


FILTERS = {
    "open": Filter(_("Open"), _("At any time"), open_now, in_order({"now": _("Open now")}), {"now"}),
    "kind": Filter(
        _("Way"),
        _("Any way"),
        lambda row, states: set(row.ways),
        in_order(WAYS),
        WAYS.keys(),
        unknown=_("Choose call, text, chat or in person."),
    ),
    "audience": Filter(_("For or about"), _("Anyone"), lambda row, states: set(row.categories), subjects.choices),
    "age": Filter(
        _("Age"),
        _("Any age"),
        ages,
        in_order({value: label for value, (label, _low, _high) in AGES.items()}),
        AGES.keys(),
    ),
    "language": Filter(
        _("Language"),
        _("Any language"),
        lambda row, states: set(row.languages),
        by_label(lambda code: capfirst(language_name(code))),
    ),
    "cost": Filter(
        _("Cost"),
        _("Free or not"),
        lambda row, states: {"free"} if row.is_free else set(),
        in_order({"free": _("Free")}),
        {"free"},
    ),
    "region": Filter(
        _("Region"), _("Everywhere"), lambda row, states: {row.region} - {""}, by_label(lambda region: region)
    ),
    "consent": Filter(
        _("Police or ambulance"),
        _("Whatever they do"),
        lambda row, states: {"asks"} if row.may_act_without_consent is False else set(),
        in_order({"asks": _("Only with consent")}),
        {"asks"},
    ),
    "checked": Filter(_("Checked"), _("Checked or not"), checked, in_order(DAYS), DAYS.keys()),
}


@dataclass(frozen=True)
class Narrowed:
    """What is left, how many each choice would leave, and how many there were without each filter that is set."""

    rows: list
    counts: dict
    without: dict


def narrow(found, chosen):
    """Keep the rows that every filter in `chosen` (name → value) keeps.

    The number behind a choice counts with all other filters as they are set, so it is what choosing it would show.
    """
    rows, counts, missed_one = [], {name: Counter() for name in FILTERS}, Counter()
    for row in found.rows:
        values = {name: each.values(row, found.states) for name, each in FILTERS.items()}
        missed = [name for name, value in chosen.items() if value not in values[name]]
        if not missed:
            rows.append(row)
        if len(missed) == 1:
            missed_one[missed[0]] += 1
        for name in FILTERS if not missed else missed[:1] if len(missed) == 1 else ():
            counts[name].update(values[name])
    return Narrowed(rows, counts, dict(missed_one))
