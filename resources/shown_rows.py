"""Rows of a list as people read them: on its page, in a table to download, in a terminal."""

import csv

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources.models import ContactPoint, ImportRow, Resource
from resources.offered import CLOSED, ENDED, LISTED

What = ImportRow.What
PER_PAGE = 50
STANDINGS = {
    LISTED: gettext_lazy("in the list"),
    CLOSED: gettext_lazy("closed for now"),
    ENDED: gettext_lazy("ended"),
}
PARTS = {
    "standing": gettext_lazy("Whether it is still there"),
    "contacts": gettext_lazy("How to reach it"),
    "aliases": gettext_lazy("Other names"),
    "evidence": gettext_lazy("Pages that show it"),
    "locations": gettext_lazy("Places"),
    "coverage": gettext_lazy("Area"),
}
DEEDS = {
    "add": gettext_lazy("New number or address"),
    "change": gettext_lazy("Number or address changed"),
    "gone": gettext_lazy("Not in the list any more"),
    "detail": gettext_lazy("About a number or address"),
}


def counted(batch):
    """(what, words, count) for each kind of row there is, entries first."""
    return [(what, What(what).label, batch.counts[what]) for what in What.values if batch.counts.get(what)]


def page(batch, what, *, after):
    """The rows of one kind behind a position, and the position to go on from, or None."""
    rows = batch.rows.filter(position__gt=after).select_related("resource", "decided_by").order_by("position")
    if what:
        rows = rows.filter(what=what)
    found = list(rows[: PER_PAGE + 1])
    is_more = len(found) > PER_PAGE
    found = found[:PER_PAGE]
    for row in found:
        row.lines = [line(each) for each in row.diff]
    return found, found[-1].position if is_more else None


def line(item):
    """One difference in words."""
    return {
        "field": field_words(item),
        "ours": value_words(item["field"], item["ours"]),
        "theirs": theirs_words(item),
        "ours_on": item.get("ours_on", ""),
        "theirs_on": item.get("theirs_on", ""),
        "said_before": value_words(item["field"], item.get("said_before")),
        "is_conflict": item["is_conflict"],
    }


def theirs_words(item):
    """A number or address of theirs as it would stand on a card; of all else its value."""
    if item.get("deed") in ("add", "change"):
        contact = ContactPoint(**item["theirs"])
        return f"{contact.get_kind_display()}: {contact.words}"
    return value_words(item["field"], item["theirs"])


def field_words(item):
    if item["field"] == "contacts":
        return DEEDS[item["deed"]]
    if item["field"] in PARTS:
        return PARTS[item["field"]]
    return Resource._meta.get_field(item["field"]).verbose_name


def value_words(name, value):
    if value in (None, "", [], {}):
        return ""
    if name == "standing":
        return STANDINGS.get(value, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(str(value_words("", each)) for each in value)
    if isinstance(value, dict):
        return ", ".join(str(each) for each in leaves(value))
    return value


def leaves(value):
    """The words in a nested value, without its keys."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif value not in (None, "", False):
        yield value


def safe(cell):
    """A cell that no spreadsheet takes for a formula. The apostrophe is taken off again when a list is read."""
    cell = str(cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


HEADING = ["file", "line", "outcome", "column", "value", "reason", "what to do", "row"]


def as_table(batch, out):
    """Write every row of the files as CSV, its own cells last: what became of it, and all that is wrong with it."""
    writer = csv.writer(out)
    yield writer.writerow(HEADING)
    for row in batch.rows.order_by("position").iterator(chunk_size=500):
        problems = row.problems or [{"column": row.column, "value": row.value, "reason": row.reason, "fix": row.fix}]
        joined = [
            "; ".join(dict.fromkeys(str(each.get(name, "")) for each in problems if each.get(name)))
            for name in ("column", "value", "reason", "fix")
        ]
        cells = [row.file, row.line or "", str(What(row.what).label), *joined, *row.cells]
        yield writer.writerow([safe(cell) for cell in cells])


class Echo:
    """A file that hands back what is written to it, so that a table of any length is sent as it is made."""

    def write(self, text):
        return text
