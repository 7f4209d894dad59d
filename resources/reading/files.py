"""The files of an upload: one, a folder, or a zip. What is too big or not what it says is refused before it is read."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext_lazy as _

from resources.reading.problems import Unreadable

MOST_BYTES = 200 * 1024 * 1024  # unpacked, all files together
MOST_MEMBERS = 200
LOCKED = 0x1  # a member's flag
WORKBOOK = "[Content_Types].xml"
TABLES, WORKBOOKS, DOCUMENTS = (".csv", ".tsv", ".tab", ".txt", ".psv"), (".xlsx", ".xlsm"), (".json",)
FOREIGN = {
    b"\xd0\xcf\x11\xe0": _("This is an old Office file (.xls or .doc). Save the table as .xlsx or .csv."),
    b"%PDF": _("This is a PDF. Ask for the table it was made from, as .xlsx or .csv."),
    b"\x1f\x8b": _("This is a .gz archive. Unpack it, or pack it as .zip."),
    b"7z\xbc\xaf": _("This is a .7z archive. Pack it as .zip."),
    b"Rar!": _("This is a .rar archive. Pack it as .zip."),
}


@dataclass(frozen=True)
class File:
    """One file by its bare name. `is_workbook` is told from its first bytes, not from its name."""

    name: str
    data: bytes

    @property
    def is_workbook(self):
        return is_workbook(self.data)

    @property
    def is_document(self):
        """Whether it is JSON: by name, else by its first sign."""
        if self.name.lower().endswith(DOCUMENTS):
            return True
        return not self.name.lower().endswith(TABLES) and self.data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def unpacked(where, *, name):
    """The files of `where` (a path, a folder or an open binary file), names without folders.

    Raises Unreadable for archives that are broken, locked, or unpack to more than MOST_BYTES or MOST_MEMBERS.
    """
    if not hasattr(where, "read"):
        path = Path(where)
        if path.is_dir():
            return in_folder(path)
        with path.open("rb") as opened:
            return unpacked(opened, name=name)
    data = where.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(too_big())
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable(_("The file is empty."))
    if data[:4] == b"PK\x03\x04" and not is_workbook(data):
        return in_archive(data)
    return [checked(File(PurePosixPath(name.replace("\\", "/")).name, data))]


def too_big():
    return _("This is more than %(most)s MB unpacked. Upload it in parts.") % {"most": MOST_BYTES // 2**20}


def checked(file):
    """`file`, unless its first bytes tell that no table can be in it."""
    for sign, words in FOREIGN.items():
        if file.data.startswith(sign):
            raise Unreadable(words)
    return file


def first_look(opened):
    """Refuse with Unreadable what can be told without unpacking anything; leaves the file at its start."""
    checked(File("", opened.read(16)))
    opened.seek(0)
    if zipfile.is_zipfile(opened):
        opened.seek(0)
        with zipfile.ZipFile(opened) as archive:
            fitting(archive)
    opened.seek(0)


def fitting(archive):
    """Refuse an archive that says of itself that it is too large, has too many files, or is locked."""
    members = archive.infolist()
    wanted = [each for each in members if not each.is_dir() and is_wanted(each.filename)]
    if WORKBOOK not in archive.namelist() and len(wanted) > MOST_MEMBERS:
        raise Unreadable(too_many(len(wanted)))
    if sum(each.file_size for each in members) > MOST_BYTES:
        raise Unreadable(too_big())
    if any(each.flag_bits & LOCKED for each in members):
        raise Unreadable(locked())


def locked():
    return _("The zip archive is locked with a password. Upload it without one.")


def is_workbook(data):
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if WORKBOOK not in archive.namelist():
                return False
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise Unreadable(too_big())
            return True
    except zipfile.BadZipFile:
        return False


def in_folder(path):
    """The files of a folder and its folders, within the same limits."""
    found = sorted(each for each in path.rglob("*") if each.is_file() and is_wanted(each.relative_to(path).as_posix()))
    if len(found) > MOST_MEMBERS:
        raise Unreadable(too_many(len(found)))
    if sum(each.stat().st_size for each in found) > MOST_BYTES:
        raise Unreadable(too_big())
    return named_apart((each.name, each.read_bytes()) for each in found)


def in_archive(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and is_wanted(each.filename)]
            if len(members) > MOST_MEMBERS:
                raise Unreadable(too_many(len(members)))
            return named_apart(read_members(archive, members))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as broken:
        if isinstance(broken, Unreadable):
            raise
        raise Unreadable(_("The zip archive is broken: it cannot be unpacked.")) from broken


def read_members(archive, members):
    """Name and bytes of each member. The bytes are counted while unpacking: what an archive says of itself may lie."""
    left = MOST_BYTES
    for member in members:
        if member.flag_bits & LOCKED:
            raise Unreadable(locked())
        with archive.open(member) as opened:
            data = opened.read(left + 1)
        left -= len(data)
        if left < 0:
            raise Unreadable(too_big())
        yield PurePosixPath(member.filename.replace("\\", "/")).name, data


def is_wanted(path):
    """Whether a path is somebody's file, and not what a computer keeps beside it."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return not any(part.startswith(("__MACOSX", ".")) or part.lower() in ("thumbs.db", "desktop.ini") for part in parts)


def too_many(count):
    facts = {"count": count, "most": MOST_MEMBERS}
    return _("There are %(count)s files in it; at most %(most)s are read at a time.") % facts


def named_apart(pairs):
    """Files of which no two have the same name: folders are left out of names, so the second is called “x (2).csv”."""
    seen, files = {}, []
    for name, data in pairs:
        seen[name] = seen.get(name, 0) + 1
        stem, dot, ending = name.rpartition(".")
        apart = f"{stem} ({seen[name]}){dot}{ending}" if dot else f"{name} ({seen[name]})"
        files.append(File(name if seen[name] == 1 else apart, data))
    return files
