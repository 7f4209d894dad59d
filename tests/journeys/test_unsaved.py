"""Typed words are never lost by leaving: the browser asks first, and only then."""

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture
def window(open_window, therapist):
    """Remembers in `asked` what it was asked before it left a page, and leaves."""
    window = open_window(therapist)
    window.asked = []

    def leave(dialog):
        window.asked.append(dialog.type)
        dialog.accept()

    window.tab.on("dialog", leave)
    return window


def type_why(window):
    window.tab.locator("#offer-options > details > summary").click()
    window.tab.locator("#offer-options").get_by_text("Not needed …").click()
    window.tab.locator("#offer-options-note").press_sequentially("They knew")


def test_words_that_were_not_sent_are_asked_about(window, departure):
    window.go(f"/departures/{departure.pk}/")
    type_why(window)
    window.go("/")
    assert window.asked == ["beforeunload"]


def test_words_that_were_sent_and_taps_are_not(window, departure):
    window.go(f"/departures/{departure.pk}/")
    window.click("Done", nth=0)
    window.sees("1 of 11")
    type_why(window)
    window.click("Not needed")
    window.sees("2 of 11")
    window.go("/clients/new/")
    window.tab.get_by_label("Reference").fill("0999")
    window.tab.get_by_label("Reference").press("Enter")
    window.tab.wait_for_url(lambda address: not address.endswith("/new/"))
    window.go("/")
    assert window.asked == []


def test_a_report_asks_until_it_is_saved(window, departure):
    window.go(f"/departures/{departure.pk}/report/")
    words = window.tab.get_by_label("What happened?")
    window.tab.route("**/report/draft/", lambda route: route.abort())
    words.press_sequentially("They stood up")
    window.sees("Not saved yet. Keep this page open.")
    window.go("/")
    assert window.asked == ["beforeunload"]
    window.problems.clear()

    window.tab.unroute_all()
    window.go(f"/departures/{departure.pk}/report/")
    words.press_sequentially("They stood up")
    window.tab.get_by_text("Saved at").wait_for()
    window.go("/")
    assert window.asked == ["beforeunload"], "once, and not again"


def test_words_that_came_back_with_an_error_are_not_saved_either(window, client_0417):
    window.go("/clients/new/")
    window.tab.get_by_label("Reference").fill(client_0417.reference)
    window.tab.get_by_label("Reference").press("Enter")
    window.tab.locator(".errors").first.wait_for()
    window.go("/")
    assert window.asked == ["beforeunload"]
