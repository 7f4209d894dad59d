"""Real programs, killed for real: a reminder goes out once, or is marked where nobody can know."""

import http.server
import io
import sys
import threading
import time
import uuid
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from kombu import Connection

from followups import deliveries, heartbeats, notices, reminders, tasks
from followups.models import Delivery, DeliveryEnd, DeliveryStart, Heartbeat, Reminder
from sessions_app.models import DepartureEvent
from tests.conftest import PASSWORD
from tests.databases import database_url
from tests.followups.programs import Doorway, Visitor, eventually, keep_real_password, kill

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
State, Result = Delivery.State, DeliveryEnd.Result


@pytest.fixture
def doorway(transactional_db, mail_server, tmp_path, collected):
    running = Doorway(tmp_path, mail_port=mail_server.port, static=collected)
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


def swept():
    """The clocks that have swept."""
    return Heartbeat.objects.filter(clock__in=heartbeats.CLOCKS)


def swept_twice_more():
    """Two more rounds of beat and worker: what they were to repeat, they would have repeated."""
    for _round in range(2):
        asked_at = timezone.now()
        eventually(lambda asked_at=asked_at: swept().filter(beat_at__gt=asked_at).exists())


def results():
    return list(DeliveryEnd.objects.order_by("pk").values_list("result", flat=True))


def test_a_promise_that_falls_due_is_told_once(doorway, visitor, session, client_0417, mail_server):
    departure = log_and_set_level(visitor, session, "elevated")
    doorway.start_beat()
    doorway.start_worker()
    eventually(swept().exists)
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


def test_two_of_each_program_at_once_send_each_message_once(doorway, all_due, mail_server):
    """As on several machines: a worker for each queue, one for both, two beats, two sweepers."""
    doorway.start_worker("-Q", "urgent", "-n", "urgent@%h")
    doorway.start_worker("-Q", "routine", "-n", "routine@%h")
    doorway.start_worker("-n", "both@%h")
    for _twice in range(2):
        doorway.start_beat()
        doorway.start_sweeper()
    sent = Delivery.objects.filter(state=State.SENT)
    eventually(lambda: sent.count() == len(all_due))
    eventually(lambda: swept().count() == 2)
    swept_twice_more()
    assert len(mail_server.accepted) == len(all_due)
    assert set(results()) == {Result.SENT}


def test_a_worker_kept_free_for_the_urgent_leaves_routine_to_others(doorway, all_due, mail_server):
    urgent, *routine = all_due
    Reminder.objects.filter(pk__in=[each.pk for each in routine]).update(lane=Reminder.Lane.ROUTINE)
    reminders.sweep(clock_name="test")  # so that the routine ones wait to be sent as well
    doorway.start_worker("-Q", "urgent")
    doorway.start_beat()
    eventually(lambda: Delivery.objects.filter(reminder=urgent, state=State.SENT).exists())
    time.sleep(3)  # three rounds of a beat of one second
    assert len(mail_server.accepted) == 1


@pytest.fixture
def two_batches(therapist):
    """More messages than one sender takes at once."""
    facts = {"kind": Delivery.Kind.NOT_SENT, "channel": "email", "lane": Reminder.Lane.URGENT}
    rows = [
        Delivery(key=f"not_sent:{n}:email:{therapist.pk}", recipient=therapist, next_at=timezone.now(), **facts)
        for n in range(2 * deliveries.BATCH)
    ]
    return Delivery.objects.bulk_create(rows)


def test_one_call_brings_in_every_sender_of_a_worker(doorway, two_batches, mail_server):
    mail_server.stall = "before"
    doorway.start_worker("--concurrency", "2")
    with Connection(doorway.env["REDIS_URL"]) as broker:
        tasks.drain.apply_async(connection=broker)
    talking = DeliveryStart.objects.values("worker").distinct()
    eventually(lambda: talking.count() == 2, what="a second sender")
    mail_server.go_on.set()
    eventually(lambda: Delivery.objects.filter(state=State.SENT).count() == len(two_batches))
    assert len(mail_server.accepted) == len(two_batches)


def test_a_sender_that_can_call_nobody_does_it_all_alone(doorway, two_batches, mail_server):
    doorway.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
    drain = "import django; django.setup(); from followups import tasks; tasks.drain()"
    alone = doorway.start("drain", [sys.executable, "-c", drain])
    assert alone.process.wait(60) == 0, alone.last_words()
    assert len(mail_server.accepted) == len(two_batches)


def test_a_killed_auditor_starves_the_switch_and_pages_say_so(doorway, visitor, therapist, dead_man, mail_server):
    """W3, with a role that may read the queue and nothing else."""
    doorway.env |= {"AUDIT_SECONDS": "1", "DEADMAN_URL": dead_man.url, "AUDIT_DATABASE_URL": dead_man.reader()}
    doorway.start_worker()
    doorway.start_beat()
    doorway.start_sweeper()
    eventually(lambda: swept().count() == 2)
    auditor = doorway.start_auditor()
    eventually(lambda: len(dead_man.heard) > 1, what=f"a ping: {auditor.last_words()}")
    assert set(dead_man.heard) == {("GET", "/alive", None)}
    kill(auditor)
    before = len(dead_man.heard)
    Heartbeat.objects.filter(clock="audit").update(beat_at=timezone.now() - timedelta(seconds=181))
    eventually(lambda: "Reminders may not be going out." in visitor.get(reverse("me")))  # a page asks every 15 s
    assert len(dead_man.heard) == before


class DeadMan:
    """The switch outside, and a role of its own for the auditor."""

    ROLE = "doorway_audit_w3"

    def __init__(self):
        self.heard = heard = []

        class Door(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append((self.command, self.path, self.headers.get("Content-Length")))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alive"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reader(self):
        said = io.StringIO()
        call_command("create_audit_role", "--name", self.ROLE, stdout=said)
        address = urlsplit(database_url())
        who = f"{self.ROLE}:{quote(said.getvalue().split()[-1])}"
        return address._replace(netloc=f"{who}@{address.hostname}:{address.port}").geturl()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {self.ROLE}")
            cursor.execute(f"DROP ROLE {self.ROLE}")


@pytest.fixture
def dead_man(transactional_db):
    switch = DeadMan()
    yield switch
    switch.stop()
