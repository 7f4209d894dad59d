"""Without a mouse and without a thumb: everything can be reached, and it can always be seen where one is."""

import pytest

from sessions_app.models import DepartureReport
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.target("T13")]
MOST_STOPS = 200

#: Every control that is shown, numbered; the radios of one question are one stop.
NUMBER_CONTROLS = """
() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  window.stops = new Map();
  for (const each of document.querySelectorAll(all)) {
    if (!each.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const name = each.type === "radio" ? each.name : each.outerHTML.slice(0, 160);
    window.stops.set(each, name);
  }
  return [...new Set(window.stops.values())];
}
"""
#: Where the focus is: its name, and what is wrong with how it is shown. Null once it has left the page.
LOOK = """
() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const COVERS = ".dock, header.top, .main-nav, .notice.unsaved";
  const three = (from, to) => [from + 4, (from + to) / 2, to - 4];
  const isLong = here.matches("textarea");  // a browser shows the line one writes in, not all of it
  const x = three(box.left, box.right), y = isLong ? [box.top + 4] : three(box.top, box.bottom);
  const isCovered = x.some((left) => y.some((top) => {
    const upmost = document.elementFromPoint(left, top);
    if (!upmost) return box.height < innerHeight && box.width < innerWidth; // out of sight
    const cover = upmost.closest(COVERS);
    return cover && !cover.contains(here);
  }));
  const hasRing = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = (here.ariaLabel || here.labels?.[0]?.innerText || here.innerText || "").trim();
  return {
    name, key: window.stops?.get(here) ?? (here.type === "radio" ? here.name : here.outerHTML.slice(0, 160)),
    problem: isCovered ? "covered" : hasRing ? "" : "no ring",
  };
}
"""
OPEN_ALL = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"
HAS_FETCHED = "() => !document.querySelector('details [hx-trigger^=toggle] > p')"  # what is fetched when it is opened


@pytest.fixture
def browser(whole_browser):
    return whole_browser


def look(window):
    return window.tab.evaluate(LOOK)


def reach(window, words):
    """Tab to what is called so; returns after how many stops."""
    for stop in range(1, MOST_STOPS):
        window.tab.keyboard.press("Tab")
        here = look(window)
        if here and here["name"].startswith(words):
            return stop
    raise AssertionError(f"“{words}” was not reached within {MOST_STOPS} stops")


def press(window, words, *, key="Enter"):
    reach(window, words)
    window.tab.keyboard.press(key)
    window.settle()


def walk(window):
    """Tab through the whole page; returns what was never reached, and what could not be seen well when it was."""
    wanted = set(window.tab.evaluate(NUMBER_CONTROLS))
    found, met = [], set()
    for _stop in range(2 * MOST_STOPS):
        window.tab.keyboard.press("Tab")
        here = look(window)
        if here is None or (here["key"] in met and met >= wanted):
            break
        met.add(here["key"])
        if here["problem"]:
            found.append(f"{here['problem']}: {here['key']}")
    return found + [f"never reached: {each}" for each in sorted(wanted - met)]


def test_the_log_button_is_a_few_stops_away(open_window, therapist, session, figure):
    window = open_window(therapist, size=LAPTOP)
    window.go("/")
    figure("T13", reach(window, "Client is leaving"))


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_every_control_can_be_reached_and_is_seen_when_it_is(
    open_window, therapist, supervisor, departure, starter, figure, size
):
    window, found = open_window(therapist, size=size), {}
    for path in ("/", "/departures/{id}/", "/departures/{id}/report/", "/departures/{id}/resources/", "/resources/"):
        window.go(path.format(id=departure.pk))
        window.tab.evaluate(OPEN_ALL)
        window.tab.wait_for_function(HAS_FETCHED)
        window.tab.evaluate("() => scrollTo(0, 0)")
        found[path] = walk(window)
    assert not any(found.values()), "\n".join(line for lines in found.values() for line in lines)
    figure("T13 focus", sum(map(len, found.values())))


def test_the_whole_way_by_keyboard_alone(open_window, therapist, supervisor, session):
    window = open_window(size=LAPTOP)
    window.go("/account/sign-in/")
    if not (look(window) or {"name": ""})["name"].startswith("Email"):
        reach(window, "Email")
    window.tab.keyboard.type(therapist.email)
    reach(window, "Password")
    window.tab.keyboard.type(PASSWORD)
    window.tab.keyboard.press("Enter")
    window.sees("Client is leaving")
    press(window, "Client is leaving")
    window.sees("0 of 11")
    press(window, "Done")
    window.sees("1 of 11")
    press(window, "They have gone")
    window.sees("Write the report")
    press(window, "Write the report")
    window.sees("What happened?")
    reach(window, "The topic was too hard")
    window.tab.keyboard.press("Space")
    reach(window, "What happened?")
    window.tab.keyboard.press("Control+End")  # behind the words that are there already
    window.tab.keyboard.type(" They said enough and went.")
    press(window, "Continue")
    window.sees("They said enough and went.")
    press(window, "Sign and send")
    window.sees("Sent. Sam Lindqvist will read it.")
    assert DepartureReport.objects.get().account.endswith(" They said enough and went.")
