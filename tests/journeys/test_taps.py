"""How few taps it takes, how little a report asks for, and how still a page can be."""

import time

import pytest

from sessions_app.models import DepartureEvent
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.journey
LONGEST_MOTION = """
() => Math.max(...[...document.querySelectorAll("*")].flatMap((each) => {
  const style = getComputedStyle(each);
  return `${style.transitionDuration}, ${style.animationDuration}`.split(",").map(parseFloat);
}))
"""


class Thumb:
    """Taps, and counts them."""

    def __init__(self, window):
        self.window, self.taps = window, 0

    def tap(self, words, *, role="button"):
        self.taps += 1
        self.window.click(words, role=role)


@pytest.mark.target("T1")
@pytest.mark.clock
@pytest.mark.target("T3")
def test_one_tap_saves_a_departure_and_shows_the_steps(open_window, therapist, session, figure):
    window = open_window(therapist)
    window.go("/")
    thumb, before = Thumb(window), time.perf_counter()
    thumb.tap("Client is leaving")
    window.tab.locator("#stay-calm").wait_for(state="visible")
    figure("T3", round(1000 * (time.perf_counter() - before)))
    assert DepartureEvent.objects.get().session == session
    figure("T1", thumb.taps)


@pytest.mark.target("T2")
def test_without_a_session_it_is_one_tap_as_well_and_the_client_follows(open_window, therapist, client_0417, figure):
    window = open_window(therapist)
    window.go("/")
    thumb = Thumb(window)
    thumb.tap("Client is leaving")
    window.sees("Choose the client")
    assert DepartureEvent.objects.get().client is None
    figure("T2", thumb.taps)
    later = Thumb(window)
    later.tap("Choose the client", role="link")
    later.tap(client_0417.reference)
    window.sees(f"Client {client_0417.reference}")
    assert DepartureEvent.objects.get().client == client_0417
    figure("T2 client", later.taps)


@pytest.mark.target("T8")
def test_a_report_asks_little_and_insists_on_nothing(open_window, therapist, supervisor, departure, figure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/report/")
    questions = window.tab.locator("#report-form .field, #report-form fieldset").evaluate_all(
        "all => new Set(all.map((each) => each.querySelector('legend, label').textContent.trim())).size"
    )
    assert window.tab.locator("#report-form :required, #report-form [aria-required=true]").count() == 0
    window.click("Continue")
    window.sees("Check your report before you send it")
    window.click("Sign and send")
    window.sees("Sent. Sam Lindqvist will read it.")
    figure("T8", questions)


@pytest.mark.target("T17")
def test_where_less_motion_is_asked_for_there_is_none(open_window, therapist, departure, starter, figure):
    moving = open_window(therapist)
    moving.go(f"/departures/{departure.pk}/")
    assert moving.tab.evaluate(LONGEST_MOTION) > 0, "the measure sees motion where there is some"
    still = open_window(therapist, size=PHONE, reduced_motion="reduce")
    seconds = []
    for path in ("/", f"/departures/{departure.pk}/", f"/departures/{departure.pk}/report/", "/resources/"):
        still.go(path)
        seconds.append(still.tab.evaluate(LONGEST_MOTION))
    figure("T17", max(seconds))
