"""Cells of tables that a spreadsheet must take for text, and how to read them again."""

import re

#: What a spreadsheet takes for a formula. Apostrophes before it are counted, so that each cell has one reading.
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
NEUTRALISED = re.compile(r"'+[=+\-@\t\r\n]")


def neutral(text):
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula. Numbers stay numbers.

    `unneutral` makes the same text of it again, whatever it was.
    """
    return f"'{text}" if isinstance(text, str) and FORMULA.match(text) else text


def unneutral(text):
    """The text without the apostrophe that `neutral`, or a spreadsheet, put before it."""
    return text[1:] if NEUTRALISED.match(text) else text
