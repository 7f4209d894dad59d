"""Schedules of other directories, read as hours and written from them."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from resources.hours import Hours
from resources.hours_from_hsds import from_hsds
from resources.hours_to_hsds import to_hsds

STUDY = Path(settings.BASE_DIR).parent / "shared" / "resources"
OFFICE = {"opens_at": "09:00", "closes_at": "17:00"}
needs_the_study = pytest.mark.skipif(not STUDY.exists(), reason="the study's files are not beside this folder")


def shown(*schedules, **more):
    """[(days, "09:00-17:00")] of what was read, or the kind; and the problems."""
    hours, problems = from_hsds(schedules, **{"zone": "Europe/London", **more})
    if hours.kind != "weekly":
        return hours.kind, problems
    week = {}
    for each in hours.as_json()["weekly"]:
        week.setdefault(f"{each['opens']}-{each['closes']}", []).append(each["day"])
    return [(tuple(days), times) for times, days in sorted(week.items())], problems


@pytest.mark.parametrize(
    ("schedule", "week"),
    [
        ({"weekday": "Monday", **OFFICE}, [((1,), "09:00-17:00")]),
        ({"weekday": "1", **OFFICE}, [((1,), "09:00-17:00")]),
        ({"weekday": 7, **OFFICE}, [((7,), "09:00-17:00")]),
        ({"weekday": "MO", **OFFICE}, [((1,), "09:00-17:00")]),
        ({"weekday": "Mon,Tue", **OFFICE}, [((1, 2), "09:00-17:00")]),
        ({"weekday": "Monday - Friday", **OFFICE}, [((1, 2, 3, 4, 5), "09:00-17:00")]),
        ({"weekday": "Mon - Tue & Thur - Fri", **OFFICE}, [((1, 2, 4, 5), "09:00-17:00")]),
        ({"freq": "WEEKLY", "byday": "MO,TU", **OFFICE}, [((1, 2), "09:00-17:00")]),
        ({"freq": "WEEKLY", "interval": 1, "byday": "SA;SU", **OFFICE}, [((6, 7), "09:00-17:00")]),
        ({"byday": "MO", "opens_at": "09:00:00", "closes_at": "17:00:00"}, [((1,), "09:00-17:00")]),
        ({"byday": "MO", "opens_at": "9:00 AM", "closes_at": "5:00 PM"}, [((1,), "09:00-17:00")]),
        ({"byday": "MO", "opens_at": "9:30", "closes_at": "5:00 PM"}, [((1,), "09:30-17:00")]),
        ({"byday": "MO", "opens_at": "10:00", "closes_at": "3pm"}, [((1,), "10:00-15:00")]),
        ({"byday": "MO", "opens_at": "09:00Z", "closes_at": "17:00+01:00"}, [((1,), "09:00-17:00")]),
        ({"byday": "MO", "timezone": 1, **OFFICE}, [((1,), "09:00-17:00")]),
        ({"byday": "MO", "opens_at": "22:00", "closes_at": "02:00"}, [((1,), "22:00-02:00")]),
        ({"byday": "MO", "opens_at": "17:00", "closes_at": "00:00"}, [((1,), "17:00-24:00")]),
        ({"byday": "MO", "opens_at": "00:00", "closes_at": "23:59"}, [((1,), "00:00-24:00")]),
        ({"weekday": "Saturday", "dtstart": "24 Hours", "until": ""}, [((6,), "00:00-24:00")]),
        ({"weekday": "Monday-Friday", "dtstart": "8:30AM", "until": "5:30PM"}, [((1, 2, 3, 4, 5), "08:30-17:30")]),
        ({"freq": "monday", "valid_from": "9:00AM", "valid_to": "4:00PM"}, [((1,), "09:00-16:00")]),
        ({"freq": "DAILY", **OFFICE}, [((1, 2, 3, 4, 5, 6, 7), "09:00-17:00")]),
        ({"weekday": "Monday", "byday": "MO", "byyearday": "None", **OFFICE}, [((1,), "09:00-17:00")]),
    ],
)
def test_a_schedule_is_read_however_it_is_filled_in(schedule, week):
    assert shown(schedule) == (week, [])


def test_all_day_on_all_days_is_always():
    whole = {"opens_at": "00:00", "closes_at": "23:59"}
    assert shown({"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", **whole}) == ("always", [])
    assert shown(*({"weekday": day, **whole} for day in range(1, 8))) == ("always", [])


def test_nothing_said_is_unknown_and_no_problem():
    assert shown() == ("unknown", [])
    assert shown(*({"byday": day, "opens_at": ""} for day in ("monday", "tuesday"))) == ("unknown", [])
    assert shown({"description": "Ring first."}) == ("unknown", [])


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ({"freq": "MONTHLY", "byday": "2MO", **OFFICE}, "does not repeat every week"),
        ({"freq": "WEEKLY", "interval": 2, "byday": "MO", **OFFICE}, "does not repeat every week"),
        ({"freq": "WEEKLY", "count": 3, "byday": "MO", **OFFICE}, "does not repeat every week"),
        ({"weekday": "Second Saturday", **OFFICE}, "“Second Saturday” does not name days"),
        ({"weekday": "0", **OFFICE}, "“0” does not name days"),
        ({"weekday": "Monday", "byday": "TU", **OFFICE}, "differ"),
        ({"freq": "WEEKLY", **OFFICE}, "on which days"),
        (OFFICE, "on which days"),
        ({"byday": "MO", "opens_at": "9:30"}, "only one of opening and closing"),
        ({"byday": "MO", "opens_at": "09:00", "closes_at": "09:00"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "12:00am", "closes_at": "12:00am"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "09:00", "closes_at": "05:00"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "9am", "closes_at": "03:00"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "25:99", "closes_at": "26:00"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "early", "closes_at": "late"}, "more than one thing"),
        ({"byday": "MO", "opens_at": "09:00-05:00", "closes_at": "17:00-05:00"}, "UTC-05:00"),
        ({"byday": "MO", "timezone": 3, **OFFICE}, "UTC3"),
        ({"byday": "MO", "description": "By appointment"}, "no times"),
        ({"byday": "MO", "valid_from": "01/02/2026", **OFFICE}, "“01/02/2026” cannot be read"),
        ({"valid_from": "2026-06-01", "valid_to": "2026-07-01", **OFFICE}, "without days of the week"),
    ],
)
def test_one_schedule_that_cannot_be_read_leaves_all_unknown_and_says_why(schedule, why):
    kind, problems = shown({"weekday": "Friday", **OFFICE}, schedule)
    assert kind == "unknown"
    assert len(problems) == 1
    assert why in problems[0]


def test_hours_of_different_seasons_are_not_mixed():
    summer = {"byday": "MO", "valid_from": "2026-06-01", "valid_to": "2026-08-31", **OFFICE}
    kind, problems = shown(summer, {"byday": "TU", **OFFICE})
    assert (kind, len(problems)) == ("unknown", 1)
    backwards = {**summer, "valid_to": "2026-01-01"}
    assert shown(backwards) == ("unknown", ["valid_to: The last day lies before the first."])
    hours, _problems = from_hsds([summer], zone="Europe/London")
    assert (hours.valid_from, hours.valid_to) == (date(2026, 6, 1), date(2026, 8, 31))


def test_without_a_zone_the_hours_are_kept_and_it_is_said():
    hours, problems = from_hsds([{"weekday": "Monday", **OFFICE}])
    assert (hours.kind, hours.zone) == ("weekly", "")
    assert "time zone is not known" in problems[0]


def test_words_about_holidays_are_pointed_out():
    week, problems = shown({"weekday": "Monday", "description": "Closed on public holidays.", **OFFICE})
    assert week == [((1,), "09:00-17:00")]
    assert problems == ["It says something about holidays that was not read."]


@pytest.mark.parametrize(
    ("holiday", "exceptions"),
    [
        (
            {"start_date": "12/24/2026", "end_date": "12/25/2026", "closed": "TRUE"},
            {"2026-12-24": [], "2026-12-25": []},
        ),
        ({"start_date": "2026-12-24", "closed": True}, {"2026-12-24": []}),
        (
            {"start_date": "November 27, 2026", "closed": "FALSE", "opens_at": "10:00", "closes_at": "3:00 PM"},
            {"2026-11-27": [{"opens": "10:00", "closes": "15:00"}]},
        ),
    ],
)
def test_a_holiday_schedule_is_an_exception(holiday, exceptions):
    hours, problems = from_hsds([{"weekday": "1", **OFFICE}], zone="Europe/London", holiday_schedules=[holiday])
    assert {each["on"]: each["windows"] for each in hours.as_json()["exceptions"]} == exceptions
    assert problems == []


@pytest.mark.parametrize(
    ("holiday", "why"),
    [
        ({"start_date": "January 01, 0001", "closed": "true"}, "every year"),
        ({"start_date": "12/24/15", "closed": "true"}, "“12/24/15” cannot be read"),
        ({"start_date": "13/27/2014", "closed": "true"}, "“13/27/2014” cannot be read"),
        ({"start_date": "1/11/2014", "closed": "true"}, "“1/11/2014” cannot be read"),
        ({"start_date": "2026-12-25"}, "either closed or have"),
        ({"start_date": "2026-12-25", "opens_at": "9:30"}, "only one of opening and closing"),
        ({"start_date": "2026-12-25", "end_date": "2026-12-24", "closed": "true"}, "ends before it begins"),
        ({"closed": "true"}, "no start_date"),
    ],
)
def test_a_holiday_schedule_that_cannot_be_read_says_why(holiday, why):
    hours, problems = from_hsds([{"weekday": "1", **OFFICE}], zone="Europe/London", holiday_schedules=[holiday])
    assert hours == Hours()
    assert problems[0].startswith("Holiday schedule 1: ")
    assert why in problems[0]


# --- there and back

CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
WINDOWS = (
    st.tuples(CLOCKS, CLOCKS | st.just("24:00"))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: {"opens": pair[0], "closes": pair[1]})
    | st.just({"opens": "00:00", "closes": "24:00"})
    | st.just({"opens": "00:00", "closes": "23:59"})
)
WEEK = st.lists(st.builds(lambda day, window: {"day": day, **window}, st.integers(1, 7), WINDOWS), max_size=8)
WHOLE_WEEK = st.just([{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)])
DATES = st.dates(date(2020, 1, 1), date(2035, 1, 1)).map(date.isoformat)
EXCEPTIONS = st.lists(
    st.fixed_dictionaries({"on": DATES, "windows": st.lists(WINDOWS, max_size=2), "note": st.text(max_size=12)}),
    max_size=3,
    unique_by=lambda each: each["on"],
)


@st.composite
def timetables(draw):
    first, last = sorted(draw(st.tuples(DATES, DATES)))
    country = draw(st.sampled_from(["", "GB", "GB-SCT", "US"]))
    data = {
        "kind": "weekly",
        "zone": draw(st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"])),
        "weekly": draw(WEEK | WHOLE_WEEK),
        "exceptions": draw(EXCEPTIONS),
        "valid_from": draw(st.sampled_from([first, None])),
        "valid_to": draw(st.sampled_from([last, None])),
        "holidays": draw(st.sampled_from([None, "closed"])) if country else None,
        "holiday_country": country,
    }
    if not data["weekly"] and not any(each["windows"] for each in data["exceptions"]):
        data["weekly"] = [{"day": 1, "opens": "09:00", "closes": "17:00"}]
    return Hours.of(data)


@effort(max_examples=300, deadline=None)
@given(hours=timetables() | st.sampled_from([Hours(), Hours("always")]))
def test_what_is_written_is_read_as_the_same_hours(hours):
    assert from_hsds(to_hsds(hours)) == (hours, [])
    assert from_hsds(json.loads(json.dumps(to_hsds(hours))), zone="Asia/Tokyo") == (hours, [])


def test_a_night_and_a_special_day_are_written_so_that_people_understand_them():
    hours = Hours.of(
        {
            "kind": "weekly",
            "zone": "Europe/London",
            "weekly": [{"day": day, "opens": "22:00", "closes": "02:00"} for day in (5, 6)],
            "exceptions": [{"on": "2026-12-25", "windows": [], "note": "Christmas"}],
        }
    )
    assert to_hsds(hours) == [
        {
            "freq": "WEEKLY",
            "interval": 1,
            "byday": "FR,SA",
            "opens_at": "22:00",
            "closes_at": "02:00",
            "description": "Closes the next day.",
            "notes": "Time zone: Europe/London",
        },
        {
            "valid_from": "2026-12-25",
            "valid_to": "2026-12-25",
            "dtstart": "2026-12-25",
            "description": "Closed on this day.",
            "notes": "Time zone: Europe/London\nNote: Christmas",
        },
    ]


# --- against the files of the study


@needs_the_study
@effort(max_examples=50, deadline=None)
@given(hours=timetables() | st.just(Hours("always")))
def test_what_is_written_fits_the_official_schema(hours):
    from jsonschema import Draft202012Validator

    schema = json.loads((STUDY / "hsds/3.1/schema/schedule.json").read_text())
    del schema["properties"]["attributes"], schema["properties"]["metadata"]  # they refer to other files
    for schedule in to_hsds(hours):
        with_id = {"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", **schedule}
        assert not list(Draft202012Validator(schema).iter_errors(with_id))
        assert set(schedule) <= set(schema["properties"])


@needs_the_study
def test_the_official_example_is_not_taken_for_weekly_hours():
    example = json.loads((STUDY / "hsds/3.1/examples/service_full.json").read_text())
    hours, problems = from_hsds(example["schedules"], zone="Europe/London")
    assert (hours, len(problems)) == (Hours(), 1)


@needs_the_study
def test_real_schedules_are_read_or_say_why_not():
    import csv
    import io
    import zipfile

    with zipfile.ZipFile(STUDY / "realdata/dc-orservices/dc_2023-05_hsds2ish.zip") as archive:
        name = next(each for each in archive.namelist() if each.endswith("schedules.csv"))
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode("latin-1"))))
    services = {}
    for row in rows:
        services.setdefault(row["service_id"], []).append(row)
    answers = Counter()
    for schedules in services.values():
        hours, problems = from_hsds(schedules, zone="America/New_York")
        has_times = any(row[key] for row in schedules for key in ("opens_at", "dtstart"))
        answers[hours.kind, bool(problems)] += 1
        assert (hours.kind == "unknown") == (bool(problems) or not has_times), (schedules, problems)
    assert answers["weekly", False] > 200
