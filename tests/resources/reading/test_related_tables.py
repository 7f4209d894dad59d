import pytest

from resources.reading import numbers

ORGANIZATIONS = "id,name,description,email,url\no1,Harbour House,Shelter,office@example.org,https://example.org\n"
SERVICES = (
    "id,organization_id,name,description,url,status\ns1,o1,Night line,Somebody answers,https://example.org/n,active\n"
)
LOCATIONS = "id,organization_id,name,latitude,longitude\nl1,o1,Old harbour,38.9,-77.0\n"
TIES = "id,service_id,location_id\nt1,s1,l1\n"


@pytest.fixture
def export(read):
    """Read an export of one service at one place, with more tables: `export(phones="…")`."""

    def read_export(**tables):
        usual = {"organizations": ORGANIZATIONS, "services": SERVICES, "locations": LOCATIONS,
                 "services_at_location": TIES}  # fmt: skip
        return read("export.zip", {f"{name}.csv": text for name, text in (usual | tables).items() if text})

    return read_export


def reasons(told, file):
    return [str(problem.reason) for problem in told.problems if problem.file == file and problem.code != "heading"]


def test_every_row_is_accounted_for_exactly_once(export):
    told = export(
        phones="id,service_id,number,type\np1,s1,(202) 232-6100,voice\n\np1,s1,(202) 232-6100,voice\np2,s9,988,voice\n",
        languages="id,service_id,language\n1,s1,Spanish\n",
        funding="id,service_id,source\n1,s1,Gifts\n",
    )
    assert told.outcomes == {
        ("organizations.csv", 2): "used",
        ("services.csv", 2): "used",
        ("locations.csv", 2): "used",
        ("services_at_location.csv", 2): "used",
        ("phones.csv", 2): "used",
        ("phones.csv", 3): "blank",
        ("phones.csv", 4): "duplicate",
        ("phones.csv", 5): "rejected",
        ("languages.csv", 2): "used",
        ("funding.csv", 2): "unused",
    }
    assert len(told.rows) == len(told.outcomes)
    assert all(row.reason for row in told.rows if row.outcome != "used")


def test_the_entry_says_what_its_rows_say(export):
    told = export(
        physical_addresses="id,location_id,address_1,city,state_province,postal_code,country\n"
        "a1,l1,1 Quay,Washington,DC,20001,US\n",
        phones="id,location_id,number,type,description\np1,l1,(202) 232-6100,voice,Front desk\n",
        languages="id,service_id,language\n1,s1,Spanish\n",
        regular_schedules="id,service_id,weekday,opens_at,closes_at\n1,s1,Monday,9:30,5:00 PM\n",
        service_areas="id,service_id,service_area\n1,s1,Columbia\n",
        eligibility="id,service_id,eligibility\n1,s1,Adults\n",
        taxonomy="id,name,parent_id\nc1,Suicide counselling,\n",
        service_taxonomy="id,service_id,taxonomy_id\n1,s1,c1\n",
    )
    facts = told.offers[0].facts
    assert (facts["name"], facts["organisation"], facts["country"]) == ("Night line", "Harbour House", "US")
    assert (facts["region"], facts["languages"], facts["eligibility"]) == ("Columbia", ["es"], "Adults")
    assert facts["categories"] == ["suicide-prevention"]
    assert facts["schedules"] == [{"weekday": "Monday", "opens_at": "09:30", "closes_at": "17:00", "kind": "regular"}]
    assert facts["timezone"] == "America/New_York"
    assert facts["hours"] == {}
    assert facts["locations"][0]["address_1"] == "1 Quay"
    assert facts["contacts"][0]["note"] == "Front desk"
    assert facts["organisation_url"] == "https://example.org"
    assert ("languages.csv", 2) in told.offers[0].source_rows


def test_keys_that_lead_nowhere_are_named_and_the_service_is_still_offered(export):
    told = export(
        services=SERVICES.replace("o1", "o9"),
        services_at_location="id,service_id,location_id\nt1,s1,l9\nt2,s9,l1\n",
        phones="id,service_id,location_id,number,type\np1,s1,l8,(202) 232-6100,voice\np2,s8,l8,988,voice\n",
        locations=LOCATIONS.replace("o1", "o8"),
        schedules="id,service_id,byday,opens_at,closes_at\nh1,s7,MO,9:00,17:00\n",
        service_attributes="id,service_id,taxonomy_term_id\n1,s6,c1\n",
    )
    assert [offer.facts["name"] for offer in told.offers] == ["Night line"]
    assert told.offers[0].facts["organisation"] == ""
    assert ["which organisation" in str(each.reason) for each in told.offers[0].problems] == [True]
    assert [contact["dial"] for contact in told.offers[0].facts["contacts"]] == ["12022326100"]
    assert "It names the organisation o9, which is in none of the files." in reasons(told, "services.csv")
    assert "It names the location l9, which is in none of the files." in reasons(told, "services_at_location.csv")
    assert "It names the organisation o8, which is in none of the files." in reasons(told, "locations.csv")
    assert told.outcomes["phones.csv", 2] == "warning-used"
    for file, line in (("phones.csv", 3), ("schedules.csv", 2), ("service_attributes.csv", 2)):
        assert told.outcomes[file, line] == "rejected"


def test_a_row_that_names_nothing_says_so(export):
    told = export(phones="id,service_id,location_id,number,type\np1,,,988,voice\n")
    assert reasons(told, "phones.csv")[0].startswith("The number belongs to nothing")


def test_private_flags_on_numbers_and_addresses_are_kept(export):
    told = export(
        physical_addresses="id,location_id,address_1,city,state_province,postal_code,country,is_private\n"
        "a1,l1,1 Quay,Washington,DC,20001,US,Yes\n",
        phones="id,service_id,number,type,private\np1,s1,(202) 232-6100,voice,true\np2,s1,(202) 797-8806,voice,\n",
    )
    facts = told.offers[0].facts
    assert [place["is_confidential"] for place in facts["locations"]] == [True]
    assert [contact["is_confidential"] for contact in facts["contacts"]] == [True, False]
    assert facts["region"] == ""


def test_a_number_that_is_private_in_one_row_is_private_in_all(export):
    told = export(phones="id,service_id,number,private\np1,s1,(202) 232-6100,\np2,s1,202-232-6100,yes\n")
    assert [contact["is_confidential"] for contact in told.offers[0].facts["contacts"]] == [True]


def test_links_in_phone_cells_are_read_and_markup_without_a_number_is_refused(export):
    told = export(
        phones="id,service_id,number,type\n"
        'p1,s1,"<a href=""tel:(202) 232-6100"">(202) 232-6100</a>",voice\n'
        "p2,s1,<b>ask inside</b>,voice\n"
    )
    assert [contact["display"] for contact in told.offers[0].facts["contacts"]] == ["(202) 232-6100"]
    assert told.outcomes["phones.csv", 3] == "rejected"


def test_an_emergency_number_in_a_phone_cell_is_never_a_contact(export):
    told = export(phones="id,service_id,number,type\np1,s1,(   ) 911-,voice\n")
    assert all(contact["dial"] != "911" for contact in told.offers[0].facts["contacts"])
    assert told.outcomes["phones.csv", 2] == "rejected"


def test_the_organisations_number_stands_in_only_where_there_is_no_other(export):
    numbered = "id,organization_id,service_id,number,type\np1,o1,,(202) 797-8806,voice\n"
    assert export(phones=numbered).offers[0].facts["contacts"][0]["note"] == "Number of the organisation"
    told = export(phones=numbered + "p2,,s1,(202) 232-6100,voice\n")
    assert [contact["dial"] for contact in told.offers[0].facts["contacts"]] == ["12022326100"]
    assert told.outcomes["phones.csv", 2] == "unused"


def test_faxes_are_no_contacts_and_textphones_are(export):
    told = export(phones="id,service_id,number,type\np1,s1,(202) 797-8806,fax\np2,s1,(202) 232-6100,textphone\n")
    numbers_found = [contact["kind"] for contact in told.offers[0].facts["contacts"] if contact["dial"]]
    assert numbers_found == ["tty"]
    assert told.outcomes["phones.csv", 2] == "unused"


def test_near_duplicates_stay_two(export):
    told = export(services=SERVICES + "s2,o1,Night line ,Somebody answers,https://example.org/n,active\n")
    assert [offer.key for offer in told.offers] == ["s1", "s2"]


def test_two_rows_with_the_same_id_are_one_service_and_their_difference_is_told(export):
    told = export(services=SERVICES + "s1,o1,Night line,Somebody answers,https://example.org/n,inactive\n")
    assert [(offer.key, offer.facts["status"]) for offer in told.offers] == [("s1", "active")]
    assert reasons(told, "services.csv") == ["Line 2 has the same id; they differ in: status. The first one was taken."]
    assert [each.line for each in told.offers[0].problems] == [3]


def test_columns_that_are_missing_or_unknown_are_named(export):
    told = export(services="id,organization_id,title\ns1,o1,Night line\n")
    headings = {(each.column, each.severity) for each in told.of_files if each.file == "services.csv"}
    assert headings == {("name", "error"), ("title", "note")}
    assert told.outcomes["services.csv", 2] == "rejected"


def test_orservices_names_of_columns_and_lists_of_keys_are_understood(read):
    told = read("export.zip", {
        "services.csv": "service_recordid,service_name,service_organization,service_locations,service_phones\n"
        's1,Night line,o1,"l1,l2","p1,"\n',
        "organizations.csv": "organization_recordid,organization_name,organization_url\no1,Harbour House,example.org\n",
        "locations.csv": "location_recordid,location_name,location_organization\nl1,North,o1\nl2,South,o1\n",
        "phones.csv": "phone_recordid,phone_number,phone_type\np1,(202) 232-6100,10\n",
    })  # fmt: skip
    assert told.layout == "orservices"
    facts = told.offers[0].facts
    assert [place["name"] for place in facts["locations"]] == ["North", "South"]
    assert (facts["organisation_url"], facts["contacts"][0]["kind"]) == ("https://example.org", "voice")


def test_hours_written_into_the_wrong_columns_are_put_back_and_odd_ones_refused(export):
    told = export(
        schedules="id,service_id,weekday,dtstart,until,byday,opens_at,closes_at\n"
        "1,s1,Monday,9:00AM,5:30PM,,,\n2,s1,Sunday,24 hours,,,,\n3,s1,Friday,,,,570,1050\n4,s1,,,,monday,,\n"
    )
    hours = [(rule["weekday"], rule["opens_at"], rule["closes_at"]) for rule in told.offers[0].facts["schedules"]]
    assert hours == [("Monday", "09:00", "17:30"), ("Sunday", "00:00", "23:59")]
    assert [told.outcomes["schedules.csv", line] for line in (2, 3, 4, 5)] == ["used", "used", "rejected", "unused"]
    assert reasons(told, "schedules.csv")[0] == "“570” is not a time of day."


def test_what_is_too_long_for_the_directory_is_kept_elsewhere(export):
    words = "You pay what you can, and nothing if you cannot. " * 20
    name = "Line " * 40
    told = export(services=f'id,organization_id,name,description,fees\ns1,o1,{name},,"{words}"\n')
    facts = told.offers[0].facts
    assert len(facts["name"]) <= 160
    assert name.strip() in facts["aliases"]
    assert facts["cost"] == ""
    assert all(len(caveat) <= 400 for caveat in facts["caveats"])
    assert " ".join(facts["caveats"]).count("nothing if you cannot") == 20


def test_reading_twice_gives_the_same(export):
    source = export(phones="id,service_id,number\np1,s1,(202) 232-6100\n").source
    assert list(source.events("US")) == list(source.events("US"))


def test_numbers_are_read_in_one_place_only(export, monkeypatch):
    asked = []
    monkeypatch.setattr(numbers, "contacts_of", lambda raw, region, kind="voice": (asked.append(raw) or [], []))
    export(phones="id,service_id,number,type\np1,s1,(202) 232-6100,fax\n")
    assert asked == ["(202) 232-6100"]
