"""HSDS documents: nested JSON taken apart into the rows of its tables, so that one reading serves both forms."""

from django.utils.translation import gettext_lazy as _

from resources.reading import layouts, tables
from resources.reading.problems import Fault, Row

#: Keys under which a document holds one object of another table. Lists go by the name of their table.
SINGLE = {"organization": "organization", "location": "location", "service": "service", "program": "program",
          "taxonomy_term": "taxonomy_term", "taxonomy_detail": "taxonomy", "unit": "unit"}  # fmt: skip
MARKS = [
    ("service_at_location", {"service"}),
    ("organization", {"services", "organization_identifiers", "legal_status", "website", "year_incorporated"}),
    ("service", {"organization", "service_at_locations", "fees_description", "application_process", "assured_date",
                 "organization_id", "eligibility_description", "service_areas", "cost_options"}),
    ("location", {"location_type", "latitude", "addresses", "physical_addresses"}),
    ("taxonomy_term", {"term_uri", "taxonomy_detail", "parent_id", "taxonomy"}),
    ("base", {"openapi_url"}),
    ("taxonomy", {"uri", "version"}),
    ("service", {"status", "phones", "schedules", "languages"}),
    ("organization", {"name", "description"}),
]  # fmt: skip
#: Keys that only HSDS documents have: a list with one of them in it is no plain table.
MARKED = set(
    [
        "services",
        "service_at_locations",
        "organization",
        "organization_id",
        "location_type",
        "term_uri",
        "fees_description",
        "legal_status",
        "assured_date",
        "application_process",
        "eligibility_description",
        "year_incorporated",
    ]
)
DEEPEST = 12


def records(document):
    """The records of a document: of a page, of a list, or the document itself."""
    if isinstance(document, dict) and isinstance(document.get("contents"), list):
        return document["contents"]
    return document if isinstance(document, list) else [document]


def kind_of(record):
    """Which table's object a record is, told by its keys; nothing if it is none."""
    if not isinstance(record, dict):
        return ""
    keys = set(record)
    if {"service_id", "location_id"} <= keys:
        return "service_at_location"
    return next((kind for kind, marks in MARKS if marks & keys and ("name" in keys or kind in UNNAMED)), "")


UNNAMED = {"service_at_location", "base", "service", "location"}


def is_description(document):
    """Whether a document is the datapackage.json that lies beside tables."""
    listed = document.get("resources") if isinstance(document, dict) else None
    return isinstance(listed, list) and all(isinstance(each, dict) and "schema" in each for each in listed)


def is_tabular(document):
    """Whether a document holds whole tables: {"services.csv": [...], "phones.csv": [...]}."""
    if not isinstance(document, dict) or not document:
        return False
    known = [name for name, rows in document.items() if isinstance(rows, list) and layouts.kind_of(name)]
    return len(known) == len(document) and any(name.endswith(".csv") or name == "services" for name in known)


def rows(document, file):
    """The rows of an HSDS document: its records, and after each the parts of it, which have the record as owner."""
    for number, record in enumerate(records(document), start=1):
        kind = kind_of(record)
        row = Row(file, number, {}, kind=kind, cells=(str(record)[:500],))
        if not kind:
            reason = _("This is no service, organisation or location: none of their keys is in it.")
            row.reject(
                Fault("unknown-record", reason, _("Look whether it is an HSDS document.")), "", str(record)[:200]
            )
        elif kind != "base":
            row.values, parts = apart(kind, record, f"{file}#{number}")
            row.names = {name: name for name in row.values}
            yield row
            yield from of_parts(row, kind, parts, row, 1)
            continue
        yield row


def apart(kind, record, spare_key):
    """The plain values of a record under this package's names, and its nested objects by table."""
    found, parts = {}, []
    for key, value in record.items():
        nested = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        if nested and all(isinstance(each, dict) for each in nested):
            child = SINGLE.get(key) or layouts.kind_of(key)
            parts += [(child, each, f"{spare_key}/{key}{number}") for number, each in enumerate(nested, start=1)]
        elif code := layouts.column(kind, key):
            found[code] = tables.as_text(value)
    found = {code: text for code, text in found.items() if text != ""}
    found.setdefault("id", spare_key)
    return found, parts


def of_parts(parent, kind, parts, owner, depth):
    """Rows for the objects inside another, tied to it by the keys that tables use."""
    for child, record, spare_key in parts:
        if not child or depth > DEEPEST:
            continue
        found, inner = apart(child, record, spare_key)
        row = Row(owner.file, owner.line, found, kind=child, names={name: name for name in found}, owner=owner)
        tie(parent, kind, row)
        yield row
        yield from of_parts(row, child, inner, owner, depth + 1)


def tie(parent, kind, row):
    """Name the parent in the child, or the child in the parent where the key stands there."""
    if row.kind in ("organization", "program", "location", "service", "taxonomy_term") and kind not in (
        "organization",
    ):
        column = "location_ids" if (kind, row.kind) == ("service", "location") else f"{row.kind}_id"
        parent.values.setdefault(column, row.get("id"))
        return
    row.values[f"{kind}_id"] = parent.get("id")
    for other in {"service_id", "location_id", "organization_id", "service_at_location_id", "contact_id"} - {
        f"{kind}_id"
    }:  # fmt: skip
        if row.kind != "service_at_location":
            row.values.pop(other, None)
