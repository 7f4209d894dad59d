"""Somebody looks over the shoulder, or the tablet lies on the table: nothing about a client can be read."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import CharField, TextField

from sessions_app import levels
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.test_doors import PAGES, facts_of
from tests.journeys.test_outbox import ON_THE_DEVICE, WAITING

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


# The app switcher, and everything else that keeps a picture or a word ---------------------------------------------

GO_AWAY = """is_away => {
  Object.defineProperty(document, "hidden", { value: is_away, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SEEN_OF = "selector => getComputedStyle(document.querySelector(selector)).opacity"


def test_nothing_is_left_to_see_for_the_app_switcher(open_window, therapist, departure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    window.tab.locator("#stay-calm-done").focus()
    window.tab.evaluate(GO_AWAY, True)
    assert window.tab.evaluate(SEEN_OF, "body") == "0"
    assert window.tab.evaluate(SEEN_OF, "#sign-in-again") == "0"
    window.tab.evaluate(GO_AWAY, False)
    assert window.tab.evaluate(SEEN_OF, "body") == "1"
    assert window.tab.evaluate("document.activeElement.id") == "stay-calm-done"
    window.tab.evaluate(GO_AWAY, True)
    window.tab.emulate_media(media="print")
    assert window.tab.evaluate(SEEN_OF, "body") == "1", "paper is asked for by a person"


def test_a_page_that_is_left_is_not_seen_either(open_window, therapist):
    window = open_window(therapist)
    window.go("/steps/")
    window.tab.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert window.tab.evaluate(SEEN_OF, "body") == "0"
    window.tab.evaluate("window.dispatchEvent(new Event('pageshow'))")
    assert window.tab.evaluate(SEEN_OF, "body") == "1"


def test_no_title_address_or_store_holds_a_word_about_a_client(
    open_window, therapist, departure, everything_said, starter
):
    window, facts = open_window(therapist, keeps_pages=True), facts_of(departure)
    found = []
    for path in PAGES["therapist"]:
        window.go(path.format(**facts))
        found += [window.tab.title(), window.tab.url]
    window.tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found += [*window.tab.evaluate(ON_THE_DEVICE), json.dumps(window.tab.evaluate(WAITING))]
    assert any(str(departure.pk) in each for each in found), "something was found at all"
    assert [word for word in everything_said if word in " ".join(found)] == []


@pytest.fixture
def everything_said(departure, client_0417, session):
    """A rare word in every field about the client, the session and the departure that takes words."""
    levels.set_level(departure, level="elevated", op_id=departure.pk, by=departure.therapist)
    departure.refresh_from_db()
    rows = [client_0417, session, departure, *client_0417.contact_permissions.all()]
    words = []
    for row in rows:
        for field in row._meta.fields:
            if isinstance(field, CharField | TextField) and not field.choices and "country" not in field.name:
                words.append(f"qx{len(words)}{field.name[:9]}")
                setattr(row, field.name, words[-1])
        row.save()
    return [client_0417.reference, *words]


# Calm ---------------------------------------------------------------------------------------------------------


def test_nothing_moves_for_who_wants_no_motion(open_window, therapist, departure):
    window = open_window(therapist, reduced_motion="reduce")
    for path in ("/", f"/departures/{departure.pk}/", "/resources/", "/offline/"):
        window.go(path)
        moving = """[...document.querySelectorAll("*")].filter((each) => {
          const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(each);
          return /[1-9]/.test(transitionDuration + animationDuration) || scrollBehavior === "smooth";
        }).length"""
        assert window.tab.evaluate(moving) == 0, path


def test_nothing_sounds_and_nothing_shakes():
    script = Path(settings.BASE_DIR, "static", "app.js").read_text()
    pages = "".join(page.read_text() for page in Path(settings.BASE_DIR, "templates").rglob("*.html"))
    for loud in ("vibrate", "Audio", "<audio", "<video", "new Notification"):
        assert loud not in script + pages
