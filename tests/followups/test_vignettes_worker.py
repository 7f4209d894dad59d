"""Vignettes 11 to 13 of the clinic, with a real worker: unreached for days, a worker that was down, a clock change."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from followups import contact_attempts, due_times, follow_ups
from followups.models import ContactAttempt, Delivery, FollowUp, Heartbeat, Reminder
from tests.followups.programs import Doorway, eventually, kill

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
State = Delivery.State


@pytest.fixture
def doorway(transactional_db, mail_server, tmp_path):
    running = Doorway(tmp_path, mail_port=mail_server.port)
    yield running
    running.stop()


def swept_twice_more():
    for _round in range(2):
        asked_at = timezone.now()
        eventually(lambda asked_at=asked_at: Heartbeat.objects.filter(beat_at__gt=asked_at).exists())


def told(reminder):
    """How many messages about the follow-up of this reminder reached the mail server."""
    return Delivery.objects.filter(reminder=reminder, state=State.SENT).count()


def test_a_worker_that_was_down_for_six_hours_tells_each_overdue_promise_once(doorway, planned, mail_server):
    """Vignette 12. It had worked before; what fell due while it was down is told when it is back, and only then."""
    doorway.start_beat()
    worker = doorway.start_worker()
    eventually(Heartbeat.objects.exists)
    kill(worker)
    first = Reminder.objects.earliest("due_at")
    others = Reminder.objects.exclude(pk=first.pk)
    Reminder.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(hours=6))
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(hours=6))
    assert mail_server.accepted == []
    doorway.start_worker()
    eventually(lambda: told(first) == 1)
    swept_twice_more()
    assert told(first) == 1
    assert len({mail["Message-ID"] for mail in mail_server.accepted}) == len(mail_server.accepted)
    assert set(others.values_list("state", flat=True)) <= {Reminder.State.SCHEDULED}


def test_nine_in_the_morning_stays_nine_across_a_clock_change(doorway, planned, therapist, mail_server):
    """Vignette 13. The instant is that of nine o'clock by the new offset, and the sender keeps to it."""
    zone = ZoneInfo("America/New_York")
    day, nine = date(2028, 3, 13), time(9)  # the day after the spring change
    follow_up = FollowUp.objects.earliest("due_at")
    wanted = datetime.combine(day, nine, tzinfo=zone)
    with time_machine.travel(timezone.now(), tick=True):
        follow_ups.move(follow_up, to=wanted, reason="Agreed", by=therapist)
    reminder = follow_up.reminders.get(step=0, state=Reminder.State.SCHEDULED)
    assert (reminder.due_on, reminder.due_wall_time) == (day, nine)
    assert reminder.due_at == due_times.instant(day, nine, zone)
    assert reminder.due_at.astimezone(ZoneInfo("UTC")).hour == 13  # before the change it would have been 14
    Reminder.objects.filter(pk=reminder.pk).update(due_at=timezone.now() + timedelta(seconds=6))
    doorway.start_sweeper()
    eventually(lambda: told(reminder) == 1)
    mail = Delivery.objects.get(reminder=reminder)
    reminder.refresh_from_db()
    assert mail.starts.get().at >= reminder.due_at  # never early


def test_attempts_that_reach_nobody_close_nothing_and_the_promise_is_told(doorway, one_due, therapist, mail_server):
    """Vignette 11. Three attempts, nobody reached: the follow-up stays open and its owner hears of it, once."""
    follow_up = one_due.follow_up
    for _day in range(3):
        contact_attempts.record(
            follow_up,
            op_id=uuid.uuid4(),
            channel="phone",
            result=ContactAttempt.Result.NO_ANSWER,
            note="",
            by=therapist,
        )
    doorway.start_beat()
    doorway.start_worker()
    eventually(lambda: told(one_due) == 1)
    swept_twice_more()
    assert told(one_due) == 1
    follow_up.refresh_from_db()
    assert follow_up.is_open
    assert follow_up.attempts.count() == 3
