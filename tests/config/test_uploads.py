"""Whatever file is sent to a page that takes one: told by what it is, refused beside its field, and held by nothing."""

import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from resources import batches, imports
from resources.models import ImportBatch
from resources.reading import files
from sessions_app import intake
from sessions_app.models import Intake, IntakeRow

MB = 1024 * 1024
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "xylophage xylophage xylophage xylophage ">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f SYSTEM "file:///etc/hostname">]>"""


def packed(members, **facts):
    """A zip of {name: bytes}."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **facts) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def workbook(*, replaced=None):
    """A workbook of one entry; `replaced` are {member: bytes -> bytes}."""
    book = Workbook()
    book.active.append(["Name", "Organisation", "Phone"])
    book.active.append(["Night line", "Helpers", "(202) 555-0143"])
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, change in (replaced or {}).items():
        members[name] = change(members[name])
    return packed(members)


def with_entities(xml, word=b"&e;"):
    """The same part with entities that grow to a hundred times of themselves, and one that names a file."""
    _, _, rest = xml.rpartition(b"?>")
    return ENTITIES + rest.replace(b"Night line", word)


def locked():
    """A zip that says that it is locked; its flag stands in both of its lists."""
    data = bytearray(packed({"list.csv": b"Name,Phone\n"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


#: Files that are something else than they say, and what the page says of them.
OTHER_KINDS = {
    "program.csv": (b"\x7fELF" + b"\0" * 400, "neither a calendar"),
    "picture.ics": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "neither a calendar"),
    "photo.csv": (b"\xff\xd8\xff\xe0" + b"\0" * 40, "neither a calendar"),
    "list.csv": (workbook(), "neither a calendar"),
    "list.pdf": (b"%PDF-1.7\n", "neither a calendar"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1" + b"\0" * 40, "neither a calendar"),
    "page.ics": (b"<html><script>alert(1)</script></html>", "No column"),
    "empty.csv": (b" \r\n", "empty"),
    "large.csv": (b"x" * (intake.MOST_BYTES + 1), "larger than 5 MB"),
}


@pytest.fixture
def bring_in(signed_in, therapist):
    """Send a file as the therapist's calendar or list."""
    browser = signed_in(therapist)
    return lambda data, name="list.csv": browser.post(reverse("bring-in"), {"file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_what_is_no_calendar_and_no_list_is_refused_beside_the_field(bring_in, name):
    data, words = OTHER_KINDS[name]
    answer = bring_in(data, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Intake.objects.exists()


def test_the_name_of_a_file_leads_nowhere_and_says_nothing(bring_in):
    for name in ("../../etc/passwd.csv", "C:\\windows\\x.csv", "a\0b.csv", "x" * 400 + ".csv", "<script>.csv"):
        answer = bring_in(b"Reference\n0500\n", name)
        assert answer.status_code in (302, 422)


def event(rule, *, begins="20261201T140000Z", number=1):
    return (
        f"BEGIN:VEVENT\r\nUID:{number}@example\r\nDTSTART:{begins}\r\nDURATION:PT50M\r\nRRULE:{rule}\r\n"
        "SUMMARY:Robin\r\nEND:VEVENT\r\n"
    )


def calendar(*events):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


ENDLESS = ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "freq=secondly", "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3",
           "FREQ=YEARLY;BYSECOND=1,2,3", "FREQ=SECONDLY;COUNT=999999999"]  # fmt: skip


@pytest.mark.parametrize("rule", ENDLESS)
def test_what_repeats_more_often_than_appointments_do_is_left_out_at_once(bring_in, rule):
    answer = bring_in(calendar(event(rule)), "calendar.ics")
    assert answer.status_code == 422
    assert "nothing in it" in answer.content.decode(), "counted out, it would be too many"
    good = calendar(event(rule), event("FREQ=WEEKLY", number=2, begins="20200106T140000Z"))
    assert bring_in(good, "calendar.ics").status_code == 302
    assert {row.title.words for row in IntakeRow.objects.select_related("title")} == {"Robin"}


@pytest.mark.parametrize("begins", ["00010101T140000Z", "19500106T140000Z"])
def test_a_series_since_long_ago_is_not_counted_out(bring_in, begins):
    answer = bring_in(calendar(event("FREQ=DAILY", begins=begins)), "calendar.ics")
    assert answer.status_code == 422
    assert "nothing in it" in answer.content.decode()


def test_thousands_of_series_are_refused_in_words_before_they_hold_anybody(bring_in, monkeypatch):
    many = calendar(*(event("FREQ=DAILY", number=number, begins="20261101T140000Z") for number in range(400)))
    answer = bring_in(many, "calendar.ics")
    assert answer.status_code == 422
    assert "too many appointments" in answer.content.decode()
    monkeypatch.setattr("sessions_app.intake.calendars.SECONDS", -1)
    assert "too many appointments" in bring_in(calendar(event("FREQ=DAILY")), "calendar.ics").content.decode()


# The directory ------------------------------------------------------------------------------------------------

FACTS = {"source": "Helpers of the coast", "country": "US", "zone": "America/New_York"}


@pytest.fixture
def upload(signed_in, admin):
    browser = signed_in(admin)

    def send(data, name="list.xlsx"):
        return browser.post(reverse("imports"), FACTS | {"file": SimpleUploadedFile(name, data)})

    return send


REFUSED_AT_ONCE = {
    "old.xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1" + b"\0" * 40, "old Office file"),
    "list.pdf": (lambda: b"%PDF-1.7\n", "PDF"),
    "list.rar": (lambda: b"Rar!\x1a\x07", "rar"),
    "locked.zip": (locked, "locked with a password"),
    "bomb.zip": (lambda: packed({"list.csv": b"0" * (files.MOST_BYTES + 1)}, compresslevel=1), "unpacked"),
    "many.zip": (lambda: packed({f"{number}.csv": b"" for number in range(201)}), "201 files"),
}


@pytest.mark.parametrize("name", REFUSED_AT_ONCE)
def test_what_is_no_list_is_refused_beside_the_field_and_nothing_typed_is_lost(upload, name):
    make, words = REFUSED_AT_ONCE[name]
    answer = upload(make(), name)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Helpers of the coast" in page
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_a_little_too_large_is_refused_beside_the_field(upload, monkeypatch):
    monkeypatch.setattr(batches, "MOST_BYTES", 1000)
    answer = upload(b"Name,Phone\n" + b"x" * 2000, "list.csv")
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert "Helpers of the coast" in answer.content.decode()


SHEET = "xl/worksheets/sheet1.xml"
BOMBS = {
    "entities in a sheet": {SHEET: with_entities},
    "a file named in a sheet": {SHEET: lambda xml: with_entities(xml, b"&f;")},
    "entities in its list of parts": {"[Content_Types].xml": with_entities},
    "entities in the book": {"xl/workbook.xml": with_entities},
    "a sheet that is none": {SHEET: lambda xml: b"<worksheet><sheetData><row><c t='s'><v>999999</v></c></row>"},
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_would_grow_is_told_to_be_unreadable(upload, signed_in, admin, name):
    before = Path("/etc/hostname").read_text().strip() if name.startswith("a file") else None
    answer = upload(workbook(replaced=BOMBS[name]))
    assert answer.status_code == 302
    tracemalloc.start()
    imports.work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    batch = ImportBatch.objects.get()
    page = signed_in(admin).get(answer.url, follow=True).content.decode()
    assert peak < 40 * MB
    assert "xylophage" not in page + json.dumps(batch.columns)
    assert not before or before not in page
    is_in_the_sheet = SHEET in BOMBS[name]
    assert ("cannot be opened" in page) == is_in_the_sheet, "else nothing of it is taken out, and the sheet is read"


def test_the_same_workbook_without_entities_is_read(upload):
    upload(workbook())
    imports.work()
    assert [each["name"] for each in ImportBatch.objects.get().columns] == ["Name", "Organisation", "Phone"]


def test_names_in_an_archive_lead_nowhere(upload, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["../../evil.csv", "/etc/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv"]
    upload(packed({name: b"Name,Organisation,Phone\nNight line,Helpers,988\n" for name in names}), "list.zip")
    imports.work()
    assert list(tmp_path.parent.rglob("evil*")) == []
    assert ImportBatch.objects.get().state in ("mapping", "ready")
