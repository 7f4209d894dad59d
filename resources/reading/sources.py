"""An upload, told what it is, and read as often as asked."""

from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext_lazy as _

from resources.reading import (
    checks,
    entries,
    files,
    hsds_json,
    layouts,
    lists,
    mapping,
    relations,
    rows,
    tables,
    uploads,
    values,
)
from resources.reading.offers import Offer
from resources.reading.problems import NOTE, Problem, RowOutcome, Unreadable
from resources.reading.services import Services

SAMPLES = 200  # rows a suggestion is made from
#: Why rows of a known table went into no entry.
LEFT = {
    "organization": _("No service of this organisation is in the files."),
    "location": _("No service is given at this location."),
    "address": _("No service is given at its location."),
    "postal_address": _("Mail addresses are not kept."),
    "program": _("Programmes are not kept, only their services."),
    "taxonomy_term": _("No service has this category."),
    "taxonomy": _("Lists of categories are not kept, only the categories of services."),
    "phone": _("The services it could belong to have numbers of their own."),
    "contact": _("Names of people are not kept, and there is no number or address with it."),
    "schedule": _("It says nothing about the hours of a service."),
    "holiday_schedule": _("It says nothing about the hours of a service."),
    "accessibility": _("Accessibility is not kept yet."),
    "service": _("It is no service by itself."),
}
NO_USE = _("The directory has no place for this table.")


class NeedsMapping(ValueError):
    """Nobody has said yet what the columns of this list hold."""


@dataclass
class Source:
    """What was uploaded. `layout` is one of hsds1, hsds2, hsds3, hsds3_json, ohana, orservices, starter, seed, flat.

    `events()` tells everything in one pass: each Offer, a RowOutcome for every row of every file exactly once, and a
    Problem for what concerns a file as a whole. It may be called again; the same upload gives the same.
    """

    name: str
    files: list
    layout: str = ""
    mapping: dict | None = None
    columns: list = field(default_factory=list)
    samples: list = field(default_factory=list)

    @property
    def needs_mapping(self):
        return self.layout == "flat" and self.mapping is None

    def suggestion(self):
        """Column -> target, for the screen on which somebody says what the columns hold."""
        return mapping.suggest(self.columns, self.samples)

    def with_mapping(self, chosen):
        """The same upload with the meaning of its columns (column -> code of mapping.TARGETS).

        Raises ValueError for codes there are none of, and where no column is the name.
        """
        if unknown := set(chosen.values()) - mapping.TARGETS.keys():
            raise ValueError(_("Unknown: %(codes)s.") % {"codes": ", ".join(sorted(map(str, unknown)))})
        if "name" not in chosen.values():
            raise ValueError(_("Say which column holds the name of the service."))
        return Source(self.name, self.files, self.layout, dict(chosen), self.columns, self.samples)

    def offers(self, default_country, default_zone=""):
        return (each for each in self.events(default_country, default_zone) if isinstance(each, Offer))

    def rows(self, default_country="US", default_zone=""):
        return (each for each in self.events(default_country, default_zone) if isinstance(each, RowOutcome))

    def events(self, default_country, default_zone=""):
        """Offers, outcomes and problems. Raises NeedsMapping before the first where `needs_mapping` is true."""
        if self.needs_mapping:
            raise NeedsMapping(_("Say first what each column holds."))
        return self.read(default_country, default_zone)

    def read(self, country, zone):
        found, documents, problems = uploads.opened(self.files)
        yield from problems
        if self.layout in ("seed", "starter"):
            for name, document in documents:
                if entries.layout_of(document):
                    yield from entries.events(document, name, layout=self.layout, country=country)
                else:
                    yield uploads.left_out(name)
            yield from unused(found)
        elif self.layout == "flat":
            for table in found:
                yield from table.problems
            yield from lists.events(found, self.mapping, country=country, zone=zone)
        else:
            yield from self.related(found, documents, country, zone)

    def related(self, found, documents, country, zone):
        """Offers and outcomes of tables whose rows are tied by keys."""
        recognise(found)
        kept = []
        month_first = self.layout == "ohana" or country in values.MONTH_FIRST
        for row in all_rows(found, documents):
            if not row.is_out:
                checks.check(row, layout=self.layout, country=country, month_first=month_first)
            kept.append(row)
            if len(kept) > tables.MOST_ROWS:
                raise Unreadable(
                    _("There are more than %(most)s rows. Upload them in parts.") % {"most": tables.MOST_ROWS}
                )
        for table in found:
            yield from [*table.problems, *heading_problems(table, self.layout)]
        ties = relations.Relations(kept)
        relations.check_ties(ties)
        services = Services(ties, country=country, zone=zone)
        yield from services.offers()
        for row in ties.of_kind["phone"]:
            services.contacts.of_phone(row)
        for row in kept:
            if row.owner is None:
                row.leave(LEFT.get(row.kind, NO_USE))
                yield row.told()


def open_file(where, *, name):
    """Tell what an upload is. `where` is a path, a folder or an open binary file, `name` what the file is called.

    Raises Unreadable, with words for people, where nothing in it can be read.
    """
    source = Source(name, files.unpacked(where, name=name))
    found, documents, problems = uploads.opened(source.files)
    recognise(found)
    known = [table for table in found if table.kind]
    source.layout = told_by_entries(documents)
    if not source.layout and known and not is_simple(found):
        source.layout = layouts.layout_of(known)
    source.layout = source.layout or told_by_documents(documents)
    if not source.layout and found:
        take_columns(source, found)
    if not source.layout:
        reason = problems[0].reason if problems else _("There is no table and no list of entries in it.")
        raise Unreadable(reason)
    return source


def take_columns(source, found):
    """What the mapping screen shows: every column once, and some rows in their order."""
    source.layout = "flat"
    source.columns = list(dict.fromkeys(column for table in found for column in table.columns))
    for table in found:
        places = {column: position for position, column in enumerate(table.columns)}
        for record in islice(table.records, SAMPLES):
            at = [places.get(column) for column in source.columns]
            row = [record.cells[each] if each is not None and each < len(record.cells) else "" for each in at]
            if any(row):
                source.samples.append(row)


def told_by_entries(documents):
    return next((layout for _name, document in documents if (layout := entries.layout_of(document))), "")


def told_by_documents(documents):
    is_known = any(hsds_json.kind_of(record) for _name, document in documents for record in hsds_json.records(document))
    return "hsds3_json" if is_known else ""


def recognise(found):
    """Tell of each table which one it is, and what its columns are called here."""
    for table in found:
        table.kind = layouts.recognised(table.name, table.columns) if table.has_heading else ""
        table.names = layouts.columns(table.kind, table.columns)


def is_simple(found):
    """Whether the one table of an upload is a simple list that happens to be called like a table of a layout."""
    if len([table for table in found if table.kind]) != 1:
        return False
    table = next(table for table in found if table.kind)
    if table.kind not in ("service", "organization", "location"):
        return False
    suggested = mapping.suggest(table.columns)
    outside = {suggested[column] for at, column in enumerate(table.columns) if at not in table.names}
    has_ties = any(code.endswith(("_id", "_ids")) for code in table.names.values())
    return not has_ties and ("id" not in table.names.values() or bool(outside & {"phone", "address_1", "organisation"}))


def all_rows(found, documents):
    for table in found:
        yield from rows.of(table)
    for name, parsed in documents:
        yield from hsds_json.rows(parsed, name)


def unused(found):
    """Outcomes of tables that lie beside entries of our own."""
    for table in found:
        for row in rows.of(table):
            row.leave(NO_USE)
            yield row.told()


def heading_problems(table, layout):
    """Columns that a table of this layout lacks, and those in it that nobody here understands."""
    if not table.kind or table.kind not in layouts.COLUMNS:
        return
    have = set(table.names.values())
    expected = layouts.OHANA.get(table.kind, "").split() if layout == "ohana" else []
    needed = [layouts.NEEDED[table.kind]] if table.kind in layouts.NEEDED else []
    for code in dict.fromkeys([*needed, *expected]):
        if code not in have:
            facts = {"column": code}
            severity = "error" if code in needed else "warning"
            reason = _("The column “%(column)s” is missing.") % facts
            fix = _("Add it to the first line, even if it stays empty.")
            yield Problem(table.name, 1, code, "", reason, fix, code="heading", severity=severity)
    for position, column in enumerate(table.columns):
        if position not in table.names:
            reason = _("The column “%(column)s” is not known here; nothing in it was read.") % {"column": column}
            yield Problem(table.name, 1, column, column, reason, code="heading", severity=NOTE)
