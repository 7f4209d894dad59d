"""The forms in which the directory is handed out as a file."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from resources.export import cards, flat, leaving, pages, tables, vcards
from resources.models import Resource


@dataclass(frozen=True)
class Form:
    """One form of export. `written` makes pieces of text or bytes of a queryset of entries."""

    name: str
    file_name: str
    content_type: str
    title: str
    about: str
    written: Callable


FORMS = {
    form.name: form
    for form in (
        Form(
            "hsds-json",
            "directory-hsds.json",
            "application/json",
            _("HSDS, one document"),
            _("For other programs. All that may leave, in the form that directories exchange (HSDS 3.1)."),
            pages.written,
        ),
        Form(
            "hsds-zip",
            "directory-hsds.zip",
            "application/zip",
            _("HSDS, tables"),
            _("The same as tables in one zip file."),
            tables.written,
        ),
        Form(
            "csv",
            "directory.csv",
            "text/csv; charset=utf-8",
            _("Table"),
            _("One row for each entry, to look at in a spreadsheet. It holds less than HSDS."),
            flat.written,
        ),
        Form(
            "vcard",
            "directory.vcf",
            "text/vcard; charset=utf-8",
            _("Contact cards"),
            _("For the address book of a phone. Only what may be given now."),
            vcards.written,
        ),
        Form(
            "cards",
            "numbers.html",
            "text/html; charset=utf-8",
            _("Cards to print"),
            _("Large letters, one page for all. Print it, or keep it for when Doorway cannot be reached."),
            cards.written,
        ),
    )
}


@transaction.atomic
def hand_out(name, *, by):
    """The file of that form in pieces of bytes. That it was handed out is written down first, with how many entries.

    `by` is a User or the name of a system actor. Confidential contacts and places, drafts and entries that are not to
    be listed are in none of the forms.
    """
    entries = leaving.entries()
    audit.record("directory_exported", Resource(pk="all"), by=by, form=name, entries=entries.count())
    return in_bytes(FORMS[name].written(entries))


def in_bytes(pieces):
    for piece in pieces:
        yield piece.encode() if isinstance(piece, str) else piece


def save(name, path, *, by):
    """Write the file of that form to `path`. What stood there stays until the new one is whole."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            for piece in hand_out(name, by=by):
                file.write(piece)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
