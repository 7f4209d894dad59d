"""Open, closed, always open, not known: around midnight, clock changes, holidays and the end of what is known."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.hours import Exceptional, Hours, Window
from resources.opening import Kind, state, words

LONDON, NEW_YORK, MELBOURNE = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Melbourne")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
EVERY_DAY = range(1, 8)


def weekly(*times, days=EVERY_DAY, zone="Europe/London", **facts):
    """Hours of "09:00-17:00" and the like on those days."""
    windows = [dict(zip(("opens", "closes"), each.split("-"), strict=True)) for each in times]
    week = [{"day": day, **window} for day in days for window in windows]
    return Hours.of({"kind": "weekly", "zone": zone, "weekly": week, **facts})


def at(zone, *when, fold=0):
    return datetime(*when, tzinfo=zone, fold=fold)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


CALM = weekly("17:00-00:00")
HEADSPACE = weekly("09:00-01:00", zone="Australia/Melbourne")
OFFICE = weekly("09:00-17:00", days=range(1, 6))


# --- four answers


def test_nothing_said_is_neither_open_nor_closed():
    for hours in (Hours.of({}), Hours.of({"kind": "unknown"})):
        answer = state(hours, utc(2026, 6, 1, 12))
        assert (answer.kind, answer.until, answer.opens_at) == (Kind.UNKNOWN, None, None)
        assert words(answer, utc(2026, 6, 1, 12), LONDON) == "Hours not known"


def test_always_has_no_end_and_needs_no_zone():
    answer = state(Hours.of({"kind": "always"}), utc(2026, 6, 1, 12))
    assert (answer.kind, answer.until) == (Kind.ALWAYS, None)
    assert words(answer, utc(2026, 6, 1, 12), LONDON) == "Open all day, every day"


def test_a_zone_nobody_knows_makes_the_hours_unknown():
    for zone in ("Mars/Olympus", "", "+01:00"):
        assert state(weekly("00:00-24:00", zone=zone), utc(2026, 6, 1, 12)).kind == Kind.UNKNOWN


def test_a_moment_without_a_zone_is_refused():
    for hours in (CALM, Hours(), Hours("always")):
        with pytest.raises(ValueError, match="time zone"):
            state(hours, datetime(2026, 6, 1, 12))  # noqa: DTZ001


# --- midnight


@pytest.mark.parametrize("closes", ["00:00", "24:00"])
def test_a_line_until_midnight_closes_at_midnight(closes):
    calm = weekly(f"17:00-{closes}")
    last_minute = at(LONDON, 2026, 6, 1, 23, 59)
    assert state(calm, last_minute).until == at(LONDON, 2026, 6, 2)
    assert words(state(calm, last_minute), last_minute, LONDON) == "Open until midnight"
    closed = state(calm, at(LONDON, 2026, 6, 2))
    assert (closed.kind, closed.opens_at) == (Kind.CLOSED, at(LONDON, 2026, 6, 2, 17))


def test_a_line_past_midnight_is_still_open_then():
    answer = state(HEADSPACE, at(MELBOURNE, 2026, 6, 2, 0, 30))
    assert (answer.kind, answer.until) == (Kind.OPEN, at(MELBOURNE, 2026, 6, 2, 1))
    assert state(HEADSPACE, at(MELBOURNE, 2026, 6, 2, 1)).opens_at == at(MELBOURNE, 2026, 6, 2, 9)


def test_the_night_of_the_last_open_day_runs_into_the_first_closed_one():
    friday_night = weekly("22:00-02:00", days=[5])
    assert state(friday_night, at(LONDON, 2026, 6, 6, 1)).kind == Kind.OPEN
    assert state(friday_night, at(LONDON, 2026, 6, 5, 1)).kind == Kind.CLOSED  # Thursday has no night


def test_windows_that_meet_at_midnight_are_one():
    day = Hours.of(
        {
            "kind": "weekly",
            "zone": "Europe/London",
            "weekly": [
                {"day": 1, "opens": "09:00", "closes": "24:00"},
                {"day": 2, "opens": "00:00", "closes": "09:00"},
                {"day": 2, "opens": "08:00", "closes": "10:30"},
            ],
        }
    )
    assert state(day, at(LONDON, 2026, 6, 1, 12)).until == at(LONDON, 2026, 6, 2, 10, 30)


def test_a_week_without_a_gap_is_always_open():
    for hours in (weekly("00:00-24:00"), weekly("00:00-12:00", "12:00-00:00"), weekly("12:00-06:00", "06:00-12:00")):
        assert state(hours, at(LONDON, 2026, 10, 25, 1, 30)).kind == Kind.ALWAYS


def test_a_week_without_a_gap_still_closes_for_christmas():
    hours = weekly("00:00-24:00", exceptions=[{"on": "2026-12-25"}])
    assert state(hours, at(LONDON, 2026, 12, 1)).until == at(LONDON, 2026, 12, 25)
    assert state(hours, at(LONDON, 2026, 12, 25, 12)).opens_at == at(LONDON, 2026, 12, 26)


# --- clock changes


@pytest.mark.parametrize(
    ("zone", "skipped", "jump"),
    [
        ("Europe/London", (2027, 3, 28, 1, 30), (2027, 3, 28, 1)),
        ("America/New_York", (2027, 3, 14, 2, 30), (2027, 3, 14, 7)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), (2026, 10, 3, 15, 30)),
    ],
)
def test_a_skipped_time_is_the_moment_of_the_jump(zone, skipped, jump):
    jump, wanted = utc(*jump), f"{skipped[3]:02}:{skipped[4]:02}"
    opening, closing = weekly(f"{wanted}-12:00", zone=zone), weekly(f"20:00-{wanted}", zone=zone)
    assert state(opening, jump - timedelta(minutes=1)).opens_at == jump
    assert state(opening, jump).kind == Kind.OPEN
    assert state(closing, jump - timedelta(minutes=1)).until == jump
    assert state(closing, jump).kind == Kind.CLOSED


@pytest.mark.parametrize(
    ("zone", "repeated", "first"),
    [
        ("Europe/London", "01:30", (2026, 10, 25, 0, 30)),
        ("America/New_York", "01:30", (2026, 11, 1, 5, 30)),
        ("Australia/Lord_Howe", "01:45", (2027, 4, 3, 14, 45)),
    ],
)
def test_a_time_that_comes_twice_is_the_first(zone, repeated, first):
    first = utc(*first)
    opening, closing = weekly(f"{repeated}-12:00", zone=zone), weekly(f"20:00-{repeated}", zone=zone)
    assert state(opening, first).kind == Kind.OPEN
    assert state(opening, first - timedelta(minutes=1)).opens_at == first
    assert state(closing, first - timedelta(minutes=1)).until == first
    for minutes in (0, 29, 30, 59, 60, 61):
        assert state(closing, first + timedelta(minutes=minutes)).kind == Kind.CLOSED


def test_a_window_that_is_skipped_altogether_is_not_there():
    only_then = weekly("01:10-01:50", days=[7])
    assert state(only_then, utc(2027, 3, 27, 12)).opens_at == at(LONDON, 2027, 4, 4, 1, 10)


def test_a_night_across_the_clock_change_is_as_long_as_it_is():
    night = weekly("22:00-06:00")
    assert state(night, at(LONDON, 2027, 3, 27, 22)).until == utc(2027, 3, 28, 5)
    assert state(night, at(LONDON, 2026, 10, 24, 22)).until == utc(2026, 10, 25, 6)


# --- exceptions and holidays


def test_an_exception_replaces_what_opens_on_its_day_and_not_the_night_before():
    night = weekly("22:00-02:00", exceptions=[{"on": "2026-12-25", "windows": [], "note": "Christmas"}])
    assert state(night, at(LONDON, 2026, 12, 25, 1)).until == at(LONDON, 2026, 12, 25, 2)
    closed = state(night, at(LONDON, 2026, 12, 25, 22, 30))
    assert (closed.kind, closed.opens_at) == (Kind.CLOSED, at(LONDON, 2026, 12, 26, 22))
    assert state(night, at(LONDON, 2026, 12, 26, 1)).kind == Kind.CLOSED


def test_an_exception_past_midnight_runs_into_the_next_day():
    hours = weekly("09:00-17:00", exceptions=[{"on": "2026-12-31", "windows": [{"opens": "20:00", "closes": "03:00"}]}])
    assert state(hours, at(LONDON, 2026, 12, 31, 10)).opens_at == at(LONDON, 2026, 12, 31, 20)
    assert state(hours, at(LONDON, 2027, 1, 1, 2, 59)).until == at(LONDON, 2027, 1, 1, 3)


def test_closed_on_public_holidays_is_closed_then():
    hours = weekly("09:00-17:00", holidays="closed", holiday_country="GB-ENG")
    answer = state(hours, at(LONDON, 2026, 12, 25, 12))
    assert (answer.kind, answer.may_differ) == (Kind.CLOSED, False)
    assert state(hours, at(LONDON, 2026, 12, 24, 12)).kind == Kind.OPEN


def test_holidays_of_a_part_of_a_country_count_there_only():
    saint_andrew = at(LONDON, 2026, 11, 30, 12)
    assert state(weekly("09:00-17:00", holidays="closed", holiday_country="GB-SCT"), saint_andrew).kind == Kind.CLOSED
    assert state(weekly("09:00-17:00", holidays="closed", holiday_country="GB-ENG"), saint_andrew).kind == Kind.OPEN


def test_an_exception_says_more_than_the_holiday():
    christmas = {"on": "2026-12-25", "windows": [{"opens": "10:00", "closes": "14:00"}]}
    hours = weekly("09:00-17:00", holidays="closed", holiday_country="GB-ENG", exceptions=[christmas])
    assert state(hours, at(LONDON, 2026, 12, 25, 12)).until == at(LONDON, 2026, 12, 25, 14)
    unsaid = weekly("09:00-17:00", holiday_country="GB-ENG", exceptions=[christmas])
    assert not state(unsaid, at(LONDON, 2026, 12, 25, 12)).may_differ


def test_a_holiday_nobody_spoke_of_may_differ():
    hours, christmas = weekly("09:00-17:00", holiday_country="GB-ENG"), at(LONDON, 2026, 12, 25, 12)
    answer = state(hours, christmas)
    assert (answer.kind, answer.may_differ) == (Kind.OPEN, True)
    assert words(answer, christmas, LONDON) == "Open now, until 17:00. Public holiday there: may differ"
    assert not state(hours, at(LONDON, 2026, 12, 24, 12)).may_differ
    assert not state(weekly("09:00-17:00"), christmas).may_differ


def test_the_night_that_began_on_a_holiday_may_differ_too():
    hours = weekly("22:00-02:00", holiday_country="US", zone="America/New_York")
    assert state(hours, at(NEW_YORK, 2026, 7, 5, 1)).may_differ
    assert state(hours, at(NEW_YORK, 2026, 7, 6, 1)).may_differ is False


# --- what is no longer, or not yet, vouched for


def test_past_their_last_day_the_hours_are_unknown():
    hours = weekly("09:00-17:00", valid_to="2026-06-30")
    assert state(hours, at(LONDON, 2026, 6, 30, 12)).kind == Kind.OPEN
    after = state(hours, at(LONDON, 2026, 6, 30, 18))
    assert (after.kind, after.opens_at) == (Kind.CLOSED, None)
    assert words(after, at(LONDON, 2026, 6, 30, 18), LONDON) == "Closed"
    for hour in (0, 12, 20):
        assert state(hours, at(LONDON, 2026, 7, 1, hour)).kind == Kind.UNKNOWN


def test_before_their_first_day_the_hours_are_unknown():
    hours = weekly("22:00-02:00", valid_from="2026-06-10")
    assert state(hours, at(LONDON, 2026, 6, 9, 23)).kind == Kind.UNKNOWN
    assert state(hours, at(LONDON, 2026, 6, 10, 1)).kind == Kind.UNKNOWN  # a night nobody vouches for
    assert state(hours, at(LONDON, 2026, 6, 10, 3)).kind == Kind.CLOSED


def test_the_last_night_is_part_of_the_last_day():
    hours = weekly("22:00-02:00", valid_to="2026-06-10")
    assert state(hours, at(LONDON, 2026, 6, 11, 1)).until == at(LONDON, 2026, 6, 11, 2)
    assert state(hours, at(LONDON, 2026, 6, 11, 2)).kind == Kind.UNKNOWN


def test_where_knowledge_ends_no_closing_time_is_made_up():
    hours = weekly("00:00-24:00", valid_to="2026-06-10")
    answer = state(hours, at(LONDON, 2026, 6, 10, 12))
    assert (answer.kind, answer.until) == (Kind.OPEN, None)
    assert words(answer, at(LONDON, 2026, 6, 10, 12), LONDON) == "Open now"
    assert state(weekly("17:00-24:00", valid_to="2026-06-10"), at(LONDON, 2026, 6, 10, 18)).until is not None


def test_an_opening_is_looked_for_a_year_ahead_and_no_longer():
    only = {"kind": "weekly", "zone": "Europe/London", "exceptions": [{"on": "2027-06-02", "windows": []}]}
    only["exceptions"][0]["windows"] = [{"opens": "10:00", "closes": "11:00"}]
    hours = Hours.of(only)
    assert state(hours, at(LONDON, 2026, 6, 1, 12)).opens_at == at(LONDON, 2027, 6, 2, 10)
    assert state(hours, at(LONDON, 2026, 5, 31, 12)).opens_at is None


# --- in words


@pytest.mark.parametrize(
    ("hours", "when", "said"),
    [
        (OFFICE, (2026, 6, 1, 8), "Closed. Opens at 09:00"),
        (OFFICE, (2026, 6, 1, 12), "Open now, until 17:00"),
        (OFFICE, (2026, 6, 1, 17), "Closed. Opens tomorrow at 09:00"),
        (OFFICE, (2026, 6, 5, 17), "Closed. Opens Monday 09:00"),
        (weekly("09:00-17:00", days=[1]), (2026, 6, 1, 18), "Closed. Opens 8 June 09:00"),
        (weekly("00:00-24:00", days=[1, 2, 3]), (2026, 6, 1, 18), "Open now, until Thursday 00:00"),
        (weekly("22:00-02:00"), (2026, 6, 1, 23), "Open now, until 02:00"),
    ],
)
def test_the_state_is_said_in_plain_words(hours, when, said):
    with translation.override("en-gb"):
        assert words(state(hours, at(LONDON, *when)), at(LONDON, *when), LONDON) == said


def test_a_caller_elsewhere_reads_their_own_clock():
    evening = at(NEW_YORK, 2026, 6, 1, 13)
    assert words(state(CALM, evening), evening, NEW_YORK) == "Open now, until 19:00 (your time)"
    night = at(NEW_YORK, 2026, 6, 1, 21)
    assert words(state(CALM, night), night, NEW_YORK) == "Closed. Opens tomorrow at 12:00 (your time)"
    assert words(state(HEADSPACE, night), night, NEW_YORK) == "Open now, until 11:00 (your time)"


def test_where_the_clocks_agree_nothing_is_said_of_them():
    noon = utc(2026, 6, 1, 12)
    assert words(state(OFFICE, noon), noon, ZoneInfo("Europe/Lisbon")) == "Open now, until 17:00"


# --- against a clock that is walked minute by minute


class Walked:
    """Opening and closing found by walking: the first minute at which the wall shows the time or a later one."""

    def __init__(self, zone, monday):
        self.start = monday - timedelta(days=2)
        minutes = [self.start + timedelta(minutes=n) for n in range(11 * 24 * 60)]
        self.shown = [moment.astimezone(zone).replace(tzinfo=None) for moment in minutes]

    @cache  # noqa: B019
    def first(self, reading):
        return next(n for n, shown in enumerate(self.shown) if shown >= reading)

    def open_minutes(self, week, exceptions):
        found, day = set(), self.shown[0].date() + timedelta(days=1)
        for _day in range(9):
            texts = exceptions.get(day, [text for weekday, text in week if weekday == day.isoweekday()])
            for opens, closes in texts:
                begins = datetime.fromisoformat(f"{day} {opens}")
                following = day + timedelta(days=1) if closes <= opens else day
                ends = datetime.fromisoformat(f"{following} {closes}")
                found.update(range(self.first(begins), self.first(ends)))
            day += timedelta(days=1)
        return found


@cache
def walked(name, monday):
    return Walked(ZoneInfo(name), monday)


WEEKS = [
    ("Europe/London", utc(2026, 6, 1)),
    ("Europe/London", utc(2026, 10, 19)),
    ("Europe/London", utc(2027, 3, 22)),
    ("America/New_York", utc(2026, 10, 26)),
    ("America/New_York", utc(2027, 3, 8)),
    ("Australia/Lord_Howe", utc(2026, 9, 28)),
    ("Australia/Lord_Howe", utc(2027, 3, 29)),
    ("America/Havana", utc(2026, 10, 26)),
    ("Africa/Cairo", utc(2027, 4, 26)),
]
CLOCKS = st.builds(
    lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45])
)
TIMES = st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1])


@settings(max_examples=60, deadline=None)
@given(
    week=st.lists(st.tuples(st.integers(1, 7), TIMES), min_size=1, max_size=10),
    exceptions=st.dictionaries(st.integers(0, 6), st.lists(TIMES, max_size=2), max_size=2),
    where=st.sampled_from(WEEKS),
    offset=st.integers(0, 6),
)
@example(week=[(7, ("01:15", "01:45"))], exceptions={}, where=WEEKS[1], offset=0)
@example(week=[(6, ("22:00", "01:30")), (7, ("01:30", "04:00"))], exceptions={}, where=WEEKS[1], offset=0)
def test_every_minute_of_a_week_agrees_with_a_clock_that_is_walked(week, exceptions, where, offset):
    name, monday = where
    clock = walked(name, monday)
    special = {monday.date() + timedelta(days=day): texts for day, texts in exceptions.items()}
    hours = Hours(
        "weekly",
        zone=name,
        weekly=tuple(sorted({(day, window(pair)) for day, pair in week})),
        exceptions=tuple(Exceptional(on, tuple(sorted(map(window, texts)))) for on, texts in sorted(special.items())),
    )
    expected = clock.open_minutes(week, special)
    for n in range(2 * 24 * 60 + offset, 9 * 24 * 60, 7):  # seven offsets: every minute in turn
        moment = clock.start + timedelta(minutes=n)
        answer = state(hours, moment)
        assert (answer.kind in (Kind.OPEN, Kind.ALWAYS)) == (n in expected), moment
        if answer.kind == Kind.OPEN:
            assert answer.opens_at is None
            assert state(hours, answer.until).kind == Kind.CLOSED
            assert state(hours, answer.until - timedelta(minutes=1)).kind == Kind.OPEN
        if answer.kind == Kind.CLOSED:
            assert answer.until is None
            assert answer.opens_at is None or answer.opens_at > moment


def window(pair):
    opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in pair)
    return Window.between(opens, closes)
