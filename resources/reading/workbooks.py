"""Workbooks: every sheet is a table, read row by row."""

import io
import re
import zipfile
from datetime import date, datetime, time

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from resources.reading import tables
from resources.reading.problems import Unreadable

PADDED = re.compile(r"^0+$")  # the number format that shows 24 as 024
NOT_OPENED = _("The workbook cannot be opened. Save it again as .xlsx, or as .csv.")
BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, SyntaxError, ValueError, TypeError)
EMPTY_ROWS_THAT_END_IT = 1000  # sheets that were formatted to the last possible row


def sheets(data, name):
    """A table for each sheet that has a cell. Formulas count as what they last showed."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    except BROKEN as broken:
        raise Unreadable(NOT_OPENED) from broken
    for page in pages:
        page.reset_dimensions()
        table = tables.headed(name if len(pages) == 1 else f"{name} / {page.title}", records(page))
        if table.columns:
            yield table


def records(page):
    try:
        yield from filled(page)
    except BROKEN as broken:
        raise Unreadable(NOT_OPENED) from broken


def filled(page):
    """The rows down to the last one with a cell in it."""
    waiting = []
    for line, row in enumerate(page.iter_rows(), start=1):
        record = tables.Record(line, tuple(shown(cell) for cell in row), numeric=numbers_in(row))
        if not any(record.cells):
            waiting.append(record)
            if len(waiting) > EMPTY_ROWS_THAT_END_IT:
                return
            continue
        yield from waiting
        waiting = []
        yield record


def shown(cell):
    """A cell as its sheet shows it, as far as that can be told: 24.0 is 24, and 024 where its format says so."""
    value = cell.value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = str(int(value)) if value == int(value) else repr(value)
        return text.zfill(len(cell.number_format)) if PADDED.match(cell.number_format or "") else text
    return tables.as_text(value)


def numbers_in(row):
    """Positions of cells that are numbers without a format of their own: zeros at their front are lost."""
    return frozenset(
        position
        for position, cell in enumerate(row)
        if isinstance(cell.value, (int, float))
        and not isinstance(cell.value, bool)
        and not PADDED.match(cell.number_format or "")
    )
