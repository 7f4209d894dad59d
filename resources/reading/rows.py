"""Rows of a table as they are counted: empty, repeated, of another width than the heading, or good to read."""

from hashlib import blake2b

from django.utils.translation import gettext_lazy as _

from resources.reading import tables
from resources.reading.problems import BLANK, DUPLICATE, UNUSED, WARNING, Fault, Row

#: A missing cell moves hours or digits into the wrong column: such rows are not read at all.
EXACT = {"phone", "schedule", "holiday_schedule"}


def of(table):
    """Every row of `table`, each judged: rows that are out have their outcome already."""
    for record in table.above:
        yield Row(table.name, record.line, {}, cells=record.cells, outcome=UNUSED,
                  reason=_("A line above the names of the columns."))  # fmt: skip
    seen, width = {}, len(table.columns)
    for record in table.records:
        yield judged(table, tables.shortened(record, width), width, seen)


def judged(table, record, width, seen):
    row = made(table, record)
    if record.fault:
        row.reject(Fault("quote", record.fault, _("Close it, or double the quotation marks inside the words.")))
    elif not any(record.cells):
        row.outcome, row.reason = BLANK, _("The row is empty.")
    elif len(record.cells) != width:
        ragged(row, table, width)
    if not row.outcome:
        repeated(row, seen)
    return row


def made(table, record):
    values = {
        code: record.cells[position]
        for position, code in table.names.items()
        if position < len(record.cells) and record.cells[position]
    }
    numeric = frozenset(table.names.get(position, position) for position in record.numeric)
    names = {code: table.columns[position] for position, code in table.names.items()}
    return Row(table.name, record.line, values, kind=table.kind, cells=record.cells, names=names, numeric=numeric)


def ragged(row, table, width):
    """A row with fewer or more cells than the heading. Which one is missing cannot be told."""
    facts = {"cells": len(row.cells), "columns": width}
    if len(row.cells) > width:
        reason = _("There are %(cells)s cells in this row and only %(columns)s columns.") % facts
        fix = _("Put quotation marks around words with a comma in them.")
        row.reject(Fault("ragged", reason, fix), "", " | ".join(row.cells)[:200])
        return
    reason = _("There are only %(cells)s cells in this row for %(columns)s columns.") % facts
    fix = _("Add the missing cells, empty if need be, so that each stands under its own heading.")
    if table.kind in EXACT:
        row.reject(Fault("ragged", reason, fix), "", " | ".join(row.cells)[:200])
    else:
        row.add(Fault("ragged", reason, fix, WARNING), "", " | ".join(row.cells)[:200])


def repeated(row, seen):
    """Mark a row that says word for word what an earlier one says."""
    words = blake2b("\x1f".join(row.cells).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first = seen.setdefault(words, row.line)
    if first != row.line:
        row.outcome, row.first_line = DUPLICATE, first
        row.reason = _("It repeats line %(line)s word for word.") % {"line": first}
