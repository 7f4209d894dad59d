"""Numbers that services gave up: what is said about them, and that each is written as a number is read."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from resources import phones, superseded

STUDY = Path(settings.BASE_DIR).parent / "shared" / "resources" / "resources_superseded.json"


@pytest.mark.parametrize("entry", superseded.seen(), ids=lambda entry: f"{entry.region} {entry.dial} {entry.keyword}")
def test_each_is_written_as_a_number_is_read(entry):
    number = phones.parse(entry.e164 or entry.dial, entry.region)
    assert (number.dial, number.e164) == (entry.dial, entry.e164)
    assert entry.evidence.startswith(("http://", "https://"))
    assert entry.words.endswith(".")
    assert superseded.replaced(entry.region, entry.dial, entry.e164, entry.keyword, entry.menu_option) == entry


SINCE_988 = "This number was replaced by 988 on 16 July 2022; the old one still works."


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("US", "18002738255", "+18002738255"), SINCE_988),
        (("CA", "18002738255", "+18002738255"), SINCE_988),
        (("US", "18009312237", "+18009312237"), "This number was closed on 1 June 2023."),
        (("GB", "07860039967", "+447860039967"), "The service does not use this number any more."),
        (("SG", "18002214444", "+6518002214444"), "This number was replaced by 1767 by 2021."),
        (("US", "988", "", "pride"), "This keyword was given up on 17 July 2025."),
        (("US", "988", "", "", "3"), "This menu option was given up on 17 July 2025."),
    ],
)
def test_it_says_what_happened_and_whether_the_old_one_still_works(asked, words):
    assert superseded.replaced(*asked).words == words


@pytest.mark.parametrize(
    "asked",
    [("US", "988", ""), ("US", "988", "", "", "1"), ("CA", "686868", "", "CONNECT"), ("GB", "141", ""), ("GB", "", "")],
)
def test_of_others_nothing_is_said(asked):
    assert superseded.replaced(*asked) is None


def test_dates_are_said_in_the_language_of_the_reader():
    with translation.override("es"):
        assert "julio" in superseded.replaced("US", "18002738255", "+18002738255").when


def test_every_number_of_the_study_is_known():
    if not STUDY.exists():
        pytest.skip("the study is not beside this copy")
    items = json.loads(STUDY.read_text(encoding="utf-8"))["items"]
    written = " ".join(each["old"] for each in items if each["field"] not in ("hours", "sms hours"))
    for entry in superseded.seen():
        assert entry.keyword in written or entry.keyword == "PRIDE"
        assert entry.dial[-4:] in written.replace(" ", "").replace("-", "") or entry.keyword or entry.menu_option
    assert len({(each.region, each.dial) for each in superseded.seen()}) >= 14
