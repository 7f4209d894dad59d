"""Sending, against a real mail server: once where that can be known, marked as a repeat where it cannot."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from followups import contact_attempts, deliveries, follow_ups, notices, reminders
from followups.models import ContactAttempt, Delivery, DeliveryEnd, DeliveryStart, Reminder
from followups.post import Post, Verdict
from sessions_app import reports
from tests.followups.mail_server import DROP
from tests.followups.races import Held, both, meet_after

State, Result = Delivery.State, DeliveryEnd.Result
CANARY = "canary-7Q"


def results():
    return list(DeliveryEnd.objects.order_by("pk").values_list("result", flat=True))


def come_due():
    """The pause is over, and so is every lease: time passes."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(state=State.PENDING).update(next_at=past)
    Delivery.objects.filter(state=State.LEASED).update(lease_until=past)


def die_in_the_middle():
    """A sender claims, writes its start, and is never heard of again. Returns what it held."""
    [held] = deliveries.claim()
    start = deliveries.begin(held)
    come_due()
    return held, start


def now_as_stored(delivery):
    delivery.refresh_from_db()
    return delivery


def test_the_mail_says_that_something_is_due_and_where(mail_server, waiting, settings):
    assert deliveries.drain() == 1
    [mail] = mail_server.accepted
    assert mail["Subject"] == "A follow-up is due"
    assert mail["To"] == waiting.recipient.email
    assert mail.get_content() == f"A follow-up is due. Open Doorway: {settings.PUBLIC_URL}/follow-ups/\n"


def test_no_word_about_the_client_leaves_the_house(mail_server, one_due, client_0417, therapist):
    departure = one_due.follow_up.departure
    client_0417.reference, client_0417.preferred_name = f"{CANARY}-reference", f"{CANARY}-name"
    client_0417.save()
    attempt = {"channel": "phone", "result": ContactAttempt.Result.NO_ANSWER, "note": f"{CANARY}-note"}
    contact_attempts.record(one_due.follow_up, op_id=departure.pk, by=therapist, **attempt)
    reports.save_draft(reports.draft_for(departure, by=therapist), by=therapist, account=f"{CANARY}-account")
    reminders.sweep(clock_name="test")
    deliveries.drain()
    assert len(mail_server.accepted) == 1
    for word in (CANARY, str(departure.pk), "0142", one_due.follow_up.title, "immediate"):
        assert word.lower() not in mail_server.raw.lower()


def test_a_sent_mail_leaves_a_start_and_an_end(mail_server, waiting):
    deliveries.drain()
    sent = now_as_stored(waiting)
    assert (sent.state, sent.lease_token) == (State.SENT, None)
    [start] = sent.starts.all()
    assert start.end.result == Result.SENT
    assert start.at <= sent.finished_at <= start.end.at


def test_draining_again_sends_nothing(mail_server, waiting):
    deliveries.drain()
    assert deliveries.drain() == 0
    assert len(mail_server.accepted) == 1


def test_a_server_that_is_busy_is_asked_again_after_a_growing_pause(mail_server, waiting):
    mail_server.will_answer = ["451 Try later", "451 Try later"]
    pauses = []
    for _try in range(2):
        deliveries.drain()
        held = now_as_stored(waiting)
        assert (held.state, held.last_problem) == (State.PENDING, "The mail server answered 451")
        pauses.append(held.next_at - timezone.now())
        come_due()
    assert pauses[1] > pauses[0] > timedelta(seconds=10)
    assert deliveries.drain() == 1
    assert results() == [Result.TEMPORARY, Result.TEMPORARY, Result.SENT]
    assert notices.REPEAT not in mail_server.raw  # a refusal is a refusal: nobody has had it before


def test_a_server_that_stays_busy_is_given_up_on_in_the_end(mail_server, waiting):
    mail_server.will_answer = ["451 Try later"] * 100
    for _try in range(deliveries.MOST_STARTS + 3):
        deliveries.drain()
        come_due()
    assert now_as_stored(waiting).state == State.FAILED
    assert results() == [Result.TEMPORARY] * deliveries.MOST_STARTS


@pytest.mark.parametrize("where", ["recipient", "message"])
def test_a_refusal_for_good_fails_at_once_and_the_supervisor_is_told_and_sees_it(
    where, mail_server, waiting, supervisor, signed_in
):
    refuse(mail_server, waiting.recipient.email, where)
    deliveries.drain()
    assert now_as_stored(waiting).state == State.FAILED
    assert results() == [Result.PERMANENT, Result.SENT]
    [mail] = mail_server.accepted
    assert (mail["To"], mail["Subject"]) == (supervisor.email, notices.NOT_SENT.subject)
    shown = signed_in(supervisor).get(reverse("failed-deliveries")).content.decode()
    assert waiting.recipient.name in shown
    assert "The mail server answered 550" in shown


def refuse(mail_server, address, where):
    if where == "recipient":
        mail_server.refused[address] = "550 No such mailbox"
    else:
        mail_server.will_answer = ["550 Not from you"]


def test_a_recipient_refused_for_now_is_tried_again(mail_server, waiting):
    mail_server.refused[waiting.recipient.email] = "450 Mailbox busy"
    deliveries.drain()
    assert (now_as_stored(waiting).state, results()) == (State.PENDING, [Result.TEMPORARY])


def test_a_lost_answer_is_not_known_and_the_repeat_says_so(mail_server, waiting):
    mail_server.will_answer = [DROP]
    deliveries.drain()
    assert (now_as_stored(waiting).state, results()) == (State.PENDING, [Result.AMBIGUOUS])
    come_due()
    deliveries.drain()
    first, second = mail_server.accepted
    assert notices.REPEAT not in first.get_content()
    assert notices.REPEAT in second.get_content()
    assert first["Message-ID"] == second["Message-ID"] != ""


def test_no_server_at_all_is_temporary(mail_server, waiting, settings):
    settings.EMAIL_PORT = 1
    deliveries.drain()
    held = now_as_stored(waiting)
    assert (held.state, held.last_problem) == (State.PENDING, "No connection: ConnectionRefusedError")
    settings.EMAIL_PORT = mail_server.port
    come_due()
    assert deliveries.drain() == 1
    assert notices.REPEAT not in mail_server.raw


def test_what_a_dead_sender_left_is_sent_and_marked(mail_server, waiting):
    die_in_the_middle()
    assert deliveries.drain() == 1
    assert results() == [Result.LOST, Result.SENT]
    assert notices.REPEAT in mail_server.accepted[0].get_content()


def test_a_sender_that_died_before_its_start_leaves_no_doubt(mail_server, waiting):
    deliveries.claim()
    come_due()
    deliveries.drain()
    assert notices.REPEAT not in mail_server.accepted[0].get_content()


def test_while_a_lease_runs_nobody_else_sends(mail_server, waiting):
    deliveries.claim()
    assert deliveries.drain() == 0
    assert mail_server.accepted == []


def test_a_late_finisher_changes_nothing(mail_server, waiting):
    held, start = die_in_the_middle()
    deliveries.drain()
    deliveries.finish(held, start=start, verdict=Verdict(Result.PERMANENT, "Too late"))
    assert now_as_stored(waiting).state == State.SENT
    assert results() == [Result.LOST, Result.SENT]


def test_a_sender_whose_lease_went_to_another_does_not_begin(mail_server, waiting):
    [slow] = deliveries.claim()
    come_due()
    deliveries.claim()
    assert deliveries.begin(slow) is None
    assert not DeliveryStart.objects.exists()


def test_closing_between_claim_and_begin_sends_nothing(mail_server, waiting, therapist):
    [held] = deliveries.claim()
    follow_ups.complete(held.reminder.follow_up, by=therapist)
    with Post() as post:
        assert deliveries.deliver(held, post=post) == 0
    assert now_as_stored(waiting).state == State.STOPPED
    assert mail_server.accepted == []


def test_moving_between_claim_and_begin_sends_nothing(mail_server, waiting, therapist):
    [held] = deliveries.claim()
    tomorrow = timezone.now() + timedelta(days=1)
    follow_ups.move(held.reminder.follow_up, to=tomorrow, reason="Agreed", by=therapist)
    with Post() as post:
        assert deliveries.deliver(held, post=post) == 0
    assert now_as_stored(waiting).state == State.STOPPED
    assert mail_server.accepted == []


def test_a_message_that_kills_its_sender_is_set_aside_and_shown(mail_server, waiting, supervisor, signed_in):
    for _death in range(3):
        die_in_the_middle()
    deliveries.drain()
    assert now_as_stored(waiting).state == State.FAILED
    assert [mail["Subject"] for mail in mail_server.accepted] == [notices.NOT_SENT.subject]
    assert "Set aside" in signed_in(supervisor).get(reverse("failed-deliveries")).content.decode()


def test_after_a_restore_what_is_due_or_waits_says_that_it_may_be_a_repeat(mail_server, all_due):
    first, *others = all_due
    Reminder.objects.filter(pk__in=[each.pk for each in others]).update(due_at=timezone.now() + timedelta(hours=1))
    reminders.sweep(clock_name="test")
    Reminder.objects.filter(pk__in=[each.pk for each in others]).update(due_at=first.due_at)  # due, and not swept yet
    said = StringIO()
    call_command("after_restore", stdout=said)
    assert said.getvalue().startswith(f"{len(all_due)} messages wait")
    deliveries.drain()
    assert len(mail_server.accepted) == len(all_due)
    assert all(notices.REPEAT.strip() in mail.get_content() for mail in mail_server.accepted)


def test_one_bad_address_does_not_hold_up_the_others(mail_server, all_due, supervisor):
    last = all_due[-1]
    last.recipient = supervisor
    last.save()
    mail_server.refused[all_due[0].recipient.email] = "550 No such mailbox"
    reminders.sweep(clock_name="test")
    assert deliveries.drain() > 0
    assert {mail["To"] for mail in mail_server.accepted} == {supervisor.email}
    assert notices.SUBJECT in [mail["Subject"] for mail in mail_server.accepted]


def test_a_line_that_drops_again_and_again_is_no_death_of_a_sender(mail_server, waiting):
    mail_server.will_answer = [DROP] * (deliveries.MOST_LOST_STARTS + 1)
    for _try in range(deliveries.MOST_LOST_STARTS + 1):
        deliveries.drain()
        come_due()
    assert now_as_stored(waiting).state == State.PENDING
    assert deliveries.drain() == 1


def test_a_message_that_breaks_its_sender_holds_up_nobody_and_is_set_aside(mail_server, all_due, monkeypatch):
    reminders.sweep(clock_name="test")
    poison = Delivery.objects.earliest("pk")
    make = notices.email_for

    def break_on_one(delivery, **given):
        if delivery.pk == poison.pk:
            raise ValueError("nobody thought of this")
        return make(delivery, **given)

    monkeypatch.setattr(notices, "email_for", break_on_one)
    for _round in range(4):
        deliveries.drain()
        come_due()
    others = Delivery.objects.exclude(pk=poison.pk)
    assert {each.state for each in others} == {State.SENT}
    assert now_as_stored(poison).state == State.FAILED
    assert list(poison.starts.values_list("end__result", flat=True)) == [Result.LOST] * deliveries.MOST_LOST_STARTS
    assert "ValueError" in poison.starts.first().end.detail


def test_what_becomes_urgent_goes_out_between_two_batches_of_routine(mail_server, set_level, monkeypatch):
    monkeypatch.setattr(deliveries, "BATCH", 1)
    set_level("none_identified", ago=timedelta(days=60))
    routine = [Delivery(key=f"digest:{n}", kind="digest") for n in range(3)]
    for each in routine:
        each.recipient, each.channel, each.next_at = Reminder.objects.first().recipient, "email", timezone.now()
        each.lane = Reminder.Lane.ROUTINE
    Delivery.objects.bulk_create(routine)
    urgent = Reminder.objects.order_by("due_at").first()
    Reminder.objects.exclude(pk=urgent.pk).update(state=Reminder.State.STOPPED)
    Reminder.objects.filter(pk=urgent.pk).update(lane=Reminder.Lane.URGENT)
    assert deliveries.drain() == 4
    order = list(DeliveryEnd.objects.order_by("pk").values_list("start__delivery__reminder", flat=True))
    assert order.index(urgent.pk) == 1


def test_a_sender_for_what_is_urgent_leaves_the_rest(mail_server, waiting):
    Delivery.objects.update(lane=Reminder.Lane.ROUTINE)
    assert deliveries.drain(lanes=[Reminder.Lane.URGENT]) == 0
    assert deliveries.drain() == 1


@pytest.mark.parametrize(("batch", "calls"), [(1, 1), (100, 0)])
def test_a_sender_with_more_than_one_batch_calls_one_other(mail_server, all_due, monkeypatch, batch, calls):
    reminders.sweep(clock_name="test")
    monkeypatch.setattr(deliveries, "BATCH", batch)
    called = []
    assert deliveries.drain(when_full=lambda: called.append("another")) == len(all_due)
    assert len(called) == calls


def test_two_senders_at_once_send_each_mail_once(mail_server, transactional_db, all_due, monkeypatch):
    reminders.sweep(clock_name="test")
    held = Held(monkeypatch, deliveries, "close_lost_starts")  # one has read its batch, and stands still

    def drain():
        try:
            return deliveries.drain()
        finally:
            held.let_go.set()

    assert sorted(both(drain)) == [0, len(all_due)]
    assert len(mail_server.accepted) == len(all_due)
    assert DeliveryStart.objects.count() == len(all_due)


def test_two_senders_at_once_share_the_work(mail_server, transactional_db, all_due, monkeypatch):
    reminders.sweep(clock_name="test")
    monkeypatch.setattr(deliveries, "BATCH", 2)
    meet_after(monkeypatch, deliveries, "close_lost_starts")
    sent = both(deliveries.drain)
    assert (sum(sent), len(mail_server.accepted)) == (len(all_due), len(all_due))
    assert min(sent) >= 2
    assert {each.starts.count() for each in Delivery.objects.all()} == {1}
