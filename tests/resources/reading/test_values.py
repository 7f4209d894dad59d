import pytest

from resources.reading import numbers, values


@pytest.mark.parametrize(
    ("text", "month_first", "read"),
    [
        ("2014-01-24", True, "2014-01-24"),
        ("2023-03-15T10:30:45.123Z", False, "2023-03-15"),
        ("1/24/2014", True, "2014-01-24"),
        ("24/1/2014", False, "2014-01-24"),
        ("24.1.2014", True, "2014-01-24"),
        ("1/2/2014", True, "2014-01-02"),
        ("1/2/2014", False, "2014-02-01"),
    ],
)
def test_a_date_is_read_as_its_list_writes_it(text, month_first, read):
    assert values.day(text, month_first=month_first) == (read, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/2/14", "The year of “1/2/14” has two digits"),
        ("24/2/70", "there is no month 24, and its year has two digits"),
        ("13/27/2014", "“13/27/2014” is not a date: there is no month 13."),
        ("2/30/2014", "that month has no such day"),
        ("January 01, 0001", "The year 1 of “January 01, 0001” cannot be meant."),
        ("soon", "“soon” is not a date."),
    ],
)
def test_what_is_no_date_is_told_with_its_own_fault(text, words):
    read, fault = values.day(text, month_first=True)
    assert read == ""
    assert words in str(fault.reason)
    assert str(fault.fix)


@pytest.mark.parametrize("text", ["December 24, 2014", "24 December 2014", "Wednesday, Dec. 24, 2014"])
def test_a_date_in_words_is_read_and_told(text):
    read, fault = values.day(text, month_first=False)
    assert (read, fault.severity) == ("2014-12-24", "warning")


@pytest.mark.parametrize(
    ("text", "read"),
    [("9:30", "09:30"), ("9am", "09:00"), ("12:00am", "00:00"), ("12 PM", "12:00"), ("3:00 PM", "15:00"),
     ("10:00:00", "10:00"), ("17h30", "17:30"), ("24 hours", "00:00"), ("18:00Z", "18:00")],
)  # fmt: skip
def test_a_time_of_day_is_read(text, read):
    assert values.clock(text) == (read, None)


@pytest.mark.parametrize("text", ["750", "25:99", "13 PM", "noonish", "9:75"])
def test_a_time_that_needs_a_guess_is_refused(text):
    read, fault = values.clock(text)
    assert (read, fault.code) == ("", "time")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.email, "help@example.org", "mailto:help@example.org"),
        (values.email, "a@example.org; b@example.org", "mailto:a@example.org mailto:b@example.org"),
        (values.email, "help at example.org", ""),
        (values.link, "www.example.org", "https://www.example.org"),
        (values.link, "javascript:alert(1)", ""),
        (values.link, "htp:/broken", ""),
        (values.country, "us", "US"),
        (values.country, "United Kingdom", "GB"),
        (values.country, "Atlantis", ""),
        (values.status, "Temporarily Closed", "temporarily closed"),
        (values.status, "1", ""),
        (values.age, "12.0", 12),
        (values.age, "twelve", None),
    ],
)
def test_single_values_are_read_or_refused(read, text, value):
    assert read(text)[0] == value
    assert bool(read(text)[1]) is (not value and text != "1")


def test_a_place_outside_the_globe_is_refused():
    assert values.coordinate("38.9", most=90) == (38.9, None)
    assert "“100” is not between -90 and 90" in str(values.coordinate("100", most=90)[1].reason)
    assert values.coordinate("nan", most=90)[0] is None


def test_a_flag_that_cannot_be_understood_hides_rather_than_shows():
    assert [values.yes(flag)[0] for flag in ("Yes", "TRUE", "0", "", "perhaps")] == [True, True, False, False, True]


def test_languages_are_codes_where_all_are_names_and_words_where_they_say_more():
    assert values.languages("Spanish and German.") == (["es", "de"], "")
    assert values.languages("en; fr") == (["en", "fr"], "")
    assert values.languages("Accommodations possible.") == ([], "Accommodations possible.")


@pytest.mark.parametrize(
    ("raw", "dial"),
    [
        ('<a href="tel:(202) 232-6100">(202) 232-6100</a>', "12022326100"),
        ("(202) 797-8806 ext 1311", "12027978806"),
        ("1-800-395-HELP", "18003954357"),
        ("988", "988"),
    ],
)
def test_numbers_are_read_without_a_guess(raw, dial):
    contacts, _faults = numbers.contacts_of(raw, "US")
    assert [contact["dial"] for contact in contacts] == [dial]


@pytest.mark.parametrize("raw", ["(   ) 911-", "911", "(30`) 982-5025", "(F41) 396-5550", "(3  )    -", "call us"])
def test_a_number_of_the_emergency_service_or_one_that_needs_a_guess_is_nobodys_contact(raw):
    contacts, faults = numbers.contacts_of(raw, "US")
    assert contacts == []
    assert [fault.severity for fault in faults] == ["error"]


def test_a_number_in_quotation_marks_may_be_an_example():
    contacts, faults = numbers.contacts_of('"+44 1234 234567"', "GB")
    assert contacts[0]["e164"] == "+441234234567"
    assert ["may be an example" in str(fault.reason) for fault in faults] == [True]
