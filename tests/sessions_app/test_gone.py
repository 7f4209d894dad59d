"""*They have gone*: what could not happen any more is filled in honestly, and can be taken back."""

import uuid

import pytest
from django.urls import reverse

from followups.models import FollowUpPlan
from protocols.models import Outcome
from sessions_app import checklist, departures
from sessions_app.models import DepartureEvent, Ending, Format, ResponseLevel
from sessions_app.models.responses import ReasonNotPossible


@pytest.fixture
def say_gone(browser, departure):
    """Tap *They have gone*: `say_gone()`, with the same `op_id` to repeat a tap."""

    def say(**facts):
        data = {"op_id": str(uuid.uuid4()), **facts}
        answer = browser.post(reverse("gone", args=[departure.pk]), data)
        departure.refresh_from_db()
        return answer

    return say


@pytest.fixture
def undo(browser, departure):
    """Tap *Undo: still here*."""

    def say():
        answer = browser.post(reverse("undo-gone", args=[departure.pk]))
        departure.refresh_from_db()
        return answer

    return say


@pytest.fixture
def answers(departure):
    """The standing answers as {slug: (outcome, reason)}."""

    def read():
        rows = departure.step_responses.standing().values_list("step__slug", "outcome", "reason")
        return {slug: (outcome, reason) for slug, outcome, reason in rows}

    return read


GONE = (Outcome.NOT_POSSIBLE, ReasonNotPossible.CLIENT_HAD_LEFT)
CUT_OFF = (Outcome.NOT_POSSIBLE, ReasonNotPossible.CONNECTION_LOST)
ASKED_OF_THE_CLIENT = ["check-safety", *checklist.NEEDS_THE_CLIENT]


def test_steps_that_need_the_client_become_not_possible_and_the_others_stay_open(say_gone, departure, answers):
    assert say_gone().url == reverse("departure", args=[departure.pk])
    assert answers() == dict.fromkeys(ASKED_OF_THE_CLIENT, GONE)
    assert (departure.ending, departure.response_level) == (Ending.LEFT, ResponseLevel.UNABLE_TO_ASSESS)
    assert departure.ended_at >= departure.began_at


def test_a_call_that_ended_is_called_a_lost_connection(say_gone, departure, answers):
    departure.format = Format.VIDEO
    departure.save()
    say_gone()
    assert answers() == dict.fromkeys(ASKED_OF_THE_CLIENT, CUT_OFF)
    assert departure.ending == Ending.DISCONNECTED


def test_what_was_answered_before_stands(tap, set_level, say_gone, departure, answers):
    tap("stay-calm")
    tap("offer-options", outcome="declined")
    set_level(ResponseLevel.SOME_CONCERN)
    say_gone()
    standing = answers()
    assert standing["stay-calm"] == (Outcome.DONE, "")
    assert standing["offer-options"] == (Outcome.DECLINED, "")
    assert standing["check-safety"] == (Outcome.DONE, "")
    assert standing["explore-reason"] == GONE
    assert departure.response_level == ResponseLevel.SOME_CONCERN


def test_not_knowing_opens_a_plan(say_gone, departure):
    say_gone()
    plan = FollowUpPlan.objects.get(departure=departure)
    assert plan.response_level == ResponseLevel.UNABLE_TO_ASSESS
    assert plan.follow_ups.open().exists()


@pytest.mark.parametrize("is_same_tap", [True, False])
def test_saying_it_again_adds_nothing(say_gone, departure, is_same_tap):
    op_id = str(uuid.uuid4())
    say_gone(op_id=op_id)
    before, ended_at = departure.step_responses.count(), departure.ended_at
    say_gone(op_id=op_id) if is_same_tap else say_gone()
    assert departure.step_responses.count() == before
    assert departure.ended_at == ended_at


def test_a_tap_without_javascript_counts_as_well(say_gone, departure):
    say_gone(op_id="", at="")
    assert not departure.is_open


def test_undo_takes_back_the_answers_the_level_and_the_plan_but_erases_nothing(say_gone, undo, departure, answers):
    say_gone()
    added = departure.step_responses.count()
    assert undo().url == reverse("departure", args=[departure.pk])
    assert answers() == {}
    assert (departure.is_open, departure.response_level) == (True, "")
    assert departure.step_responses.count() == added + len(ASKED_OF_THE_CLIENT)
    assert not departure.follow_ups.open().exists()


def test_undo_leaves_alone_what_the_therapist_had_answered(tap, set_level, say_gone, undo, answers):
    tap("express-empathy")
    tap("explore-reason", outcome="not_possible", reason="unsafe")
    set_level(ResponseLevel.ELEVATED)
    say_gone()
    undo()
    assert answers() == {
        "express-empathy": (Outcome.DONE, ""),
        "explore-reason": (Outcome.NOT_POSSIBLE, ReasonNotPossible.UNSAFE),
        "check-safety": (Outcome.DONE, ""),
    }
    assert DepartureEvent.objects.get().response_level == ResponseLevel.ELEVATED


def test_the_same_request_arriving_again_after_undo_changes_nothing(say_gone, undo, departure):
    op_id = str(uuid.uuid4())
    say_gone(op_id=op_id)
    undo()
    say_gone(op_id=op_id)
    assert departure.is_open


def test_gone_undone_and_gone_again_fills_in_again(say_gone, undo, departure, answers):
    say_gone()
    undo()
    say_gone()
    assert answers() == dict.fromkeys(ASKED_OF_THE_CLIENT, GONE)
    assert departure.response_level == ResponseLevel.UNABLE_TO_ASSESS


def test_undo_of_an_open_departure_changes_nothing(undo, departure):
    undo()
    assert departure.step_responses.count() == 0


@pytest.mark.parametrize("ending", [Ending.STAYED, Ending.RETURNED])
def test_correcting_to_stayed_or_returned_takes_back_what_was_filled_in(browser, say_gone, departure, answers, ending):
    say_gone()
    browser.post(reverse("end-departure", args=[departure.pk]), {"ending": ending, "kind": ""})
    departure.refresh_from_db()
    assert answers() == {}
    assert (departure.ending, departure.response_level) == (ending, "")


def test_correcting_to_handed_over_keeps_what_was_filled_in(browser, say_gone, departure, answers):
    say_gone()
    browser.post(reverse("end-departure", args=[departure.pk]), {"ending": "handed_over", "kind": ""})
    assert answers() == dict.fromkeys(ASKED_OF_THE_CLIENT, GONE)


def test_a_plan_that_cannot_be_made_undoes_the_tap_as_a_whole(departure, therapist, monkeypatch):
    """Nothing half done: without a plan the departure has not ended either."""
    from followups import policies

    monkeypatch.setattr(policies, "in_force", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    departure.refresh_from_db()
    assert departure.is_open
    assert departure.step_responses.count() == 0


def test_the_page_says_they_have_gone_and_offers_the_report_and_the_way_back(say_gone, live):
    say_gone()
    html = live()
    for words in ("They have gone", "Write the report", "Undo: still here", "Not possible: client had left"):
        assert words in html
