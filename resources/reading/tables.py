"""Tables as they were uploaded: the heading, and every row below it with the line where it begins."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from django.utils.translation import gettext_lazy as _

from resources.reading import texts
from resources.reading.problems import NOTE, WARNING, Problem, Unreadable

DELIMITERS = ",;\t|"
SAMPLE_LINES = 40
LONGEST_CELL, LONGEST_NAME = 2_000_000, 80
MOST_REPAIRS = 100  # each reads the rest of the file once more
MOST_ROWS = 500_000  # of one upload, empty ones included
DATA = re.compile(r"@|https?://|\d{3}[\s().\-]*\d{3,}|\d[/.\-]\d|^[\d.,+\-]+$")

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True)
class Record:
    """One row: the line where it begins and its cells. `fault` says why it could not be cut into cells."""

    line: int
    cells: tuple
    numeric: frozenset = frozenset()  # positions whose cell was a number in a workbook
    fault: str = ""


@dataclass
class Table:
    """A heading and the rows below it. `records` can be walked through once."""

    name: str
    columns: list
    records: Iterator
    has_heading: bool = True
    problems: list = field(default_factory=list)
    above: list = field(default_factory=list)  # records over the heading: titles
    kind: str = ""
    names: dict = field(default_factory=dict)  # position -> name of the column in this package


def of_text(data, name):
    """The table in the bytes of a text file."""
    text, encoding = texts.decoded(data)
    problems = []
    if "\0" in text:
        text = text.replace("\0", "")
        reason = _("There are zero bytes in the file. They were left out.")
        problems.append(Problem(name, 1, "", "", reason, code="zero-bytes", severity=NOTE))
    if encoding not in ("utf-8", "utf-16-le", "utf-16-be"):
        reason = _("The file was read as %(encoding)s: look whether the accents are right.") % {"encoding": encoding}
        problems.append(Problem(name, 1, "", "", reason, _("Save it as UTF-8."), code="encoding", severity=NOTE))
    told = re.match(r"sep=(.)\r?\n?", text)
    delimiter = told.group(1) if told else separator(text)
    records = parted(text[told.end() :] if told else text, delimiter, first_line=2 if told else 1)
    return headed(name, records, problems)


def separator(text):
    """The sign between cells: the one that cuts the most of the first lines into the same number of several cells."""
    sample = "".join(line for _number, line in zip(range(SAMPLE_LINES), io.StringIO(text, newline=""), strict=False))

    def fitness(delimiter):
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(row)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (usual > 1) * widths.count(usual) / max(len(widths), 1), usual

    return max(DELIMITERS, key=fitness)


def parted(text, delimiter, *, first_line=1):
    """The records of `text`. A quotation mark that is never closed costs its own line and not the rest of the file."""
    lines = list(io.StringIO(text, newline=""))
    at, repaired = 0, 0
    while at < len(lines):
        reader = csv.reader(iter(lines[at:]) if at else iter(lines), delimiter=delimiter)
        start, broken = at, False
        try:
            for cells in reader:
                end = at + reader.line_num
                if end == len(lines) and end - start > 1 and is_open(lines[start:end]):
                    broken = True
                    break
                yield Record(start + first_line, tuple(texts.cell(cell) for cell in cells))
                start = end
        except csv.Error:
            broken = True
        if not broken:
            return
        fault = _("A quotation mark is opened in this line and never closed.")
        yield Record(start + first_line, (texts.cell(lines[start]),), fault=fault)
        at, repaired = start + 1, repaired + 1
        if repaired > MOST_REPAIRS:
            raise Unreadable(_("Too many quotation marks are opened and never closed."))


def is_open(lines):
    return "".join(lines).count('"') % 2 == 1


def headed(name, records, problems=()):
    """A table from records whose heading may stand under a title, or be missing."""
    first = [record for _number, record in zip(range(15), records, strict=False)]
    at = next((number for number, record in enumerate(first) if is_heading(record, first[number + 1 :])), None)
    if at is None:
        return without_heading(name, first, records, list(problems))
    problems = [*problems, *heading_faults(name, first[at])]
    above = [record for record in first[:at]]
    columns = distinct([*first[at].cells])
    return Table(name, columns, chain(first[at + 1 :], records), problems=problems, above=above)


def is_heading(record, following):
    """Whether this is the line that names the columns: several words, nothing like a number, an address or a date."""
    filled = [cell for cell in record.cells if cell]
    if record.fault or not filled or any(DATA.search(cell) or len(cell) > LONGEST_NAME for cell in filled):
        return False
    if len(filled) > 1:
        return True
    widest = max((len([cell for cell in each.cells if cell]) for each in following), default=0)
    return widest <= 1


def without_heading(name, first, records, problems):
    width = max((len(record.cells) for record in first), default=0)
    columns = [str(_("Column %(number)s") % {"number": number}) for number in range(1, width + 1)]
    if first:
        reason = _("The first line does not name the columns: it looks like an entry.")
        value = " | ".join(first[0].cells)[:200]
        fix = _("Put a line with the names of the columns on top, or say below what each column holds.")
        problems.append(Problem(name, first[0].line, "", value, reason, fix, code="no-heading", severity=WARNING))
    return Table(name, columns, chain(first, records), has_heading=False, problems=problems)


def heading_faults(name, record):
    """Columns that have no name, and names that stand over two columns."""
    seen = set()
    for number, column in enumerate(record.cells, start=1):
        facts = {"column": column, "number": number}
        if column and texts.word(column) in seen:
            reason = _("Two columns are called “%(column)s”; column %(number)s is the second.") % facts
            yield Problem(name, record.line, column, column, reason, _("Give each column its own name."),
                          code="same-heading", severity=WARNING)  # fmt: skip
        seen.add(texts.word(column))


def distinct(columns):
    """Names of the columns, no two the same, none empty. Empty names at the end of the heading stay columns."""
    seen, names = {}, []
    for number, column in enumerate(columns, start=1):
        name = column or str(_("Column %(number)s") % {"number": number})
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def of_rows(name, rows):
    """The table in a list of JSON objects, one row each; lines are their numbers."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    records = (Record(number, tuple(as_text(row.get(column)) for column in columns)) for number, row in
               enumerate(rows, start=1))  # fmt: skip
    return Table(name, columns, records)


def as_text(value):
    """A JSON value as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(as_text(each) for each in value)
    return texts.cell(str(value))


def shortened(record, width):
    """`record` without the empty cells that stand beyond the heading."""
    cells = record.cells
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return replace(record, cells=cells) if cells is not record.cells else record
