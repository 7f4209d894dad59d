import pytest

from resources import reading
from resources.reading import mapping

NIGHT = "Night line,Harbour House,(202) 232-6100,https://example.org,Somebody answers"


def test_columns_are_understood_by_their_names():
    columns = [
        "Programme Name", "Agency", "Main Phone", "E-mail", "Web site", "ZIP", "Address 1", "Address 2", "Town",
        "Languages spoken", "Hours of operation", "Fax", "Who can come: eligibility", "Min age", "Max age",
    ]  # fmt: skip
    assert list(mapping.suggest(columns).values()) == [
        "name", "organisation", "phone", "email", "url", "postal_code", "address_1", "address_2", "city",
        "languages", "hours", "", "eligibility", "age_min", "age_max",
    ]  # fmt: skip


def test_columns_without_a_telling_name_are_understood_by_what_stands_in_them():
    rows = [["Night line", "(202) 232-6100", "help@example.org", "https://example.org", "7"],
            ["Day line", "202-797-8806", "day@example.org", "www.example.org/day", "7"]]  # fmt: skip
    suggested = mapping.suggest(["A", "B", "C", "D", "E"], rows)
    assert suggested == {"A": "name", "B": "phone", "C": "email", "D": "url", "E": ""}


def test_an_unknown_list_waits_until_somebody_says_what_its_columns_hold(opened):
    source = opened("list.csv", f"X1,X2,X3,X4,X5\n{NIGHT}\n")
    assert (source.layout, source.needs_mapping) == ("flat", True)
    assert source.samples[0][0] == "Night line"
    with pytest.raises(reading.NeedsMapping):
        source.events("US")
    mapped = source.with_mapping({"X1": "name", "X2": "organisation", "X3": "phone", "X4": "", "X5": "description"})
    assert not mapped.needs_mapping
    facts = next(mapped.offers("US")).facts
    assert (facts["name"], facts["url"], facts["description"]) == ("Night line", "", "Somebody answers")


@pytest.mark.parametrize("chosen", [{"X1": "phone"}, {"X1": "name", "X2": "shoe size"}])
def test_a_mapping_that_cannot_work_is_refused(opened, chosen):
    source = opened("list.csv", f"X1,X2,X3,X4,X5\n{NIGHT}\n")
    with pytest.raises(ValueError, match=r"name of the service|shoe size"):
        source.with_mapping(chosen)


def test_every_target_has_words_for_the_screen():
    assert all(str(label) for label in mapping.TARGETS.values())
    assert {target for target, _words in mapping.HEADINGS} <= mapping.TARGETS.keys()
    assert mapping.TARGETS.keys() >= mapping.MANY


@pytest.mark.parametrize("name", ["services.csv", "organizations.csv", "locations.csv"])
def test_a_simple_list_that_is_called_like_a_table_is_still_a_list(opened, name):
    source = opened(
        name, "Name,Description,Phone,Address,City,State,Zip\nNight line,x,988,1 Quay,Washington,DC,20001\n"
    )
    assert source.layout == "flat"


def test_private_columns_hide_the_number_and_the_address_they_are_about(read):
    told = read(
        "icarol.csv",
        "PublicName,ParentAgency,Phone1Number,Phone1IsPrivate,Phone2Number,Phone2IsPrivate,PhysicalAddress1,"
        "PhysicalCity,PhysicalStateProvince,PhysicalPostalCode,PhysicalAddressIsPrivate,MailingAddress1\n"
        "Safe house,Harbour House,(202) 232-6100,No,(202) 797-8806,Yes,1 Quay,Washington,DC,20001,Yes,PO Box 1\n",
    )
    facts = told.offers[0].facts
    assert [(each["dial"], each["is_confidential"]) for each in facts["contacts"]] == [
        ("12022326100", False),
        ("12027978806", True),
    ]
    assert [(each["address_1"], each["is_confidential"]) for each in facts["locations"]] == [("1 Quay", True)]
    assert facts["region"] == ""


def test_near_duplicate_rows_stay_two_with_keys_that_last(read):
    rows = "Name,Organisation,City\nBreakfast,Church,Washington\nBreakfast,Church,Baltimore\n"
    keys = [offer.key for offer in read("list.csv", rows).offers]
    assert len(set(keys)) == 2
    assert keys == [offer.key for offer in read("list.csv", rows).offers]


def test_the_lists_own_id_is_the_key_and_an_id_used_twice_is_told(read):
    told = read("list.csv", "ID,Name,Organisation\n7,Night line,House\n7,Day line,House\n")
    assert told.offers[0].key == "7"
    assert len({offer.key for offer in told.offers}) == 2
    assert [each.code for each in told.problems] == ["same-id"]


def test_what_is_wrong_in_a_row_is_told_with_line_column_and_value(read):
    told = read(
        "list.csv",
        "Name,Organisation,Phone,E-mail,Website,City,Address,Min age,Max age,Latitude,Last updated\n"
        "Night line,House,call us,help at home,htp:/x,Washington,1 Quay,30,20,100,1/2/14\n",
    )
    found = {each.code: (each.line, each.column, each.value) for each in told.problems if each.code != "missing"}
    assert found == {
        "phone": (2, "Phone", "call us"),
        "email": (2, "E-mail", "help at home"),
        "url": (2, "Website", "htp:/x"),
        "age": (2, "age_min", "30-20"),
        "coordinate": (2, "Latitude", "100"),
        "two-digit-year": (2, "Last updated", "1/2/14"),
    }
    missing = {str(each.reason) for each in told.problems if each.code == "missing"}
    assert missing == {"The address has no state.", "The address has no postcode."}
    assert told.rows[0].outcome == "warning-used"
    assert told.rows[0].cells[2] == "call us"


def test_the_country_of_the_row_decides_how_its_number_is_dialled(read):
    told = read("list.csv", "Name,Organisation,Phone,Country\nHelp,A,116 123,United Kingdom\nHulp,B,0800 0113,NL\n")
    dialled = [(each["dial_region"], each["dial"]) for offer in told.offers for each in offer.facts["contacts"]]
    assert dialled == [("GB", "116123"), ("NL", "08000113")]


def test_a_long_list_is_handed_on_row_by_row(opened):
    rows = "".join(f"Line {number},House,(202) 232-6100,,x\n" for number in range(5000))
    source = opened("list.csv", f"Name,Organisation,Phone,Website,Description\n{rows}")
    events = source.with_mapping(source.suggestion()).events("US")
    first = [type(next(events)).__name__ for _number in range(4)]
    assert first == ["Offer", "RowOutcome", "Offer", "RowOutcome"]


def test_a_plain_json_list_is_a_list_like_any_other(read):
    told = read("list.json", '[{"name": "Night line", "organisation": "House", "phone": "(202) 232-6100"}]')
    assert told.offers[0].facts["contacts"][0]["dial"] == "12022326100"
