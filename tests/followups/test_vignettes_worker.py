"""Vignettes 8 and 11 to 14 of the clinic, with a real worker and a real mail server."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Role
from followups import absences, contact_attempts, due_times, follow_ups, reminders
from followups.heartbeats import CLOCKS
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
        eventually(lambda asked_at=asked_at: Heartbeat.objects.filter(clock__in=CLOCKS, beat_at__gt=asked_at).exists())


def told(reminder):
    """How many messages about the follow-up of this reminder reached the mail server."""
    return Delivery.objects.filter(reminder=reminder, state=State.SENT).count()


def test_a_worker_that_was_down_for_six_hours_tells_each_overdue_promise_once(doorway, planned, mail_server):
    """Vignette 12. It had worked before; what fell due while it was down is told when it is back, and only then."""
    doorway.start_beat()
    worker = doorway.start_worker()
    eventually(Heartbeat.objects.filter(clock__in=CLOCKS).exists)
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
    reminders.timed(reminder, timezone.now() + timedelta(seconds=6)).save()
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


def test_after_never_contact_me_again_only_what_is_among_staff_is_told(doorway, all_due, therapist, mail_server):
    """Vignette 8. Everything was due; no message asks anybody to contact this client any more."""
    departure = all_due[0].follow_up.departure
    call = departure.follow_ups.open().exclude(channel="").first()
    said = ContactAttempt.Result.REACHED_NO_CONTACT
    contact_attempts.record(call, op_id=uuid.uuid4(), channel="phone", result=said, by=therapist)
    among_staff = departure.follow_ups.open()
    assert set(among_staff.values_list("channel", flat=True)) == {""}
    late = Reminder.objects.filter(step=0, follow_up__in=among_staff, due_at__lt=timezone.now())
    assert late.exists()
    doorway.start_beat()
    doorway.start_worker()
    eventually(lambda: all(told(each) for each in late))
    swept_twice_more()
    sent = Delivery.objects.exclude(reminder=None).exclude(state=State.STOPPED)
    assert set(sent.values_list("reminder__follow_up__channel", flat=True)) == {""}
    assert len(mail_server.accepted) == sent.count()


def test_while_the_supervisor_is_on_leave_the_cover_is_told_and_nobody_else(
    doorway, planned, therapist, supervisor, hire, mail_server
):
    """Vignette 14. The supervisor's task falls due on a day of the leave; the hand-off note stays behind sign-in."""
    vera, today = hire("Vera Vice", Role.SUPERVISOR), timezone.localdate(timezone=supervisor.zone)
    task = planned.follow_ups.open().filter(owner=supervisor).earliest("due_at")
    follow_ups.move(task, to=timezone.now(), reason="Now", by=supervisor)
    leave = {"starts_on": today, "ends_on": today + timedelta(days=2)}
    absences.enter(person=supervisor, cover=vera, note="rareword", by=supervisor, **leave)
    doorway.start_beat()
    doorway.start_worker()
    eventually(Delivery.objects.filter(reminder__follow_up=task, state=State.SENT).exists)
    swept_twice_more()
    assert {mail["To"] for mail in mail_server.accepted} == {vera.email}
    assert not any(b"rareword" in mail.as_bytes() for mail in mail_server.accepted)
