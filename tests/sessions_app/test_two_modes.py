"""While the client is here: what must not be missed. Afterwards: tick what you did, as long as it is remembered."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from protocols.models import Outcome
from sessions_app import checklist, departures, reports
from sessions_app.models import DepartureEvent, Ending, StepResponse

CONNECT = ["express-empathy", "encourage-communication", "validate-feelings", "explore-reason"]


@pytest.fixture
def now(browser):
    def look():
        return browser.get(reverse("now")).content.decode()

    return look


@pytest.fixture
def tick_together(browser, departure):
    def send(*, phase="connect", headers=None, **facts):
        data = {"op_id": str(uuid.uuid4()), **facts}
        return browser.post(reverse("record-phase", args=[departure.pk, phase]), data, headers=headers)

    return send


def order_of_steps(html):
    return re.findall(r'<article class="step[^"]*" id="([a-z-]+)"', html)


def test_while_the_client_is_here_only_the_first_two_tell_what_to_do(live):
    """The other nine keep their place and their tick; what they say is one tap away."""
    html = live()
    steady, _rest = html.split('aria-labelledby="phase-connect"')
    assert 'class="phase brief" aria-labelledby="phase-steady"' not in steady
    assert html.count('class="phase brief"') == 3
    assert "Tick what you did" not in html
    assert len(order_of_steps(html)) == 11


def test_afterwards_it_asks_for_what_is_still_open(live, tap, departure, therapist):
    tap("stay-calm")
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    open_ones, recorded = live().split('id="answered"')
    assert "Tick what you did" in open_ones
    assert order_of_steps(open_ones) == ["provide-resources", "respect-decision", "follow-up"]
    assert "stay-calm" in order_of_steps(recorded)
    assert "check-safety" in order_of_steps(recorded)


def test_when_everything_has_an_answer_it_says_so(live, departure, therapist):
    for state in checklist.states(departure):
        slug = state.step.slug
        checklist.record(departure, slug=slug, outcome=Outcome.DONE, op_id=uuid.uuid4(), by=therapist)
    departures.stay(departure, by=therapist)
    assert "Every step has an answer." in live()


def test_now_leads_back_the_same_evening(now, departure, therapist):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    html = now()
    assert "Tick what you did: 4 steps" in html
    assert f'href="{reverse("departure", args=[departure.pk])}"' in html


def test_it_is_asked_also_when_the_client_stayed(now, departure, therapist):
    departures.stay(departure, by=therapist)
    assert "Tick what you did: 11 steps" in now()


@pytest.mark.parametrize("days", [3, 20])
def test_it_is_not_asked_when_memory_has_faded(now, departure, therapist, days):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    ago = timezone.now() - timedelta(days=days)
    DepartureEvent.objects.filter(pk=departure.pk).update(began_at=ago, ended_at=ago)
    assert "Tick what you did" not in now()
    assert "Report to write" in now()


def test_it_is_not_asked_once_the_report_is_signed(now, departure, therapist):
    """The signed words do not change, so ticks would not come into them."""
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert "Tick what you did" not in now()


def test_four_steps_are_ticked_in_one_gesture(tick_together, departure):
    assert tick_together().status_code == 302
    standing = departure.step_responses.standing()
    assert set(standing.values_list("step__slug", "outcome")) == {(slug, "done") for slug in CONNECT}


def test_the_gesture_leaves_an_answer_that_stands(tap, tick_together, departure):
    tap("validate-feelings", outcome="declined")
    tick_together()
    assert departure.step_responses.standing().get(step__slug="validate-feelings").outcome == "declined"


def test_the_same_gesture_again_adds_nothing_also_after_one_was_taken_back(tick_together, departure, therapist):
    said = str(uuid.uuid4())
    tick_together(op_id=said)
    checklist.take_back(departure, slug="explore-reason", op_id=uuid.uuid4(), by=therapist)
    before = StepResponse.objects.count()
    assert tick_together(op_id=said).status_code == 302
    assert StepResponse.objects.count() == before


def test_a_script_gets_the_four_steps_and_the_progress(tick_together):
    answer = tick_together(headers={"HX-Request": "true"})
    assert answer.headers["X-Op"] == "saved"
    html = answer.content.decode()
    assert order_of_steps(html)[:4] == CONNECT
    assert "4 of 11" in html


@pytest.mark.parametrize("phase", ["steady", "choices", "afterwards", "nothing"])
def test_safety_is_never_ticked_in_passing(tick_together, departure, phase):
    assert tick_together(phase=phase).status_code == 404
    assert not departure.step_responses.exists()


def test_staying_is_one_tap_and_counted_apart(browser, departure, therapist):
    at = timezone.now() + timedelta(seconds=30)
    browser.post(reverse("stayed", args=[departure.pk]), {"at": at.isoformat()})
    departure.refresh_from_db()
    assert (departure.ending, departure.has_happened, departure.ended_at) == (Ending.STAYED, False, at)
    departures.log(id=uuid.uuid4(), by=therapist)
    html = browser.get(reverse("start-departure")).content.decode()
    assert "1 departure. Apart from them, 1 that did not happen" in html
    assert "Did not happen: stayed" in html


def test_staying_said_late_does_not_overturn_that_they_have_gone(browser, departure, therapist):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    browser.post(reverse("stayed", args=[departure.pk]))
    departure.refresh_from_db()
    assert departure.ending == Ending.LEFT


@pytest.mark.parametrize("name", ["take-break", "came-back", "stayed", "gone", "hung-up", "undo-gone"])
def test_each_way_of_going_on_is_a_tap_that_may_wait_on_a_device(browser, departure, name):
    answer = browser.post(reverse(name, args=[departure.pk]), headers={"HX-Request": "true"})
    assert answer.headers["X-Op"] == "saved"
    assert answer.headers["HX-Redirect"] == reverse("departure", args=[departure.pk])
