"""Two at once: two taps, two signatures. The database row is the lock; the second follows the first."""

import uuid

import pytest

from accounts.models import AuditEntry
from followups.models import FollowUpPlan
from sessions_app import checklist, departures, exercises, levels, practice, reports, reviews
from sessions_app.models import Client, DepartureEvent, Exercise, ResponseLevel
from tests.followups.races import both, meet_after

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_two_clicks_at_the_same_moment_are_one_answer(departure, therapist, monkeypatch):
    meet_after(monkeypatch, checklist, "repeated")

    def click():
        return checklist.record(departure, slug="stay-calm", outcome="done", by=therapist, op_id=uuid.uuid4())

    first, second = both(click)
    assert first == second
    assert departure.step_responses.count() == 1


def test_two_levels_at_the_same_moment_open_one_plan(departure, therapist, monkeypatch):
    meet_after(monkeypatch, levels, "hold")
    both(lambda: levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist))
    assert departure.step_responses.count() == 1
    assert FollowUpPlan.objects.filter(departure=departure).count() == 1
    assert AuditEntry.objects.filter(action="level_set").count() == 1


def test_gone_said_twice_at_the_same_moment_is_said_once(departure, therapist, monkeypatch):
    meet_after(monkeypatch, departures, "locked")
    both(lambda: departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist))
    assert departure.step_responses.count() == 1 + len(checklist.NEEDS_THE_CLIENT)
    assert AuditEntry.objects.filter(action="gone").count() == 1


def test_the_one_tap_arriving_twice_at_the_same_moment_is_one_departure(therapist, monkeypatch):
    id = uuid.uuid4()
    meet_after(monkeypatch, departures, "setting_of")
    both(lambda: departures.log(id=id, by=therapist))
    assert DepartureEvent.objects.get().pk == id


def test_a_report_signed_twice_at_the_same_moment_is_signed_once(departure, therapist, monkeypatch):
    report = reports.draft_for(departure, by=therapist)
    meet_after(monkeypatch, reports, "locked")
    first, second = both(lambda: reports.sign(report, by=therapist))
    assert first.content_hash == second.content_hash
    report.refresh_from_db()
    assert report.signed_at == first.signed_at


def test_two_supervisors_at_the_same_moment_make_one_decision(signed, supervisor, monkeypatch):
    meet_after(monkeypatch, reports, "locked")

    def return_it():
        try:
            return reviews.return_to_author(signed, message="More, please.", by=supervisor)
        except reviews.NotWaitingForReview:
            return None

    made = both(return_it)
    assert made.count(None) == 1
    assert signed.reviews.count() == 1


def test_an_exercise_begun_twice_at_the_same_moment_is_one(therapist):
    id, script = uuid.uuid4(), exercises.find("calm-exit")
    both(lambda: practice.begin(script, id=id, by=therapist))
    assert (Exercise.objects.get().pk, Client.objects.count(), DepartureEvent.objects.count()) == (id, 1, 1)
