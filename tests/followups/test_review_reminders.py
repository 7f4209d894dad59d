"""A report that waits beyond its time: its supervisor hears of it, then the next person, until somebody looks."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Supervision
from followups import absences, deliveries, due_times, on_call, reminders, review_reminders, review_times
from followups.models import Delivery, PolicyTask, ReviewEscalation
from sessions_app import departures, levels, reports, review_tasks, reviews
from sessions_app.models import ResponseLevel, ReviewTask
from tests.practising import as_exercise

Kind = Delivery.Kind


@pytest.fixture
def signed(departure, therapist, supervisor):
    """Signed at level *elevated*: it waits for the supervisor."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.")
    return reports.sign(report, by=therapist)


@pytest.fixture
def later():
    """Let the time of the next step come and sweep: `later()` returns who was told since the last time."""

    def sweep():
        before = set(told_ids())
        ReviewEscalation.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(minutes=1))
        reminders.sweep(clock_name="test")
        return sorted(
            each.recipient.name for each in Delivery.objects.filter(kind=Kind.REVIEW) if each.pk not in before
        )

    return sweep


def told_ids():
    return Delivery.objects.filter(kind=Kind.REVIEW).values_list("pk", flat=True)


@pytest.fixture
def vera(hire, therapist):
    """A second supervisor of the therapist, by name after the first."""
    person = hire("Vera Vice", Role.SUPERVISOR)
    since = timezone.localdate() - timedelta(days=2)
    Supervision.objects.create(supervisor=person, supervisee=therapist, starts_on=since)
    return person


def test_nobody_hears_of_a_report_before_it_is_late(signed, supervisor):
    reminders.sweep(clock_name="test")
    assert not Delivery.objects.filter(kind=Kind.REVIEW).exists()
    assert ReviewEscalation.objects.get().due_at == ReviewTask.objects.get().due_at


def test_the_supervisor_first_then_the_next_then_all_with_the_lead(signed, supervisor, vera, hire, later):
    hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    assert later() == ["Sam Lindqvist"]
    assert later() == ["Vera Vice"]
    assert later() == ["Lea Lead", "Sam Lindqvist", "Vera Vice"]
    assert later() == ["Lea Lead", "Sam Lindqvist", "Vera Vice"], "until somebody has looked"
    assert set(Delivery.objects.filter(kind=Kind.REVIEW).values_list("lane", flat=True)) == {1}


def test_the_message_says_nothing_of_whom_it_is_about(signed, supervisor, client_0417, later):
    later()
    deliveries.drain()
    [message] = [each for each in mail.outbox if each.to == [supervisor.email]]
    assert message.subject == "A report waits for review"
    assert "/review/" in message.body
    for words in ("0417", "Robin", "Ana", "elevated", "stood up"):
        assert words not in message.subject + message.body


def test_who_was_told_can_open_the_report_as_long_as_it_waits(signed, hire, supervisor, later, signed_in):
    lea = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    browser, address = signed_in(lea), reverse("review", args=[signed.departure_id])
    assert browser.get(address).status_code == 404
    for _step in range(3):
        later()
    assert list(browser.get("/review/").context["waiting"]) == [signed]
    assert browser.get(address).status_code == 200
    reviews.close_as_read(signed, message="Read.", by=supervisor)
    assert browser.get(address).status_code == 404
    assert list(browser.get("/review/").context["waiting"]) == []


@pytest.mark.parametrize("deed", ["reviewed", "returned", "voided", "claimed"])
def test_what_waits_to_be_sent_is_not_sent_once_somebody_looked(signed, supervisor, therapist, later, deed):
    later()
    {
        "reviewed": lambda: reviews.sign_off(signed, outcome="appropriate", message="Fine.", by=supervisor),
        "returned": lambda: reviews.return_to_author(signed, message="More?", by=supervisor),
        "voided": lambda: departures.void(signed.departure, reason="Wrong room", by=therapist),
        "claimed": lambda: review_tasks.claim(signed, by=supervisor),
    }[deed]()
    deliveries.drain()
    assert Delivery.objects.get(kind=Kind.REVIEW).state == Delivery.State.STOPPED
    assert later() == []


def test_a_claim_pauses_and_its_end_goes_on_by_itself(signed, supervisor, later):
    task = review_tasks.claim(signed, by=supervisor)
    assert later() == []
    assert ReviewEscalation.objects.get().due_at == task.claimed_until
    ReviewTask.objects.update(claimed_until=timezone.now() - timedelta(minutes=1))
    assert later() == ["Sam Lindqvist"]
    signed.refresh_from_db()
    assert signed.state == "submitted", "the sweep has put it back"


def test_sent_back_it_is_due_anew_and_the_ladder_begins_again(signed, supervisor, vera, therapist, later):
    later()
    later()
    reviews.return_to_author(signed, message="More?", by=supervisor)
    assert later() == []
    reports.add_addendum(signed, text="More.", by=therapist)
    escalation = ReviewEscalation.objects.get()
    assert (escalation.round, escalation.step) == (2, 0)
    assert escalation.due_at > timezone.now()
    assert later() == ["Sam Lindqvist"]


def test_who_is_away_is_told_last_and_the_cover_first(signed, supervisor, hire, later):
    cover = hire("Vera Vice", Role.SUPERVISOR)
    today = timezone.localdate()
    days = {"starts_on": today, "ends_on": today + timedelta(days=2)}
    absences.enter(person=supervisor, cover=cover, note="Mind Ana's reports.", by=supervisor, **days)
    assert later() == ["Vera Vice"]
    made = reviews.sign_off(signed, outcome="appropriate", message="Well held.", by=cover)
    assert (made.by, made.instead_of) == (cover, supervisor)


def test_without_a_supervisor_somebody_still_hears(departure, therapist, hire, later, site):
    now = timezone.now()
    duty = hire("Dora Duty", Role.SUPERVISOR)
    on_call.add(site=site, person=duty, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1), by=duty)
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert later() == ["Dora Duty"]


def test_who_is_no_supervisor_is_never_asked_to_review(departure, therapist, hire, later, site):
    now = timezone.now()
    duty = hire("Theo Therapist", Role.THERAPIST)
    on_call.add(site=site, person=duty, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1), by=duty)
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert later() == []
    assert ReviewEscalation.objects.get().due_at > timezone.now(), "it asks again"


def test_an_exercise_reminds_nobody(departure, therapist, supervisor, later):
    as_exercise(departure)
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert later() == []
    assert not ReviewEscalation.objects.exists()


def test_the_policy_in_force_says_how_long_and_the_product_where_it_does_not(adopted, departure):
    for level, default in review_times.DEFAULT.items():
        rows = PolicyTask.objects.filter(policy=adopted, response_level=level, owner="supervisor").exclude(rolls="not")
        longest = max(rows.values_list("after_minutes", flat=True), default=default)
        departure.response_level = level
        since = timezone.now()
        wanted = since + timedelta(minutes=longest)
        hours = due_times.WorkingHours.of(departure.site)
        expected = due_times.rolled(wanted, rolls="later", hours=hours, now=since)
        assert abs(review_times.due_at(departure, since=since) - expected) < timedelta(seconds=1)
    assert review_times.of_policy(None, "elevated") is None
    assert review_times.of_policy(adopted, "elevated") == 1440


def test_two_sweeps_one_after_the_other_tell_once(signed, supervisor, later):
    later()
    review_reminders.sweep()
    review_reminders.sweep()
    assert Delivery.objects.filter(kind=Kind.REVIEW).count() == 1
