"""Two at once: two taps, two signatures. The database row is the lock; the second follows the first."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from followups import review_reminders
from followups.models import Delivery, FollowUpPlan, ReviewEscalation
from sessions_app import (
    checklist,
    departures,
    exercises,
    levels,
    place_comments,
    practice,
    reports,
    review_tasks,
    reviews,
)
from sessions_app.models import Client, DepartureEvent, Exercise, ResponseLevel, Review, ReviewTask
from tests.followups.races import Held, both, meet_after

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_two_clicks_at_the_same_moment_are_one_answer(departure, therapist, monkeypatch):
    meet_after(monkeypatch, checklist, "is_repeated")

    def click():
        return checklist.record(departure, slug="stay-calm", outcome="done", by=therapist, op_id=uuid.uuid4())

    first, second = both(click)
    assert first == second
    assert departure.step_responses.count() == 1


def test_two_ticks_sent_at_the_same_moment_are_one_answer(signed_in, departure, therapist, monkeypatch):
    meet_after(monkeypatch, checklist, "is_repeated")
    browser, address = signed_in(therapist), reverse("record-step", args=[departure.pk, "stay-calm"])
    answers = both(
        lambda: browser.post(address, {"outcome": "done", "op_id": uuid.uuid4()}, headers={"HX-Request": "true"})
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert departure.step_responses.count() == 1
    assert AuditEntry.objects.filter(action="step_recorded").count() == 1


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


def test_two_missing_facts_answered_at_the_same_moment_are_both_kept(departure, therapist, monkeypatch):
    report = reports.draft_for(departure, by=therapist)
    meet_after(monkeypatch, reports, "locked")

    def say(code):
        return lambda: reports.say_not_provided(report, code=code, by=therapist)

    both(say("capacity"), say("quote"))
    report.refresh_from_db()
    assert sorted(report.not_provided) == ["capacity", "quote"]


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


def test_two_claims_at_the_same_moment_are_one_and_the_other_is_told(signed, supervisor, hire, monkeypatch):
    pat = hire("Pat Quist", Role.SUPERVISOR)
    meet_after(monkeypatch, reports, "locked")

    def claim(person):
        try:
            return review_tasks.claim(signed, by=person).claimed_by.name
        except review_tasks.HeldByAnother as held:
            return f"held by {held.holder.name}"

    said = both(lambda: claim(supervisor), lambda: claim(pat))
    winner = ReviewTask.objects.get().claimed_by.name
    assert sorted(said) == sorted([winner, f"held by {winner}"])


def test_opened_again_twice_at_the_same_moment_is_opened_once(signed, supervisor, monkeypatch):
    reviews.close_as_read(signed, message="Read.", by=supervisor)
    meet_after(monkeypatch, reports, "locked")

    def reopen():
        try:
            return reviews.reopen(signed, reason="One more question.", by=supervisor)
        except reviews.NotClosed:
            return None

    assert both(reopen).count(None) == 1
    assert signed.reviews.filter(decision="reopened").count() == 1


def test_opened_again_while_the_author_sends_it_back_it_comes_back_once(signed, supervisor, therapist, monkeypatch):
    """One of the two brings it to the supervisor; the addendum stands either way."""
    reviews.return_to_author(signed, message="More, please.", by=supervisor)
    meet_after(monkeypatch, reports, "locked")

    def reopen():
        try:
            return reviews.reopen(signed, reason="Ana is ill.", by=supervisor)
        except reviews.NotClosed:
            return None

    both(reopen, lambda: reports.add_addendum(signed, text="Their sister drove.", by=therapist))
    assert signed.addenda.count() == 1
    assert ReviewEscalation.objects.get().round == 2, "sent twice in all: by signing, and by one of the two"


def test_what_is_added_while_somebody_signs_off_comes_after_it(signed, supervisor, therapist, monkeypatch):
    """The reviewer has read all there was when they signed: what the author adds meanwhile waits its turn."""
    held = Held(monkeypatch, reviews, "write", seconds=1)

    def add():
        assert held.reached.wait(10)
        return reports.add_addendum(signed, text="Their sister drove.", by=therapist)

    both(lambda: reviews.close_as_read(signed, message="Read.", by=supervisor, seen=0), add)
    assert Review.objects.get().at < signed.addenda.get().at


def test_two_sweeps_at_the_same_moment_tell_once(signed, supervisor, monkeypatch):
    ReviewEscalation.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    meet_after(monkeypatch, review_reminders, "who_is_next")
    both(review_reminders.sweep)
    assert Delivery.objects.filter(kind=Delivery.Kind.REVIEW).count() == 1
    assert ReviewEscalation.objects.get().step == 1


def test_what_comes_back_while_a_sweep_looks_is_due_anew(signed, supervisor, therapist, monkeypatch):
    """The sweep has read the row; what the author sends back meanwhile begins a new round, and keeps it."""
    ReviewEscalation.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    held = Held(monkeypatch, review_reminders, "who_is_next", seconds=1)

    def return_and_send_back():
        assert held.reached.wait(10)
        reviews.return_to_author(signed, message="More?", by=supervisor)
        reports.add_addendum(signed, text="More.", by=therapist)

    both(review_reminders.sweep, return_and_send_back)
    row = ReviewEscalation.objects.get()
    assert (row.round, row.step, row.due_at) == (2, 0, ReviewTask.objects.get().due_at)


def test_a_comment_answered_twice_at_the_same_moment_is_answered_once(signed, supervisor, therapist, monkeypatch):
    made = reviews.return_to_author(signed, message="More?", by=supervisor, comments={"account": "Where to?"})
    comment = made.comments.get()
    meet_after(monkeypatch, reports, "locked")
    both(lambda: place_comments.answer(signed, texts={comment.pk: "Home."}, by=therapist))
    assert signed.addenda.count() == 1


def test_an_exercise_begun_twice_at_the_same_moment_is_one(therapist):
    id, script = uuid.uuid4(), exercises.find("calm-exit")
    both(lambda: practice.begin(script, id=id, by=therapist))
    assert (Exercise.objects.get().pk, Client.objects.count(), DepartureEvent.objects.count()) == (id, 1, 1)
