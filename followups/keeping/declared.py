"""What every table and field is kept for, and how that ends: `declared.json`, one line for each table.

A test fails for a table or field that is not in it, so that nobody adds one without deciding how long it is kept.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from followups.keeping import reach

FILE = Path(__file__).parent / "declared.json"


class RecordClass(NamedTuple):
    """`with_record`: ends when the client's record is disposed of. `ends` says how, for a retention schedule."""

    label: str
    with_record: bool
    ends: str


CLASSES = {
    "chart": RecordClass(_("Chart"), True, _("When the site's rule has run out, by a disposal")),
    "quality": RecordClass(_("Quality review"), True, _("With the chart, or later by a rule of its own")),
    "private": RecordClass(
        _("Private notes"), True, _("When the author erases them; else with the chart, or later by a rule of its own")
    ),
    "history": RecordClass(_("Earlier versions"), True, _("With the row they are versions of")),
    "papers": RecordClass(_("Filed papers and copies"), True, _("With the chart")),
    "letters": RecordClass(_("Letters"), True, _("With the chart")),
    "messages": RecordClass(_("Reminders and messages to staff"), True, _("With the chart; no words about anybody")),
    "intakes": RecordClass(
        _("Calendars and lists brought in"), True, _("A day, or 30 days once taken over; else with the chart")
    ),
    "audit": RecordClass(_("Audit trail"), False, _("Never by Doorway: ids and codes only")),
    "keeping": RecordClass(_("Rules, holds and tombstones"), False, _("Never: they prove what was done; ids only")),
    "staff": RecordClass(_("People and their work"), False, _("As long as the organisation keeps staff records")),
    "access": RecordClass(_("Sign-in sessions and tokens"), False, _("When they expire or are revoked")),
    "policy": RecordClass(_("Editions and policies"), False, _("Never: records say which one they followed")),
    "directory": RecordClass(_("Directory"), False, _("When an admin retires an entry; what was given names it")),
    "misses": RecordClass(_("Searches that found nothing"), False, _("After 90 days; words of a search, no person")),
    "trends": RecordClass(_("Counts for trends"), False, _("Never: numbers above a limit, about nobody")),
    "machinery": RecordClass(_("What the program needs of itself"), False, _("When it has done its work")),
}


@lru_cache
def tables():
    """{label: (class, set of its fields)}."""
    said = json.loads(FILE.read_text())
    return {label: (words.split()[0], frozenset(words.split()[1:])) for label, words in said.items()}


def class_of(model):
    """The class of a table; that of its history is `history`, and of a table of links what it hangs on."""
    if reach.is_history(model):
        return "history"
    label = model._meta.label
    if model._meta.auto_created:
        label = model._meta.auto_created._meta.label
    return tables()[label][0]
