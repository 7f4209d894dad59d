"""The directory as files: nothing confidential is in any of them, and each is what its readers expect."""

import csv
import io
import json
import re
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry
from resources import checking
from resources.export import cards, columns, files, flat, leaving
from resources.export.cells import neutral, unneutral
from resources.models import Resource
from tests.resources import exporting
from tests.resources.exporting import SECRETS, faults, full_entry


def file_of(form):
    return b"".join(files.FORMS[form].written(leaving.entries())) if form == "hsds-zip" else text_of(form).encode()


def text_of(form):
    return "".join(files.FORMS[form].written(leaving.entries()))


def tables():
    """The tables of the zip file, as rows of the cells that were meant."""
    with zipfile.ZipFile(io.BytesIO(file_of("hsds-zip"))) as packed:
        found = {name: packed.read(name).decode() for name in packed.namelist()}
    descriptor = json.loads(found.pop("datapackage.json"))
    return descriptor, {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in found.items()}


def every_byte(form):
    """What is in a file, unpacked."""
    content = file_of(form)
    if form != "hsds-zip":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize("form", files.FORMS)
def test_nothing_confidential_is_in_any_file(db, form):
    full_entry()
    content = every_byte(form)
    assert b"85258" in content, "what is public is there"
    assert [secret for secret in SECRETS if secret.encode() in content] == []


@pytest.mark.parametrize("status", ["draft", "do_not_list"])
@pytest.mark.parametrize("form", files.FORMS)
def test_drafts_and_what_is_not_to_be_listed_are_in_no_file(db, form, status):
    full_entry("Shown", categories=["crisis"])
    full_entry("Unmentionable", status=status)
    content = every_byte(form)
    assert b"Shown" in content
    assert b"nmentionable" not in content


def test_one_document_is_a_page_of_services(starter):
    page = json.loads(file_of("hsds-json"))
    assert (page["total_items"], page["total_pages"], page["size"]) == (58, 1, 58)
    assert (page["first_page"], page["last_page"], page["empty"]) == (True, True, False)
    assert len({document["id"] for document in page["contents"]}) == 58
    assert faults("service", page["contents"][0]) == []


def test_an_empty_directory_is_an_empty_page(db):
    page = json.loads(file_of("hsds-json"))
    assert (page["total_items"], page["empty"], page["contents"]) == (0, True, [])


def test_the_same_directory_is_the_same_file(starter):
    assert file_of("hsds-zip") == file_of("hsds-zip")


def test_tables_have_the_columns_that_their_descriptor_says(starter):
    full_entry().save(update_fields=["name", "updated_at"])
    Resource.objects.update(name="Renamed")
    descriptor, found = tables()
    assert {each["path"] for each in descriptor["resources"]} == set(found)
    for each in descriptor["resources"]:
        rows, fields = found[each["path"]], each["schema"]["fields"]
        assert rows, each["path"]
        assert list(rows[0]) == [field["name"] for field in fields]
        for field in fields:
            values = [row[field["name"]] for row in rows]
            if field.get("constraints", {}).get("required"):
                assert all(values), (each["path"], field["name"])
            if field.get("constraints", {}).get("unique"):
                assert len(set(values)) == len(values), each["path"]


def test_tables_are_tied_by_keys_that_are_there(starter):
    full_entry()
    descriptor, found = tables()
    paths = {each["name"]: each["path"] for each in descriptor["resources"]}
    for each in descriptor["resources"]:
        for key in each["schema"]["foreignKeys"]:
            there = {row["id"] for row in found[paths[key["reference"]["resource"]]]}
            used = {row[key["fields"]] for row in found[each["path"]]} - {""}
            assert used <= there, (each["path"], key["fields"])
    everything = {row["id"] for rows in found.values() for row in rows}
    assert {row["link_id"] for row in found["attributes.csv"]} <= everything
    assert {row["resource_id"] for row in found["metadata.csv"]} <= everything


def test_tables_and_columns_are_those_of_the_standard(starter):
    file = exporting.OFFICIAL / "datapackage.derived-3.1.1.json"
    if not file.exists():
        pytest.skip("The official descriptor of HSDS 3.1 is not beside this project.")
    official = {each["name"]: each for each in json.loads(file.read_text())["resources"]}
    for table, (path, _required, _optional) in columns.TABLES.items():
        known = {field["name"]: field for field in official[table]["schema"]["fields"]}
        required = {name for name, field in known.items() if field.get("constraints", {}).get("required")}
        assert path == official[table]["path"]
        assert set(columns.of(table)) <= set(known), table
        assert required <= set(columns.of(table)), table
        theirs = {key["fields"]: key["reference"] for key in official[table]["schema"].get("foreignKeys", [])}
        ours = {key["fields"]: key["reference"] for key in columns.resource(table)["schema"]["foreignKeys"]}
        assert {name: ours[name] for name in ours if name in theirs} == {
            name: theirs[name] for name in ours if name in theirs
        }


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-1", "@x", "\tx", "\rx", "'=1", "''@"])
def test_what_looks_like_a_formula_gets_an_apostrophe_that_can_be_taken_away(text):
    assert neutral(text) == f"'{text}"
    assert unneutral(neutral(text)) == text


@given(st.text())
def test_every_cell_is_read_as_it_was_written(text):
    assert unneutral(neutral(text)) == text
    assert not re.match(r"[=+\-@\t\r]", neutral(text))


def test_no_cell_of_any_table_is_a_formula(db):
    full_entry("@name", cost="+1", region="-x")
    _descriptor, found = tables()
    sheet = list(csv.DictReader(io.StringIO(text_of("csv").removeprefix("\ufeff"), newline="")))
    for rows in [*found.values(), sheet]:
        cells = [(name, cell) for row in rows for name, cell in row.items()]
        assert [cell for name, cell in cells if cell[:1] in "=+-@\t\r" and cell and name != "longitude"] == []
    [row] = sheet
    assert (row["name"], unneutral(row["name"]), unneutral(row["cost"])) == ("'@name", "@name", "+1")
    assert found["phones.csv"][0]["number"] == "'+442079460018"
    assert {row["longitude"] for row in found["locations.csv"]} == {"-1.3", "0.0"}, "numbers stay numbers"


def test_the_table_has_a_row_for_each_entry_in_words(starter):
    rows = list(csv.DictReader(io.StringIO(text_of("csv").removeprefix("\ufeff"), newline="")))
    assert len(rows) == 58
    assert list(rows[0]) == flat.HEADINGS
    [veterans] = [row for row in rows if row["name"] == "Veterans Crisis Line"]
    assert veterans["voice"].startswith("988, then press 1")
    assert (veterans["verification"], veterans["checked_on"]) == ("unverified", "")


def test_one_card_for_each_entry_with_bare_short_codes(starter):
    cards_made = text_of("vcard")
    assert cards_made.count("BEGIN:VCARD") == cards_made.count("END:VCARD") == 58
    [lifeline] = [card for card in cards_made.split("END:VCARD") if "FN:988 Suicide" in card]
    assert "\r\nTEL:988\r\n" in lifeline
    assert "+1988" not in cards_made
    assert "Not checked by us yet" in lifeline


def test_a_line_end_or_a_semicolon_in_a_name_stays_inside_its_property(put):
    put("A;B,C\r\nTEL:911", dial="988", slug="odd")
    lines = text_of("vcard").split("\r\n")
    assert [line for line in lines if line.startswith("TEL")] == ["TEL:988"]
    assert "N:A\\;B\\,C TEL:911" in lines


def test_what_may_not_be_given_is_on_no_card(put):
    put("Gone line", dial="988", status="retired")
    put("Closed line", dial="989", status="temporarily_closed")
    assert text_of("vcard") == ""
    assert "<article>" not in text_of("cards")


def test_cards_to_print_need_nothing_from_elsewhere_and_say_what_is_unchecked(starter):
    page = text_of("cards")
    assert page.startswith("<!doctype html>")
    assert re.findall(r"<(?:script|link|img|a)\b|@import|url\(", page) == []
    assert "988 Suicide &amp; Crisis Lifeline" in page
    assert page.count("<article>") > 50
    assert "Not checked by us yet" in page


@pytest.mark.parametrize("category", sorted(cards.NEUTRAL))
def test_a_card_about_abuse_does_not_say_what_it_is(db, category):
    full_entry("Safe from him", description="Refuge", categories=[category], url="https://refuge.example")
    page = text_of("cards")
    assert "020 7946 0018" in page
    told = ["Safe from him", "Harbour", "Refuge", "refuge", "Quay", "harbour", category]
    assert [word for word in told if word in page] == []
    assert "A number for you" in page


@pytest.mark.parametrize(
    ("display", "shown"),
    [("1800 737 732 (1800RESPECT)", "1800 737 732"), ("1-800-799-SAFE", "18007997233"), ("(020) 7946", "(020) 7946")],
)
def test_a_card_about_abuse_spells_no_word_with_its_number(put, display, shown):
    put("Safe from him", dial="18007997233", display=display, categories=["domestic-violence"])
    assert f'<p class="way">{shown}</p>' in text_of("cards")


def test_a_checked_entry_says_when(put, admin):
    entry = put("Day line", dial="988")
    checking.check(entry.contact_points.get(), result="works", method="call", by=admin)
    assert "Checked on" in text_of("cards")
    assert "Checked on" in text_of("vcard")
    assert admin.name not in "".join(map(text_of, ["cards", "vcard", "csv", "hsds-json"]))


@pytest.mark.parametrize("form", files.FORMS)
def test_files_ask_the_database_as_often_for_many_entries_as_for_few(db, form):
    full_entry("One")
    few = statements(form)
    for number in range(5):
        full_entry(f"Another {number}")
    assert statements(form) == few <= 20


def statements(form):
    with CaptureQueriesContext(connection) as captured:
        file_of(form)
    return len(captured)


def test_more_entries_than_fit_in_memory_at_once_are_all_there(starter, monkeypatch):
    monkeypatch.setattr(leaving, "AT_A_TIME", 7)
    assert len(json.loads(file_of("hsds-json"))["contents"]) == 58
    assert text_of("cards").count("<h2>") == len(set(Resource.objects.values_list("country", flat=True)))


def test_the_command_writes_the_file_and_the_audit_trail(starter, tmp_path, capsys):
    call_command("export_resources", "--format", "hsds-json", "--to", str(tmp_path / "all.json"))
    assert len(json.loads((tmp_path / "all.json").read_text())["contents"]) == 58
    assert [path.name for path in tmp_path.iterdir()] == ["all.json"]
    [entry] = AuditEntry.objects.filter(action="directory_exported")
    assert entry.facts == {"form": "hsds-json", "entries": 58}
    assert "Written" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_leaves_the_old_one(starter, tmp_path, monkeypatch):
    file = tmp_path / "all.csv"
    file.write_text("old")

    def break_off(entries):
        yield "half"
        raise OSError("The disk is full.")

    broken = {"csv": files.Form("csv", "", "", "", "", break_off)}
    monkeypatch.setattr(files, "FORMS", broken)
    with pytest.raises(CommandError, match="The disk is full"):
        call_command("export_resources", "--format", "csv", "--to", str(file))
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


def test_an_admin_downloads_each_form_and_each_download_is_written_down(starter, admin, signed_in):
    browser = signed_in(admin)
    page = browser.get(reverse("export-resources")).content.decode()
    for form in files.FORMS.values():
        address = reverse("export-file", args=[form.name])
        assert f'href="{address}"' in page
        response = browser.get(address)
        assert b"".join(response.streaming_content)
        assert response.headers["Content-Disposition"] == f'attachment; filename="{form.file_name}"'
    noted = AuditEntry.objects.filter(action="directory_exported", by=admin).order_by("pk")
    assert [entry.facts["form"] for entry in noted] == list(files.FORMS)


def test_a_form_that_does_not_exist_is_not_found(admin, signed_in):
    assert signed_in(admin).get(reverse("export-file", args=["pdf"])).status_code == 404
