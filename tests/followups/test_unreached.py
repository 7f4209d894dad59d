"""How often was tried, when to try again, what comes next, and who decides. Nothing closes by itself."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from followups import contact_permissions, decisions, deliveries, next_attempts, notices, policies, unreached
from followups.models import FollowUp, StatusDecision
from sessions_app.models import Channel
from tests.followups.races import both, meet_after


@pytest.fixture
def departure(departure, allows):
    """Calls and texts are allowed; nothing else was asked but voicemail, which is not."""
    allows("text", "full")
    return departure


@pytest.fixture
def met(tried, call):
    """Three days, two ways, nobody reached."""
    tried(3), tried(2, "text", "sent_no_reply"), tried(1)
    return call.departure


def tasks(departure):
    return departure.follow_ups.open().filter(title=unreached.DECIDE)


# The rule


def test_three_days_and_two_ways_ask_two_people_to_decide_once(met, tried, therapist):
    assert unreached.tally(met).is_met
    task = tasks(met).get()
    assert (task.owner, task.channel) == (therapist, "")
    assert task.reminders.exists(), "it is a promise like any other"
    tried(0)
    assert tasks(met).count() == 1


def test_the_follow_ups_stay_open_until_people_act(met, call):
    before = met.follow_ups.open().exclude(title=unreached.DECIDE).count()
    assert before == met.follow_ups.exclude(title=unreached.DECIDE).count()
    call.refresh_from_db()
    assert call.is_open


@pytest.mark.parametrize(
    "attempts",
    [
        [(3, "phone", "no_answer"), (2, "phone", "no_answer"), (1, "phone", "no_answer")],
        [(2, "phone", "no_answer"), (2, "text", "sent_no_reply"), (1, "phone", "no_answer")],
        [(3, "phone", "wrong_number"), (2, "text", "sent_no_reply"), (1, "phone", "no_answer")],
        [(3, "phone", "no_answer"), (2, "text", "bounced"), (1, "phone", "no_answer")],
        [(3, "phone", "no_answer"), (2, "voicemail", "blocked"), (1, "phone", "no_answer")],
        [(3, "phone", "no_answer"), (2, "text", "sent_no_reply"), (1, "phone", "reached_needs_more")],
    ],
    ids=["one way", "two days", "a wrong number", "bounced", "blocked", "reached"],
)
def test_less_than_that_asks_nobody(call, tried, attempts):
    for attempt in attempts:
        tried(*attempt)
    assert not tasks(call.departure).exists()


def test_a_policy_may_ask_for_more_and_a_running_plan_keeps_its_own(departure, adopted, admin, tried, planned):
    """The plan of the policy in force asks for three days and two ways; from the next policy on it is four and one."""
    newer = policies.draft(by=admin)
    policies.change(newer.overlays.get(situation="unreached"), least_days=4, least_channels=1, by=admin)
    policies.adopt(newer, by=adopted.adopted_by)
    tried(3), tried(2), tried(1)
    assert not tasks(departure).exists(), "one way is not enough for this plan"
    tried(0, "text", "sent_no_reply")
    assert tasks(departure).exists()


@pytest.fixture
def another_rule(adopted, admin):
    """The next policy, with another rule than the default, is in force: `another_rule(least_days=2)`; none: without."""

    def adopt(**limits):
        newer = policies.draft(by=admin)
        rule = newer.overlays.get(situation="unreached")
        policies.change(rule, by=admin, **limits) if limits else policies.remove(rule, by=admin)
        return policies.adopt(newer, by=adopted.adopted_by)

    return adopt


def test_the_rule_of_the_policy_in_force_is_kept(departure, another_rule, request):
    another_rule(least_days=2, least_channels=1)
    tried = request.getfixturevalue("tried")  # makes the plan
    tried(2)
    assert not tasks(departure).exists()
    tried(1)
    assert tasks(departure).exists()


def test_a_policy_without_the_rule_has_the_product_s_own(departure, another_rule, request):
    another_rule()
    tried = request.getfixturevalue("tried")
    tried(3), tried(2, "text", "sent_no_reply")
    assert not tasks(departure).exists()
    tried(1)
    assert tasks(departure).exists()


def test_with_one_way_allowed_one_way_is_enough(call, tried, allows):
    allows("text", "none")
    tried(3), tried(2), tried(1)
    assert tasks(call.departure).exists()


def test_two_evenings_and_the_morning_after_are_counted_on_the_wall_of_the_site(call, tried, site):
    """Midnight in UTC falls into the evening here, and makes no day of its own."""
    noon = timezone.localtime(timezone=site.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    ago = (timezone.now() - (noon - timedelta(days=3))).total_seconds() / 3600
    for hours, channel, result in ((0, "phone", "no_answer"), (11, "text", "sent_no_reply")):
        tried(0, channel, result, hours=ago - hours)
    assert unreached.tally(call.departure).days == 1


# The next attempt

MONDAY = (2026, 6, 1)


@pytest.fixture
def proposed(call):
    """What is proposed after attempts at these times on a Monday: `proposed((10, 0, "phone"))`; `now` is ten minutes
    after the last.
    """

    def propose(*attempts, weekday=MONDAY):
        zone = call.departure.site.zone
        made = [
            call.attempts.model(channel=channel, result="no_answer", occurred_at=datetime(*weekday, h, m, tzinfo=zone))
            for h, m, channel in attempts
        ]
        now = made[-1].occurred_at + timedelta(minutes=10)
        gate = contact_permissions.gate_of(call.departure, at=now)
        found = next_attempts.propose(call, attempts=made, gate=gate, now=now)
        return found and (found.at.astimezone(zone), found.channel)

    return propose


@pytest.mark.parametrize("hour", [9, 11, 13, 15, 16])
def test_an_urgent_one_is_tried_again_the_same_day_at_another_hour_in_another_way(proposed, hour):
    when, channel = proposed((hour, 5, "phone"))
    assert (when.year, when.month, when.day) == MONDAY
    assert when.hour * 60 - (hour * 60 + 5) >= 115
    assert channel == Channel.TEXT


def test_late_at_night_it_is_tomorrow_and_not_at_that_hour(proposed):
    when, channel = proposed((21, 0, "phone"))
    assert (when.date().day, channel) == (2, Channel.TEXT)


def test_one_that_can_wait_is_tried_on_a_working_day(proposed, call):
    call.plan.response_level = "some_concern"
    when, channel = proposed((10, 0, "phone"), weekday=(2026, 6, 5))
    assert when.strftime("%a") == "Mon"
    assert abs(when.hour - 10) >= 2
    assert channel == Channel.TEXT


def test_it_is_proposed_within_the_hours_they_gave(proposed, allows):
    for channel in ("phone", "text"):
        allows(channel, "full", safe_from=time(17, 30), safe_until=time(18, 30))
    when, _channel = proposed((10, 0, "phone"))
    assert (when.hour, when.minute) == (17, 30)


def test_a_way_that_was_not_asked_about_is_never_proposed(proposed, allows):
    allows("text", "none")
    _when, channel = proposed((10, 0, "phone"))
    assert channel == Channel.PHONE


def test_the_proposal_is_one_tap(call, tried, signed_in, therapist):
    tried(0)
    browser, address = signed_in(therapist), reverse("next-attempt", args=[call.pk])
    html = browser.get(address).content.decode()
    shown = dict(re.findall(r'name="(to|channel)" value="([^"]+)"', html))
    assert browser.post(address, shown).status_code == 302
    call.refresh_from_db()
    assert call.due_at == datetime.fromisoformat(shown["to"])
    assert call.channel == shown["channel"]
    assert call.reminders.filter(state="scheduled", step=0).get().due_at == call.due_at
    assert [each.deed for each in call.changes.all()] == ["changed", "moved"]


def test_a_proposal_whose_channel_was_closed_meanwhile_changes_nothing(call, tried, allows, signed_in, therapist):
    tried(0)
    allows("text", "none")
    to = (timezone.now() + timedelta(days=1)).isoformat()
    before = call.due_at
    answer = signed_in(therapist).post(reverse("next-attempt", args=[call.pk]), {"to": to, "channel": "text"})
    assert answer.status_code == 422
    call.refresh_from_db()
    assert call.due_at == before


# The decision


@pytest.fixture
def propose(met, signed_in):
    def post(person, choice, words="Tried everything we may"):
        return signed_in(person).post(reverse("decide-status", args=[met.pk]), {"choice": choice, "words": words})

    return post


@pytest.fixture
def answer(signed_in):
    def post(person, answer):
        address = reverse("answer-decision", args=[StatusDecision.objects.latest("pk").pk])
        return signed_in(person).post(address, {"answer": answer}, follow=True).content.decode()

    return post


def test_a_tap_on_done_leads_to_the_decision(met, signed_in, therapist):
    answer = signed_in(therapist).post(reverse("complete-follow-up", args=[tasks(met).get().pk]))
    assert answer.url == reverse("decide-status", args=[met.pk])
    assert tasks(met).exists()


def test_a_proposal_alone_changes_nothing(met, propose, therapist):
    propose(therapist, "open_door")
    assert tasks(met).exists()
    assert met.follow_ups.open().exclude(channel="").exists()


@pytest.mark.parametrize("turn", [("therapist", "supervisor"), ("supervisor", "therapist")])
def test_clinician_and_supervisor_decide_in_either_order(met, propose, answer, request, turn):
    one, other = (request.getfixturevalue(each) for each in turn)
    propose(one, "open_door")
    answer(other, "agree")
    assert not tasks(met).exists()
    assert not met.follow_ups.open().exclude(channel="").exists()
    dropped = met.follow_ups.filter(state=FollowUp.State.NOT_NEEDED)
    assert {each.changes.last().reason for each in dropped} == {"Ended, with an open door"}
    decided = StatusDecision.objects.get()
    assert (decided.proposed_by, decided.answered_by, decided.is_agreed) == (one, other, True)


@pytest.mark.parametrize("turn", [("therapist", "supervisor"), ("supervisor", "therapist")])
def test_the_other_one_is_told_that_something_is_proposed(met, propose, mail_server, request, turn):
    one, other = (request.getfixturevalue(each) for each in turn)
    propose(one, "open_door")
    deliveries.drain()
    told = {mail["To"] for mail in mail_server.accepted if mail["Subject"] == notices.SECOND.subject}
    assert told == {other.email}


def test_to_keep_trying_keeps_the_calls_and_begins_to_count_anew(met, propose, answer, tried, therapist, supervisor):
    propose(therapist, "keep_trying")
    answer(supervisor, "agree")
    assert met.follow_ups.open().exclude(channel="").exists()
    tried(0)
    assert not tasks(met).exists()
    assert unreached.tally(met).days <= 1


def test_nobody_agrees_with_themselves(met, propose, answer, supervisor):
    propose(supervisor, "open_door")
    assert "It takes another person" in answer(supervisor, "agree")
    assert tasks(met).exists()
    yes = {"is_agreed": True, "answered_by": supervisor, "answered_at": timezone.now()}
    with pytest.raises(IntegrityError, match="agreed_by_somebody_else"), transaction.atomic():
        StatusDecision.objects.update(**yes)


def test_two_without_a_supervisor_are_not_enough_also_for_the_database(met, propose, therapist, hire):
    propose(therapist, "open_door")
    colleague, decision = hire("Cleo Colleague", Role.THERAPIST), StatusDecision.objects.get()
    with pytest.raises(decisions.NeedsTheOther):
        decisions.agree(decision, by=colleague)
    yes = {"is_agreed": True, "answered_by": colleague, "answered_at": timezone.now()}
    with pytest.raises(IntegrityError, match="is a supervisor"), transaction.atomic():
        StatusDecision.objects.update(**yes)


def test_a_no_makes_room_for_another_proposal(met, propose, answer, therapist, supervisor):
    propose(therapist, "open_door")
    assert propose(supervisor, "welfare_check").status_code == 422
    answer(supervisor, "decline")
    assert propose(supervisor, "welfare_check").status_code == 302
    assert tasks(met).exists()


def test_a_decision_never_changes(met, propose, answer, therapist, supervisor):
    propose(therapist, "keep_trying")
    answer(supervisor, "agree")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        StatusDecision.objects.update(choice="open_door")


def test_of_two_who_answer_at_once_one_is_told(transactional_db, met, propose, therapist, supervisor, monkeypatch):
    propose(therapist, "open_door")
    decision, told = StatusDecision.objects.get(), []
    meet_after(monkeypatch, decisions.clock, "now")

    def answer(verb):
        try:
            verb(decision, by=supervisor)
        except decisions.AlreadyAnswered:
            told.append(verb)

    both(lambda: answer(decisions.agree), lambda: answer(decisions.decline))
    assert len(told) == 1
