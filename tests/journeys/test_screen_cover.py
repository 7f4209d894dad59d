"""A screen that nobody touches covers itself; one tap lifts the cover, and nothing behind it is lost."""

import pytest

from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.test_privacy import is_covered, what_can_be_touched
from tests.journeys.test_session_end import SIGN_IN, WAKE_UP

pytestmark = pytest.mark.journey


@pytest.fixture
def is_short(settings):
    """The cover comes after so many seconds that a test can wait for it."""
    settings.SCREEN_COVER_SECONDS = 2


def wait_for_the_cover(window):
    window.tab.locator("#cover").wait_for(state="visible")


def tap(window, x, y):
    size = window.tab.viewport_size
    window.tab.mouse.click(size["width"] * x, size["height"] * y)


def test_it_comes_after_three_minutes_and_may_come_sooner(signed_in, therapist, settings):
    assert settings.SCREEN_COVER_SECONDS == 180
    assert 'data-seconds="180"' in signed_in(therapist).get("/").content.decode()


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_it_hides_everything_and_one_tap_anywhere_lifts_it(open_window, therapist, departure, is_short, size):
    """On the steps too: the call for help is behind one tap, and the tap that lifts the cover presses nothing else."""
    window = open_window(therapist, size=size)
    window.go(f"/departures/{departure.pk}/")
    title = window.tab.title()
    wait_for_the_cover(window)
    assert window.tab.title() == "Paused"
    assert what_can_be_touched(window) == {"cover"}
    window.inspect()
    tap(window, 0.2, 0.9)
    assert not is_covered(window)
    assert window.tab.title() == title
    assert window.tab.url.endswith(f"/departures/{departure.pk}/")
    window.tab.get_by_role("link", name="Emergency 911").first.wait_for(state="attached")
    wait_for_the_cover(window)
    window.tab.keyboard.press("Enter")
    assert not is_covered(window)


def test_nothing_typed_is_lost_and_whoever_types_is_left_alone(open_window, therapist, is_short):
    window = open_window(therapist)
    window.go("/clients/new/")
    field = window.tab.get_by_label("Reference")
    field.press_sequentially("0418 and so on", delay=250)  # longer than the cover waits
    assert not is_covered(window)
    wait_for_the_cover(window)
    window.tab.keyboard.type("unseen")
    assert is_covered(window), "a key that a sleeve presses shows nothing to the next client"
    tap(window, 0.5, 0.2)
    assert field.input_value() == "0418 and so on"
    field.press_sequentially("!")
    assert field.input_value() == "0418 and so on!"


def test_it_stays_when_the_page_behind_it_is_renewed(open_window, therapist, departure, is_short):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    wait_for_the_cover(window)
    renew = "htmx.ajax('GET', location.pathname, {target: 'body', swap: 'innerHTML'})"
    window.tab.evaluate(renew)
    assert is_covered(window)
    tap(window, 0.2, 0.9)
    assert not is_covered(window)


def test_a_device_that_slept_is_covered_before_it_is_seen(open_window, therapist):
    window = open_window(therapist)
    window.go("/steps/")
    window.tab.evaluate("Date.now = (now => () => now() + 181000)(Date.now)")
    assert not is_covered(window)
    window.tab.evaluate(WAKE_UP)
    assert is_covered(window)


def test_a_screen_hidden_by_hand_is_not_shown_by_a_stray_tap(open_window, therapist, is_short):
    window = open_window(therapist)
    window.go("/steps/")
    window.click("Hide screen")
    tap(window, 0.2, 0.9)
    assert is_covered(window)
    window.click("Continue")
    assert not is_covered(window)


def test_who_signs_in_again_over_the_cover_need_not_lift_it_too(open_window, therapist, is_short, end_sessions):
    window = open_window(therapist)
    window.go("/steps/")
    wait_for_the_cover(window)
    end_sessions()
    window.tab.evaluate("document.querySelector('#outbox a').click()")
    window.tab.locator(SIGN_IN).wait_for(state="visible")
    window.tab.locator("#again-password").fill(PASSWORD)
    window.tab.keyboard.press("Enter")
    window.tab.locator(SIGN_IN).wait_for(state="hidden")
    assert not is_covered(window)
