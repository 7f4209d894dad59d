"""What a situation adds to a plan: once, also when it comes to light after the plan was made."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups import client_zones, follow_ups, plans, policies, situations
from followups.models import FollowUp, Reminder, Situation
from sessions_app import checklist, departures, levels
from sessions_app.models import DepartureEvent
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

IN_PERSON = {"format": "in_person", "composition": "individual", "age_band": "adult"}


@pytest.fixture
def set_setting(departure, therapist):
    """Correct the setting: `set_setting(format="video")`."""
    return lambda **facts: departures.change_setting(departure, by=therapist, **IN_PERSON | facts)


@pytest.fixture
def note(departure, therapist):
    """Note something at a step: `note("check-safety", concerns=["impaired_driving"])`."""

    def write(slug, **facts):
        facts = {name.replace("_", "-"): value for name, value in facts.items()}
        checklist.note(departure, slug=slug, facts=facts, op_id=uuid.uuid4(), by=therapist)

    return write


@pytest.fixture
def leave(departure, therapist):
    return lambda: departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)


def added(departure, situation):
    rows = departure.follow_ups.open().filter(situation=situation).order_by("position")
    return [each.title for each in rows]


DROPPED = [
    "Try to connect again",
    "Call the call-back number",
    "No answer: follow the emergency plan you agreed on",
]
MINOR = ["Tell the safeguarding lead today", "Look for a pattern in earlier departures and missed sessions"]
GROUP = [
    "Check in with your co-leader",
    "Call the person who left, the same day",
    "Talk about it with the group next time",
]
ALONE = ["Safety call to this person alone, before any other"]
DRIVING = [
    "Consult your supervisor now",
    "Read your site’s rule on impaired driving",
    "Write down what you tried and offered",
]
ENDED = ["Draft the closing letter", "Choose referrals, and say how to come back"]
BY_SETTING = [
    ({"age_band": "under_13"}, Situation.MINOR, MINOR),
    ({"composition": "couple"}, Situation.COUPLE_OR_FAMILY, ALONE),
    ({"composition": "family"}, Situation.COUPLE_OR_FAMILY, ALONE),
    ({"composition": "group"}, Situation.GROUP, GROUP),
]


@pytest.mark.parametrize(("facts", "situation", "titles"), BY_SETTING)
def test_a_setting_known_before_the_level_is_in_the_plan(set_setting, set_level, departure, facts, situation, titles):
    set_setting(**facts)
    set_level("elevated")
    assert added(departure, situation) == titles


@pytest.mark.parametrize(("facts", "situation", "titles"), BY_SETTING)
def test_a_setting_corrected_after_the_level_is_added_to_the_plan(
    set_setting, set_level, departure, facts, situation, titles
):
    set_level("elevated")
    before = set(departure.follow_ups.open())
    set_setting(**facts)
    assert added(departure, situation) == titles
    assert before < set(departure.follow_ups.open()), "what the level asks for stays as it was"


def test_what_is_added_says_why_and_reminds(set_setting, set_level, departure):
    set_level("elevated")
    set_setting(age_band="13_17")
    task = departure.follow_ups.get(title="Tell the safeguarding lead today")
    assert task.source == "NHS “was not brought” policies; time: product default"
    assert Reminder.objects.filter(follow_up=task, state=Reminder.State.SCHEDULED).exists()


def test_a_line_that_drops_asks_to_connect_then_to_call_then_for_the_plan(set_setting, leave, departure):
    set_setting(format="video")
    gone = leave()
    assert added(departure, Situation.REMOTE_DROPPED) == DROPPED
    rows = departure.follow_ups.filter(situation=Situation.REMOTE_DROPPED).order_by("position")
    minutes = [round((each.due_at - gone.ended_at).total_seconds() / 60) for each in rows]
    assert minutes == [2, 5, 10]


def test_a_line_that_drops_after_the_level_was_set_counts_from_the_drop(set_setting, set_level, leave, departure):
    set_setting(format="phone")
    set_level("elevated", ago=timedelta(minutes=30))
    assert added(departure, Situation.REMOTE_DROPPED) == []
    gone = leave()
    first = departure.follow_ups.get(title=DROPPED[0])
    assert round((first.due_at - gone.ended_at).total_seconds()) in range(119, 122)


def test_who_leaves_a_room_was_not_cut_off(leave, departure):
    leave()
    assert added(departure, Situation.REMOTE_DROPPED) == []


def test_they_are_back_on_the_line_so_nobody_has_to_connect(set_setting, set_level, leave, departure, therapist):
    set_setting(format="video")
    set_level("elevated")
    leave()
    departures.came_back(departure, by=therapist)
    assert added(departure, Situation.REMOTE_DROPPED) == []
    assert departure.follow_ups.open().filter(title="Call today").exists(), "a level that somebody set stands"
    assert not Reminder.objects.filter(follow_up__title=DROPPED[0], state=Reminder.State.SCHEDULED).exists()


@pytest.mark.parametrize("facts", [{"concerns": ["impaired_driving"]}, {"concerns": ["medical", "impaired_driving"]}])
def test_impaired_and_driving_asks_to_consult_at_once(set_level, note, departure, facts):
    set_level("some_concern")
    note("check-safety", **facts)
    assert added(departure, Situation.IMPAIRED_DRIVING) == DRIVING
    first = departure.follow_ups.get(title=DRIVING[0])
    assert first.due_at - timezone.now() < timedelta(minutes=6)


def test_the_client_who_ends_therapy_gets_a_letter_drafted_by_a_person(set_level, note, departure):
    set_level("none_identified")
    note("discuss-implications", decision_scope="ending")
    assert added(departure, Situation.ENDED_BY_CLIENT) == ENDED
    assert {each.channel for each in departure.follow_ups.filter(situation=Situation.ENDED_BY_CLIENT)} == {""}


def test_a_young_person_who_left_alone_and_then_was_handed_over(set_setting, leave, note, departure):
    set_setting(age_band="13_17")
    leave()
    assert added(departure, Situation.MINOR_ALONE) == ["Tell the responsible adult at once"]
    note("check-safety", guardian_told="yes")
    assert added(departure, Situation.MINOR_ALONE) == []
    assert added(departure, Situation.MINOR) == MINOR


def test_another_client_may_be_of_another_age(set_level, departure, client_0417, therapist):
    set_level("elevated")
    client_0417.age_band = "13_17"
    client_0417.save()
    departures.choose_client(departure, client=client_0417, by=therapist)
    assert added(departure, Situation.MINOR) == MINOR


def test_without_a_level_there_is_nothing_to_add_to(set_setting, departure):
    set_setting(composition="group", age_band="13_17")
    assert not departure.follow_ups.exists()


# Once -----------------------------------------------------------------------------------------------------------


def test_saying_it_again_adds_nothing(set_setting, set_level, departure, therapist):
    set_level("elevated")
    for _again in range(3):
        set_setting(composition="group")
        plans.refresh(departure, by=therapist)
    assert added(departure, Situation.GROUP) == GROUP


def test_what_somebody_closed_is_not_asked_for_again(set_setting, set_level, departure, therapist):
    set_level("elevated")
    set_setting(composition="group")
    follow_ups.drop(departure.follow_ups.get(title=GROUP[0]), reason="I lead alone", by=therapist)
    plans.refresh(departure, by=therapist)
    assert added(departure, Situation.GROUP) == GROUP[1:]


def test_a_setting_taken_back_and_said_again_is_asked_for_again(set_setting, set_level, departure):
    set_level("elevated")
    for composition in ("group", "individual", "group"):
        set_setting(composition=composition)
    assert added(departure, Situation.GROUP) == GROUP


def test_two_at_once_add_each_task_once(transactional_db, set_level, departure, therapist, monkeypatch):
    set_level("elevated")
    DepartureEvent.objects.filter(pk=departure.pk).update(composition="group")
    meet_after(monkeypatch, situations, "of")  # each has seen what is missing
    both(lambda: plans.refresh(departure, by=therapist))
    assert added(departure, Situation.GROUP) == GROUP


def test_the_database_holds_one_open_task_of_each(set_setting, set_level, departure):
    set_level("elevated")
    set_setting(composition="group")
    twin = "UPDATE followups_followup SET position = 1 WHERE situation = 'group' AND position = 2"
    with pytest.raises(Exception, match="follow_up_open_once_per_situation"):
        is_refused(twin)


def test_who_asked_for_no_contact_is_not_called_for_a_situation_either(set_setting, set_level, departure, client_0417):
    client_0417.asked_for_no_contact = True
    client_0417.save()
    set_level("elevated")
    set_setting(composition="group")
    assert added(departure, Situation.GROUP) == [GROUP[0], GROUP[2]]
    assert not departure.follow_ups.open().exclude(channel="").exists()


def test_a_running_plan_adds_by_its_own_policy(set_setting, set_level, departure, admin, adopted):
    """A newer policy says something else of groups; this plan was made from the older one."""
    set_level("elevated")
    newer = policies.draft(by=admin)
    for row in newer.overlays.filter(situation=Situation.GROUP):
        policies.change(row, title="Other", by=admin)
    policies.adopt(newer, by=adopted.adopted_by)
    set_setting(composition="group")
    assert added(departure, Situation.GROUP) == GROUP


def test_if_the_task_cannot_be_added_what_reveals_it_is_not_written(set_level, departure, therapist, monkeypatch):
    set_level("elevated")
    monkeypatch.setattr(plans, "promise", lambda *_args, **_facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        departures.change_setting(departure, by=therapist, **IN_PERSON | {"composition": "group"})
    assert DepartureEvent.objects.get(pk=departure.pk).composition == "individual"


def test_separate_people_have_separate_tasks(departure, therapist, set_level, set_setting):
    set_setting(composition="couple")
    set_level("elevated")
    departure.refresh_from_db()
    partner = departures.log(id=uuid.uuid4(), by=therapist, alongside=departure, session=departure.session)
    assert not partner.follow_ups.exists()
    levels.set_level(partner, level="some_concern", op_id=uuid.uuid4(), by=therapist)
    assert added(partner, Situation.COUPLE_OR_FAMILY) == ALONE
    first = departure.follow_ups.exclude(channel="").order_by("due_at", "pk").first()
    assert first.title == ALONE[0], "the safety call to each alone comes first"


# The clock of a client who is elsewhere -------------------------------------------------------------------------


@pytest.fixture
def abroad(departure):
    """The client is on video in another country: `abroad("GB")`."""

    def go(country):
        departure.format, departure.country_today = "video", country
        departure.save()
        return departure

    return go


def test_a_call_that_can_wait_does_not_ring_at_night_there(abroad, set_level):
    departure = abroad("GB")
    set_level("some_concern")
    zone = client_zones.zone_in("GB", timezone.now())
    hours = [each.due_at.astimezone(zone).hour for each in departure.follow_ups.exclude(channel="")]
    assert hours
    assert all(8 <= hour < 21 for hour in hours)


def test_an_urgent_call_is_placed_whatever_the_hour_there(departure, set_level, abroad):
    set_level("elevated")
    here = list(departure.follow_ups.order_by("position", "pk").values_list("title", "due_at"))
    abroad("JP")
    DepartureEvent.objects.filter(pk=departure.pk).update(response_level="", response_level_at=None)
    departure.plans.update(superseded_at=timezone.now())
    set_level("elevated")
    there = departure.plans.get(superseded_at=None).follow_ups.order_by("position", "pk")
    urgent = {"Call today", "Call again within a day", "Call again within two days"}
    for title, due_at in here:
        if title in urgent:
            assert abs(there.get(title=title).due_at - due_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("country", "is_known"), [("GB", True), ("JP", True), ("US", False), ("AU", False), ("", False)]
)
def test_the_clock_there_is_known_where_a_country_has_one(abroad, country, is_known):
    departure, now = abroad(country), timezone.now()
    assert bool(client_zones.zone_of(departure, now)) == is_known
    assert client_zones.is_ambiguous(departure, now) == (country in ("US", "AU"))


def test_whoever_is_at_the_site_has_the_sites_clock(departure):
    departure.country_today = "JP"
    assert client_zones.zone_of(departure, timezone.now()) is None


def test_a_country_may_have_one_time_in_winter_and_two_in_summer():
    """Of Morocco and Western Sahara each is listed by itself; Cyprus has two zones that agree."""
    assert client_zones.zone_in("CY", datetime(2026, 7, 1, 12, tzinfo=UTC)) is not None


def test_the_plan_shows_the_time_there_beside_ours(abroad, set_level, therapist, signed_in):
    departure = abroad("GB")
    set_level("some_concern")
    first = departure.follow_ups.order_by("due_at").first()
    zone = client_zones.zone_in("GB", timezone.now())
    shown = signed_in(therapist).get(reverse("plan", args=[departure.pk])).content.decode()
    assert f"{first.due_at.astimezone(zone):%H:%M} where the client is" in shown
    assert FollowUp.objects.filter(time_zone=departure.site.time_zone).exists()
