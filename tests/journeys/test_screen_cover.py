"""A screen that nobody touches covers itself; one tap lifts the cover, and nothing behind it is lost."""

import pytest

from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.test_privacy import is_covered, what_can_be_touched
from tests.journeys.test_session_end import SIGN_IN, WAKE_UP

pytestmark = pytest.mark.journey


@pytest.fixture
def window_of(open_window):
    """A window whose clock the test moves on: `window_of(therapist)`, then `let_go_by(window, 170)`."""

    def opened(person, **more):
        window = open_window(person, **more)
        window.tab.clock.install()
        return window

    return opened


def let_go_by(window, seconds):
    window.tab.clock.fast_forward(seconds * 1000)


def tap(window, x, y):
    size = window.tab.viewport_size
    window.tab.mouse.click(size["width"] * x, size["height"] * y)


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_after_three_minutes_it_hides_everything_and_one_tap_anywhere_lifts_it(window_of, therapist, departure, size):
    """On the steps too: the call for help is behind one tap, and the tap that lifts the cover presses nothing else."""
    window = window_of(therapist, size=size)
    window.go(f"/departures/{departure.pk}/")
    title = window.tab.title()
    let_go_by(window, 150)
    assert not is_covered(window)
    let_go_by(window, 31)
    assert window.tab.title() == "Paused"
    assert what_can_be_touched(window) == {"cover"}
    window.inspect()
    tap(window, 0.2, 0.9)
    assert not is_covered(window)
    assert window.tab.title() == title
    assert window.tab.url.endswith(f"/departures/{departure.pk}/")
    let_go_by(window, 181)
    assert is_covered(window)
    window.tab.keyboard.press("Enter")
    assert not is_covered(window)


def test_an_installation_may_have_it_sooner(window_of, therapist, settings):
    settings.SCREEN_COVER_SECONDS = 60
    window = window_of(therapist)
    window.go("/steps/")
    let_go_by(window, 61)
    assert is_covered(window)


def test_nothing_typed_is_lost_and_whoever_types_is_left_alone(window_of, therapist):
    window = window_of(therapist)
    window.go("/clients/new/")
    field = window.tab.get_by_label("Reference")
    for letter in "0418":
        field.press_sequentially(letter)
        let_go_by(window, 120)
        assert not is_covered(window)
    let_go_by(window, 61)
    assert is_covered(window)
    window.tab.keyboard.type("unseen")
    assert is_covered(window), "a key that a sleeve presses shows nothing to the next client"
    tap(window, 0.5, 0.2)
    assert not is_covered(window)
    assert field.input_value() == "0418"
    field.press_sequentially("9")
    assert field.input_value() == "04189"


def test_it_stays_when_the_page_behind_it_is_renewed(window_of, therapist, departure):
    window = window_of(therapist)
    window.go(f"/departures/{departure.pk}/")
    let_go_by(window, 181)
    window.tab.evaluate("htmx.ajax('GET', location.pathname, {target: 'body', swap: 'innerHTML'})")
    assert is_covered(window)
    tap(window, 0.2, 0.9)
    assert not is_covered(window)


def test_a_device_that_slept_is_covered_before_it_is_seen(open_window, therapist):
    """It has run no timers meanwhile; only its clock has moved."""
    window = open_window(therapist)
    window.go("/steps/")
    window.tab.evaluate("Date.now = (now => () => now() + 181000)(Date.now)")
    assert not is_covered(window)
    window.tab.evaluate(WAKE_UP)
    assert is_covered(window)


def test_a_screen_hidden_by_hand_is_not_shown_by_a_stray_tap(window_of, therapist):
    window = window_of(therapist)
    window.go("/steps/")
    window.click("Hide screen")
    let_go_by(window, 181)
    tap(window, 0.2, 0.9)
    assert is_covered(window)
    window.click("Continue")
    assert not is_covered(window)


def test_who_signs_in_again_over_the_cover_need_not_lift_it_too(window_of, therapist, end_sessions):
    window = window_of(therapist)
    window.go("/steps/")
    let_go_by(window, 181)
    assert is_covered(window)
    end_sessions()
    window.tab.evaluate("document.querySelector('#outbox a').click()")
    window.tab.locator(SIGN_IN).wait_for(state="visible")
    window.tab.locator("#again-password").fill(PASSWORD)
    window.tab.keyboard.press("Enter")
    window.tab.locator(SIGN_IN).wait_for(state="hidden")
    window.tab.locator("#cover").wait_for(state="hidden")
