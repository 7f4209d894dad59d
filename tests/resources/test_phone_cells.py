"""Cells of real lists, and of lists nobody has seen yet: everything that is certain is read, and nothing is guessed."""

import csv
import re
import time
import unicodedata
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import phone_cells, phones
from resources.models import ContactPoint
from resources.phone_cells import Outcome, read

HARD_CASES = Path(__file__).parent / "phone_hard_cases.csv"
REGIONS = ["US", "CA", "GB", "IE", "DE", "FR", "ES", "IT", "NL", "NO", "IN", "AU", "NZ", "BR", "JP", "ZA", "SG", "EU"]
NAMES = {"ext": "extension", "keyword": "keyword", "menu": "menu_option", "label": "label", "note": "note"}
#: What a case says of a contact when it says nothing. Labels and notes are only compared where a case names them.
SILENT = {"extension": "", "keyword": "", "menu_option": ""}
ACCEPTED = [Outcome.ACCEPT, Outcome.ACCEPT_SHORT_CODE]


def hard_cases():
    with HARD_CASES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def contact_as_written(text):
    """“voice:+18004478223 note=toll-free, 24 hrs” as facts."""
    number, *facts = re.split(r" (?=(?:ext|keyword|menu|label|note)=)", text)
    kind, _, number = number.partition(":")
    named = dict(each.split("=", 1) for each in facts)
    return SILENT | {"kind": kind, "number": number} | {NAMES[name]: value for name, value in named.items()}


def in_words(found):
    return f"{found.kind}:{found.e164 or found.dial}"


def test_all_fifty_cases_are_there():
    assert len(hard_cases()) == 50


@pytest.mark.parametrize("case", hard_cases(), ids=lambda case: case["raw"])
def test_a_hard_cell_comes_out_as_expected(case):
    cell = read(case["raw"], case["region"])
    assert cell.outcome == case["expected_outcome"], case["why"]
    written = [each for each in case["expected_contacts"].split("|") if each]
    expected = [contact_as_written(each) for each in written if not each.startswith("review:")]
    found = [vars(each) | {"number": each.e164 or each.dial} for each in cell.contacts]
    assert [{name: one[name] for name in wanted} for one, wanted in zip(found, expected, strict=True)] == expected
    assert list(cell.review) == [each.removeprefix("review:") for each in written if each.startswith("review:")]


@pytest.mark.parametrize("case", hard_cases(), ids=lambda case: case["raw"])
def test_what_is_refused_says_why_and_what_would_help(case):
    cell = read(case["raw"], case["region"])
    is_refused = not cell.contacts and cell.outcome != Outcome.EMPTY
    assert bool(cell.reason) is is_refused
    assert all(each.endswith((".", "?")) for each in (cell.reason, *cell.warnings) if each)
    if case["expected_outcome"].startswith("warn_") and cell.contacts:
        assert cell.warnings


@pytest.mark.parametrize(
    ("raw", "region", "outcome", "contacts"),
    [
        ("Call or text 988", "US", "split", ["voice:988", "sms:988"]),
        ("988 Suicide & Crisis Lifeline", "US", "accept_short_code", ["voice:988"]),
        ("741741", "US", "accept_short_code", ["sms:741741"]),
        ("HOME to 741741", "US", "split", ["sms:741741"]),
        ("1-800-799-SAFE (7233) or text START to 88788", "US", "split", ["voice:+18007997233", "sms:88788"]),
        ("1-800-4-A-CHILD (422-4453)", "US", "accept", ["voice:+18004224453"]),
        ("V/TTY: 202-442-5925", "US", "split", ["voice:+12024425925", "tty:+12024425925"]),
        ("202-442-5925 voice, 202-442-5926 TTY", "US", "split", ["voice:+12024425925", "tty:+12024425926"]),
        ("1) 202-797-8806 2) 202-797-8807", "US", "split", ["voice:+12027978806", "voice:+12027978807"]),
        ("202-797-8806 202-797-8807", "US", "split", ["voice:+12027978806", "voice:+12027978807"]),
        ("M-F 8-5 202-797-8806", "US", "accept", ["voice:+12027978806"]),
        ("Samaritans 116 123, Childline 0800 1111", "GB", "split", ["voice:116123", "voice:+448001111"]),
        ("0113 213 4000 (office hours); 0800 132 737", "GB", "split", ["voice:+441132134000", "voice:+44800132737"]),
        ("116 123 (free, 24/7)", "GB", "accept_short_code", ["voice:116123"]),
        ("0300 123 3393; minicom 0300 123 3394", "GB", "split", ["voice:+443001233393", "tty:+443001233394"]),
        ("01 872 7700", "IE", "accept", ["voice:+35318727700"]),
        ("freephone 1800 247 247; text HELP to 51444", "IE", "split", ["voice:+3531800247247", "sms:51444"]),
        ("0800 1110111 / 0800 1110222", "DE", "split", ["voice:+498001110111", "voice:+498001110222"]),
        ("030/44010", "DE", "accept", ["voice:+493044010"]),
        ("+49 (0)30 44 01 0", "DE", "accept", ["voice:+493044010"]),
        ("Tél. : 01 45 39 40 00", "FR", "accept", ["voice:+33145394000"]),
        ("31 14 (24h/24, 7j/7)", "FR", "accept_short_code", ["voice:3114"]),
        ("+33 (0)1 42 96 26 26", "FR", "accept", ["voice:+33142962626"]),
        ("15", "FR", "emergency_number", ["voice:15"]),
        ("1860-2662-345 / 1800-2333-330", "IN", "split", ["voice:+9118602662345", "voice:+9118002333330"]),
        ("14416 or 1-800-891-4416", "IN", "split_review", ["voice:14416", "voice:+9118008914416"]),
        ("022-25521111 (Mon-Sat 8am-10pm)", "IN", "accept", ["voice:+912225521111"]),
        ("13YARN (13 92 76)", "AU", "accept", ["voice:+61139276"]),
        ("Lifeline 13 11 14; Text 0477 13 11 14", "AU", "split", ["voice:+61131114", "sms:+61477131114"]),
        ("0508 828 865 (0508 TAUTOKO)", "NZ", "accept", ["voice:+64508828865"]),
        ("0800 543 354 or text HELP to 4357", "NZ", "split", ["voice:+64800543354", "sms:4357"]),
        ("4356", "US", "warn_unknown_short_code", ["voice:4356"]),
        ("CVV 188", "BR", "warn_unknown_short_code", ["voice:188"]),
        ("0800 543 354 (0508 TAUTOKO)", "NZ", "split", ["voice:+64800543354", "voice:+645088288656"]),
        ("(11) 3151-4109", "BR", "accept", ["voice:+551131514109"]),
        ("よりそいホットライン：０１２０‐２７９‐３３８（24時間）", "JP", "accept", ["voice:+81120279338"]),
        ("0800 567 567, SMS 31393", "ZA", "split", ["voice:+27800567567", "sms:31393"]),
        ("1-767", "SG", "accept_short_code", ["voice:1767"]),
        ("113 of 0800-0113", "NL", "split_review", ["voice:113", "voice:+318000113"]),
        ("024 / 900 116 117", "ES", "split", ["voice:024", "voice:+34900116117"]),
        ("116 123", "EU", "accept_short_code", ["voice:116123"]),
    ],
)
def test_cells_of_other_countries_are_taken_apart(raw, region, outcome, contacts):
    cell = read(raw, region)
    assert (cell.outcome, [in_words(each) for each in cell.contacts]) == (outcome, contacts)


@pytest.mark.parametrize(
    ("raw", "region", "facts"),
    [
        ("988 (Veterans press 1)", "US", {"menu_option": "1", "note": "Veterans"}),
        ("111 (select mental health option 2)", "GB", {"menu_option": "2"}),
        ("0800 132 737, press 1, then 2", "GB", {"menu_option": "1, then 2"}),
        ('text "HELLO" to 50808', "IE", {"kind": "sms", "keyword": "HELLO"}),
        ("Text your postcode to 85258", "GB", {"kind": "sms", "keyword": "(postcode)"}),
        ("202-797-8806x12", "US", {"extension": "12", "display": "202-797-8806"}),
        ("tel:+1-202-797-8806;ext=12", "US", {"extension": "12"}),
        ("01 45 39 40 00 poste 45", "FR", {"extension": "45"}),
        ("202-797-8806 #12", "US", {"extension": "12"}),
        ("SOS Amitié : 09 72 39 40 50", "FR", {"label": "SOS Amitié"}),
        ("Drug and alcohol line: 0113 213 4000", "GB", {"label": "Drug and alcohol line"}),
        ("0120-783-556 (16:00-21:00)", "JP", {"note": "16:00-21:00"}),
        ("1-800-799-SAFE (7233)", "US", {"display": "1-800-799-SAFE (7233)", "note": ""}),
        ("+44 20 8394 8300", "US", {"dial_region": "GB", "dial": "02083948300"}),
        ("0044 20 8394 8300", "US", {"dial_region": "GB", "e164": "+442083948300"}),
    ],
)
def test_what_stands_beside_a_number_stays_beside_it(raw, region, facts):
    [found] = read(raw, region).contacts
    assert {name: getattr(found, name) for name in facts} == facts


def test_digits_that_were_not_read_are_shown_to_a_person():
    cell = read("988 or 202-797-8806, 1234 Main Street", "US")
    assert len(cell.contacts) == 2
    assert (cell.outcome, "1234 Main Street" in cell.warnings[0]) == (Outcome.SPLIT_REVIEW, True)


def test_each_keyword_is_a_contact_of_its_own():
    assert [each.keyword for each in read("Text HOME or HOLA to 741741", "US").contacts] == ["HOME", "HOLA"]


@pytest.mark.parametrize("raw", ["988 press 1 for veterans, press 2 for Spanish", "211 (Springfield only)"])
def test_a_choice_or_a_restriction_waits_for_a_person(raw):
    cell = read(raw, "US")
    assert cell.outcome == Outcome.SPLIT_REVIEW
    assert [each.menu_option for each in cell.contacts] == [""]


@pytest.mark.parametrize(
    ("raw", "region", "review"),
    [
        ("Call 911 or 988", "US", "911"),
        ("999 or 111", "GB", "999"),
        ("0113 213 4000, Fax 0113 213 4001", "GB", "0113 213 4001"),
        ("202-797-8806 or 1-800-273-8255", "US", "1-800-273-8255"),
        ("202-797-8806 or 202-555-0143", "US", "202-555-0143"),
        ('<a href="tel:+12027978807">202-797-8806</a>', "US", "12027978807"),
    ],
)
def test_what_nobody_should_be_given_is_left_out_of_several(raw, region, review):
    cell = read(raw, region)
    assert (cell.outcome, cell.review, len(cell.contacts)) == (Outcome.SPLIT_REVIEW, (review,), 1)
    assert cell.warnings


def test_an_address_beside_a_number_is_words_and_not_a_short_code():
    cell = read("202-797-8806, 1234 Main Street, Washington DC 20001", "US")
    assert [in_words(each) for each in cell.contacts] == ["voice:+12027978806"]
    assert cell.outcome == Outcome.SPLIT_REVIEW
    assert "20001" in cell.warnings[0]


@pytest.mark.parametrize(
    ("raw", "region", "reason"),
    [
        ("+1 988", "US", "no country code before it"),
        ("1-988", "US", "no country code before it"),
        ("+44 116 123", "GB", "no country code before it"),
        ("+1 741741", "US", "no country code before it"),
        ("567-1020", "US", "area code is missing"),
        ("1-8OO-799-7233", "US", "Letters touch the digits"),
        ("1-8OO-LAW-REP4", "US", "Letters touch the digits"),
        ("202-797-8806½", "US", "a sign in it"),
        ("\u202e1111 0080", "GB", "a sign in it"),
        ("1-800-MATTRESS", "US", "more letters than"),
        ("1800RESPECT", "AU", "more letters than"),
        ("1.80080E+10", "US", "rounded"),
        ("0113 213 4000/1", "GB", "too many"),
        ("000-000-0000", "US", "only stand for a number"),
        ("Fax: 0113 213 4000", "GB", "not for calling"),
        ("988 211", "US", "one number or several"),
        ("24/7", "US", "no number among these words"),
        ("See 988lifeline.org", "US", "no number among these words"),
        ("1, 2 " * 500, "US", "too much text"),
        ("202-797-8806, " * 20, "US", "too many numbers"),
    ],
)
def test_what_would_need_a_guess_is_refused(raw, region, reason):
    cell = read(raw, region)
    assert (cell.outcome, cell.contacts) == (Outcome.ERROR, ())
    assert reason in cell.reason
    assert cell.fix


@pytest.mark.parametrize(
    ("raw", "region"),
    [("202-555-0143", "US"), ("07700 900123", "GB"), ("020 7946 0958", "GB"), ("06 39 98 12 34", "FR")],
)
def test_numbers_of_films_are_known_in_several_countries(raw, region):
    assert read(raw, region).outcome == Outcome.WARN_FICTIONAL


@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0\u200b", "none", "N/A", "-", "(   )    -", "see website", "②"])
def test_nothing_is_empty_and_no_error(raw):
    assert read(raw, "US") == phone_cells.Cell(Outcome.EMPTY)


@pytest.mark.parametrize(
    "raw",
    [
        "0800 1111",
        "0800\u00a01111",
        "0800–1111",
        "０８００ １１１１",
        "٠٨٠٠ ١١١١",
        "\u202d0800 1111\u202c",
        "'0800 1111",
        '="0800 1111"',
        "0800 1111¹",
        "<b>0800</b> 1111",
        "0800&nbsp;1111",
        "0800\u200b1111",
        "8001111.0",
    ],
)
def test_the_same_number_is_read_however_it_was_saved(raw):
    cell = read(raw, "GB")
    assert (cell.outcome, [each.dial for each in cell.contacts]) == (Outcome.ACCEPT, ["08001111"])


@pytest.mark.parametrize(("raw", "region"), [(988, "US"), (18007997233.0, "US"), (116123, "GB")])
def test_a_table_program_may_have_made_a_number_of_it(raw, region):
    assert read(raw, region).outcome in ACCEPTED


@pytest.mark.parametrize(
    ("raw", "region", "words", "fix"),
    [
        ("1-800-273-TALK", "US", "replaced by 988 on 16 July 2022; the old one still works", "988"),
        ("1-800-931-2237", "US", "closed on 1 June 2023", ""),
        ("1850 60 90 90", "IE", "replaced by 116 123 in March 2014; the old one does not work", "116 123"),
        ("988, press 3", "US", "menu option was given up", ""),
        ("Text PRIDE to 988", "US", "keyword was given up", ""),
        ("Text TALK to 686868", "CA", "keyword was replaced by CONNECT", "CONNECT"),
        ("141", "BR", "replaced by 188", "188"),
        ("1800-221-4444", "SG", "replaced by 1767 by 2021", "1767"),
    ],
)
def test_a_number_that_was_given_up_says_what_took_its_place(raw, region, words, fix):
    cell = read(raw, region)
    assert (cell.outcome, cell.contacts, cell.fix) == (Outcome.WARN_RETIRED, (), fix)
    assert words in cell.reason


@pytest.mark.parametrize(("raw", "region"), [("988, press 1", "US"), ("Text CONNECT to 686868", "CA"), ("141", "GB")])
def test_what_is_like_a_number_that_was_given_up_is_not_it(raw, region):
    assert read(raw, region).outcome != Outcome.WARN_RETIRED


HOSTILE = [
    *(sign * 10_000 for sign in "1(+<٩\u202e"),
    *(2_000 * part for part in ("1 1 1", "1-1-1", "<a <a", "x1x1x1", "\n1\n1\n1", "a@a@a@", "(1)(1)", "00 1-2")),
    "text a" * 2_000,
    "press 1, " * 2_000,
    "202-797-8806 or " * 1_000,
    "1 800 AB C " * 1_000,
    " " * 9_999 + "1",
]


@pytest.mark.parametrize("length", [1_000, 10_000])
@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: raw[:8].strip())
def test_a_hostile_cell_is_answered_at_once(raw, length):
    started = time.perf_counter()
    read(raw[:length], "US")
    assert time.perf_counter() - started < 2


WORDS = [
    *("988", "911", "113", "741741", "116 123", "0800 1111", "202-797-8806", "+44", "+1", "00", "12", "SAFE"),
    *(
        "TTY:",
        "text",
        "HOME",
        "to",
        "or",
        "only",
        "ext",
        "press 1",
        "(24/7)",
        "Mon-Fri 9-5",
        "/",
        ";",
        "\n",
        "-",
        "(",
        ")",
    ),
]
CELLS = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="0123456789 +-().,;:/xX=`'\"\n<>#*oOlI¹٩８\u00a0\u202d", max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
)


def digits_of(raw):
    """The digits of the text, of letters those of their keys."""
    text = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in raw)
    return phones.on_the_keys(text)


@settings(max_examples=400, deadline=None)
@given(raw=CELLS, region=st.sampled_from(REGIONS))
def test_whatever_stands_in_a_cell_nothing_is_made_up(raw, region):
    cell = read(raw, region)
    everything = digits_of(raw)
    for found in cell.contacts:
        subscriber = found.dial if not found.e164 else national(found.e164)
        assert subscriber in everything
        assert found.extension in everything
        assert_has_no_country_code_before_a_short_code(found)
        assert_fits_the_directory(found)
    assert cell.contacts or cell.review or cell.reason or cell.outcome == Outcome.EMPTY, "something always comes of it"


def national(e164):
    return phonenumbers.national_significant_number(phonenumbers.parse(e164)).lstrip("0")


def assert_has_no_country_code_before_a_short_code(found):
    if found.e164:
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
        assert not phones.is_short(national(found.e164), found.dial_region)


def assert_fits_the_directory(found):
    assert found.kind in ContactPoint.Kind.values
    assert re.fullmatch(r"[0-9]{2,20}", found.dial)
    for name in ("display", "keyword", "menu_option", "extension", "note"):
        assert len(getattr(found, name)) <= ContactPoint._meta.get_field(name).max_length


@given(code=st.sampled_from(["988", "211", "911", "741741"]), plus=st.sampled_from(["+1 ", "+1-", "001 ", "1 ", "+1"]))
def test_no_short_code_is_given_a_country(code, plus):
    cell = read(plus + code, "US")
    assert not any(each.e164 for each in cell.contacts)


@settings(max_examples=100, deadline=None)
@given(region=st.text(max_size=3))
def test_a_region_nobody_knows_is_no_reason_to_fail(region):
    assert read("0800 1111", region).outcome in Outcome
