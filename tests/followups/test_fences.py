"""What only shows when something goes wrong in the middle: leases, fences, clocks and connections."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from followups import deliveries, follow_ups, notices, reminders
from followups.models import Delivery, DeliveryStart, FollowUp, Reminder
from followups.post import Verdict
from tests.followups.mail_server import DROP
from tests.followups.races import Held

State = Delivery.State


@pytest.mark.parametrize("may_be_repeat", [False, True], ids=["everyday", "at length"])
def test_the_lease_covers_each_talk_whole_however_long_the_batch_took(waiting, may_be_repeat):
    Delivery.objects.update(may_be_repeat=may_be_repeat)
    [held] = deliveries.claim()
    nearly_over = timezone.now() + timedelta(seconds=5)
    Delivery.objects.update(lease_until=nearly_over)
    with time_machine.travel(timezone.now() - timedelta(hours=2), tick=True):  # the sender's own clock says nothing
        assert deliveries.begin(held)
    assert Delivery.objects.get().lease_until > nearly_over + timedelta(seconds=60)


def test_the_start_stands_in_the_database_before_the_server_has_the_mail(transactional_db, mail_server, waiting):
    mail_server.stall = "before"
    sender = threading.Thread(target=drain_and_close, daemon=True)
    sender.start()
    assert mail_server.reached.wait(20)
    try:
        assert mail_server.accepted == []
        assert DeliveryStart.objects.filter(end=None).count() == 1
        assert Delivery.objects.get().state == State.LEASED
    finally:
        mail_server.go_on.set()
        sender.join(20)


def drain_and_close():
    try:
        deliveries.drain()
    finally:
        connection.close()


def test_nothing_is_done_before_its_end_is_known(mail_server, waiting):
    mail_server.will_answer = ["451 Try later"]
    assert deliveries.drain() == 0
    assert Delivery.objects.get().state == State.PENDING


@pytest.mark.parametrize("hours", [2, -2])
def test_a_worker_whose_clock_is_wrong_sends_what_is_due_and_nothing_else(hours, mail_server, all_due):
    soon = all_due[-1]
    Reminder.objects.filter(pk=soon.pk).update(due_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
        reminders.sweep(clock_name="test")
        sent = deliveries.drain()
    assert sent == len(mail_server.accepted) == len(all_due) - 1
    soon.refresh_from_db()
    assert soon.state == Reminder.State.SCHEDULED


def test_a_reminder_of_last_year_is_still_told(mail_server, one_due):
    Reminder.objects.filter(pk=one_due.pk).update(due_at=timezone.now() - timedelta(days=365))
    assert reminders.sweep(clock_name="test") == 1
    assert deliveries.drain() == 1


def test_what_is_urgent_overtakes_what_has_waited_longer(mail_server, all_due, supervisor, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 1)
    *older, newest = all_due
    Reminder.objects.filter(pk__in=[each.pk for each in older]).update(lane=Reminder.Lane.ROUTINE)
    Reminder.objects.filter(pk=newest.pk).update(recipient=supervisor)
    reminders.sweep_batch()
    assert Delivery.objects.get().reminder_id == newest.pk
    reminders.sweep(clock_name="test")
    deliveries.drain()
    assert mail_server.accepted[0]["To"] == supervisor.email
    assert len(mail_server.accepted) == len(all_due)


def test_after_a_dropped_line_the_rest_of_the_batch_goes_out_on_a_new_one(mail_server, all_due):
    mail_server.will_answer = [DROP]
    reminders.sweep(clock_name="test")
    assert deliveries.drain() == len(all_due) - 1
    assert Delivery.objects.filter(may_be_repeat=True).count() == 1


def test_more_than_a_batch_is_swept_and_sent_in_one_round(mail_server, all_due, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    monkeypatch.setattr(deliveries, "BATCH", 2)
    assert reminders.sweep(clock_name="test") == len(all_due)
    assert deliveries.drain() == len(all_due)


def test_one_who_left_while_the_message_waited_is_not_mailed(mail_server, waiting, therapist):
    therapist.is_active = False
    therapist.save()
    assert deliveries.drain() == 0
    assert mail_server.accepted == []
    assert Delivery.objects.get(pk=waiting.pk).state == State.FAILED


def test_the_mark_of_a_possible_repeat_is_kept_in_the_row(waiting):
    [held] = deliveries.claim()
    deliveries.begin(held)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    deliveries.claim()
    assert Delivery.objects.get().may_be_repeat


def test_a_sender_that_wakes_late_leaves_the_row_to_the_one_who_holds_it(mail_server, waiting):
    [slow] = deliveries.claim()
    start = deliveries.begin(slow)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    [quick] = deliveries.claim()
    deliveries.finish(slow, start=start, verdict=Verdict("sent"))
    row = Delivery.objects.get()
    assert (row.state, row.lease_token) == (State.LEASED, quick.lease_token)


def test_each_try_carries_the_same_name(mail_server, waiting):
    before = notices.opaque(waiting)
    deliveries.begin(deliveries.claim()[0])
    assert notices.opaque(waiting) == before


def test_each_pause_is_longer_than_the_last_by_more_than_chance(mail_server, waiting):
    mail_server.will_answer = ["451 Try later"] * 3
    pauses = []
    for _try in range(3):
        deliveries.drain()
        pauses.append(Delivery.objects.get().next_at - timezone.now())
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert pauses[2] > 2 * pauses[0]  # four times, give or take a quarter


def test_what_was_closed_by_other_means_is_not_swept(one_due, therapist):
    closed = {"state": FollowUp.State.DONE, "closed_at": timezone.now(), "closed_by": therapist}
    FollowUp.objects.filter(pk=one_due.follow_up_id).update(**closed)
    reminders.sweep(clock_name="test")
    assert not Delivery.objects.exists()
    one_due.refresh_from_db()
    assert one_due.state == Reminder.State.STOPPED


def test_closing_stops_the_message_at_once_and_not_when_it_is_its_turn(waiting, therapist):
    follow_ups.complete(waiting.reminder.follow_up, by=therapist)
    assert Delivery.objects.get().state == State.STOPPED


@pytest.mark.parametrize("which", ["claim", "sweep"])
def test_nobody_waits_for_one_who_stands_still(which, transactional_db, all_due, monkeypatch):
    """A sender that hangs in its transaction holds its rows; the next one passes over them."""
    if which == "claim":
        reminders.sweep(clock_name="test")
    deed, module = (deliveries.claim, deliveries) if which == "claim" else (reminders.sweep_batch, reminders)
    held = Held(monkeypatch, module, "close_lost_starts" if which == "claim" else "delivery_for")
    slow = threading.Thread(target=lambda: (deed(), connection.close()), daemon=True)
    slow.start()
    assert held.reached.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    try:
        assert not deed()
    finally:
        held.let_go.set()
        slow.join(10)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
