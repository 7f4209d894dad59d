"""HSDS documents as tables in one zip file, with the descriptor of a data package. The same entries, the same bytes."""

import csv
import json
from contextlib import ExitStack
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile, TemporaryFile
from uuid import uuid5
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from resources.export import columns, facts, hsds, leaving, taxonomies
from resources.export.cells import neutral

IN_MEMORY = 1024 * 1024  # bytes of a table until it goes to disk
PIECE = 64 * 1024
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip file: its entries do not tell when it was made
FACTS = {
    "id": str(uuid5(taxonomies.DOORWAY, "taxonomy:facts")),
    "name": "Doorway facts",
    "description": "Facts that HSDS has no field for. Each says its own value in an attribute.",
}


class Tables:
    """Rows as they come, each table in a file of its own until all is written. Rows with an id are written once."""

    def __init__(self, stack):
        self.files, self.writers, self.known = {}, {}, set()
        for table in columns.TABLES:
            raw = stack.enter_context(SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
            self.files[table] = TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
            self.writers[table] = csv.writer(self.files[table], lineterminator="\r\n")
            self.writers[table].writerow(columns.of(table))

    def add(self, table, thing):
        if (table, thing["id"]) not in self.known:
            if table in ("organization", "taxonomy", "taxonomy_term"):  # the only ones that documents share
                self.known.add((table, thing["id"]))
            self.writers[table].writerow([neutral(thing.get(name, "")) for name in columns.of(table)])

    def add_document(self, table, thing):
        """A document, and in their own tables all things inside it, tied to it by its id."""
        self.add(table, thing)
        for name, inner in thing.items():
            if name in columns.PLACES:
                kind = columns.PLACES[name]
                for each in inner if isinstance(inner, list) else [inner]:
                    self.add_document(kind, tied(each, kind))

    def bytes_of(self, table):
        self.files[table].flush()
        raw = self.files[table].buffer
        raw.seek(0)
        return raw.read()


def tied(thing, table):
    """An attribute names a term in tables, always: one for facts stands in where the document has none."""
    if table == "attribute" and "taxonomy_term_id" not in thing:
        return thing | {"taxonomy_term_id": fact_id(thing["link_type"].removeprefix(facts.OURS))}
    return thing


def fact_id(code):
    return str(uuid5(taxonomies.DOORWAY, f"fact:{code}"))


def written(entries):
    """The zip file of `entries`, in pieces of bytes."""
    with ExitStack() as stack:
        tables = Tables(stack)
        add_terms(tables)
        for batch in leaving.batches(entries):
            for document in hsds.services(batch):
                tables.add_document("service", document)
        whole = stack.enter_context(TemporaryFile())
        pack(tables, whole)
        whole.seek(0)
        while piece := whole.read(PIECE):
            yield piece


def add_terms(tables):
    for taxonomy in (taxonomies.SUBJECTS, FACTS):
        tables.add("taxonomy", taxonomy)
    for term in taxonomies.terms():
        tables.add("taxonomy_term", term)
    for code, label in facts.LABELS.items():
        own = {"id": fact_id(code), "code": code, "name": label, "description": label, "language": "en"}
        tables.add("taxonomy_term", own | {"taxonomy": FACTS["name"], "taxonomy_id": FACTS["id"]})


def pack(tables, file):
    """Every table, also one without rows: its columns stand there, so that nobody takes it for lost."""
    with ZipFile(file, "w") as packed:
        descriptor = json.dumps(columns.descriptor(), indent=2).encode()
        packed.writestr(named("datapackage.json"), descriptor)
        for table, (name, _required, _optional) in columns.TABLES.items():
            packed.writestr(named(name), tables.bytes_of(table))


def named(name):
    info = ZipInfo(name, date_time=EARLIEST)
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, 0o644 << 16, 3
    return info
