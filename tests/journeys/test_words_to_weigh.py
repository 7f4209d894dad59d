"""Suggestions beside the account as it is typed: they come, can be put aside one by one, and hold nothing up."""

import pytest

from sessions_app.models import DepartureReport

pytestmark = pytest.mark.journey


def test_suggestions_come_while_typing_and_one_is_put_aside(open_window, therapist, supervisor, departure):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/report/")
    words = window.tab.get_by_label("What happened?")
    words.press_sequentially("She refused a break and claims to be fine.")
    window.sees("It can read as blame.")
    window.sees("It sounds as if you do not believe the client.")
    window.inspect()

    window.tab.locator("#wording button[value=refused]").click()
    window.tab.locator("#wording button[value=refused]").wait_for(state="detached")
    words.press("End")
    words.press_sequentially(" She left.")
    window.tab.wait_for_function("() => !document.querySelector('#wording button[value=refused]')")
    assert window.tab.locator("#wording button[value=claims]").count() == 1
    assert words.input_value() == "She refused a break and claims to be fine. She left.", (
        "no word is changed for anybody"
    )
    window.click("Continue")
    window.sees("Check your report before you send it")
    window.inspect()
    window.click("Sign and send")
    window.sees("Sent. Sam Lindqvist will read it.")
    assert DepartureReport.objects.get().account == "She refused a break and claims to be fine. She left."


def test_without_javascript_they_stand_on_the_page_that_is_read_before_sending(
    open_window, therapist, supervisor, departure
):
    window = open_window(therapist, has_javascript=False)
    window.go(f"/departures/{departure.pk}/report/")
    window.tab.get_by_label("What happened?").fill("She refused a break.")
    window.click("Continue")
    window.sees("It can read as blame.")
    window.tab.locator("#wording button[value=refused]").click()
    window.settle()
    assert "It can read as blame." not in window.text()
    window.tab.locator("#none-capacity").click()
    window.settle()
    assert window.tab.locator("#undo-capacity").count() == 1
    window.tab.locator("#missing a", has_text="How they left").click()
    window.settle()
    window.tab.get_by_label("How did they leave?").select_option(label="On foot")
    window.click("Save these notes")
    window.sees("Check your report before you send it")
    assert window.tab.locator("#missing a", has_text="How they left").count() == 0
    window.click("Sign and send")
    window.sees("Not provided, as the author says")
