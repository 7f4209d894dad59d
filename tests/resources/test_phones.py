import csv
from pathlib import Path

import pytest

from resources import phones, ways
from resources.models import ContactPoint, Resource

HARD_CASES = Path(__file__).parent / "phone_hard_cases.csv"
REPLACED = {"1-800-931-2237", "1800-221-4444", "0900-0113"}


def contact(dial, region, kind="voice", **facts):
    return ContactPoint(kind=kind, dial=dial, dial_region=region, **facts)


@pytest.mark.parametrize(
    ("made", "link"),
    [
        (contact("988", "US"), "tel:988"),
        (contact("988", "CA"), "tel:988"),
        (contact("988", "US", menu_option="1"), "tel:988"),
        (contact("116123", "IE"), "tel:116123"),
        (contact("024", "ES"), "tel:024"),
        (contact("113", "NL"), "tel:113"),
        (contact("111", "GB", menu_option="2"), "tel:111"),
        (contact("131114", "AU", e164="+61131114"), "tel:131114"),
        (contact("18007997233", "US", e164="+18007997233"), "tel:+18007997233"),
        (contact("18662494357", "US", e164="+18662494357"), "tel:+18662494357"),
        (contact("08001111", "GB", e164="+448001111"), "tel:+448001111"),
        (contact("18004874889", "US", kind="tty", e164="+18004874889"), "tel:+18004874889"),
        (contact("741741", "US", kind="sms", keyword="HOME"), "sms:741741?&body=HOME"),
        (contact("988", "US", kind="sms"), "sms:988"),
        (contact("0477131114", "AU", kind="sms", e164="+61477131114"), "sms:+61477131114"),
        (contact("85258", "GB", kind="sms", keyword="YM & ÉTÉ?"), "sms:85258?&body=YM%20%26%20%C3%89T%C3%89%3F"),
        (contact("91511767", "SG", kind="whatsapp", e164="+6591511767"), "https://wa.me/6591511767"),
        (contact("", "", kind="chat", url="https://113.nl"), "https://113.nl"),
    ],
)
def test_a_link_dials_what_works(made, link):
    assert phones.link(made) == link


@pytest.mark.parametrize(
    ("raw", "region", "dial", "e164"),
    [
        ("988", "US", "988", ""),
        ("9-8-8", "CA", "988", ""),
        ("116 123", "GB", "116123", ""),
        ("116 123", "DE", "116123", ""),
        ("024", "ES", "024", ""),
        ("741741", "US", "741741", ""),
        ("٩٨٨", "US", "988", ""),
        ("(877) NAA-CP98", "US", "18776222798", "+18776222798"),
        ("111", "GB", "111", ""),
        ("13 11 14", "AU", "131114", "+61131114"),
        ("0800 1111", "GB", "08001111", "+448001111"),
        ("1-800-799-SAFE", "US", "18007997233", "+18007997233"),
        ("1-888-3737-888", "US", "18883737888", "+18883737888"),
        ('<a href="tel:(202) 232-6100">(202) 232-6100</a>', "US", "12022326100", "+12022326100"),
    ],
)
def test_a_number_is_read_as_it_is_dialled(raw, region, dial, e164):
    number = phones.parse(raw, region)
    assert (number.dial, number.e164) == (dial, e164)


@pytest.mark.parametrize(("raw", "region"), [("113", "NL"), ("14416", "IN"), ("188", "BR"), ("1553", "PH")])
def test_a_short_code_the_library_does_not_know_waits_for_a_person(raw, region):
    number = phones.parse(raw, region)
    assert (number.dial, number.e164, number.is_known) == (raw, "", False)


@pytest.mark.parametrize(("raw", "region"), [("000", "AU"), ("113", "IT"), ("111", "NZ"), ("(   ) 911-", "US")])
def test_an_emergency_number_says_that_it_is_one(raw, region):
    assert phones.parse(raw, region).is_emergency


@pytest.mark.parametrize("raw", ["", "no phone", "+1 988", "+1988", "(F41) 396-5550", "(30`) 982-5025"])
def test_what_needs_a_guess_is_refused(raw):
    with pytest.raises(phones.NotANumber):
        phones.parse(raw, "US")


def test_an_extension_is_kept_beside_the_number():
    number = phones.parse("Phone No: (202) 797-8806 Ext: 1041", "US")
    assert (number.dial, number.e164, number.extension) == ("12027978806", "+12027978806", "1041")


def test_the_hard_numbers_of_real_lists_come_out_as_expected():
    """One number at a time: cells with several numbers, keywords or warnings belong to the import (later)."""
    with HARD_CASES.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["raw"] not in REPLACED]
    outcomes = {row["raw"]: (row["expected_outcome"], outcome(row["raw"], row["region"])) for row in rows}
    expected = {"accept", "accept_short_code", "warn_unknown_short_code", "emergency_number", "error", "empty"}
    wrong = {raw: pair for raw, pair in outcomes.items() if pair[0] in expected and pair[0] != pair[1]}
    # "854" looks like any unknown short code: only a person can tell that nobody answers there.
    assert wrong == {"854": ("error", "warn_unknown_short_code")}


def outcome(raw, region):
    try:
        number = phones.parse(raw, region)
    except phones.NotANumber:
        return "error" if any(character.isdigit() for character in raw) else "empty"
    if number.is_emergency:
        return "emergency_number"
    if not number.is_known:
        return "warn_unknown_short_code"
    return "accept" if number.e164 else "accept_short_code"


@pytest.mark.parametrize(
    ("dial", "region", "country", "words"),
    [
        ("113", "NL", "NO", "Do not dial 113 here (Norway)"),
        ("113", "NL", "IT", "Do not dial 113 here (Italy)"),
        ("111", "GB", "NZ", "Do not dial 111 here (New Zealand)"),
        ("988", "CA", "US", "A number of another country (Canada)"),
        ("113", "NL", "NL", ""),
        ("116123", "EU", "IE", "It is not answered in every country"),
        ("116123", "EU", "US", "It may not work from where you are"),
    ],
)
def test_a_number_that_reaches_somebody_else_says_so(put, dial, region, country, words):
    resource = put("Night line", country=region, dial=dial)
    way = ways.of(Resource.objects.with_contacts().get(pk=resource.pk), country=country)[0]
    assert bool(way.link) is not words.startswith("Do not dial")
    assert words in str(way.warning)
    assert bool(words) is bool(way.warning)


def test_a_closed_entry_offers_nothing_to_tap(put):
    resource = put("Night line", dial="988", status="temporarily_closed")
    assert [way.link for way in ways.of(resource, country="US")] == [""]
