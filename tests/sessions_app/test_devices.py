"""Taps that come late, twice, or from somebody else's device."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.devices import mark_of
from sessions_app import timeline
from sessions_app.models import DepartureEvent, ResponseLevel, StepResponse
from tests.sessions_app.conftest import HTMX


@pytest.fixture
def op_id():
    return str(uuid.uuid4())


def heard(answer):
    return answer.status_code, answer.headers.get("X-Op")


def test_an_answer_said_twice_is_answered_twice_the_same(tap, op_id):
    first = tap("stay-calm", op_id=op_id, headers=HTMX)
    second = tap("stay-calm", op_id=op_id, headers=HTMX)
    assert (heard(first), heard(second)) == ((200, "saved"), (200, "duplicate"))
    assert "1 of 11" in second.content.decode()
    assert StepResponse.objects.count() == 1


def test_undo_said_twice_takes_back_once(tap, browser, departure, op_id):
    tap("stay-calm")
    address = reverse("undo-step", args=[departure.pk, "stay-calm"])
    assert [heard(browser.post(address, {"op_id": op_id}, headers=HTMX)) for _ in "12"] == [
        (200, "saved"),
        (200, "duplicate"),
    ]
    assert StepResponse.objects.count() == 2


def test_a_level_said_twice_is_one_level(set_level, op_id):
    said = [heard(set_level(ResponseLevel.ELEVATED, op_id=op_id, headers=HTMX)) for _ in "12"]
    assert said == [(200, "saved"), (200, "duplicate")]


def test_one_operation_never_says_two_things(tap, set_level, op_id):
    tap("stay-calm", op_id=op_id)
    assert heard(tap("stay-calm", outcome="partly", op_id=op_id)) == (409, None)
    assert heard(tap("express-empathy", op_id=op_id)) == (409, None)
    set_level(ResponseLevel.ELEVATED, op_id=op_id)
    assert heard(set_level(ResponseLevel.IMMEDIATE, op_id=op_id)) == (409, None)


def test_a_second_level_in_the_same_words_is_an_operation_too(set_level, departure, op_id):
    set_level(ResponseLevel.ELEVATED)
    set_level(ResponseLevel.SOME_CONCERN, op_id=op_id)
    set_level(ResponseLevel.IMMEDIATE)
    assert heard(set_level(ResponseLevel.SOME_CONCERN, op_id=op_id, headers=HTMX)) == (200, "duplicate")
    departure.refresh_from_db()
    assert departure.response_level == ResponseLevel.IMMEDIATE


def test_a_level_that_was_long_on_its_way_does_not_lower_a_newer_one(set_level, departure):
    set_level(ResponseLevel.IMMEDIATE)
    late = (timezone.now() - timedelta(hours=1)).isoformat()
    set_level(ResponseLevel.NONE_IDENTIFIED, at=late)
    departure.refresh_from_db()
    assert departure.response_level == ResponseLevel.IMMEDIATE
    assert StepResponse.objects.count() == 2, "what was tapped is kept in the history"


def test_a_late_undo_does_not_take_back_a_newer_level(set_level, browser, departure):
    set_level(ResponseLevel.IMMEDIATE)
    late = (timezone.now() - timedelta(hours=1)).isoformat()
    browser.post(reverse("undo-step", args=[departure.pk, "check-safety"]), {"op_id": uuid.uuid4(), "at": late})
    departure.refresh_from_db()
    assert departure.response_level == ResponseLevel.IMMEDIATE


def test_a_tap_of_somebody_else_waits_for_them(tap, browser, stranger):
    theirs = {"X-Outbox": mark_of(stranger), **HTMX}
    assert tap("stay-calm", headers=theirs).status_code == 401
    assert browser.post(reverse("start-departure"), {"id": uuid.uuid4()}, headers=theirs).status_code == 401
    assert not StepResponse.objects.exists()
    assert DepartureEvent.objects.count() == 1


def test_a_device_is_told_where_to_go_on(browser, therapist, departure):
    mine = {"X-Outbox": mark_of(therapist), **HTMX}
    new = uuid.uuid4()
    for _ in "12":
        answer = browser.post(reverse("start-departure"), {"id": new}, headers=mine)
        assert heard(answer) == (200, "saved")
        assert answer.headers["HX-Redirect"] == reverse("departure", args=[new])
    assert heard(browser.post(reverse("gone", args=[departure.pk]), headers=mine)) == (200, "saved")


def test_the_mark_tells_nobody_who_it_is(therapist, stranger):
    assert mark_of(therapist) != mark_of(stranger)
    assert str(therapist.pk) != mark_of(therapist)


TEN_MINUTES = timedelta(minutes=10)


def by_a_clock_that_is(ahead, *, waited=timedelta(0)):
    """What a device sends whose clock runs ahead by this much: the tap's moment, and its own time when it sends."""
    device_now = timezone.now() + ahead
    return {"at": (device_now - waited).isoformat(), "headers": {"X-Sent-At": device_now.isoformat(), **HTMX}}


@pytest.mark.parametrize("ahead", [TEN_MINUTES, -TEN_MINUTES], ids=["fast", "slow"])
def test_a_clock_that_is_wrong_is_put_right_and_the_page_says_about(tap, live, browser, departure, ahead):
    waited = timedelta(minutes=3)
    tap("stay-calm", **by_a_clock_that_is(ahead, waited=waited))
    answer = StepResponse.objects.get()
    assert abs(timezone.now() - waited - answer.occurred_at) < timedelta(minutes=1)
    assert abs(answer.clock_off_by - ahead) < timedelta(minutes=1)
    assert "about <time" in live()
    told = [entry.words for entry in timeline.of(departure)]
    assert "Stay calm: done (about this time)" in told


def test_a_clock_that_is_nearly_right_is_believed(tap, live):
    said = by_a_clock_that_is(timedelta(seconds=20))
    tap("stay-calm", **said)
    answer = StepResponse.objects.get()
    assert (answer.occurred_at.isoformat(), answer.clock_off_by) == (said["at"], None)
    assert "about <time" not in live()


def test_every_tap_of_a_wrong_clock_is_put_right(tap, set_level, browser, departure):
    set_level(ResponseLevel.ELEVATED, **by_a_clock_that_is(TEN_MINUTES))
    tap("stay-calm")
    for name, args in [("undo-step", [departure.pk, "stay-calm"]), ("gone", [departure.pk])]:
        said = by_a_clock_that_is(TEN_MINUTES)
        browser.post(reverse(name, args=args), {"op_id": uuid.uuid4(), "at": said["at"]}, headers=said["headers"])
    departure.refresh_from_db()
    assert departure.ended_at <= timezone.now()
    exact = StepResponse.objects.filter(clock_off_by=None)
    assert list(exact.values_list("step__slug", "outcome")) == [("stay-calm", "done")]


def test_a_departure_that_began_on_a_wrong_clock_began_when_it_did(browser):
    new, said = uuid.uuid4(), by_a_clock_that_is(-TEN_MINUTES)
    browser.post(reverse("start-departure"), {"id": new, "at": said["at"]}, headers=said["headers"])
    assert timezone.now() - DepartureEvent.objects.get(pk=new).began_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    "nonsense", ["", "soon", "0001-01-01T00:00:00Z", "2026-02-31T00:00:00Z", "2026-01-01T00:00:00"]
)
@pytest.mark.parametrize("at", ["", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00"])
def test_a_clock_that_talks_nonsense_costs_no_tap(tap, nonsense, at):
    assert heard(tap("stay-calm", at=at, headers={"X-Sent-At": nonsense, **HTMX})) == (200, "saved")
    answer = StepResponse.objects.get()
    assert timezone.now() - answer.occurred_at < timedelta(minutes=1)
