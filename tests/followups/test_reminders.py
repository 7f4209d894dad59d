"""The sweep turns what is due into messages: however late, once, and for nobody who does not need it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from followups import deliveries, follow_ups, reminders
from followups.models import Delivery, Heartbeat, Reminder
from sessions_app.models import ResponseLevel
from tests.followups.races import both, meet_after

State = Reminder.State


def sweep():
    return reminders.sweep(clock_name="test")


def test_what_lies_ahead_waits(planned):
    assert reminders.sweep_batch() == 0  # one batch: what came again and again would keep a whole sweep busy for ever
    assert not Delivery.objects.exists()
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.SCHEDULED}


def test_what_was_due_weeks_ago_goes_out_all_the_same(all_due):
    assert sweep() == len(all_due) == Delivery.objects.count()
    assert {each.state for each in Reminder.objects.filter(step=0)} == {State.FIRED}
    assert {each.state for each in Reminder.objects.filter(step__gt=0)} == {State.SCHEDULED}, "the owner is asked first"


def test_only_what_is_due_of_a_plan_goes_out(one_due):
    assert sweep() == 1
    assert Delivery.objects.get().reminder == one_due


def test_sweeping_again_adds_nothing(all_due):
    sweep()
    assert sweep() == 0
    assert Delivery.objects.count() == len(all_due)


def test_a_follow_up_that_was_closed_reminds_nobody(one_due, therapist):
    follow_ups.complete(one_due.follow_up, by=therapist)
    sweep()
    deliveries.drain()
    assert not Delivery.objects.exists()
    assert mail.outbox == []


def test_closing_stops_a_message_that_already_waits(one_due, therapist):
    sweep()
    follow_ups.complete(one_due.follow_up, by=therapist)
    deliveries.drain()
    assert Delivery.objects.get().state == Delivery.State.STOPPED
    assert mail.outbox == []


def test_moving_stops_a_message_that_already_waits(one_due, therapist):
    sweep()
    tomorrow = timezone.now() + timedelta(days=1)
    follow_ups.move(one_due.follow_up, to=tomorrow, reason="Agreed", by=therapist)
    deliveries.drain()
    assert mail.outbox == []
    assert one_due.follow_up.reminders.filter(state=State.SCHEDULED, step=0).count() == 1


def test_moving_to_now_reminds_again(one_due, therapist):
    sweep()
    deliveries.drain()
    follow_ups.move(one_due.follow_up, to=timezone.now(), reason="Try again", by=therapist)
    sweep()
    deliveries.drain()
    assert len(mail.outbox) == 2


def test_the_supervisor_is_told_where_the_therapist_has_left(all_due, therapist, supervisor):
    therapist.is_active = False
    therapist.save()
    sweep()
    assert {each.recipient for each in Delivery.objects.all()} == {supervisor}


def test_nobody_left_to_tell_is_a_failure_and_not_a_silence(one_due, therapist):
    therapist.is_active = False
    therapist.save()
    sweep()
    deliveries.drain()
    assert Delivery.objects.get().state == Delivery.State.FAILED


def test_urgent_messages_are_taken_before_older_routine_ones(all_due):
    urgent = all_due[-1]
    Reminder.objects.exclude(pk=urgent.pk).update(lane=Reminder.Lane.ROUTINE)
    sweep()
    assert [each.reminder_id for each in deliveries.claim()] == [urgent.pk, all_due[0].pk]
    assert all_due[0].told_along.count() == len(all_due) - 2, "what is routine for one person is one message"


@pytest.fixture
def six_due(transactional_db, all_due):
    """Due reminders that are committed, so that other connections see them."""
    return all_due


def test_two_sweeps_at_once_share_the_work(six_due, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    meet_after(monkeypatch, reminders, "delivery_for")  # each holds a batch of its own by then
    fired = both(sweep)
    assert sum(fired) == len(six_due)
    assert min(fired) >= 2
    assert Delivery.objects.count() == len(six_due)


def test_two_sweeps_at_once_make_one_message_of_one_reminder(transactional_db, one_due, monkeypatch):
    meet_after(monkeypatch, reminders, "delivery_for")
    assert sorted(both(sweep)) == [0, 1]
    assert Delivery.objects.count() == 1


def test_the_key_alone_keeps_a_reminder_from_being_told_twice(one_due):
    sweep()
    Reminder.objects.filter(pk=one_due.pk).update(state=State.SCHEDULED)  # as if it had been forgotten
    sweep()
    assert Delivery.objects.count() == 1


def test_the_sweeper_needs_neither_redis_nor_celery(one_due, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("sweeper", "--once")
    assert Delivery.objects.get().state == Delivery.State.SENT
    assert [each.to for each in mail.outbox] == [[one_due.recipient.email]]


def test_a_site_where_no_clock_ever_swept_is_not_ready(db, client):
    assert client.get(reverse("readyz")).status_code == 503


def test_a_sweep_makes_the_site_ready(db, client):
    call_command("sweeper", "--once")
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 200
    assert list(answer.json()["sweep_age_seconds"]) == ["sweeper"]


def test_a_clock_that_stopped_makes_the_site_not_ready(one_due, client):
    sweep()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert client.get(reverse("readyz")).status_code == 503


def test_one_clock_of_two_is_enough(db, client):
    Heartbeat.objects.create(clock="beat", beat_at=timezone.now() - timedelta(hours=1))
    sweep()
    assert client.get(reverse("readyz")).status_code == 200


def test_readyz_says_how_late_reminders_are_and_nothing_about_anybody(one_due, client, client_0417, therapist):
    answer = client.get(reverse("readyz"))
    assert 270 <= answer.json()["oldest_overdue_reminder_seconds"] <= 360
    for word in (client_0417.preferred_name, therapist.name, therapist.email, str(one_due.follow_up.departure_id)):
        assert word not in answer.content.decode()


def test_a_level_of_no_concern_is_told_in_the_routine_lane(set_level):
    set_level(ResponseLevel.NONE_IDENTIFIED, ago=timedelta(days=30))
    sweep()
    assert set(Delivery.objects.values_list("lane", flat=True)) == {Reminder.Lane.ROUTINE}
