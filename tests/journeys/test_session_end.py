"""The end of a session: told two minutes before, put off by one key, and survived by everything that was typed."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import session_end
from resources.models import Resource
from sessions_app.models import DepartureReport, StepResponse
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey

WAKE_UP = "document.dispatchEvent(new Event('visibilitychange'))"  # what a page hears when its device wakes up
WARNING, SIGN_IN = "#session-ends", "#sign-in-again"


@pytest.fixture
def is_soon(settings):
    """Sessions end so soon that the warning comes within seconds."""
    settings.SESSION_IDLE_SECONDS = 130


def seconds_left():
    """Of the one session there is."""
    facts = Session.objects.get().get_decoded()
    return min(session_end.ends(facts)) - time.time()


def wait_for(window, dialog):
    window.tab.locator(dialog).wait_for(state="visible")


def wait_without(window, dialog):
    window.tab.locator(dialog).wait_for(state="hidden")


def is_open(window, dialog):
    return window.tab.locator(dialog).is_visible()


def focus(window):
    return window.tab.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def type_password(window, words=PASSWORD):
    """As somebody without a mouse: the dialog has the focus where it is needed."""
    assert focus(window) == "again-password"
    window.tab.keyboard.type(words)
    window.tab.keyboard.press("Enter")


@pytest.mark.target("T20")
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_warning_comes_two_minutes_before_and_enter_puts_it_off(
    open_window, therapist, starter, is_soon, size, theme, figure
):
    window = open_window(therapist, size=size, color_scheme=theme)
    window.go("/steps/")
    window.tab.get_by_role("button", name="Hide screen").focus()
    wait_for(window, WARNING)
    before = seconds_left()
    figure("T20", before)
    window.inspect()
    dialog = window.tab.locator(WARNING)
    assert dialog.get_by_role("link", name="Emergency 911").get_attribute("href") == "tel:911"
    line = dialog.get_by_role("link", name="988 Suicide & Crisis Lifeline").first
    assert line.get_attribute("href") == "tel:988"
    assert focus(window) == "Stay signed in"
    window.tab.keyboard.press("Enter")
    wait_without(window, WARNING)
    assert seconds_left() > before
    assert focus(window) == "hide-screen"


def test_one_tab_tells_the_other(open_window, therapist, is_soon):
    first = open_window(therapist)
    first.go("/steps/")
    second = first.tab.context.new_page()
    second.goto(first.address + "/account/")
    wait_for(first, WARNING)
    second.locator(WARNING).wait_for(state="visible")
    second.bring_to_front()
    second.keyboard.press("Enter")
    wait_without(first, WARNING)
    assert not second.locator(WARNING).is_visible()


def test_whoever_is_typing_is_not_interrupted(open_window, therapist, client_0417, is_soon):
    window = open_window(therapist)
    window.go("/clients/new/")
    field = window.tab.get_by_role("textbox").first
    field.press_sequentially("0418 and 0419 and 0420 etc", delay=300)
    assert not is_open(window, WARNING)
    assert field.input_value() == "0418 and 0419 and 0420 etc"
    facts = Session.objects.get().get_decoded()
    assert facts[session_end.MOVED] > facts[session_end.BEGAN], "the page has said so for the person"


def test_when_nothing_can_put_it_off_the_warning_says_so(open_window, therapist, settings):
    settings.SESSION_COOKIE_AGE = 128
    window = open_window(therapist)
    window.go("/steps/")
    wait_for(window, WARNING)
    window.sees("You signed in many hours ago.")
    window.inspect()
    window.tab.keyboard.press("Enter")
    wait_without(window, WARNING)


@pytest.mark.target("T20")
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_was_typed_stays_and_is_saved_after_signing_in(
    open_window, therapist, departure, starter, end_sessions, size, theme
):
    window = open_window(therapist, size=size, color_scheme=theme)
    window.go(f"/departures/{departure.pk}/report/")
    words = window.tab.get_by_label("What happened?")
    words.press_sequentially("They said enough")
    window.tab.get_by_text("Saved at").wait_for()
    end_sessions()
    words.press_sequentially(" and went.")
    wait_for(window, SIGN_IN)
    assert words.input_value() == "They said enough and went."
    backdrop = f"getComputedStyle(document.querySelector('{SIGN_IN}'), '::backdrop').backgroundColor"
    assert window.tab.evaluate(backdrop).startswith("rgb("), "nobody reads the page behind it"
    assert window.tab.locator(SIGN_IN).get_by_role("link", name="Emergency 911").is_visible()
    window.inspect()
    window.tab.keyboard.press("Escape")
    window.tab.keyboard.press("Escape")
    assert is_open(window, SIGN_IN)

    type_password(window, "a wrong password")
    window.sees("The email address and/or password you specified are not correct.")
    window.inspect()
    with window.tab.expect_response("**/report/draft/"):
        type_password(window)
    wait_without(window, SIGN_IN)
    assert DepartureReport.objects.get().account == "They said enough and went."
    assert focus(window) == "id_account"
    window.tab.keyboard.type(" Alone.")
    assert words.input_value() == "They said enough and went. Alone."
    window.click("Continue")
    window.sees("Check your report before you send it")
    assert window.problems == []


def test_a_page_that_wakes_up_after_the_end_asks_for_the_password(open_window, therapist, is_soon, end_sessions):
    window = open_window(therapist)
    window.go("/steps/")
    wait_for(window, WARNING)
    end_sessions()
    window.tab.evaluate(WAKE_UP)
    wait_for(window, SIGN_IN)
    assert not is_open(window, WARNING)
    type_password(window)
    wait_without(window, SIGN_IN)
    assert window.tab.url.endswith("/steps/")


def test_a_device_that_lost_its_cookies_can_sign_in_over_the_page(open_window, therapist, is_soon):
    window = open_window(therapist)
    window.go("/steps/")
    wait_for(window, WARNING)
    window.tab.context.clear_cookies()
    window.tab.evaluate(WAKE_UP)
    wait_for(window, SIGN_IN)
    type_password(window)
    wait_without(window, SIGN_IN)
    assert window.tab.url.endswith("/steps/")


def test_a_form_sent_after_the_end_arrives_after_signing_in(open_window, therapist, end_sessions):
    window = open_window(therapist)
    window.go("/clients/new/")
    window.tab.get_by_label("Reference").fill("0999")
    end_sessions()
    later = timezone.now() + timedelta(minutes=20)
    window.tab.clock.set_fixed_time(later)
    window.tab.get_by_label("Reference").press("Enter")
    wait_for(window, SIGN_IN)
    assert therapist.clients.count() == 0
    type_password(window)
    window.tab.wait_for_url(lambda address: not address.endswith("/new/"))
    assert therapist.clients.get().reference == "0999"


def test_somebody_else_who_signs_in_gets_their_own_first_page(
    open_window, therapist, stranger, departure, end_sessions
):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/report/")
    window.tab.get_by_label("What happened?").press_sequentially("Of Ana only")
    window.tab.get_by_text("Saved at").wait_for()
    end_sessions()
    window.tab.get_by_label("What happened?").press_sequentially(", really")
    wait_for(window, SIGN_IN)
    window.tab.locator("#again-login").fill(stranger.email)
    window.tab.locator("#again-password").focus()
    type_password(window)
    window.tab.wait_for_url(window.address + "/")
    assert "Max Stranger" in window.tab.locator("header.top").inner_text()
    assert DepartureReport.objects.get().account == "Of Ana only"


def test_a_tab_left_open_asks_as_well_and_is_let_in_by_the_other(open_window, therapist, is_soon, end_sessions):
    first = open_window(therapist)
    first.go("/steps/")
    second = first.tab.context.new_page()
    second.goto(first.address + "/account/")
    wait_for(first, WARNING)
    end_sessions()
    for tab in (first.tab, second):
        tab.evaluate(WAKE_UP)
        tab.locator(SIGN_IN).wait_for(state="visible")
    first.tab.bring_to_front()
    type_password(first)
    second.locator(SIGN_IN).wait_for(state="hidden")


def test_ticks_after_the_end_wait_and_are_sent_after_signing_in(open_window, therapist, departure, end_sessions):
    window = open_window(therapist)
    window.go(f"/departures/{departure.pk}/")
    end_sessions()
    for step in ("stay-calm", "respect-decision"):
        window.tab.locator(f"#{step}-done").click()
    window.sees("2 ticks are kept on this device. Sign in to send.")
    window.tab.locator("#outbox").get_by_role("link", name="Sign in").click()
    wait_for(window, SIGN_IN)
    type_password(window)
    wait_without(window, SIGN_IN)
    window.sees("2 of 11")
    assert StepResponse.objects.count() == 2


def test_crisis_lines_are_those_of_the_place(open_window, therapist, starter):
    Resource.objects.filter(country="US").update(is_crisis_line=False)
    window = open_window(therapist)
    window.go("/steps/")
    numbers = [each.get_attribute("href") for each in window.tab.locator(f"{WARNING} a").all()]
    assert numbers == ["tel:911", "tel:+15550100"], "emergency and on call are always there"
