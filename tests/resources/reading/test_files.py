import io
import zipfile

import pytest
from openpyxl import Workbook

from resources import reading
from resources.reading import files

TABLES = {
    "organizations.csv": "id,name,description\no1,Harbour House,Shelter\n",
    "services.csv": "id,organization_id,name,description\ns1,o1,Night line,Somebody answers\n",
    "phones.csv": "id,service_id,number,type\np1,s1,(202) 232-6100,voice\n",
}


@pytest.mark.parametrize("folder", ["", "export-2026/", "a/b/c/", "export\\"])
def test_a_zip_is_read_whatever_folder_its_files_lie_in(read, folder):
    told = read("export.zip", {folder + name: text for name, text in TABLES.items()})
    assert [offer.facts["name"] for offer in told.offers] == ["Night line"]
    assert told.offers[0].facts["contacts"][0]["dial"] == "12022326100"
    assert {row.file for row in told.rows} == set(TABLES)


def test_what_a_computer_keeps_beside_the_files_is_not_read(read):
    told = read("export.zip", TABLES | {"__MACOSX/._services.csv": "\0\1", ".DS_Store": "x", "readme.md": "Hello"})
    assert {row.file for row in told.rows} == set(TABLES)
    assert [(problem.file, problem.severity) for problem in told.of_files] == [("readme.md", "note")]


def test_two_files_of_the_same_name_are_both_read_and_told_apart(read):
    second = "id,organization_id,name,description\ns2,o1,Day line,Somebody answers\n"
    told = read("export.zip", {f"north/{name}": text for name, text in TABLES.items()} | {"south/services.csv": second})
    assert {offer.facts["name"] for offer in told.offers} == {"Night line", "Day line"}
    assert told.outcomes["services (2).csv", 2] == "used"


def test_a_folder_is_read_like_a_zip_of_it(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    source = reading.open_file(tmp_path, name="export")
    assert [offer.key for offer in source.offers("US")] == ["s1"]


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory(opened, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100_000)
    with pytest.raises(reading.Unreadable, match="unpacked"):
        opened("bomb.zip", {"services.csv": "0" * 100_001})


def test_a_zip_that_lies_about_its_size_is_refused_all_the_same(opened, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", "0" * 500_000)
    lying = packed.getvalue().replace((500_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(reading.Unreadable, match=r"unpacked|broken"):
        opened("bomb.zip", lying)


def test_a_workbook_that_unpacks_to_too_much_is_refused(opened, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 2_000)
    with pytest.raises(reading.Unreadable, match="unpacked"):
        opened("list.xlsx", workbook({"List": [["Name", "Phone"], ["Night line", "988"]]}))


def test_a_zip_of_too_many_files_is_refused(opened):
    with pytest.raises(reading.Unreadable, match="201 files"):
        opened("many.zip", {f"{number}.csv": "id,name\n" for number in range(201)})


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("nothing.csv", b"\r\n \r\n", "empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
        ("list.pdf", b"%PDF-1.7\n...", "PDF"),
        ("list.zip", b"PK\x03\x04" + b"\1" * 40, "broken"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no table"),
        ("broken.json", b'{"contents": [', "no valid JSON"),
        ("strange.json", b'{"weather": {"today": "rain"}}', "no table and no list"),
    ],
)
def test_what_is_no_list_is_refused_in_words_that_say_what_to_do(opened, name, data, words):
    with pytest.raises(reading.Unreadable, match=words):
        opened(name, data)


def test_the_sheets_of_a_workbook_are_tables_that_belong_together(read):
    sheets = {
        name.removesuffix(".csv"): [line.split(",") for line in text.splitlines()] for name, text in TABLES.items()
    }
    told = read("export.xlsx", workbook(sheets))
    assert told.offers[0].facts["organisation"] == "Harbour House"
    assert told.outcomes["export.xlsx / services", 2] == "used"


def test_a_workbook_of_one_sheet_is_read_as_a_list_with_its_rows_numbered_like_in_the_sheet(read):
    rows = [["Helplines 2026"], [], ["Name", "Organisation", "Phone"], ["Night line", "Harbour House", 2022326100]]
    told = read("list.xlsx", workbook({"List": rows}))
    assert told.layout == "flat"
    assert told.offers[0].source_rows == [("list.xlsx", 4)]
    assert told.offers[0].facts["contacts"][0]["e164"] == "+12022326100"


def test_a_number_that_a_workbook_keeps_without_its_zeros_is_noted_and_one_with_a_format_is_whole(read):
    book = Workbook()
    book.active.append(["Name", "Organisation", "Phone"])
    book.active.append(["Lost", "Ministry", 24.0])
    book.active.append(["Kept", "Ministry", 24])
    book.active["C3"].number_format = "000"
    told = read("list.xlsx", saved(book), country="ES")
    lost, kept = told.offers
    assert kept.facts["contacts"][0]["dial"] == "024"
    assert [row.line for row in told.rows for each in row.problems if each.code == "number-cell"] == [2]
    assert [contact["dial"] for contact in lost.facts["contacts"]] == ["24"]


def workbook(sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    return saved(book)


def saved(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
