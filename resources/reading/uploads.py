"""What the files of an upload are: tables, workbooks, documents, or nothing that concerns us."""

import json
import re

from django.utils.translation import gettext_lazy as _

from resources.reading import files, hsds_json, tables, texts, workbooks
from resources.reading.problems import NOTE, Problem, Unreadable


class NotAsked(ValueError):
    """A file that says nothing about services. Its message is for people."""


def opened(uploaded):
    """The tables, the documents, and the problems of the files that are neither."""
    found, documents, problems = [], [], []
    for file in uploaded:
        try:
            if file.is_document:
                document(file, found, documents)
            elif file.is_workbook:
                found += workbooks.sheets(file.data, file.name)
            elif is_text(file):
                table = tables.of_text(file.data, file.name)
                found += [table] if table.columns else []
            else:
                problems.append(left_out(file.name))
        except NotAsked as described:
            problems.append(Problem(file.name, 1, "", "", str(described), code="no-table", severity=NOTE))
        except Unreadable as unreadable:
            problems.append(Problem(file.name, 1, "", "", str(unreadable), code="unreadable"))
    return found, documents, problems


def is_text(file):
    """Whether a file can hold a table: by its ending, or without one if there are no signs of a program in it."""
    if file.name.lower().endswith(files.TABLES):
        return True
    ending = re.search(r"\.[A-Za-z]{1,4}$", file.name)
    return not ending and (file.data[:4000].count(0) == 0 or bool(texts.wide(file.data)))


def left_out(name):
    return Problem(name, 1, "", "", _("This file holds no table and no entries; it was left out."), code="no-table",
                   severity=NOTE)  # fmt: skip


def document(file, found, documents):
    """Take a JSON file as what it is: whole tables, one plain table, entries or HSDS documents."""
    text, _encoding = texts.decoded(file.data)
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as broken:
        line = getattr(broken, "lineno", 1)
        raise Unreadable(_("This is no valid JSON; it breaks off at line %(line)s.") % {"line": line}) from broken
    if hsds_json.is_description(parsed):
        raise NotAsked(_("It describes the other files; they were read without it."))
    if hsds_json.is_tabular(parsed):
        found += [tables.of_rows(name, [each for each in listed if isinstance(each, dict)]) for name, listed in
                  parsed.items() if listed]  # fmt: skip
    elif is_plain_list(parsed):
        found.append(tables.of_rows(file.name, parsed))
    else:
        documents.append((file.name, parsed))


def is_plain_list(parsed):
    """Whether a document is a list of objects without HSDS in them: then it is a table."""
    if not isinstance(parsed, list) or not parsed or not all(isinstance(each, dict) for each in parsed):
        return False
    is_flat = not any(isinstance(value, dict) for each in parsed for value in each.values())
    return is_flat and not any(hsds_json.MARKED & each.keys() for each in parsed)
