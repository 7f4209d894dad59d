"""Somebody looks over the shoulder, or the tablet lies on the table: nothing about a client can be read."""

import pytest

from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey

# Milliseconds from the key, or the tap, to the second frame after it: by then the first has been painted.
TIME_TO_PAINT = """
kind => { window.painted = new Promise(resolve => addEventListener(kind, event => {
  if (!document.getElementById("cover").open) requestAnimationFrame(() => requestAnimationFrame(() =>
    document.getElementById("cover").open && resolve(performance.now() - event.timeStamp)));
}, true)) }
"""
COUNT_LOCKS = """
window.locks = 0;
Object.defineProperty(navigator, "wakeLock", {value: {request: async kind => { window.locks += kind === "screen" }}});
"""


def hide_by_keys(window):
    for _press in range(3):
        window.tab.keyboard.press("Shift")
    window.tab.locator("#cover").wait_for(state="visible")


def is_covered(window):
    return window.tab.locator("#cover").is_visible()


def what_can_be_touched(window):
    """What lies uppermost in nine places of the screen."""
    size = window.tab.viewport_size
    places = [[size["width"] * x / 4, size["height"] * y / 4] for x in (1, 2, 3) for y in (1, 2, 3)]
    uppermost = "places => places.map(([x, y]) => document.elementFromPoint(x, y).closest('dialog')?.id)"
    return set(window.tab.evaluate(uppermost, places))


@pytest.mark.clock
@pytest.mark.target("T7")
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_tap_hides_everything_and_enter_brings_it_back(open_window, therapist, departure, size, theme, figure):
    window = open_window(therapist, size=size, color_scheme=theme)
    window.go(f"/departures/{departure.pk}/")
    title = window.tab.title()
    window.tab.evaluate(TIME_TO_PAINT, "click")
    window.tab.get_by_role("button", name="Hide screen").click()
    figure("T7", window.tab.evaluate("window.painted"))
    assert window.tab.title() == "Paused"
    assert what_can_be_touched(window) == {"cover"}
    backdrop = "getComputedStyle(document.getElementById('cover'), '::backdrop').backgroundColor"
    assert window.tab.evaluate(backdrop).startswith("rgb("), "opaque"
    window.inspect()
    window.tab.keyboard.press("Enter")
    assert not is_covered(window)
    assert window.tab.title() == title
    assert window.tab.evaluate("document.activeElement.id") == "hide-screen"


@pytest.mark.clock
@pytest.mark.target("T7")
def test_shift_three_times_hides_and_nothing_typed_is_lost(open_window, therapist, figure):
    window = open_window(therapist, size=LAPTOP)
    window.go("/clients/new/")
    words = window.tab.get_by_label("Reference")
    words.press_sequentially("ENOUGH And Went OFF")
    assert not is_covered(window), "capitals are no signal"
    window.tab.evaluate(TIME_TO_PAINT, "keydown")
    hide_by_keys(window)
    figure("T7", window.tab.evaluate("window.painted"))
    window.tab.keyboard.type("unseen")
    window.tab.keyboard.press("Escape")
    window.tab.keyboard.press("Escape")
    assert is_covered(window)
    assert window.tab.title() == "Paused"
    window.tab.keyboard.press("Enter")
    assert not is_covered(window)
    window.tab.keyboard.type(" Alone.")
    assert words.input_value() == "ENOUGH And Went OFF Alone."


def test_shift_pressed_slowly_hides_nothing(open_window, therapist):
    window = open_window(therapist)
    window.go("/steps/")
    for seconds in (0, 3, 6):
        at = f"Object.defineProperty(event, 'timeStamp', {{value: {seconds * 1000}}})"
        press = f"const event = new KeyboardEvent('keydown', {{key: 'Shift'}}); {at}; document.dispatchEvent(event)"
        window.tab.evaluate(f"() => {{ {press} }}")
    assert not is_covered(window)


def test_enter_that_leaves_the_cover_presses_nothing_else(open_window, therapist, departure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    window.tab.get_by_role("button", name="They have gone").focus()
    hide_by_keys(window)
    window.tab.keyboard.down("Enter")
    window.tab.keyboard.down("Enter")
    window.tab.keyboard.up("Enter")
    assert not is_covered(window)
    window.settle()
    departure.refresh_from_db()
    assert departure.is_open


def test_without_javascript_there_is_no_button_that_does_nothing(open_window, therapist):
    window = open_window(therapist, has_javascript=False)
    window.go("/steps/")
    assert window.tab.get_by_role("button", name="Hide screen").count() == 0
    assert not is_covered(window)


def test_nobody_signed_out_has_something_to_hide(open_window):
    window = open_window()
    window.go("/account/sign-in/")
    assert window.tab.locator("#hide-screen").count() == 0
    assert window.problems == []


def test_the_screen_stays_awake_while_a_client_is_leaving(open_window, therapist, departure):
    window = open_window(therapist)
    window.tab.add_init_script(COUNT_LOCKS)
    window.go("/steps/")
    assert window.tab.evaluate("window.locks") == 0
    window.go(f"/departures/{departure.pk}/")
    assert window.tab.evaluate("window.locks") == 1
    window.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert window.tab.evaluate("window.locks") == 2, "the lock is lost when another app is in front"
    window.click("They have gone")
    window.sees("Write the report")
    assert window.tab.evaluate("window.locks") == 0


def test_a_device_that_cannot_stay_awake_is_left_alone(open_window, therapist, departure):
    window = open_window(therapist)
    window.tab.add_init_script("Object.defineProperty(navigator, 'wakeLock', {value: undefined})")
    window.go(f"/departures/{departure.pk}/")
    assert window.problems == []
