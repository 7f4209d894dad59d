"""What may stand in the field, and what is said where it may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.hours import Exceptional, Hours, HoursProblem, Window, hours_or_unknown

FULL = {
    "kind": "weekly",
    "zone": "Europe/London",
    "weekly": [{"day": 1, "opens": "09:00", "closes": "01:00"}, {"day": 2, "opens": "00:00", "closes": "24:00"}],
    "exceptions": [
        {"on": "2026-12-25", "windows": [{"opens": "10:00", "closes": "14:00"}], "note": "Christmas"},
        {"on": "2026-12-26", "windows": [], "note": ""},
    ],
    "valid_from": "2026-01-01",
    "valid_to": None,
    "holidays": "closed",
    "holiday_country": "GB-SCT",
}


def changed(**facts):
    return {**FULL, **facts}


def test_what_is_read_is_written_again_as_it_was():
    for data in (FULL, {"kind": "always"}, {"kind": "unknown"}):
        assert Hours.of(data).as_json() == data


def test_an_empty_field_is_unknown():
    assert Hours.of({}) == Hours("unknown")


def test_the_parts_of_a_timetable_are_read():
    hours = Hours.of(FULL)
    assert hours.weekly == ((1, Window(540, 1500)), (2, Window(0, 1440)))
    assert hours.exceptions[0] == Exceptional(date(2026, 12, 25), (Window(600, 840),), "Christmas")
    assert (hours.valid_from, hours.valid_to) == (date(2026, 1, 1), None)


def test_midnight_is_the_same_midnight_however_it_is_written():
    week = [[{"day": 1, "opens": "17:00", "closes": closes}] for closes in ("00:00", "24:00")]
    first, second = (Hours.of(changed(weekly=each)) for each in week)
    assert first == second


def test_order_and_repetition_make_no_difference():
    assert Hours.of(changed(weekly=[*reversed(FULL["weekly"]), FULL["weekly"][0]])) == Hours.of(FULL)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "hours"),
        ([], "hours"),
        ("always", "hours"),
        ({"kind": "sometimes"}, "kind"),
        ({"weekly": []}, "kind"),
        ({"kind": ["weekly"]}, "kind"),
        ({"kind": "always", "zone": "Europe/London"}, "zone"),
        (changed(exeptions=[]), "exeptions"),
        (changed(zone=1), "zone"),
        (changed(weekly={}), "weekly"),
        (changed(weekly=[], exceptions=[]), "weekly"),
        (changed(weekly=[5]), "weekly 1"),
        (changed(weekly=[{"day": 0, "opens": "09:00", "closes": "10:00"}]), "weekly 1, day"),
        (changed(weekly=[{"day": True, "opens": "09:00", "closes": "10:00"}]), "weekly 1, day"),
        (changed(weekly=[FULL["weekly"][0], {"day": 1, "opens": "9:00", "closes": "10:00"}]), "weekly 2, opens"),
        (changed(weekly=[{"day": 1, "opens": "24:00", "closes": "10:00"}]), "weekly 1, opens"),
        (changed(weekly=[{"day": 1, "opens": "09:60", "closes": "10:00"}]), "weekly 1, opens"),
        (changed(weekly=[{"day": 1, "opens": "09:00", "closes": "24:01"}]), "weekly 1, closes"),
        (changed(weekly=[{"day": 1, "opens": "09:00", "closes": "09:00"}]), "weekly 1, closes"),
        (changed(weekly=[{"day": 1, "opens": "00:00", "closes": "00:00"}]), "weekly 1, closes"),
        (changed(weekly=[{"day": 1, "opens": "09:00", "closes": "10:00", "week": 2}]), "weekly 1, week"),
        (changed(exceptions=[{"on": "25-12-2026"}]), "exceptions 1, on"),
        (changed(exceptions=[{"on": "2026-02-30"}]), "exceptions 1, on"),
        (changed(exceptions=[{"on": "2026-12-25"}, {"on": "2026-12-25"}]), "exceptions"),
        (
            changed(exceptions=[{"on": "2026-12-25", "windows": [{"opens": "10:00"}]}]),
            "exceptions 1, windows 1, closes",
        ),
        (changed(exceptions=[{"on": "2026-12-25", "windows": None}]), "exceptions 1, windows"),
        (changed(exceptions=[{"on": "2026-12-25", "note": 5}]), "exceptions 1, note"),
        (changed(valid_from="soon"), "valid_from"),
        (changed(valid_to="2025-12-31"), "valid_to"),
        (changed(holidays="open"), "holidays"),
        (changed(holiday_country=""), "holiday_country"),
        (changed(holiday_country="XX"), "holiday_country"),
        (changed(holiday_country="Scotland"), "holiday_country"),
    ],
)
def test_what_is_malformed_names_its_field(data, field):
    with pytest.raises(HoursProblem) as problem:
        Hours.of(data)
    assert problem.value.field == field
    assert str(problem.value).startswith(f"{field}: ")
    assert hours_or_unknown(data) == Hours()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["09:00", "2026-12-25", "GB"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["day", "opens", "closes", "on", "windows", "note"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(data=st.dictionaries(st.sampled_from(sorted(FULL)), JSON) | JSON, kind=st.sampled_from(["weekly", "always", 5]))
def test_showing_never_fails_whatever_is_stored(data, kind):
    if isinstance(data, dict):
        data["kind"] = kind
    hours = hours_or_unknown(data)
    assert Hours.of(hours.as_json()) == hours
