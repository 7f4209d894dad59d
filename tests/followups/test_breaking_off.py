"""One message that hangs, breaks or cannot be told of stops nobody: the next goes out, and systemd hears of life."""

import os
import socket
import threading

from followups import canaries, deliveries, escalations, life_signs, notices, reminders
from followups.deadlines import deadline
from followups.models import Delivery, DeliveryEnd

State, Result = Delivery.State, DeliveryEnd.Result


def results():
    return list(DeliveryEnd.objects.order_by("pk").values_list("result", flat=True))


def test_a_talk_that_never_ends_is_broken_off_and_not_known(mail_server, waiting, settings, monkeypatch):
    """Each turn alone may take as long as it likes here, as with a server that sends a byte now and then."""
    settings.EMAIL_TIMEOUT = None
    monkeypatch.setattr(deliveries, "LONGEST_TALK", 0.5)
    mail_server.stall = "before"
    at_last = threading.Timer(15, mail_server.go_on.set)  # only where nothing breaks it off
    at_last.start()
    sent = deliveries.drain()
    at_last.cancel()
    assert (sent, results()) == (0, [Result.AMBIGUOUS])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.may_be_repeat) == (State.PENDING, True)


def test_the_lease_is_longer_than_the_longest_talk():
    assert deliveries.LEASE.total_seconds() >= 2 * deliveries.LONGEST_TALK


def test_a_limit_that_was_kept_rings_no_more():
    with deadline(0.01):
        pass
    threading.Event().wait(0.05)


def test_outside_of_the_main_thread_nothing_is_broken_off():
    done = []

    def talk():
        with deadline(0.01):
            done.append(True)

    thread = threading.Thread(target=talk)
    thread.start()
    thread.join(10)
    assert done == [True]


def test_a_message_that_breaks_in_mid_talk_leaves_the_next_a_line_of_its_own(mail_server, all_due, monkeypatch):
    reminders.sweep(clock_name="test")
    broken, make = Delivery.objects.earliest("pk"), notices.email_for

    class Breaks:
        def __init__(self, connection):
            self.connection = connection

        def send(self):
            self.connection.connection.ehlo()
            assert self.connection.connection.mail("somebody@clinic.example")[0] == 250
            raise ValueError("in the middle")

    def break_on_one(delivery, *, connection):
        return Breaks(connection) if delivery.pk == broken.pk else make(delivery, connection=connection)

    monkeypatch.setattr(notices, "email_for", break_on_one)
    assert deliveries.drain() == len(all_due) - 1
    assert sorted(results()) == sorted([Result.LOST] + [Result.SENT] * (len(all_due) - 1))


def test_where_nobody_can_be_told_instead_the_message_fails_all_the_same(mail_server, waiting, monkeypatch, caplog):
    def broken(_delivery):
        raise LookupError("a word about a client")

    monkeypatch.setattr(escalations, "could_not_tell", broken)
    mail_server.refused[waiting.recipient.email] = "550 No such mailbox"
    deliveries.drain()
    waiting.refresh_from_db()
    assert (waiting.state, results()) == (State.FAILED, [Result.PERMANENT])
    assert f"nobody was told of delivery {waiting.pk}: LookupError" in caplog.text
    assert "a word about" not in caplog.text


def test_after_an_outage_the_newest_canary_alone_is_sent(db, mail_server, settings):
    settings.CANARY_ADDRESS = "canary@clinic.example"
    canaries.sweep()
    Delivery.objects.update(key="canary:1")  # as if made five minutes before
    canaries.sweep()
    assert deliveries.drain() == len(mail_server.accepted) == 1
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [State.STOPPED, State.SENT]


def test_each_message_is_a_sign_of_life_for_systemd(mail_server, waiting, tmp_path, monkeypatch):
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(tmp_path / "n"))
    ear.settimeout(10)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
    deliveries.drain()
    assert b"WATCHDOG=1" in ear.recv(100)
    ear.close()
    os.unlink(tmp_path / "n")
    life_signs.give()  # nobody listens: no reason to stop
