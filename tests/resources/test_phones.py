import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from resources import phones, ways
from resources.models import ContactPoint, Resource


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
        (contact("18007997233", "US", e164="+18007997233"), "tel:18007997233"),
        (contact("18662494357", "US", e164="+18662494357"), "tel:18662494357"),
        (contact("08001111", "GB", e164="+448001111"), "tel:08001111"),
        (contact("18004874889", "US", kind="tty", e164="+18004874889"), "tel:18004874889"),
        (contact("741741", "US", kind="sms", keyword="HOME"), "sms:741741?&body=HOME"),
        (contact("988", "US", kind="sms"), "sms:988"),
        (contact("0477131114", "AU", kind="sms", e164="+61477131114"), "sms:+61477131114"),
        (contact("85258", "GB", kind="sms", keyword="YM & ÉTÉ?"), "sms:85258?&body=YM%20%26%20%C3%89T%C3%89%3F"),
        (contact("91511767", "SG", kind="whatsapp", e164="+6591511767"), "https://wa.me/6591511767"),
        (contact("", "", kind="chat", url="https://113.nl"), "https://113.nl"),
    ],
)
def test_at_home_a_link_dials_the_digits_of_the_country(made, link):
    assert phones.link(made, country=made.dial_region) == link


@pytest.mark.parametrize(
    ("made", "country", "link"),
    [
        (contact("02085551234", "GB", e164="+442085551234"), "US", "tel:+442085551234"),
        (contact("03001233393", "GB", e164="+443001233393"), "US", "tel:+443001233393"),
        (contact("08001111", "GB", e164="+448001111"), "US", ""),
        (contact("131114", "AU", e164="+61131114"), "NZ", ""),
        (contact("1800551800", "AU", e164="+611800551800"), "GB", ""),
        (contact("1850609090", "IE", e164="+3531850609090"), "GB", ""),
        (contact("0080012345678", "GB", e164="+80012345678"), "FR", "tel:+80012345678"),
        (contact("18007997233", "US", e164="+18007997233"), "CA", "tel:18007997233"),
        (contact("18007997233", "US", e164="+18007997233"), "GB", ""),
        (contact("08001111", "GB", e164="+448001111"), "JE", "tel:08001111"),
        (contact("988", "US"), "CA", ""),
        (contact("988", "US"), "GB", ""),
        (contact("116123", "EU"), "DE", "tel:116123"),
        (contact("116123", "EU"), "US", ""),
        (contact("741741", "US", kind="sms", keyword="HOME"), "GB", ""),
        (contact("0477131114", "AU", kind="sms", e164="+61477131114"), "NZ", "sms:+61477131114"),
        (contact("91511767", "SG", kind="whatsapp", e164="+6591511767"), "GB", "https://wa.me/6591511767"),
    ],
)
def test_from_elsewhere_a_link_dials_the_international_form_or_nothing(made, country, link):
    assert phones.link(made, country=country) == link


@pytest.mark.parametrize(
    ("dial", "region", "country", "does"),
    [
        ("113", "NL", "NO", True),
        ("113", "NL", "IT", True),
        ("113", "NO", "NL", True),
        ("111", "GB", "NZ", True),
        ("116123", "GB", "IE", True),
        ("116123", "EU", "GB", True),
        ("988", "US", "CA", True),
        ("988", "CA", "US", True),
        ("211", "US", "CA", True),
        ("85258", "GB", "US", True),
        ("188", "PT", "BR", True),
        ("024", "ES", "US", False),
        ("113", "NL", "NL", False),
        ("116123", "EU", "DE", False),
        ("08001111", "GB", "US", False),
        ("988", "US", "ZZ", False),
    ],
)
def test_the_same_digits_are_another_service_in_another_country(dial, region, country, does):
    assert phones.reaches_elsewhere(contact(dial, region), country) is does


def test_a_web_address_reaches_the_same_everywhere():
    assert not phones.reaches_elsewhere(contact("", "", kind="chat", url="https://113.nl"), "NO")
    assert not phones.reaches_elsewhere(contact("113", "NL", kind="whatsapp"), "NO")


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


@pytest.mark.parametrize(
    "raw",
    ["", "no phone", "+1 988", "+1988", "(F41) 396-5550", "(30`) 982-5025", "854", "1-8OO-LAW-REP4", "1-800-LAW-REPl4"],
)
def test_what_needs_a_guess_is_refused(raw):
    with pytest.raises(phones.NotANumber):
        phones.parse(raw, "US")


def test_an_extension_is_kept_beside_the_number():
    number = phones.parse("Phone No: (202) 797-8806 Ext: 1041", "US")
    assert (number.dial, number.e164, number.extension) == ("12027978806", "+12027978806", "1041")


@pytest.mark.parametrize(
    ("raw", "region", "dial"),
    [
        ("1-800-799-SAFE (7233)", "US", "18007997233"),
        ("1-800-4-A-CHILD (422-4453)", "US", "18004224453"),
        ("13 92 76 (13YARN)", "AU", "139276"),
        ("1800 737 732 (1800RESPECT)", "AU", "1800737732"),
        ("0508 828 865 (0508 TAUTOKO)", "NZ", "0508828865"),
        ("435748 (HELP4U)", "US", "435748"),
    ],
)
def test_the_same_number_once_more_in_brackets_adds_nothing(raw, region, dial):
    assert phones.parse(raw, region).dial == dial


@pytest.mark.parametrize(("digits", "is_emergency"), [("116123", False), ("112", True), ("113", True)])
def test_a_number_of_all_of_europe_is_a_short_code(digits, is_emergency):
    number = phones.parse(digits, "EU")
    assert (number.dial, number.e164, number.is_known, number.is_emergency) == (digits, "", True, is_emergency)


def test_a_typed_number_becomes_the_facts_of_a_contact():
    assert phones.as_contact("(202) 797-8806 Ext: 1041", region="US", kind="voice") == {
        "dial": "12027978806",
        "e164": "+12027978806",
        "dial_region": "US",
        "extension": "1041",
        "display": "(202) 797-8806",
        "needs_confirmation": False,
    }


def test_a_number_of_another_country_is_dialled_there():
    facts = phones.as_contact("+44 (0)300 123 3393", region="US", kind="voice")
    assert (facts["dial_region"], facts["dial"], facts["e164"]) == ("GB", "03001233393", "+443001233393")
    assert phones.as_contact("1-800-668-6868", region="CA", kind="voice")["dial_region"] == "CA"


@pytest.mark.parametrize(
    ("raw", "region", "is_asked"),
    [("113", "NL", True), ("14416", "IN", True), ("111", "NZ", True), ("988", "US", False), ("13 11 14", "AU", False)],
)
def test_a_code_nobody_knows_and_an_emergency_number_are_asked_about(raw, region, is_asked):
    assert phones.as_contact(raw, region=region, kind="voice")["needs_confirmation"] is is_asked


@pytest.mark.parametrize(("raw", "kind"), [("", "voice"), ("+1 988", "voice"), ("988", "whatsapp"), ("call us", "sms")])
def test_what_is_no_number_says_so_in_words(raw, kind):
    with pytest.raises(phones.NotANumber) as refused:
        phones.as_contact(raw, region="US", kind=kind)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("+1 555 0100", "+15550100"),
        ("+44 (0)113 496 0144", "+441134960144"),
        ("(0113) 496 0144", "01134960144"),
        ("0044 113 496 0144", "00441134960144"),
        ("020 7946 0100 ext. 12", "02079460100"),
        ("020 7946 0100 x12", "02079460100"),
        ("555 0100 or 555 0101", "5550100"),
        ("030/23125-000", "03023125000"),
        ("1-800-799-SAFE", "18007997233"),
        ("T: 555\u00a00133", "5550133"),
        ("\u202d+44 113 496 0144\u202c", "+441134960144"),
        ("+٤٤ ١١٣ ٤٩٦ ٠١٤٤", "+441134960144"),
        ("*31#0113 496 0144", "*31#01134960144"),
        ("999", "999"),
        ("0113 496 0144 mobile 07700 900123", "01134960144"),
        ("Ann's desk: 555 0133 (mornings)", "5550133"),
        ("ask reception", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_what_a_person_typed_is_given_to_the_telephone_without_its_spaces(typed, dialled):
    assert phones.dialable(typed) == dialled
    written = Template("{% load resource_ways %}{{ typed|dialable }}").render(Context({"typed": typed}))
    assert written == dialled


def test_no_page_gives_a_telephone_what_a_person_typed():
    pages = Path(settings.BASE_DIR, "templates").rglob("*.html")
    links = [link for page in pages for link in re.findall(r"tel:{{([^}]*)}}", page.read_text(encoding="utf-8"))]
    assert links
    assert {link for link in links if "dialable" not in link} == {" line.dial "}, "a contact's digits are digits"


@pytest.mark.parametrize(
    ("dial", "region", "country", "words"),
    [
        ("113", "NL", "NO", "Do not dial 113 here (Norway)"),
        ("113", "NL", "IT", "Do not dial 113 here (Italy)"),
        ("111", "GB", "NZ", "Do not dial 111 here (New Zealand)"),
        ("988", "CA", "US", "Do not dial 988 here (United States): it reaches another service"),
        ("024", "ES", "US", "A number of another country (Spain)"),
        ("113", "NL", "NL", ""),
        ("116123", "EU", "IE", "It is not answered in every country"),
        ("116123", "EU", "US", "It may not work from where you are"),
    ],
)
def test_a_number_that_reaches_somebody_else_says_so(put, dial, region, country, words):
    resource = put("Night line", country=region, dial=dial)
    way = ways.of(Resource.objects.with_contacts().get(pk=resource.pk), country=country)[0]
    assert bool(way.link) is (country in (region, "IE")), "a short code is dialled where it belongs"
    assert words in str(way.warning)
    assert bool(words) is bool(way.warning)


def test_a_closed_entry_offers_nothing_to_tap(put):
    resource = put("Night line", dial="988", status="temporarily_closed")
    assert [way.link for way in ways.of(resource, country="US")] == [""]
