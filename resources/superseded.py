"""Numbers that services gave up. Pages and lists print them for years, so whoever adds one is told."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext as _

SEEN_FILE = Path(__file__).parent / "superseded.json"  # each with the page that shows it
SHAPES = {1: "Y", 2: "F Y", 3: "j F Y"}  # of dates, by how much of one is known


@dataclass(frozen=True)
class Replaced:
    """What became of a number, a menu option or a keyword.

    `since` is a day, a month or a year, or empty; `is_bound` says that it had happened by then. `old_still_works` is
    None where nobody knows.
    """

    region: str
    dial: str
    e164: str
    menu_option: str
    keyword: str
    by: str
    is_closed: bool
    since: str
    is_bound: bool
    old_still_works: bool | None
    evidence: str

    @property
    def words(self):
        """“This number was replaced by 988 on 16 July 2022; the old one still works.”"""
        return f"{self.what_happened}{self.what_is_left}."

    @property
    def what_happened(self):
        facts = {"new": self.by, "when": self.when}
        if self.by and self.keyword:
            text = _("This keyword was replaced by %(new)s%(when)s")
        elif self.by:
            text = _("This number was replaced by %(new)s%(when)s")
        elif self.keyword:
            text = _("This keyword was given up%(when)s")
        elif self.menu_option:
            text = _("This menu option was given up%(when)s")
        elif self.is_closed:
            text = _("This number was closed%(when)s")
        else:
            text = _("The service does not use this number any more%(when)s")
        return text % facts

    @property
    def what_is_left(self):
        if self.old_still_works is None or not self.by:
            return ""
        return _("; the old one still works") if self.old_still_works else _("; the old one does not work any more")

    @property
    def when(self):
        if not self.since:
            return ""
        parts = [int(part) for part in self.since.split("-")]
        shape = SHAPES[len(parts)]
        time = date_format(date(*[*parts, 1, 1][:3]), shape)
        if self.is_bound:
            return _(" by %(time)s") % {"time": time}
        return (_(" on %(time)s") if shape == SHAPES[3] else _(" in %(time)s")) % {"time": time}


def replaced(dial_region, dial, e164, keyword="", menu_option=""):
    """What became of this contact, as a Replaced, or None where nothing is known against it.

    An entry about a keyword or a menu option is found by that one only, an entry about a number by any.
    """
    for each in seen():
        is_number = each.e164 == e164 if e164 else (each.region, each.dial) == (dial_region, dial)
        is_keyword = not each.keyword or each.keyword.casefold() == keyword.strip().casefold()
        is_option = not each.menu_option or each.menu_option == menu_option.strip()
        if is_number and is_keyword and is_option:
            return each
    return None


@cache
def seen():
    """The entries of SEEN_FILE."""
    entries = json.loads(SEEN_FILE.read_text(encoding="utf-8"))["entries"]
    return [
        Replaced(
            region=each["region"],
            dial=each["dial"],
            e164=each.get("e164", ""),
            menu_option=each.get("menu_option", ""),
            keyword=each.get("keyword", ""),
            by=each.get("replaced_by", ""),
            is_closed=each.get("is_closed", False),
            since=each.get("since", ""),
            is_bound=each.get("by", False),
            old_still_works=each["still_works"],
            evidence=each["evidence"],
        )
        for each in entries
    ]
