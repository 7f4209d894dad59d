"""Wall times across clock changes, and due times around evenings, weekends and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followups.due_times import WorkingHours, instant, rolled, wall

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MONTHS = [datetime(2026 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(36)]
CHANGING = [
    name for name in available_timezones() if len({day.astimezone(ZoneInfo(name)).utcoffset() for day in MONTHS}) > 1
]
CHANGING_ZONES = st.sampled_from(sorted(CHANGING)).map(ZoneInfo)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
TIMES = st.times().map(lambda each: each.replace(microsecond=0))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def hours(zone=NEW_YORK, country="US"):
    return WorkingHours(zone, time(9), time(17), country)


def at(zone, *when):
    return datetime(*when, tzinfo=zone).astimezone(UTC)


def shows(moment, zone):
    """What a clock on the wall shows, without a zone, so that two readings compare as readings."""
    return moment.astimezone(zone).replace(tzinfo=None)


@cache
def changes(zone):
    """The clock changes from 2026 to 2028: the instant, and what the wall shows then without and with the change."""
    day, found = datetime(2026, 1, 1, tzinfo=UTC), []
    while day.year < 2029:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            change = first_after_change(day, zone)
            before = shows(change - timedelta(seconds=1), zone) + timedelta(seconds=1)
            found.append((change, before, shows(change, zone)))
        day = following
    return found


def first_after_change(before, zone):
    old = before.astimezone(zone).utcoffset()
    for step in (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)):
        while (before + step).astimezone(zone).utcoffset() == old:
            before += step
    return before + timedelta(seconds=1)


@given(zone=ZONES, day=DAYS, wall_time=TIMES)
@example(zone=NEW_YORK, day=date(2027, 3, 14), wall_time=time(2, 30))
@example(zone=NEW_YORK, day=date(2027, 11, 7), wall_time=time(1, 30))
@example(zone=ZoneInfo("Australia/Lord_Howe"), day=date(2026, 10, 4), wall_time=time(2, 15))
@example(zone=ZoneInfo("Africa/Casablanca"), day=date(2026, 2, 15), wall_time=time(2, 30))
def test_a_wall_time_that_exists_is_shown_by_the_wall(zone, day, wall_time):
    moment, wanted = instant(day, wall_time, zone), datetime.combine(day, wall_time)
    if shows(moment, zone) == wanted:
        assert shows(moment - timedelta(hours=1), zone) != wanted  # of two, the first
        assert shows(moment - timedelta(minutes=30), zone) != wanted
        return
    assert shows(moment, zone) > wanted
    assert shows(moment - timedelta(seconds=1), zone) < wanted


@given(zone=CHANGING_ZONES, data=st.data())
def test_in_a_spring_gap_it_is_the_first_instant_after(zone, data):
    change, before, after = data.draw(st.sampled_from([each for each in changes(zone) if each[2] > each[1]]))
    gap = int((after - before).total_seconds())
    missing = before + timedelta(seconds=data.draw(st.integers(0, gap - 1)))
    assert instant(missing.date(), missing.time(), zone) == change


@given(zone=CHANGING_ZONES, data=st.data())
def test_a_wall_time_that_comes_twice_is_the_first_one(zone, data):
    change, before, after = data.draw(st.sampled_from([each for each in changes(zone) if each[2] < each[1]]))
    overlap = int((before - after).total_seconds())
    seconds = data.draw(st.integers(0, overlap - 1))
    twice = after + timedelta(seconds=seconds)
    assert instant(twice.date(), twice.time(), zone) == change - timedelta(seconds=overlap - seconds)


@given(zone=ZONES, day=DAYS, wall_time=TIMES)
def test_reading_the_wall_at_an_instant_leads_back_to_it(zone, day, wall_time):
    moment = instant(day, wall_time, zone)
    assert instant(*wall(moment, zone), zone) == moment


def test_inside_working_hours_nothing_rolls():
    monday = at(NEW_YORK, 2026, 11, 23, 11)
    for rolls in ("not", "earlier", "later"):
        assert rolled(monday, rolls=rolls, hours=hours(), now=LONG_AGO) == monday


def test_not_rolling_keeps_a_sunday_night():
    sunday = at(NEW_YORK, 2026, 11, 22, 23)
    assert rolled(sunday, rolls="not", hours=hours(), now=LONG_AGO) == sunday


@pytest.mark.parametrize(
    ("moment", "earlier", "later"),
    [
        # Saturday: back to Friday's end, on to Monday's start
        ((2026, 11, 21, 12), (2026, 11, 20, 17), (2026, 11, 23, 9)),
        # before work on a working day
        ((2026, 11, 24, 6), (2026, 11, 23, 17), (2026, 11, 24, 9)),
        # Thanksgiving: Wednesday's end, Friday's start
        ((2026, 11, 26, 10), (2026, 11, 25, 17), (2026, 11, 27, 9)),
        # the Saturday before the clocks go forward on Sunday 14 March 2027
        ((2027, 3, 13, 12), (2027, 3, 12, 17), (2027, 3, 15, 9)),
    ],
)
def test_closed_days_roll_to_the_working_day_before_or_after(moment, earlier, later):
    moment = at(NEW_YORK, *moment)
    assert rolled(moment, rolls="earlier", hours=hours(), now=LONG_AGO) == at(NEW_YORK, *earlier)
    assert rolled(moment, rolls="later", hours=hours(), now=LONG_AGO) == at(NEW_YORK, *later)


def test_a_british_bank_holiday_makes_a_long_weekend():
    bank_holiday = at(LONDON, 2026, 5, 25, 11)  # a Monday
    assert rolled(bank_holiday, rolls="earlier", hours=hours(LONDON, "GB"), now=LONG_AGO) == at(LONDON, 2026, 5, 22, 17)
    assert rolled(bank_holiday, rolls="later", hours=hours(LONDON, "GB"), now=LONG_AGO) == at(LONDON, 2026, 5, 26, 9)


def test_a_country_without_a_calendar_has_weekends_only():
    christmas = at(LONDON, 2026, 12, 25, 11)  # a Friday
    assert rolled(christmas, rolls="later", hours=hours(LONDON, "XX"), now=LONG_AGO) == christmas


def test_rolling_earlier_never_lands_in_the_past():
    saturday = at(NEW_YORK, 2026, 11, 21, 12)
    friday_evening = at(NEW_YORK, 2026, 11, 20, 18)
    assert rolled(saturday, rolls="earlier", hours=hours(), now=friday_evening) == saturday


@given(
    zone=ZONES,
    day=DAYS,
    wall_time=TIMES,
    ahead=st.integers(0, 7 * 24 * 60),
    rolls=st.sampled_from(["earlier", "later"]),
)
def test_a_due_time_is_never_before_now_and_never_far_from_what_was_asked(zone, day, wall_time, ahead, rolls):
    now = instant(day, wall_time, zone)
    wanted = now + timedelta(minutes=ahead)
    due = rolled(wanted, rolls=rolls, hours=hours(zone), now=now)
    assert due >= now
    assert abs(due - wanted) < timedelta(days=6)
    assert due <= wanted if rolls == "earlier" else due >= wanted
