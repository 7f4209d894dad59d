"""Who is on call; and a call for help that nobody answers."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from followups import deliveries, help_escalation, on_call, reminders
from followups.models import Delivery, HelpEscalation, OnCallShift
from sessions_app import help_calls
from tests.followups.races import Held, both


@pytest.fixture
def dora(hire, site):
    person = hire("Dora Duty", Role.THERAPIST, phone="+1 555 0133")
    now = timezone.now()
    on_call.add(
        site=site, person=person, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8), by=person
    )
    return person


@pytest.fixture
def lead(hire):
    return hire("Cleo Lead", Role.SUPERVISOR)


@pytest.fixture
def call(departure, therapist, supervisor):
    return help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)


def three_minutes():
    """Let three minutes go by and sweep; who is told."""
    for each in HelpEscalation.objects.exclude(due_at=None):
        HelpEscalation.objects.filter(pk=each.pk).update(due_at=each.due_at - timedelta(minutes=3, seconds=1))
    before = set(Delivery.objects.values_list("pk", flat=True))
    reminders.sweep(clock_name="test")
    return sorted(each.recipient.name for each in Delivery.objects.exclude(pk__in=before))


def test_the_page_shows_who_is_on_call_now_and_else_the_number_of_the_site(dora, therapist, departure, signed_in):
    address = reverse("departure", args=[departure.pk])
    shown = signed_in(therapist).get(address).content.decode()
    assert "tel:+15550133" in shown
    assert "Duty lead" not in shown
    OnCallShift.objects.all().delete()
    assert "Duty lead" in signed_in(therapist).get(address).content.decode()


def test_a_call_nobody_answers_reaches_who_is_on_call_then_the_leads_then_all_until_somebody_comes(
    call, dora, lead, supervisor
):
    reminders.sweep(clock_name="test")
    assert Delivery.objects.count() == 1, "three minutes are theirs who heard first"
    assert three_minutes() == ["Dora Duty"]
    assert three_minutes() == ["Cleo Lead", "Sam Lindqvist"]
    for _again in range(2):
        assert three_minutes() == ["Cleo Lead", "Dora Duty", "Sam Lindqvist"]
    help_calls.answer(call, by=dora)
    assert three_minutes() == []
    assert deliveries.drain() == 0


def test_who_hears_later_may_see_the_call_and_say_that_they_come(call, dora, stranger, signed_in, therapist):
    address = reverse("coming", args=[call.pk])
    assert signed_in(dora).post(address).status_code == 404
    three_minutes()
    assert therapist.name in signed_in(dora).get(reverse("help-calls")).content.decode()
    assert signed_in(dora).post(address).status_code == 302
    call.refresh_from_db()
    assert call.answered_by == dora


def test_without_a_rota_the_leads_hear_and_without_anybody_those_who_heard_at_once(call, supervisor):
    assert three_minutes() == ["Sam Lindqvist"]


def test_asking_again_begins_again(call, dora, therapist):
    three_minutes()
    help_calls.call_again(call, times_called=1, by=therapist)
    assert three_minutes() == ["Dora Duty"]


def test_a_call_that_is_over_wakes_nobody(call, therapist, dora):
    help_calls.end(call, by=therapist)
    assert three_minutes() == []
    assert not HelpEscalation.objects.exclude(due_at=None).exists()


def test_two_sweeps_at_once_tell_once(transactional_db, call, dora):
    HelpEscalation.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    both(lambda: reminders.sweep(clock_name="test"))
    assert Delivery.objects.filter(recipient=dora).count() == 1


def test_asking_again_during_a_sweep_begins_again(transactional_db, call, dora, therapist, monkeypatch):
    HelpEscalation.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    held = Held(monkeypatch, help_escalation, "who_is_next", seconds=1)  # the sweep has read its row

    def ask_again():
        held.reached.wait(5)
        try:
            help_calls.call_again(call, times_called=1, by=therapist)
        finally:
            held.let_go.set()

    both(lambda: reminders.sweep(clock_name="test"), ask_again)
    assert HelpEscalation.objects.get().step == 1


def when(moment, zone, name):
    local = moment.astimezone(zone)
    return {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M")}


def test_a_supervisor_enters_and_removes_a_shift(supervisor, therapist, signed_in, site):
    browser, now = signed_in(supervisor), timezone.now()
    shift = {"person": therapist.pk, **when(now - timedelta(hours=1), supervisor.zone, "starts_at")}
    assert browser.post(reverse("on-call"), shift).status_code == 422
    shift |= when(now + timedelta(hours=2), supervisor.zone, "ends_at")
    assert browser.post(reverse("on-call"), shift).status_code == 302
    assert on_call.now(site) == therapist
    assert therapist.name in browser.get(reverse("on-call")).content.decode()
    browser.post(reverse("remove-shift", args=[OnCallShift.objects.get().pk]))
    assert on_call.now(site) is None
