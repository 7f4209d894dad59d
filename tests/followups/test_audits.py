"""Who watches the watchman: an auditor that only reads, a switch outside that starves, a banner on every page."""

import http.server
import threading
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from followups import audits, canaries, deliveries, notices, reminders
from followups.models import Delivery, Heartbeat, Reminder

BANNER = "Reminders may not be going out."


@pytest.fixture
def switch(settings):
    """The dead-man switch outside: counts what reaches it."""
    heard = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append((self.path, self.headers.get("Content-Length")))
            self.send_response(302 if self.path == "/elsewhere" else 200)
            self.send_header("Location", "/secret")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.DEADMAN_URL = f"http://127.0.0.1:{server.server_port}/alive"
    yield heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def both_clocks_beat(db):
    for name in audits.CLOCKS:
        reminders.sweep(clock_name=name)


@pytest.fixture
def looks_anew(monkeypatch):
    """Pages ask the database again, each time."""
    monkeypatch.setattr(audits, "known", (float("-inf"), None))
    monkeypatch.setattr(audits, "ASKED_ANEW", -1)


def back(rows, **facts):
    rows.update(**{name: timezone.now() - timedelta(seconds=seconds) for name, seconds in facts.items()})


def test_the_switch_cannot_lead_this_machine_anywhere_else(both_clocks_beat, switch, settings):
    settings.DEADMAN_URL = settings.DEADMAN_URL.replace("/alive", "/elsewhere")
    with pytest.raises(OSError, match="302"):
        audits.ping()
    assert [path for path, _ in switch] == ["/elsewhere"]


def test_all_is_well_feeds_the_switch_and_leaves_a_sign(both_clocks_beat, switch):
    assert audits.audit() == {}
    assert switch == [("/alive", None)]
    assert Heartbeat.objects.filter(clock=audits.SIGN).exists()


@pytest.mark.parametrize("name", audits.CLOCKS)
def test_one_silent_clock_is_enough_to_starve_the_switch(both_clocks_beat, switch, name):
    back(Heartbeat.objects.filter(clock=name), beat_at=61)
    assert audits.audit() == {f"{name}_is_silent": 1}
    assert switch == []
    assert not Heartbeat.objects.filter(clock=audits.SIGN).exists()


def test_what_fell_due_and_was_not_swept_is_found(both_clocks_beat, planned, switch):
    Reminder.objects.filter(step=0).update(due_at=timezone.now() - timedelta(seconds=61))
    assert audits.audit() == {"reminders_overdue": Reminder.objects.filter(step=0).count()}
    assert switch == []


def test_what_was_swept_and_not_sent_is_found(both_clocks_beat, one_due):
    reminders.sweep(clock_name="beat")
    waiting = Delivery.objects.all()
    back(waiting, created_at=audits.UNSENT.total_seconds() + 1)
    assert audits.findings() == {"urgent_not_sent": waiting.count()}
    waiting.update(state="leased", lease_token="0" * 32, lease_until=timezone.now() - timedelta(seconds=61))
    assert audits.findings()["leases_expired"] == waiting.count()


def test_a_reminder_that_fired_into_nothing_is_found(both_clocks_beat, one_due):
    Reminder.objects.filter(pk=one_due.pk).update(state=Reminder.State.FIRED, told_at=timezone.now())
    assert audits.findings() == {"fired_without_message": 1}


def test_every_send_fails_is_an_alarm_and_one_that_fails_is_none(both_clocks_beat, all_due, mail_server):
    """W2: clocks beat, and nothing leaves."""
    mail_server.will_answer = ["451 Later"] * 50
    reminders.sweep(clock_name="sweeper")
    deliveries.drain()
    assert "every_send_fails" in audits.findings()
    mail_server.will_answer = []
    back(Delivery.objects.filter(state="pending"), next_at=1)
    deliveries.drain()
    assert "every_send_fails" not in audits.findings()


def test_everything_stopped_is_said_on_every_page_within_three_minutes(
    both_clocks_beat, looks_anew, signed_in, therapist, supervisor, admin
):
    """W1, W3: no worker, no auditor; the page needs neither to say so."""
    audits.audit()
    doors = [(therapist, "now"), (supervisor, "follow-ups"), (admin, "resources")]
    assert all(BANNER not in signed_in(person).get(reverse(door)).content.decode() for person, door in doors)
    back(Heartbeat.objects.filter(clock=audits.SIGN), beat_at=181)
    assert all(BANNER in signed_in(person).get(reverse(door)).content.decode() for person, door in doors)


def test_an_auditor_that_never_ran_is_missed_three_minutes_after_the_last_migration(db, looks_anew):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = now()")
        assert not audits.is_late()
        cursor.execute("UPDATE django_migrations SET applied = now() - interval '181 seconds'")
        assert audits.is_late()


def test_what_was_read_a_moment_ago_costs_a_page_no_statement(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(audits, "known", (float("-inf"), None))
    audits.is_late()
    with django_assert_num_queries(0):
        audits.is_late()


def test_a_canary_goes_the_whole_way_every_five_minutes(both_clocks_beat, settings, mail_server):
    settings.CANARY_ADDRESS = "canary@clinic.example"
    for _sweep in range(3):
        reminders.sweep(clock_name="beat")
    assert Delivery.objects.count() == 1
    deliveries.drain()
    [mail] = mail_server.accepted
    assert (mail["To"], mail["Subject"]) == (settings.CANARY_ADDRESS, notices.CANARY.subject)
    assert audits.findings() == {}
    back(Delivery.objects.all(), finished_at=canaries.LATE_AFTER.total_seconds() + 1)
    assert audits.findings() == {"canary_is_late": 1}


def test_the_readers_role_reads_the_queue_and_nothing_else(transactional_db, one_due, client_0417, capsys):
    call_command("create_audit_role", "--name", "doorway_audit_test")
    password = capsys.readouterr().out.split()[-1]
    known = connection.settings_dict
    try:
        with psycopg.connect(
            host=known["HOST"], port=known["PORT"], dbname=known["NAME"], user="doorway_audit_test", password=password
        ) as reader:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                reader.execute("CREATE TABLE own (a int)")
            reader.rollback()
            reader.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")  # it may ask; it gets nothing
            reader.commit()
            assert reader.execute("SELECT count(*) FROM followups_reminder").fetchone()[0] == Reminder.objects.count()
            for refused in (
                "UPDATE followups_reminder SET state = 'stopped'",
                "DELETE FROM followups_delivery",
                "SELECT * FROM sessions_app_client",
                "SELECT * FROM followups_followup",
                "SELECT * FROM accounts_user",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(refused)
                reader.rollback()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP OWNED BY doorway_audit_test")
            cursor.execute("DROP ROLE doorway_audit_test")


def test_readyz_tells_the_ages_of_audit_and_canary(both_clocks_beat, client):
    audits.audit()
    told = client.get(reverse("readyz")).json()
    assert told["is_ready"] is True
    assert 0 <= told["audit_age_seconds"] < audits.LATE_AFTER.total_seconds()
    assert told["canary_age_seconds"] is None
    assert set(told["sweep_age_seconds"]) == set(audits.CLOCKS)
