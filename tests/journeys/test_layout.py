"""Sizes that hands and eyes need: targets, reflow, large text, and a list that is not too long."""

import pytest

from sessions_app import levels
from sessions_app.models import ResponseLevel
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.test_doors import PAGES

pytestmark = pytest.mark.journey

NARROW = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10
TARGET, TICK = 44, 56  # pixels; 44 is WCAG 2.2, 2.5.5
LONGEST_LIST = 2250  # pixels: 2.7 screens of a phone

TOO_SMALL = """
([least, tick]) => {
  const found = [];
  for (const each of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    const label = each.matches("[type=radio], [type=checkbox]") ? each.closest("label") : null;
    const box = (label || each).getBoundingClientRect();
    const isShown = box.width > 0 && box.height > 0 && getComputedStyle(each).visibility !== "hidden";
    const isSkip = each.matches(".skip") || each.closest(".vh");
    const wanted = each.matches(".tick button, .levels button, .dock button, .dock a") ? tick : least;
    if (isShown && !isSkip && box.height < wanted - 0.5) found.push(`${each.outerHTML.slice(0, 120)}: ${box.height}`);
  }
  return found;
}
"""


TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const ends = (each) => each.getBoundingClientRect().right;
  const all = [...document.querySelectorAll("body *")];
  return all.filter((each) => ends(each) > width + 0.5).map((each) => each.outerHTML.slice(0, 120));
}
"""


@pytest.fixture
def everywhere(departure, supervisor, starter):
    """Every page of the therapist with something on it."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=departure.pk, by=departure.therapist)
    facts = {
        "id": departure.pk,
        "follow_up": departure.follow_ups.first().pk,
        "client": departure.client_id,
        "session": departure.session_id,
    }
    return [path.format(**facts) for path in PAGES["therapist"]]


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_every_target_is_large_enough_for_a_thumb(open_window, therapist, everywhere, size):
    window = open_window(therapist, size=size)
    for path in everywhere:
        window.go(path)
        assert window.tab.evaluate(TOO_SMALL, [TARGET, TICK]) == [], path


@pytest.mark.parametrize(("size", "text"), [(NARROW, "100%"), (PHONE, "200%")], ids=["320 pixels", "text at 200 %"])
def test_nothing_needs_scrolling_sideways(open_window, therapist, everywhere, size, text):
    window = open_window(therapist, size=size)
    for path in everywhere:
        window.go(path)
        window.tab.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
        assert window.tab.evaluate(TOO_WIDE) == [], path


def test_the_list_of_steps_is_not_too_long(open_window, therapist, supervisor, departure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    first, last = window.tab.locator(".phase").first.bounding_box(), window.tab.locator(".phase").last.bounding_box()
    assert last["y"] + last["height"] - first["y"] <= LONGEST_LIST
