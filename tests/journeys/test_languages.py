"""The page in another language: chosen with one tap, also without a connection, and written from right to left."""

import pytest
from playwright.sync_api import expect

from sessions_app import departures, levels
from sessions_app.models import DepartureEvent, ResponseLevel
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.test_layout import NARROW, TOO_WIDE
from tests.journeys.test_outbox import ON_THE_DEVICE, offline, ready_for_a_dead_spot, waiting
from tests.ux.sight import GAP, TARGET, TICK, TOO_SMALL

pytestmark = pytest.mark.journey

#: What leaves the screen, or its step, where lines run from right to left.
OUT_OF_PLACE = """
() => {
  const found = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
  for (const step of document.querySelectorAll(".step")) {
    const box = step.getBoundingClientRect();
    for (const each of step.querySelectorAll(".tick button, .levels button, h3, .prompt, summary")) {
      const own = each.getBoundingClientRect();
      if (own.width && (own.left < box.left - 0.5 || own.right > box.right + 0.5)) found.push(each.outerHTML);
    }
    const tick = step.querySelector(".tick button"), title = step.querySelector("h3");
    const isLeft = tick && tick.getBoundingClientRect().left <= title.getBoundingClientRect().left;
    if (tick && !isLeft) found.push("the tick is on the wrong side");
    for (const each of tick ? step.querySelectorAll("summary h3, summary .prompt") : []) {
      const words = document.createRange(), own = tick.getBoundingClientRect();
      words.selectNodeContents(each);
      const isBeside = (line) => line.left >= own.right || line.right <= own.left;
      const covers = (line) => !isBeside(line) && line.top < own.bottom && line.bottom > own.top;
      if ([...words.getClientRects()].some(covers)) found.push(`the tick covers: ${each.textContent}`);
    }
  }
  return found;
}
"""
UNTIL_IT_KEEPS_SPANISH = """async () => {
  for (;;) {
    const page = await caches.match("/offline/");
    if (page && (await page.text()).includes("Mantenga la calma")) return;
    await new Promise((again) => setTimeout(again, 100));
  }
}"""


@pytest.fixture
def in_spanish(open_window, therapist):
    """The therapist's window after choosing Spanish: `in_spanish(size=…)`."""

    def opened(**more):
        window = open_window(therapist, **more)
        window.go("/account/")
        window.click("Español")
        window.sees("Idioma")
        return window

    return opened


@pytest.mark.parametrize("has_javascript", [True, False], ids=["phone", "without-javascript"])
def test_a_departure_in_spanish(in_spanish, supervisor, session, starter, has_javascript):
    window = in_spanish(has_javascript=has_javascript)
    window.inspect()
    window.go("/")
    window.inspect()
    window.click("La persona se va")
    window.sees("0 de 11")
    window.sees("Mantenga la calma")
    window.inspect()
    window.click("Hecho", nth=0)
    window.sees("1 de 11")
    said = window.tab.locator("#announce")
    assert said.inner_text() == ("Paso 1, Hecho" if has_javascript else "")
    window.click("Algo de preocupación")
    window.sees("2 de 11")
    if has_javascript:
        assert said.inner_text() in ("Paso 2, Algo de preocupación", "Paso 2, Hecho")  # at the tap; once it was saved
        window.sees("Llamar para el próximo día laborable")
    window.click("Ya se fue")
    window.sees("8 de 11")
    window.inspect()
    departure = DepartureEvent.objects.get()
    assert (departure.response_level, departure.ending) == ("some_concern", "left")


SIZES = [(PHONE, "100%"), (NARROW, "100%"), (PHONE, "200%"), (LAPTOP, "100%")]


def test_longer_words_find_their_place(in_spanish, therapist, supervisor, departure, starter):
    window = in_spanish()
    paths = [f"/departures/{departure.pk}/", "/", "/account/", "/offline/", "/steps/"]
    states = [
        lambda: None,
        lambda: departures.take_break(departure, by=therapist),
        lambda: levels.set_level(departure, level=ResponseLevel.IMMEDIATE, op_id=departure.pk, by=therapist),
        lambda: departures.they_have_gone(departure, op_id=departure.pk, by=therapist),
    ]
    for reach in states:
        reach()
        for path in paths if reach is states[0] else paths[:1]:
            window.go(path)
            window.tab.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            expect(window.tab.locator("[id$=-noted]:not(:has(form))")).to_have_count(0, timeout=30_000)
            for size, text in SIZES:
                window.tab.set_viewport_size(size)
                window.tab.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
                assert window.tab.evaluate(TOO_WIDE) == [], (path, size, text)
                if text == "100%":
                    assert window.tab.evaluate(TOO_SMALL, [TARGET, TICK, GAP]) == [], (path, size)
            window.tab.set_viewport_size(PHONE)


def test_without_a_connection_the_page_speaks_the_language_that_was_chosen(in_spanish, departure, client_0417):
    window = in_spanish(keeps_pages=True)
    ready_for_a_dead_spot(window)
    window.tab.evaluate(UNTIL_IT_KEEPS_SPANISH)
    offline(window)
    window.tab.goto(window.address + f"/departures/{departure.pk}/")
    window.sees("Pasos sin conexión")
    window.sees("Compruebe la seguridad")
    assert window.tab.locator("html").get_attribute("lang") == "es"
    window.inspect()
    window.tab.locator("#stay-calm > .tick button").click()
    window.tab.locator("#stay-calm .kept", has_text="Guardado en este aparato").wait_for()
    assert len(waiting(window)) == 1
    kept = "".join(window.tab.evaluate(ON_THE_DEVICE))
    assert "Mantenga la calma" in kept
    assert not any(word in kept for word in (client_0417.reference, client_0417.preferred_name, "Ana Reyes"))
    offline(window, False)


@pytest.mark.parametrize("language", ["ar", "he"])
def test_from_right_to_left(open_window, therapist, supervisor, departure, settings, language):
    """A smoke test: neither language is offered yet, so the words of the steps stay English."""
    settings.LANGUAGES = [*settings.LANGUAGES, (language, language)]
    window = open_window(therapist)
    window.tab.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": window.address}])
    for level in (None, ResponseLevel.IMMEDIATE):
        if level:
            levels.set_level(departure, level=level, op_id=departure.pk, by=therapist)
        window.go(f"/departures/{departure.pk}/")
        assert window.tab.locator("html").get_attribute("dir") == "rtl"
        assert window.tab.locator("html").get_attribute("lang") == language
        assert window.tab.evaluate(OUT_OF_PLACE) == []
        window.inspect()
    for size in (NARROW, LAPTOP):
        window.tab.set_viewport_size(size)
        assert window.tab.evaluate(OUT_OF_PLACE) == []
    window.click("Done", nth=0)
    window.tab.locator("#stay-calm.recorded").wait_for()
    window.inspect()
