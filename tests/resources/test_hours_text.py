"""Hours as people write them: read where they mean one thing, else unknown with the words kept."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from resources.hours import Hours
from resources.hours_text import read

STARTER = Path(settings.BASE_DIR) / "resources" / "starter_resources.json"


def shown(text, zone="Europe/London"):
    """{"1": ["09:00-17:00"]} by day, or the kind."""
    hours = read(text, zone=zone)
    if hours.kind != "weekly":
        return hours.kind
    week = {}
    for each in hours.as_json()["weekly"]:
        week.setdefault(each["day"], []).append(f"{each['opens']}-{each['closes']}")
    return week


def days(first, last, *times):
    return {day: list(times) for day in range(first, last + 1)}


@pytest.mark.parametrize(
    "text",
    [
        "24 hours a day, every day",
        "24/7",
        "Open 24/7",
        "24/7/365",
        "24 hours a day, 7 days a week",
        "Monday to Sunday, 24 hours",
        "Every day 00:00-24:00",
        "daily 00:00–23:59",
        "Mon-Fri 24 hours, weekends all day",
    ],
)
def test_always_is_read_where_it_is_said(text):
    assert shown(text) == "always"


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("Mon-Fri 9:00-17:00", days(1, 5, "09:00-17:00")),
        ("Mon - Fri: 09:00 – 17:00", days(1, 5, "09:00-17:00")),
        ("M-F 9am-5pm", days(1, 5, "09:00-17:00")),
        ("Weekdays 9 a.m. to 5 p.m.", days(1, 5, "09:00-17:00")),
        ("Monday to Friday 9am–5pm, Sat 10-2pm", {**days(1, 5, "09:00-17:00"), 6: ["10:00-14:00"]}),
        ("every day 16:00-24:00", days(1, 7, "16:00-24:00")),
        ("Every day, 17:00 to midnight", days(1, 7, "17:00-24:00")),
        ("daily 5pm to midnight", days(1, 7, "17:00-24:00")),
        ("5pm-12am daily", days(1, 7, "17:00-24:00")),
        ("Every day, 9:00 to 01:00", days(1, 7, "09:00-01:00")),
        ("9am-5pm Monday to Friday", days(1, 5, "09:00-17:00")),
        ("Mon, Wed & Fri 9:00-12:00 and 13:00-17:00", {day: ["09:00-12:00", "13:00-17:00"] for day in (1, 3, 5)}),
        ("Mon-Thu 9.30-17.00; Fri 9.30-16.00", {**days(1, 4, "09:30-17:00"), 5: ["09:30-16:00"]}),
        ("Mondays 12 noon-3pm", {1: ["12:00-15:00"]}),
        ("Sun-Tue 18:00-02:00", {7: ["18:00-02:00"], 1: ["18:00-02:00"], 2: ["18:00-02:00"]}),
        ("Mon-Sat 9:00-17:00, Sun closed", days(1, 6, "09:00-17:00")),
        ("Saturday 9-5pm", {6: ["09:00-17:00"]}),
        ("Saturday 9am-5", {6: ["09:00-17:00"]}),
        ("Mon 9:00-12:00, Mon 13:00-17:00", {1: ["09:00-12:00", "13:00-17:00"]}),
    ],
)
def test_a_week_is_read_where_it_is_clear(text, week):
    assert shown(text) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ring first",
        "24 hours",  # it does not say on which days
        "9:00-01:00",
        "9:00-17:00",
        "Mon-Fri 9-5",
        "Mon-Fri 9:00-5:00",
        "Mon-Fri 09:00-05:00",
        "Mon-Fri 9:00-11:00",
        "Mon-Fri 1-5pm",  # from one at night, or in the afternoon
        "Mon-Fri 10-2am",
        "Mon-Fri 9am-12",
        "Mon-Fri 9am-9am",
        "Mon-Fri 13pm-5pm",
        "Mon-Fri 25:00-26:00",
        "Mon-Fri 9:75-17:00",
        "Mon-Fri 9:00-17:00 except bank holidays",
        "Second Saturday 9:00-17:00",
        "Every other Monday 9:00-17:00",
        "Mon-Fri 9:00-17:00, Fri 9:00-16:00",
        "every day 9:00-17:00, Sun closed",
        "Mon-Fri 9:00-17:00 in term time",
        "Mon-Fri",
        "Monday closed",
        "Mon 9am-03:00",
        "Mon- 9:00-17:00",
        "Mon-Fri from 9:00",
        "9am-5pm Mon-Fri, Sat 10am-2pm",
        "Mon-Fri 9:00-17:00 (chat until 20:00)",
        "Monday to Friday, 10:00-22:00 Eastern time",  # said of a line in London
        "Hours not confirmed from the sources seen",
        "24 hours a day, Mon-Fri, and 9:00-17:00",
    ],
)
def test_what_is_not_clear_stays_unknown_and_keeps_its_words(text):
    hours = read(text, zone="Europe/London")
    assert (hours, hours.text) == (Hours("unknown"), text)


def test_a_zone_that_is_named_is_the_zone():
    hours = read("Monday to Friday, 10:00-22:00 Eastern time", zone="America/Chicago")
    assert (hours.zone, len(hours.weekly)) == ("America/New_York", 5)


WORDS = ["Mon", "Fri", "-", ",", "9", "9am", "17:00", "5pm", "to", "closed", "24h", "daily"]


@given(st.text(max_size=40) | st.lists(st.sampled_from(WORDS)))
def test_no_text_makes_it_fall_over(text):
    hours = read(text if isinstance(text, str) else " ".join(text), zone="Europe/London")
    assert Hours.of(hours.as_json()) == hours
