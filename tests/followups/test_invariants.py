"""What the auditor finds in the rows, one state at a time; and what it does not take for a fault."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from followups import audits, deliveries, escalations, findings, help_escalation, invariants, reminders
from followups.models import Delivery, DeliveryEnd, DeliveryStart, Heartbeat, HelpEscalation
from sessions_app import help_calls
from tests.followups.test_audits import BANNER, both_clocks_beat, looks_anew  # noqa: F401

State, Lane, Kind = Delivery.State, invariants.Lane, Delivery.Kind
pytestmark = pytest.mark.usefixtures("both_clocks_beat")


@pytest.fixture
def waiting(one_due, both_clocks_beat):  # noqa: F811
    """One message, made by the sweep, not yet sent."""
    reminders.sweep(clock_name="beat")
    return Delivery.objects.filter(pk=Delivery.objects.get().pk)


def ago(**span):
    return timezone.now() - timedelta(**span)


def test_each_finding_has_words():
    codes = {*invariants.broken(timezone.now(), using="default"), "clocks_differ", "every_send_fails", "canary_is_late"}
    codes |= {"trail_not_sealed", "trail_not_proven"}
    assert codes | {f"{name}_is_silent" for name in audits.CLOCKS} == set(findings.SAYS)


def test_a_message_that_quiet_hours_hold_back_is_no_fault(waiting):
    waiting.update(created_at=ago(minutes=20), next_at=timezone.now() + timedelta(minutes=10))
    assert audits.findings() == {}
    waiting.update(next_at=ago(minutes=6))
    assert audits.findings() == {"urgent_not_sent": 1}


def test_one_that_is_tried_in_vain_for_five_minutes_is(waiting, mail_server):
    mail_server.will_answer = ["451 Later"]
    deliveries.drain()
    assert audits.findings() == {}
    DeliveryStart.objects.create(delivery=waiting.get(), lease_token="0" * 32, worker="test", at=ago(minutes=6))
    assert audits.findings()["urgent_not_sent"] == 1


def test_what_is_routine_has_a_quarter_of_an_hour(waiting):
    waiting.update(lane=Lane.ROUTINE, created_at=ago(minutes=14), next_at=ago(minutes=14))
    assert audits.findings() == {}
    waiting.update(created_at=ago(minutes=16), next_at=ago(minutes=16))
    assert audits.findings() == {"routine_not_sent": 1}


def test_a_next_try_that_never_comes_is_found(waiting):
    waiting.update(next_at=timezone.now() + timedelta(days=3))
    assert audits.findings() == {"next_try_too_far": 1}


def test_a_start_that_nobody_holds_is_found(waiting):
    DeliveryStart.objects.create(delivery=waiting.get(), lease_token="0" * 32, worker="test", at=timezone.now())
    assert audits.findings() == {"starts_without_lease": 1}


def test_sent_without_a_server_that_took_it_is_found(waiting):
    waiting.update(state=State.SENT, finished_at=timezone.now())
    assert audits.findings() == {"unaccounted": 1}


def test_a_state_that_nobody_knows_is_refused_by_the_database(waiting):
    """So that sent, failed, stopped, waiting and under way are all there is."""
    with pytest.raises(IntegrityError, match="delivery_finished_has_a_time"), transaction.atomic():
        waiting.update(state="lost")


def test_failed_is_a_finding_until_somebody_was_told(waiting, mail_server, supervisor, monkeypatch):
    mail_server.refused[waiting.get().recipient.email] = "550 No such mailbox"
    could_not_tell = escalations.could_not_tell
    monkeypatch.setattr(escalations, "could_not_tell", lambda delivery: None)
    deliveries.drain()
    assert audits.findings() == {"failed_and_nobody_told": 1}
    could_not_tell(waiting.get())
    assert audits.findings() == {}
    deliveries.drain()
    assert audits.findings() == {}


def test_where_the_one_told_instead_cannot_be_reached_either_it_is_a_finding(waiting, mail_server, supervisor):
    """E4: at the end of the chain nobody has heard, and the auditor says so."""
    for person in (waiting.get().recipient, supervisor):
        mail_server.refused[person.email] = "550 No such mailbox"
    deliveries.drain()
    assert {each.state for each in Delivery.objects.all()} == {State.FAILED}
    assert audits.findings()["failed_and_nobody_told"] == 1


def test_what_failed_the_day_before_yesterday_is_on_the_list_and_no_alarm(waiting):
    waiting.update(state=State.FAILED, finished_at=ago(days=2))
    assert audits.findings() == {}


def test_a_call_for_help_that_stands_still_is_found(therapist, supervisor):
    call = help_calls.ask(id="8f2e0d4e-6d5b-4f0e-9a54-0f8f2f3b8f11", by=therapist)
    help_escalation.tell_at_once(call)
    HelpEscalation.objects.update(due_at=ago(seconds=61))
    assert audits.findings() == {"help_steps_overdue": 1}


@pytest.mark.parametrize("seconds", [6, -6])
def test_a_sweeper_whose_clock_is_off_is_found(seconds):
    Heartbeat.objects.filter(clock="sweeper").update(seconds_off=seconds)
    assert audits.findings() == {"clocks_differ": 1}


def test_each_sweep_says_how_far_its_clock_is_off(monkeypatch):
    monkeypatch.setattr("followups.clock.time.time", lambda: timezone.now().timestamp() + 3600)
    reminders.sweep(clock_name="beat")
    assert 3500 < Heartbeat.objects.get(clock="beat").seconds_off < 3700


def test_greylisting_of_one_message_is_no_alarm(waiting, mail_server):
    mail_server.will_answer = ["451 Later"] * 3
    for _try in range(3):
        deliveries.drain()
        waiting.update(next_at=ago(seconds=1))
    assert DeliveryEnd.objects.count() == 3
    assert audits.findings() == {}


# The page -----------------------------------------------------------------------------------------------------


def test_an_admin_reads_what_is_wrong_in_words(signed_in, admin, waiting, client_0417):
    waiting.update(created_at=ago(minutes=20), next_at=ago(minutes=20))
    shown = signed_in(admin).get(reverse("reminders-working")).content.decode()
    assert str(findings.SAYS["urgent_not_sent"][0]) in shown
    assert "none is sent: CANARY_ADDRESS is empty" in shown
    assert client_0417.preferred_name not in shown


def test_when_all_is_well_the_page_says_so(signed_in, supervisor):
    audits.audit()
    assert "Yes. Nothing is late" in signed_in(supervisor).get(reverse("reminders-working")).content.decode()


@pytest.mark.parametrize(
    ("who", "sees", "does_not"),
    [("therapist", "follow-ups", "reminders-working"), ("admin", "reminders-working", "follow-ups")],
)
def test_the_banner_leads_each_to_a_door_that_opens(request, looks_anew, signed_in, who, sees, does_not):  # noqa: F811
    audits.audit()
    Heartbeat.objects.filter(clock=audits.SIGN).update(beat_at=ago(seconds=181))
    page = signed_in(request.getfixturevalue(who)).get(reverse("me")).content.decode()
    banner = page[page.index(BANNER) :].partition("</p>")[0]
    assert f'href="{reverse(sees)}"' in banner
    assert f'href="{reverse(does_not)}"' not in banner
