"""Clocks never agree to the second: what somebody did last on the page is what stands."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import checklist
from sessions_app.models import ResponseLevel

WRONG_BY = [timedelta(seconds=90), timedelta(seconds=-90)]


@pytest.fixture(params=WRONG_BY, ids=["fast", "slow"])
def device_now(request):
    """The moment on a device whose clock is wrong by a minute and a half."""

    def look():
        return (timezone.now() + request.param).isoformat()

    return look


@pytest.fixture
def said(departure):
    """The standing answers as {slug: outcome}."""
    return lambda: dict(departure.step_responses.standing().values_list("step__slug", "outcome"))


@pytest.fixture
def send(browser, departure):
    """Send one of the page's forms: `send("gone")`, `send("undo-step", "stay-calm")`."""

    def post(name, *more, **facts):
        return browser.post(reverse(name, args=[departure.pk, *more]), {"op_id": str(uuid.uuid4()), **facts})

    return post


def test_undo_holds_whatever_the_devices_clock_says(tap, send, said, device_now):
    tap("stay-calm", at=device_now())
    send("undo-step", "stay-calm", at=device_now())
    assert said() == {}


def test_after_undo_the_step_can_be_done_again(tap, send, said, device_now):
    tap("stay-calm", at=device_now())
    send("undo-step", "stay-calm")
    tap("stay-calm", at=device_now())
    assert said() == {"stay-calm": "done"}


def test_they_have_gone_can_be_undone_and_said_again(send, said, device_now):
    send("gone", at=device_now())
    assert len(said()) == 7
    send("undo-gone")
    assert said() == {}
    send("gone", at=device_now())
    assert len(said()) == 7


def test_after_undo_of_gone_a_step_can_be_answered(tap, send, said, device_now):
    send("gone", at=device_now())
    send("undo-gone")
    tap("express-empathy", at=device_now())
    assert said() == {"express-empathy": "done"}


def test_a_level_taken_back_stays_taken_back(set_level, send, said, departure, device_now):
    set_level(ResponseLevel.ELEVATED, at=device_now())
    send("undo-step", "check-safety", at=device_now())
    assert said() == {}
    set_level(ResponseLevel.SOME_CONCERN, at=device_now())
    assert said() == {"check-safety": "done"}


def test_a_second_device_answers_last_whatever_its_clock_says(tap, said, device_now):
    tap("offer-options", at=timezone.now().isoformat())
    tap("offer-options", outcome="declined", at=device_now())
    assert said() == {"offer-options": "declined"}


def test_a_tap_that_was_long_on_its_way_does_not_overturn_a_newer_answer(tap, said):
    tap("offer-options", outcome="declined")
    tap("offer-options", at=(timezone.now() - timedelta(hours=1)).isoformat())
    assert said() == {"offer-options": "declined"}


def test_notes_follow_each_other_as_well(departure, therapist):
    for words, seconds in (("First", 0), ("Second", -90)):
        at = timezone.now() + timedelta(seconds=seconds)
        facts = {"quote": words}
        checklist.note(departure, slug="express-empathy", facts=facts, op_id=uuid.uuid4(), by=therapist, at=at)
    assert departure.captured_facts.current().get().value == "Second"
