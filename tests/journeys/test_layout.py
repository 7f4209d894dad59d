"""Sizes that hands and eyes need: reflow, large text, and a list that is not too long."""

import pytest

from tests.journeys.conftest import PHONE
from tests.journeys.test_doors import PAGES, facts_of

pytestmark = pytest.mark.journey

NARROW = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10

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
    facts = facts_of(departure)
    return [path.format(**facts) for path in PAGES["therapist"]]


@pytest.mark.target("T15")
def test_nothing_needs_scrolling_sideways(open_window, therapist, everywhere, figure):
    window, too_wide = open_window(therapist), {}
    for path in everywhere:
        window.go(path)
        for size, text in ((NARROW, "100%"), (PHONE, "200%")):
            window.tab.set_viewport_size(size)
            window.tab.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
            if found := window.tab.evaluate(TOO_WIDE):
                too_wide[path, text] = found
    assert too_wide == {}
    figure("T15", len(too_wide))


@pytest.mark.target("T9")
def test_the_list_of_steps_is_not_too_long(open_window, therapist, supervisor, departure, figure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    first, last = window.tab.locator(".phase").first.bounding_box(), window.tab.locator(".phase").last.bounding_box()
    figure("T9", last["y"] + last["height"] - first["y"])
