"""What will happen when, worked out beforehand: the same as what then happens."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Site
from followups import clock, dry_run, escalations, follow_ups, picture, plans
from followups.due_times import Why
from followups.models import FollowUpPolicy, Reminder, Situation
from sessions_app.models import Channel, DepartureEvent, ResponseLevel

NEW_YORK, LONDON, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")


@pytest.fixture
def policy(db):
    return FollowUpPolicy.objects.with_rows().get(number=1)


@pytest.fixture
def run(policy, site):
    """A dry run by title: `run("elevated", at(2026, 11, 25, 16), site=…)`."""

    def go(level, moment, *present, where=site, client_zone=None):
        entries = dry_run.timeline(policy, level, present, moment, where, client_zone=client_zone)
        return {each.title: each for each in entries}

    return go


@pytest.fixture
def london(db):
    return Site.objects.create(name="Harbour", country="GB", time_zone="Europe/London", emergency_number="999")


def at(*when, zone=NEW_YORK):
    return datetime(*when, tzinfo=zone)


def local(entry, zone=NEW_YORK):
    return f"{entry.due_at.astimezone(zone):%a %d %b %H:%M}"


@pytest.mark.parametrize("level", ["immediate", "elevated", "unable_to_assess", "some_concern", "none_identified"])
def test_at_any_hour_each_of_a_couple_is_called_alone_before_any_other_call(policy, site, level):
    """Also just before the end of a working day, which moves calls of an urgent level forward."""
    midnight = at(2026, 11, 24)
    for quarter in range(7 * 24 * 4):  # with Thanksgiving and a weekend in it
        moment = midnight + timedelta(minutes=15 * quarter + 5)
        entries = dry_run.timeline(policy, level, [Situation.COUPLE_OR_FAMILY], moment, site)
        calls = [each for each in entries if each.channel]
        assert "alone, before any other" in calls[0].title, moment


# Holidays, evenings, weekends -----------------------------------------------------------------------------------


def test_before_thanksgiving_a_call_within_a_day_moves_to_the_working_day_before(run):
    call = run("elevated", at(2026, 11, 25, 11))["Call again within a day"]
    assert local(call) == "Wed 25 Nov 17:00"
    assert call.why == (Why.HOLIDAY, Why.EARLIER)
    assert call.holiday == "Thanksgiving Day"
    assert call.has_moved


def test_before_thanksgiving_a_call_that_can_wait_moves_behind_it(run):
    call = run("some_concern", at(2026, 11, 25, 11))["Call by the next working day"]
    assert local(call) == "Fri 27 Nov 09:00"
    assert call.why == (Why.HOLIDAY, Why.LATER)


def test_on_thanksgiving_day_what_cannot_be_earlier_stays(run):
    call = run("elevated", at(2026, 11, 26, 11))["Call today"]
    assert local(call) == "Thu 26 Nov 13:00"
    assert call.why == (Why.HOLIDAY, Why.TOO_LATE_TO_MOVE)


def test_a_weekend_is_told_apart_from_an_evening(run):
    tasks = run("some_concern", at(2026, 11, 20, 18))
    assert tasks["Call by the next working day"].why == (Why.WEEKEND, Why.LATER)
    assert run("elevated", at(2026, 11, 23, 18))["Call today"].why == (Why.CLOSED, Why.TOO_LATE_TO_MOVE)


def test_what_has_to_be_done_at_once_never_moves(run):
    task = run("immediate", at(2026, 11, 26, 23))["Acknowledge and take part"]
    assert (local(task), task.why) == ("Thu 26 Nov 23:15", ())


# Clocks that change ---------------------------------------------------------------------------------------------


def test_when_clocks_go_back_a_day_is_still_twenty_four_hours(run, london):
    """Sunday 25 October 2026: London goes back an hour, so that 24 hours later is an hour earlier on the wall."""
    tasks = run("immediate", at(2026, 10, 24, 10, zone=LONDON), where=london)
    call = tasks["Call within a day"]
    assert call.wanted_at.astimezone(LONDON).hour == 9
    assert Why.CLOCKS_CHANGE in call.why
    assert Why.CLOCKS_CHANGE not in tasks["Confirm how it went"].why


def test_a_working_morning_after_the_change_is_nine_on_the_wall(run, london):
    call = run("some_concern", at(2026, 10, 24, 12, zone=LONDON), where=london)["Call by the next working day"]
    assert local(call, LONDON) == "Mon 26 Oct 09:00"
    assert call.due_at.utcoffset() == timedelta(0)
    assert f"{call.due_at:%H:%M}" == "09:00"
    summer = run("some_concern", at(2026, 10, 17, 12, zone=LONDON), where=london)["Call by the next working day"]
    assert f"{summer.due_at:%H:%M}" == "08:00", "a week before, nine in London was eight in UTC"


def test_when_clocks_go_forward_no_time_falls_into_the_gap(run):
    """Sunday 14 March 2027, New York: 02:30 does not exist."""
    task = run("immediate", at(2027, 3, 14, 1, 50))["Acknowledge and take part"]
    assert local(task) == "Sun 14 Mar 03:05"


# The client's clock ---------------------------------------------------------------------------------------------


def test_no_call_that_can_wait_rings_at_night_where_the_client_is(run):
    """Thursday 15:00 in New York is 20:00 in London, and 24 hours after 17:00 would be 22:00 there."""
    tasks = run("some_concern", at(2026, 11, 17, 16, 30), client_zone=LONDON)
    call = tasks["Call by the next working day"]
    assert call.why == (Why.CLIENT_NIGHT,)
    assert (local(call), local(call, LONDON)) == ("Thu 19 Nov 09:00", "Thu 19 Nov 14:00")
    assert Why.CLIENT_NIGHT not in tasks["Talk about it in review"].why, "that is among staff"


def test_where_day_there_is_never_working_time_here_their_morning_counts(run):
    call = run("some_concern", at(2026, 11, 17, 11), client_zone=TOKYO)["Call by the next working day"]
    assert call.why == (Why.CLIENT_NIGHT, Why.NO_COMMON_HOUR)
    assert local(call, TOKYO) == "Thu 19 Nov 08:00"


def test_an_urgent_call_rings_whatever_the_hour(run):
    call = run("elevated", at(2026, 11, 17, 11), client_zone=TOKYO)["Call today"]
    assert (local(call, TOKYO), call.why) == ("Wed 18 Nov 03:00", ())


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(
    "zone", ["Europe/London", "Asia/Tokyo", "Pacific/Auckland", "Asia/Kolkata", "America/Sao_Paulo"]
)
def test_all_the_year_round_calls_that_can_wait_come_by_day(run, month, zone):
    there = ZoneInfo(zone)
    for hour in (2, 9, 16, 22):
        for call in run("some_concern", at(2027, month, 9, hour), client_zone=there).values():
            if call.channel:
                assert 8 <= call.due_at.astimezone(there).hour < 21
                assert call.due_at >= at(2027, month, 9, hour)


# Tasks, reminders and escalation --------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ResponseLevel.values)
def test_a_dry_run_says_what_then_happens(run, set_level, departure, site, level):
    set_level(level)
    expected = run(level, departure.response_level_at)
    real = {each.title: each for each in departure.follow_ups.open()}
    assert set(real) == set(expected)
    for title, task in real.items():
        assert abs(task.due_at - expected[title].due_at) < timedelta(seconds=2)
        assert task.source == expected[title].source


@pytest.fixture
def plan_at(departure, therapist, supervisor, site, monkeypatch):
    """The level was set at that moment, by the clock of the database: `plan_at("elevated", at(…), country="GB")`."""

    def make(level, moment, *, place=None, **facts):
        Site.objects.filter(pk=site.pk).update(**place or {})
        site.refresh_from_db()
        monkeypatch.setattr(clock, "now", lambda: moment)
        facts = {"response_level": level, "response_level_at": moment, **facts}
        DepartureEvent.objects.filter(pk=departure.pk).update(**facts)
        return plans.open_for(DepartureEvent.objects.get(pk=departure.pk), by=therapist)

    return make


def rows_of(plan):
    """What stands in the database, each with every row that will tell somebody."""
    return {
        each.title: (each.due_at, each.owner.name, each.channel, each.source, each.situation, steps_of(each))
        for each in plan.follow_ups.open().select_related("owner")
    }


def steps_of(follow_up):
    rows = follow_up.reminders.filter(state=Reminder.State.SCHEDULED)
    return sorted(rows.values_list("due_at", "step", "told", "prompt", "repeat_minutes"))


def said(entries, *, people=None):
    """What a dry run says, in the shape of `rows_of`; people instead of the places they hold."""
    channels = {label: each for each, label in Channel.choices}
    situations = {label: each for each, label in Situation.choices}
    return {
        each.title: (
            each.due_at,
            people[each.owner] if people else each.owner,
            channels.get(each.channel, ""),
            each.source,
            situations.get(each.situation, ""),
            sorted((told.at, told.step, told.who, told.prompt, told.again_after) for told in each.told),
        )
        for each in entries
    }


HARBOUR = {"country": "GB", "time_zone": "Europe/London"}
MOMENTS = {
    "before Thanksgiving": (at(2026, 11, 25, 11), {}),
    "clocks go back": (at(2026, 10, 30, 16, 30), {}),
    "clocks go forward in the night": (at(2027, 3, 13, 23, 50), {}),
    "in the hour that comes twice": (datetime(2026, 11, 1, 1, 40, tzinfo=NEW_YORK, fold=1), {}),
    "before Christmas in London": (at(2026, 12, 23, 18, zone=LONDON), HARBOUR),
    "London goes back": (at(2026, 10, 24, 10, zone=LONDON), HARBOUR),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("level", ResponseLevel.values)
def test_a_plan_has_exactly_the_rows_that_the_dry_run_named(
    plan_at, policy, site, therapist, supervisor, level, moment
):
    """Tasks, owners, times to the second, and each step of escalation, whatever the calendar does in between."""
    when, place = MOMENTS[moment]
    plan = plan_at(level, when, place=place, composition="group", age_band="13_17")
    entries = dry_run.timeline(policy, level, [Situation.GROUP, Situation.MINOR], when, site)
    people = {"Therapist": therapist.name, "Supervisor": supervisor.name}
    assert said(entries, people=people) == rows_of(plan)
    assert len(entries) >= 6
    assert all(len(each.told) >= 3 for each in entries), "the owner, and the ladder"


def test_who_asked_for_no_contact_is_planned_as_the_dry_run_said(
    plan_at, policy, site, therapist, supervisor, client_0417
):
    client_0417.asked_for_no_contact = True
    client_0417.save()
    plan = plan_at("immediate", at(2026, 11, 25, 11))
    entries = dry_run.timeline(policy, "immediate", [Situation.NO_CONTACT], at(2026, 11, 25, 11), site)
    assert said(entries, people={"Therapist": therapist.name, "Supervisor": supervisor.name}) == rows_of(plan)


def test_a_client_far_away_is_planned_as_the_dry_run_said(plan_at, policy, site, therapist, supervisor):
    moment = at(2026, 11, 17, 11)
    plan = plan_at("some_concern", moment, format="video", country_today="JP")
    entries = dry_run.timeline(policy, "some_concern", [], moment, site, client_zone=TOKYO)
    assert said(entries, people={"Therapist": therapist.name, "Supervisor": supervisor.name}) == rows_of(plan)
    assert any(Why.CLIENT_NIGHT in each.why for each in entries)


@pytest.fixture
def coming(therapist, signed_in):
    """What the page of a running plan says is to come: `coming(departure)`, with its words."""

    def look(departure):
        answer = signed_in(therapist).get(reverse("what-when", args=[departure.pk]))
        return said(answer.context["entries"]), answer.content.decode()

    return look


def test_a_running_plan_says_what_its_rows_say(planned, coming):
    plan = planned.plans.get()
    assert coming(planned)[0] == rows_of(plan)
    assert all(len(steps) > 1 for *_facts, steps in rows_of(plan).values())


def test_after_i_am_on_it_the_steps_come_later(set_level, supervisor, therapist, coming):
    departure = set_level("immediate", ago=timedelta(minutes=20))
    task = departure.follow_ups.open().order_by("due_at").first()
    made = escalations.acknowledge(task, by=supervisor)
    now_said, page = coming(departure)
    assert now_said == rows_of(departure.plans.get())
    *_facts, steps = now_said[task.title]
    assert steps[0][:3] == (made.until, 0, "owner"), "until then nobody is told"
    assert len(steps) == 5
    assert f"{supervisor.name} is on it until" in page


def test_what_was_put_off_comes_later(set_level, supervisor, therapist, coming):
    departure = set_level("elevated", ago=timedelta(hours=2))
    task = departure.follow_ups.open().get(title="Call today")
    before = coming(departure)[0][task.title][-1]
    made = escalations.snooze(task, lasts=timedelta(minutes=20), by=therapist)
    now_said, page = coming(departure)
    assert now_said == rows_of(departure.plans.get())
    after = now_said[task.title][-1]
    assert after[0][0] == made.until
    assert [each[1:] for each in after] == [each[1:] for each in before], "the same steps in the same order"
    assert f"Put off by {therapist.name} until" in page


def test_a_task_that_moved_takes_its_ladder_along(planned, therapist, coming):
    task = planned.follow_ups.open().get(title="Call today")
    wanted = (task.due_at + timedelta(days=2)).replace(microsecond=0)
    follow_ups.move(task, to=wanted, reason="They asked for it", by=therapist)
    due_at, *_facts, steps = coming(planned)[0]["Call today"]
    assert due_at == wanted
    assert [each[0] - wanted for each in steps] == [timedelta(hours=each) for each in (0, 1, 1, 4)]


def test_each_task_tells_its_owner_and_then_climbs(run):
    task = run("immediate", at(2026, 11, 25, 11))["Acknowledge and take part"]
    assert (task.told[0].at, task.told[0].step, task.told[0].who) == (task.due_at, 0, "owner")
    later = [each.at for each in task.told[1:]]
    assert later
    assert later == sorted(later)
    assert all(each > task.due_at for each in later)


def test_a_situation_adds_and_no_contact_takes_away(run):
    moment = at(2026, 11, 25, 11)
    assert "Tell the safeguarding lead today" in run("elevated", moment, Situation.MINOR)
    silent = run("elevated", moment, Situation.NO_CONTACT, Situation.GROUP)
    assert not any(each.channel for each in silent.values())
    assert "Review: asked for no contact" in silent
    assert "Check in with your co-leader" in silent


def test_it_is_pure(policy, site, django_assert_num_queries):
    before = list(policy.tasks.values())
    with CaptureQueriesContext(connection) as captured:
        for _again in range(2):
            dry_run.timeline(policy, "elevated", [Situation.MINOR], at(2026, 11, 25, 11), site)
    assert not [each for each in captured if not each["sql"].startswith("SELECT")]
    assert list(policy.tasks.values()) == before


# The pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(adopted, supervisor, signed_in, site):
    """The page of a dry run: `ask(level="elevated", …)`."""

    def look(**facts):
        usual = {"level": "elevated", "site": site.pk, "day": "2026-11-25", "time": "11:00"}
        return signed_in(supervisor).get(reverse("policy-what-when", args=[1]), usual | facts)

    return look


def test_the_page_says_when_and_why_in_the_time_of_the_site(ask):
    html = ask().content.decode()
    assert "Level set at Riverside Clinic on Wed 25 Nov 2026 11:00" in html
    assert "Would be Thu 26 Nov 11:00." in html
    assert "It would be a public holiday. (Thanksgiving Day)" in re.sub(r"\s+", " ", html)
    assert "Moved back to the end of work." in html


def test_the_page_shows_the_clients_time_beside_it(ask):
    html = ask(country="jp", level="some_concern").content.decode()
    assert "Sat 28 Nov 08:00 where the client is" in html
    assert "Day there is never working time here" in html


def test_the_picture_is_there_for_eyes_and_the_list_for_everybody(ask):
    html = ask(situations=["minor", "group"]).content.decode()
    [svg] = re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)
    assert 'aria-hidden="true"' in svg
    assert "style=" not in svg
    assert svg.count("<circle") == html.count('<li class="plan-row">') == 11


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "panic"},
        {"site": "0"},
        {"day": "someday"},
        {"time": "99:99"},
        {"country": "XX"},
        {"day": "9999-12-31"},
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field(ask, wrong):
    answer = ask(**wrong)
    assert answer.status_code == 422
    assert "<svg viewBox" not in answer.content.decode()


def test_a_departure_shows_what_its_own_rows_say(planned, therapist, signed_in):
    first = planned.follow_ups.open().order_by("due_at").first()
    html = signed_in(therapist).get(reverse("what-when", args=[planned.pk])).content.decode()
    assert f"{first.due_at.astimezone(planned.site.zone):%H:%M}" in html
    assert first.source in html
    assert "<svg viewBox" in html
    assert html.count('<li class="plan-row">') == planned.follow_ups.open().count()


def test_what_was_closed_is_not_to_come(planned, therapist, signed_in):
    planned.follow_ups.filter(title="Call today").update(state="done", closed_at=timezone.now(), closed_by=therapist)
    html = signed_in(therapist).get(reverse("what-when", args=[planned.pk])).content.decode()
    assert "Call today" not in html


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("level", ResponseLevel.values)
def test_no_two_labels_of_the_picture_touch(run, level, language):
    with translation.override(language):
        drawn = picture.draw(list(run(level, at(2026, 11, 25, 11)).values()), since=at(2026, 11, 25, 11))
    places = [(x, len(label) * picture.LETTER / 2) for x, label in drawn["ticks"] if label]
    assert len(places) >= 3
    for (one, half), (other, next_half) in pairwise(places):
        assert one + half < other - next_half
    assert all(x - half > 0 and x + half <= 360 for x, half in places)


def test_whole_numbers_only_so_that_every_language_draws_the_same(run):
    drawn = picture.draw(list(run("immediate", at(2026, 11, 25, 11)).values()), since=at(2026, 11, 25, 11))
    assert all(isinstance(number, int) for row in drawn["rows"] for number in (row.y, row.due, row.end, *row.steps))
    assert all(picture.LEFT <= row.due <= row.end <= picture.RIGHT for row in drawn["rows"])
