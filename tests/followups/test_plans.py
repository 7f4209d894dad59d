"""A level opens a plan, in the same transaction or not at all."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups import follow_ups, policies
from followups.models import FollowUp, FollowUpPlan, PolicyTask, Reminder
from sessions_app import departures, levels, reports
from sessions_app.models import ResponseLevel
from tests.followups.races import Held, both

State = FollowUp.State


def standing_plan(departure):
    return departure.plans.get(superseded_at=None)


def open_tasks(departure):
    return departure.follow_ups.open().order_by("due_at", "pk")


def waiting(departure):
    return Reminder.objects.filter(follow_up__departure=departure, state=Reminder.State.SCHEDULED, step=0)


@pytest.mark.parametrize("level", ResponseLevel.values)
def test_each_level_opens_the_plan_its_policy_asks_for(set_level, departure, level):
    set_level(level)
    asked = PolicyTask.objects.filter(response_level=level).order_by("position")
    promised = standing_plan(departure).follow_ups.order_by("position")
    facts = ["title", "script", "channel"]
    assert list(promised.values_list(*facts)) == list(asked.values_list(*facts))
    assert waiting(departure).count() == asked.count()


def test_a_client_who_is_gone_gets_the_plan_for_not_knowing(departure, therapist):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    plan = standing_plan(departure)
    assert plan.response_level == ResponseLevel.UNABLE_TO_ASSESS
    assert plan.opened_by == therapist


@pytest.mark.parametrize(
    ("level", "lane"),
    [
        (ResponseLevel.IMMEDIATE, Reminder.Lane.URGENT),
        (ResponseLevel.ELEVATED, Reminder.Lane.URGENT),
        (ResponseLevel.UNABLE_TO_ASSESS, Reminder.Lane.URGENT),
        (ResponseLevel.SOME_CONCERN, Reminder.Lane.ROUTINE),
        (ResponseLevel.NONE_IDENTIFIED, Reminder.Lane.ROUTINE),
    ],
)
def test_reminders_of_urgent_levels_take_the_urgent_lane(set_level, departure, level, lane):
    set_level(level)
    assert set(waiting(departure).values_list("lane", flat=True)) == {lane}


def test_a_supervisors_task_is_owned_by_the_supervisor_of_today(supervisor, former_supervisor, set_level, departure):
    set_level(ResponseLevel.IMMEDIATE)
    assert open_tasks(departure).get(title="Acknowledge and take part").owner == supervisor


def test_without_a_supervisor_the_therapist_keeps_every_promise(set_level, departure, therapist):
    set_level(ResponseLevel.IMMEDIATE)
    assert {each.owner for each in open_tasks(departure)} == {therapist}


def test_the_same_level_twice_is_one_plan(set_level, departure):
    set_level(ResponseLevel.ELEVATED)
    before = list(open_tasks(departure))
    set_level(ResponseLevel.ELEVATED)
    assert list(open_tasks(departure)) == before
    assert FollowUpPlan.objects.count() == 1


def test_another_level_replaces_the_plan_and_stops_its_reminders(set_level, departure):
    set_level(ResponseLevel.SOME_CONCERN)
    old = standing_plan(departure)
    set_level(ResponseLevel.IMMEDIATE)
    assert {each.state for each in old.follow_ups.all()} == {State.REPLACED}
    assert not waiting(departure).filter(follow_up__plan=old).exists()
    assert standing_plan(departure).response_level == ResponseLevel.IMMEDIATE
    assert waiting(departure).count() == open_tasks(departure).count() > 0


def test_taking_the_level_back_withdraws_the_plan(set_level, departure, therapist):
    set_level(ResponseLevel.ELEVATED)
    levels.take_back_level(departure, op_id=uuid.uuid4(), by=therapist)
    assert not departure.plans.filter(superseded_at=None).exists()
    assert not open_tasks(departure).exists()
    assert not waiting(departure).exists()


def test_a_client_who_is_still_here_after_all_needs_no_plan(departure, therapist):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    departures.undo_gone(departure, by=therapist)
    assert not open_tasks(departure).exists()
    assert not waiting(departure).exists()


def test_a_departure_started_by_mistake_reminds_nobody(set_level, departure, signed_in, therapist):
    set_level(ResponseLevel.IMMEDIATE)
    signed_in(therapist).post(reverse("void-departure", args=[departure.pk]), {"reason": "Wrong button"})
    assert not open_tasks(departure).exists()
    assert not waiting(departure).exists()


def test_a_client_who_asked_for_no_contact_is_not_contacted(supervisor, set_level, departure, client_0417):
    client_0417.asked_for_no_contact = True
    client_0417.save()
    set_level(ResponseLevel.ELEVATED)
    assert {(each.title, each.owner) for each in open_tasks(departure)} == {
        ("Review with the therapist", supervisor),
        ("Review: asked for no contact", departure.therapist),
        ("Give your view: the client asked for no contact", supervisor),
    }


def test_where_a_policy_says_nothing_of_it_people_think_about_it_all_the_same(
    set_level, departure, client_0417, admin, adopted
):
    newer = policies.draft(by=admin)
    for row in [*newer.tasks.filter(channel=""), *newer.overlays.all()]:
        policies.remove(row, by=admin)
    policies.adopt(newer, by=adopted.adopted_by)
    client_0417.asked_for_no_contact = True
    client_0417.save()
    set_level(ResponseLevel.NONE_IDENTIFIED)
    assert [(each.title, each.channel) for each in open_tasks(departure)] == [("Review: asked for no contact", "")]


def test_time_runs_from_the_tap_not_from_its_arrival(set_level, departure):
    set_level(ResponseLevel.IMMEDIATE, ago=timedelta(hours=6))
    first = open_tasks(departure).first()
    late_by = timezone.now() - first.due_at
    assert timedelta(hours=5, minutes=44) < late_by < timedelta(hours=5, minutes=47)


def test_a_new_policy_does_not_touch_plans_that_run(planned, admin, adopted):
    facts = ["title", "due_at", "source", "script"]
    before = list(open_tasks(planned).values_list(*facts))
    newer = policies.draft(by=admin)
    for task in newer.tasks.all():
        policies.change(task, by=admin, title="Stricter", after_minutes=1, source="Ours")
    policies.adopt(newer, by=adopted.adopted_by)
    assert list(open_tasks(planned).values_list(*facts)) == before
    assert policies.in_force() == newer


def test_a_check_in_time_in_the_signed_report_moves_the_first_contact(planned, therapist):
    first, second, *_rest = open_tasks(planned).exclude(channel="")
    at = timezone.now().replace(microsecond=0) + timedelta(minutes=50)
    report = reports.draft_for(planned, by=therapist)
    reports.save_draft(report, by=therapist, check_in_at=at)
    reports.sign(report, by=therapist)
    second_due = second.due_at
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.due_at, second.due_at) == (at, second_due)
    assert first.changes.get().reason == "Chosen in the report"
    assert waiting(planned).get(follow_up=first).due_at == at


def test_the_plan_says_who_when_and_how(planned, therapist, supervisor, signed_in):
    shown = signed_in(therapist).get(reverse("plan", args=[planned.pk])).content.decode()
    assert "Call today" in shown
    assert therapist.name in shown
    assert supervisor.name in shown
    assert "Phone call" in shown
    first = open_tasks(planned).first()
    assert first.due_at.astimezone(therapist.zone).strftime("%H:%M") in shown
    assert "Product default: same day, aim for two hours" in shown


def test_the_plan_names_who_adopted_the_policy(adopted, therapist, set_level, departure, signed_in):
    set_level(ResponseLevel.ELEVATED)
    shown = signed_in(therapist).get(reverse("plan", args=[departure.pk])).content.decode()
    assert f"adopted by {adopted.adopted_by.name}" in shown


def test_a_stranger_does_not_see_the_plan(planned, stranger, former_supervisor, admin, signed_in):
    address = reverse("plan", args=[planned.pk])
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(former_supervisor).get(address).status_code == 404
    assert signed_in(admin).get(address).status_code == 403


def test_a_promise_dropped_while_the_plan_is_replaced_stays_dropped(
    transactional_db, planned, set_level, therapist, monkeypatch
):
    first = open_tasks(planned).first()
    held = Held(monkeypatch, follow_ups, "note", seconds=1)  # the drop is written, and not yet committed

    def drop():
        follow_ups.drop(first, reason="Back in care", by=therapist)

    def replace():
        held.reached.wait()
        set_level(ResponseLevel.IMMEDIATE)

    both(drop, replace)
    first.refresh_from_db()
    assert first.state == State.NOT_NEEDED
    assert [each.reason for each in first.changes.all()] == ["Back in care"]
