"""Editing hours as lines of text: what is shown is read again as the same, and errors name the line."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as effort

from resources.forms_of_hours import HoursForm
from resources.hours import Hours
from tests.resources.test_hours_hsds import timetables

FIELDS = list(HoursForm.base_fields)


def filled(**answers):
    return HoursForm({f"hours-{name}": value for name, value in answers.items()})


def weekly(lines, **answers):
    return filled(kind="weekly", zone="Europe/London", weekly=lines, **answers)


def sent_back(hours):
    """The form as a browser without scripts sends it back, untouched."""
    shown = HoursForm(hours=hours)
    posted = {}
    for name in FIELDS:
        value = shown[name].value()
        posted[shown[name].html_name] = "" if value is None else str(value).replace("\n", "\r\n")
    return HoursForm(posted, hours=hours)


def test_lines_become_hours():
    form = weekly(
        "Mon-Fri 09:00-12:00, 13:00-17:00\n\nSat 22:00-2:00\nSun: 00:00–24:00",
        exceptions="2026-12-25 closed (Christmas)\n2026-12-24 10:00-14:00",
        valid_to="2027-01-31",
        holidays="closed",
        holiday_country="gb-sct",
    )
    assert form.is_valid(), form.errors
    week = form.hours.as_json()
    assert [(each["day"], each["opens"], each["closes"]) for each in week["weekly"]][-2:] == [
        (6, "22:00", "02:00"),
        (7, "00:00", "24:00"),
    ]
    assert len(week["weekly"]) == 12
    assert week["exceptions"] == [
        {"on": "2026-12-24", "windows": [{"opens": "10:00", "closes": "14:00"}], "note": ""},
        {"on": "2026-12-25", "windows": [], "note": "Christmas"},
    ]
    assert (week["valid_to"], week["holidays"], week["holiday_country"]) == ("2027-01-31", "closed", "GB-SCT")
    assert Hours.of(week) == form.hours


@pytest.mark.parametrize("kind", ["unknown", "always"])
def test_a_choice_alone_is_enough(kind):
    form = filled(kind=kind, zone="Europe/London")
    assert form.is_valid()
    assert form.hours.as_json() == {"kind": kind}


@effort(max_examples=60, deadline=None)
@given(hours=timetables())
def test_what_is_shown_is_read_again_as_the_same_hours(hours):
    for language in ("en-gb", "es"):
        with translation.override(language):
            form = sent_back(hours)
            assert form.is_valid(), form.errors
            assert form.hours == hours


def test_unknown_and_always_come_back_as_they_were():
    for hours in (Hours(), Hours("always")):
        form = sent_back(hours)
        assert form.is_valid()
        assert form.hours == hours


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Mon-Fri 9am-5pm", "24 hours"),
        ("Mon-Fri 09:00", "24 hours"),
        ("Mon-Fri 09:00-25:00", "no such time"),
        ("Mon-Fri 24:00-09:00", "no such time"),
        ("Mon-Fri 09:60-10:00", "no such time"),
        ("Mon-Fri 09:00-09:00", "same time"),
        ("Mon-Foo 09:00-17:00", "days cannot be read"),
        ("09:00-17:00", "Write the days"),
        ("Mon-Fri", "Write the days"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, why):
    form = weekly(f"Sat 10:00-12:00\n{line}")
    assert not form.is_valid()
    (message,) = form.errors["weekly"]
    assert message.startswith(f"Line 2, “{line}”: ")
    assert why in message


def test_a_line_of_spaces_takes_no_time():
    form = weekly("Mon" + " " * 90_000 + "x", exceptions="2026-12-25" + " " * 90_000 + "(")
    assert not form.is_valid()
    assert set(form.errors) == {"weekly", "exceptions"}


def test_all_lines_that_cannot_be_read_are_named_at_once():
    form = weekly("Mon 9-5\nTue 09:00-17:00\nWed late", exceptions="Christmas closed\n2026-02-30 closed\n2026-12-24 am")
    assert not form.is_valid()
    assert [message[:7] for message in form.errors["weekly"]] == ["Line 1,", "Line 3,"]
    assert [message[:7] for message in form.errors["exceptions"]] == ["Line 1,", "Line 2,", "Line 3,"]


def test_a_day_that_is_named_twice_is_refused():
    form = weekly("Mon 09:00-17:00", exceptions="2026-12-24 closed\n2026-12-24 10:00-12:00")
    assert not form.is_valid()
    assert "2026-12-24 is there twice" in form.errors["exceptions"][0]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"kind": "weekly", "weekly": "Mon 09:00-17:00"}, "zone"),
        ({"kind": "weekly", "weekly": "Mon 09:00-17:00", "zone": "Mars/Olympus"}, "zone"),
        ({"kind": "weekly", "zone": "Europe/London"}, "weekly"),
        (
            {"kind": "weekly", "zone": "Europe/London", "weekly": "Mon 09:00-17:00", "holidays": "closed"},
            "holiday_country",
        ),
        ({"kind": "unknown", "holiday_country": "Scotland"}, "holiday_country"),
        ({"kind": "unknown", "weekly": "Mon 09:00-17:00"}, "weekly"),
        ({"kind": "always", "exceptions": "2026-12-25 closed"}, "exceptions"),
        ({"kind": "always", "valid_to": "2026-12-25"}, "valid_to"),
        ({"kind": "sometimes"}, "kind"),
        ({}, "kind"),
    ],
)
def test_what_is_missing_or_would_be_lost_is_said_beside_its_field(answers, field):
    form = filled(**answers)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_the_last_day_lies_not_before_the_first():
    form = weekly("Mon 09:00-17:00", valid_from="2026-06-01", valid_to="2026-05-01")
    assert not form.is_valid()
    assert "valid_to" in form.errors


def test_a_zone_that_is_no_longer_known_is_shown_and_must_be_chosen_anew():
    stored = Hours.of(
        {"kind": "weekly", "zone": "Mars/Olympus", "weekly": [{"day": 1, "opens": "09:00", "closes": "17:00"}]}
    )
    form = sent_back(stored)
    assert 'value="Mars/Olympus" selected' in str(form["zone"])
    assert not form.is_valid()
    assert "not known any more" in form.errors["zone"][0]


def test_common_zones_come_first_and_one_may_be_proposed():
    form = HoursForm(zone="Pacific/Auckland")
    shown = str(form["zone"])
    assert shown.index("Europe/London") < shown.index("Africa/Abidjan")
    assert 'value="Pacific/Auckland" selected' in shown


def test_days_are_named_in_the_language_of_the_page():
    hours = Hours.of(
        {
            "kind": "weekly",
            "zone": "Europe/Madrid",
            "weekly": [{"day": day, "opens": "09:00", "closes": "17:00"} for day in (1, 2, 3, 6)],
        }
    )
    with translation.override("es"):
        assert HoursForm(hours=hours).initial["weekly"] == "lun-mié 09:00-17:00\nsáb 09:00-17:00"
        assert weekly("lunes-miércoles 09:00-17:00\nSat 09:00-17:00").is_valid()
