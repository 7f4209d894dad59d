import json

import pytest

SERVICE = {
    "id": "s1",
    "name": "Night line",
    "status": "active",
    "description": "<p>Somebody answers</p>",
    "minimum_age": 12,
    "organization": {"id": "o1", "name": "Harbour House", "description": "Shelter", "website": "https://example.org"},
    "phones": [{"id": "p1", "number": "(202) 232-6100", "type": "voice", "extension": 7}],
    "languages": [{"id": "x", "name": "Urdu", "code": "ur"}],
    "schedules": [{"id": "h", "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "10:00:00", "closes_at": "18:00:00"}],
    "service_areas": [{"id": "a", "name": "Columbia"}],
    "service_at_locations": [
        {
            "id": "t1",
            "location": {
                "id": "l1",
                "location_type": "physical",
                "name": "Old harbour",
                "latitude": 38.9,
                "longitude": -77,
                "addresses": [{"id": "a1", "address_1": "1 Quay", "city": "Washington", "state_province": "DC",
                               "postal_code": "20001", "country": "US", "address_type": "physical"}],
            },
        }
    ],
}  # fmt: skip
STARTER = {
    "id": "400a2780-a559-52c7-9b0d-3ba3772fa0f2",
    "name": "Night line",
    "organisation": "Harbour House",
    "country": "GB",
    "languages": ["en"],
    "is_always_open": True,
    "is_crisis_line": True,
    "contacts": [{"kind": "voice", "dial_region": "GB", "dial": "116123", "display": "116 123"}],
    "evidence": [{"url": "https://example.org", "kind": "operator", "seen_on": "2026-11-23", "dated_on": None}],
}


def organization():
    service = {key: value for key, value in SERVICE.items() if key != "organization"}
    return SERVICE["organization"] | {"services": [service]}


def at_location():
    return {"id": "t1", "service": SERVICE, "location": SERVICE["service_at_locations"][0]["location"]}


@pytest.mark.parametrize(
    "document",
    [
        SERVICE,
        [SERVICE],
        {"total_items": 1, "total_pages": 1, "page_number": 1, "size": 1, "empty": False, "contents": [SERVICE]},
        organization(),
        at_location(),
    ],
    ids=["service", "list", "page", "organisation", "service at location"],
)
def test_every_form_of_an_hsds_document_gives_the_same_entry(read, document):
    told = read("api.json", json.dumps(document))
    assert (told.layout, len(told.offers), len(told.rows)) == ("hsds3_json", 1, 1)
    facts = told.offers[0].facts
    assert (facts["name"], facts["organisation"]) == ("Night line", "Harbour House")
    assert (facts["description"], facts["age_min"], facts["languages"]) == ("Somebody answers", 12, ["ur"])
    assert (facts["contacts"][0]["dial"], facts["contacts"][0]["extension"]) == ("12022326100", "7")
    assert facts["schedules"][0]["byday"] == "MO,TU"
    assert facts["locations"][0]["latitude"] == 38.9
    assert told.offers[0].source_rows == [("api.json", 1)]
    assert told.rows[0].outcome == "used"


def test_documents_in_a_zip_are_read_together_and_what_describes_them_is_left_out(read):
    package = json.dumps({"name": "x", "resources": [{"name": "services", "schema": {}}]})
    other = SERVICE | {"id": "s2", "name": "Day line"}
    told = read("export.zip", {"a.json": json.dumps(SERVICE), "b.json": json.dumps(other), "datapackage.json": package})
    assert [offer.key for offer in told.offers] == ["s1", "s2"]
    assert [each.file for each in told.of_files] == ["datapackage.json"]


def test_what_is_wrong_inside_a_document_is_told_at_its_record(read):
    odd = SERVICE | {
        "id": "s2",
        "assured_date": "2024-13-45",
        "phones": [{"id": "p", "number": "call us"}],
        "schedules": [{"id": "h", "byday": "MO", "opens_at": "25:99"}],
        "minimum_age": 30,
        "maximum_age": 20,
    }
    told = read("api.json", json.dumps({"contents": [SERVICE, odd, {"weather": "rain"}]}))
    assert [row.outcome for row in told.rows] == ["used", "warning-used", "rejected"]
    found = {(each.line, each.column) for each in told.problems}
    assert {(2, "assured_date"), (2, "phone.number"), (2, "schedule.opens_at"), (2, "minimum_age")} <= found
    assert told.offers[1].facts["age_min"] is None


def test_tables_inside_a_document_are_tables(read):
    told = read("tabular.json", json.dumps({
        "organizations.csv": [{"id": "o1", "name": "Harbour House", "description": "x"}],
        "services.csv": [{"id": "s1", "organization_id": "o1", "name": "Night line", "minimum_age": 12}],
    }))  # fmt: skip
    assert told.offers[0].facts["organisation"] == "Harbour House"
    assert set(told.outcomes) == {("organizations.csv", 1), ("services.csv", 1)}


def test_entries_in_our_own_layout_come_out_as_they_went_in(read):
    told = read("starter.json", json.dumps({"entries": [STARTER, STARTER]}))
    assert (told.layout, [row.outcome for row in told.rows]) == ("starter", ["used", "duplicate"])
    facts = told.offers[0].facts
    assert told.offers[0].key == STARTER["id"]
    assert (facts["is_crisis_line"], facts["is_always_open"], facts["evidence"]) == (True, True, STARTER["evidence"])
    assert facts["contacts"][0].items() >= STARTER["contacts"][0].items()


@pytest.mark.parametrize(
    "contact",
    [
        {"kind": "pigeon", "dial_region": "GB", "dial": "116123"},
        {"kind": "voice", "dial_region": "GB", "dial": "116 123"},
        {"kind": "voice", "dial": "116123"},
        {"kind": "voice", "dial_region": "US", "dial": "988", "e164": "+1988"},
        {"kind": "chat", "url": "javascript:alert(1)"},
        "116123",
    ],
)
def test_a_contact_the_directory_could_not_keep_is_told_and_the_entry_stays(read, contact):
    told = read("starter.json", json.dumps({"entries": [STARTER | {"contacts": [contact]}]}))
    assert told.offers[0].facts["contacts"] == []
    assert [(row.outcome, row.problems[0].code) for row in told.rows] == [("warning-used", "contact")]


def test_entries_that_are_no_entries_are_rejected_one_by_one(read):
    told = read("starter.json", json.dumps({"entries": [STARTER, {"contacts": []}, "x"]}))
    assert [row.outcome for row in told.rows] == ["used", "rejected", "rejected"]


@pytest.mark.parametrize("odd", [None, True, 7, "x", [1, "x", None], {"a": 1}, [[{}]]], ids=repr)
@pytest.mark.parametrize("shape", [STARTER, STARTER | {"phones": [], "sms": [], "hours": {}, "sources": []}, SERVICE],
                         ids=["starter", "seed", "hsds"])  # fmt: skip
def test_a_value_of_the_wrong_kind_costs_that_value_and_not_the_upload(read, shape, odd):
    odd_ones = [{**shape, name: odd} for name in shape if name not in ("id", "name")]
    document = {"contents" if shape is SERVICE else "entries": [shape, *odd_ones]}
    told = read("odd.json", json.dumps(document))
    assert len(told.rows) == len(odd_ones) + 1
    assert {offer.facts["name"] for offer in told.offers} == {"Night line"}
    assert json.dumps([offer.facts for offer in told.offers])
