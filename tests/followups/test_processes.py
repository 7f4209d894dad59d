"""Real programs, killed for real: a reminder goes out once, or is marked where nobody can know."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups import notices
from followups.models import Delivery, DeliveryEnd, Heartbeat, Reminder
from sessions_app.models import DepartureEvent
from tests.conftest import PASSWORD
from tests.followups.programs import Doorway, Visitor, eventually, keep_real_password, kill

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
State, Result = Delivery.State, DeliveryEnd.Result


@pytest.fixture
def doorway(transactional_db, mail_server, tmp_path):
    running = Doorway(tmp_path, mail_port=mail_server.port)
    yield running
    running.stop()


@pytest.fixture
def visitor(doorway, therapist):
    """The therapist, signed in over HTTP with their password."""
    doorway.start_web()
    keep_real_password(therapist)
    person = Visitor(doorway.url)
    assert person.sign_in(therapist.email, PASSWORD) == reverse("now")
    return person


def log_and_set_level(visitor, session, level):
    """What a therapist does on the live page: one tap, then the level."""
    tapped = uuid.uuid4()
    assert visitor.post(reverse("start-departure"), id=tapped, session=session.pk) == reverse(
        "departure", args=[tapped]
    )
    visitor.post(reverse("set-level", args=[tapped]), level=level, op_id=uuid.uuid4())
    return DepartureEvent.objects.get(pk=tapped)


def swept_twice_more():
    """Two more rounds of beat and worker: what they were to repeat, they would have repeated."""
    for _round in range(2):
        asked_at = timezone.now()
        eventually(lambda asked_at=asked_at: Heartbeat.objects.filter(beat_at__gt=asked_at).exists())


def results():
    return list(DeliveryEnd.objects.order_by("pk").values_list("result", flat=True))


def test_a_promise_that_falls_due_is_told_once(doorway, visitor, session, client_0417, mail_server):
    departure = log_and_set_level(visitor, session, "elevated")
    doorway.start_beat()
    doorway.start_worker()
    eventually(Heartbeat.objects.exists)
    assert mail_server.accepted == []
    first = Reminder.objects.filter(follow_up__departure=departure).earliest("due_at")
    Reminder.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    eventually(Delivery.objects.filter(state=State.SENT).exists)
    swept_twice_more()
    [mail] = mail_server.accepted
    assert (mail["To"], mail["Subject"]) == (first.recipient.email, notices.SUBJECT)
    assert f"{doorway.url}/follow-ups/" in mail.get_content()
    for word in (client_0417.reference, client_0417.preferred_name, str(departure.pk), first.follow_up.title):
        assert word not in mail.get_content() + str(mail["Subject"])
    assert Delivery.objects.get().starts.get().end.result == Result.SENT
    assert '"is_ready": true' in visitor.get(reverse("readyz"))


def kill_in_the_middle(doorway, mail_server, *, when):
    """Let a worker begin its talk with the mail server, then kill it and all its children."""
    mail_server.stall = when
    worker = doorway.start_worker()
    doorway.start_beat()
    assert mail_server.reached.wait(60), worker.last_words()
    held = Delivery.objects.get()
    kill(worker)
    assert held.state == State.LEASED
    assert held.starts.filter(end=None).count() == 1
    mail_server.stall = None
    mail_server.go_on.set()
    return held


def test_a_worker_killed_before_the_mail_was_accepted_loses_nothing(doorway, one_due, mail_server):
    held = kill_in_the_middle(doorway, mail_server, when="before")
    assert mail_server.accepted == []
    doorway.start_worker()
    swept_twice_more()
    assert mail_server.accepted == []  # the lease of the dead still runs
    Delivery.objects.filter(pk=held.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    eventually(Delivery.objects.filter(state=State.SENT).exists)
    swept_twice_more()
    assert [mail["To"] for mail in mail_server.accepted] == [one_due.recipient.email]
    assert results() == [Result.LOST, Result.SENT]


def test_a_worker_killed_after_the_mail_was_accepted_makes_a_marked_repeat(doorway, one_due, mail_server):
    held = kill_in_the_middle(doorway, mail_server, when="after")
    assert len(mail_server.accepted) == 1
    Delivery.objects.filter(pk=held.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    doorway.start_sweeper()  # the other clock: no worker is left
    eventually(Delivery.objects.filter(state=State.SENT).exists)
    swept_twice_more()
    first, second = mail_server.accepted
    assert notices.REPEAT not in first.get_content()
    assert notices.REPEAT in second.get_content()
    assert first["Message-ID"] == second["Message-ID"] != ""
    assert results() == [Result.LOST, Result.SENT]


def test_reminders_go_out_without_redis(doorway, one_due, mail_server):
    doorway.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
    doorway.start_sweeper()
    eventually(Delivery.objects.filter(state=State.SENT).exists)
    swept_twice_more()
    assert [mail["To"] for mail in mail_server.accepted] == [one_due.recipient.email]
