"""The acceptance tests of the study that concern reading, on its files. Skipped where those are not at hand."""

import csv
import io
import json
import time
import zipfile
from collections import Counter
from resource import RUSAGE_SELF, getrusage

import pytest

from resources import reading, shelf

DC_2021 = "realdata/dc-orservices/dc_2021-10_quadrupled-rows_ragged.zip"
DC_2023 = "realdata/dc-orservices/dc_2023-05_hsds2ish.zip"
BALTIMORE = "realdata/baltimore-icarol/baltimore_icarol_ohana_csv.zip"
FIXTURES = "realdata/ohana/invalid-fixtures/"
FULL = ["service_full", "organization_full", "service_at_location_full", "location", "taxonomy", "taxonomy_term"]


def outcomes(told, file):
    return Counter(row.outcome for row in told.rows if row.file == file)


def of_code(told, file, code):
    return [each for each in told.problems if each.file == file and each.code == code]


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("version", ["3.0", "3.1", "uk-3.0"])
def test_a_the_official_examples_are_accepted(study, version, name):
    told = study(f"hsds/{version}/examples/{name}.json")
    assert [row.outcome for row in told.rows if row.outcome == "rejected"] == []
    assert len(told.offers) == name.endswith("full")
    for offer in told.offers:
        assert offer.facts["name"] == "Community Counselling"
        assert offer.facts["organisation"] == "Example Organization Inc."


def test_a_placeholders_of_the_examples_are_told_and_not_guessed(study):
    told = study("hsds/3.1/examples/service_full.json")
    assert {each.code for each in told.rows[0].problems} == {"coordinate", "phone"}
    facts = told.offers[0].facts
    assert [place["latitude"] for place in facts["locations"]] == [None]
    assert (facts["schedules"][0]["valid_to"], facts["is_always_open"]) == ("2005-01-01", None)


@pytest.mark.parametrize("path", ["hsds/3.1/examples/csv", "hsds/3.0/examples/csv", "hsds/3.1/examples/tabular.json"])
def test_a_the_tables_of_the_examples_are_accepted(study, path):
    told = study(path)
    assert (told.layout, len(told.offers)) == ("hsds3", 1)
    assert told.offers[0].facts["languages"] == ["ur"]


def test_c_rows_repeated_four_times_are_57_organisations_and_501_services(study):
    told = study(DC_2021)
    organisations = outcomes(told, "organizations.csv")
    assert (sum(organisations.values()), organisations["duplicate"]) == (228, 171)
    assert sum(outcomes(told, "services.csv").values()) == 2004
    assert len(told.offers) == len({offer.key for offer in told.offers}) == 501
    ragged = of_code(told, "schedules.csv", "ragged")
    assert len(ragged) == len({each.line for each in ragged}) == 437


def test_d_the_service_recordid_layout_is_recognised_with_18_phone_problems(study):
    told = study(DC_2023)
    assert (told.layout, len(told.offers)) == ("orservices", 1656)
    assert sum(outcomes(told, "phones.csv").values()) == 1114
    found = of_code(told, "phones.csv", "phone")
    assert len(found) == len({each.line for each in found}) == 18
    refused = Counter(each.value for each in found if each.severity == "error")
    assert refused == {"08200594004": 1, "854": 9, "(30`) 982-5025": 1, "(202) 715-1950/2": 1, "703-746-49411": 1,
                       "202666464": 1}  # fmt: skip
    doubtful = {each.value for each in found if each.severity == "warning"}
    assert doubtful == {"(202) 797-8806 ext 1311", "(202) 745-8000 ext 4999", "211", "1-800-395-HELP"}


def test_f_baltimore_is_read_quickly_in_bounded_memory_and_911_is_nobodys_number(study):
    before, began = getrusage(RUSAGE_SELF).ru_maxrss, time.monotonic()
    told = study(BALTIMORE)
    took, grown = time.monotonic() - began, getrusage(RUSAGE_SELF).ru_maxrss - before
    assert (told.layout, len(told.offers)) == ("ohana", 1876)
    assert took < 60
    assert grown < 300 * 1024  # kilobytes
    dialled = {contact["dial"] for offer in told.offers for contact in offer.facts["contacts"]}
    assert not {"911", "1911"} & dialled
    refused = [each for each in of_code(told, "phones.csv", "phone") if "911-" in each.value]
    assert ["emergency" in str(each.reason) for each in refused] == [True, True]


@pytest.mark.parametrize("path", [DC_2021, DC_2023, BALTIMORE])
def test_every_row_of_every_real_file_is_accounted_for_once(study, places, path):
    told = study(path)
    with zipfile.ZipFile(places / path) as archive:
        for name in archive.namelist():
            lines = csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""))
            assert sum(outcomes(told, name).values()) == len(list(lines)) - 1, name
    assert all(row.reason for row in told.rows if row.outcome not in ("used", "warning-used"))


@pytest.mark.parametrize(
    ("file", "line", "column", "words"),
    [
        ("contact_with_no_parent", 2, "", "The contact belongs to nothing"),
        ("phone_with_no_parent", 2, "", "The number belongs to nothing"),
        ("program_with_no_parent", 2, "organization_id", "The programme belongs to no organisation"),
        ("regular_schedule_with_no_parent", 2, "", "The hours belong to nothing"),
        ("holiday_schedule_with_no_parent", 2, "", "The holiday belongs to nothing"),
        ("hs_with_2_digit_year", 2, "start_date", "The year of “1/2/14” has two digits"),
        ("hs_with_invalid_date", 2, "end_date", "“13/27/2014” is not a date: there is no month 13."),
        ("hs_with_spelled_out_date", 2, "start_date", "“December 24, 2014” is written in words"),
        ("invalid_holiday_schedule", 2, "closed", "does not say whether it is closed"),
        ("invalid_regular_schedule", 2, "closes_at", "do not say when it closes"),
        ("invalid_address", 2, "city", "The address has no city"),
        ("missing_address", 2, "location_id", "It names the location 100"),
        ("invalid_mail_address", 2, "address_1", "The mail address has no street"),
        ("invalid_mail_address_location", 2, "location_id", "It names the location 100"),
        ("invalid_category", 2, "name", "The category has no name"),
        ("invalid_parent_category", 2, "parent_id", "Its parent category 0 is in none of the files"),
        ("invalid_contact", 2, "name", "The contact has no name"),
        ("invalid_location", 2, "name", "The location has no name"),
        ("invalid_location_org", 2, "organization_id", "It names the organisation 100"),
        ("invalid_org", 2, "name", "The organisation has no name"),
        ("org_with_2_digit_year", 2, "date_incorporated", "The year of “1/24/70” has two digits"),
        ("org_with_invalid_date", 2, "date_incorporated", "there is no month 24"),
        ("org_with_spelled_out_date", 2, "date_incorporated", "“January 20, 1970” is written in words"),
        ("invalid_phone", 2, "number_type", "not said whether this is a voice or a fax number"),
        ("invalid_program", 2, "name", "The programme has no name"),
        ("invalid_program_headers", 1, "alternate_name", "The column “alternate_name” is missing"),
        ("invalid_service", 2, "name", "The service has no name"),
        ("invalid_service_location", 2, "location_id", "It names the location 100"),
    ],
)
def test_j_each_broken_file_says_what_is_broken_in_it(study, file, line, column, words):
    told = study(f"{FIXTURES}{file}.csv")
    assert told.layout == "ohana"
    found = [each for each in told.problems if (each.line, each.column) == (line, column)]
    assert any(words in str(each.reason) for each in found)
    assert all(str(each.fix) for each in found)


def test_j_the_sound_files_of_the_same_set_have_nothing_wrong_with_their_values(study, places):
    sound = [path.name for path in (places / FIXTURES).glob("valid_*.csv")]
    assert len(sound) > 15
    for name in sound:
        assert {each.code for each in study(FIXTURES + name).problems} <= {"dangling", "missing", "heading"}, name


def test_k_the_studys_own_list_is_58_entries_that_stay_the_same(study):
    told = study("resources_seed.json")
    assert (told.layout, len(told.offers), {row.outcome for row in told.rows}) == ("seed", 58, {"used"})
    starter = {entry["id"]: entry for entry in json.loads(shelf.STARTER_FILE.read_text(encoding="utf-8"))["entries"]}
    for offer in told.offers:
        entry = starter[offer.key]
        for name in ("name", "country", "region", "languages", "hours_text", "is_always_open", "cost",
                     "age_min", "age_max", "categories", "audience", "is_crisis_line"):  # fmt: skip
            assert offer.facts[name] == entry[name], (entry["slug"], name)
        assert offer.facts["evidence"] == entry["evidence"]
        for contact, original in zip(offer.facts["contacts"], entry["contacts"], strict=True):
            assert contact.items() >= {key: value for key, value in original.items() if key != "note"}.items()


def test_our_own_starter_file_comes_out_as_it_went_in():
    entries = json.loads(shelf.STARTER_FILE.read_text(encoding="utf-8"))["entries"]
    source = reading.open_file(shelf.STARTER_FILE, name="starter_resources.json")
    offers = list(source.offers("US"))
    assert [offer.key for offer in offers] == [entry["id"] for entry in entries]
    for offer, entry in zip(offers, entries, strict=True):
        for name in entry.keys() - {"id", "slug", "contacts"}:
            assert offer.facts[name] == entry[name], (entry["slug"], name)
        for contact, original in zip(offer.facts["contacts"], entry["contacts"], strict=True):
            assert contact.items() >= original.items()
