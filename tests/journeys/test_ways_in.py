"""Second factors in a real browser, with a device that has a finger reader and somebody whose finger it knows."""

import pytest

from accounts.models import Role
from sessions_app.models import DepartureReport
from tests.accounts.keys import app_of, code
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP

pytestmark = pytest.mark.journey

READER = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
READER |= {"isUserVerified": True, "automaticPresenceSimulation": True}
DIALOG = "#sign-in-again"


class Finger:
    """What the window's machine asks for; `knows(False)`: now it is somebody else's."""

    def __init__(self, window):
        self.talk = window.tab.context.new_cdp_session(window.tab)
        self.talk.send("WebAuthn.enable")
        self.reader = self.talk.send("WebAuthn.addVirtualAuthenticator", {"options": READER})["authenticatorId"]

    def knows(self, is_known):
        facts = {"authenticatorId": self.reader, "isUserVerified": is_known}
        self.talk.send("WebAuthn.setUserVerified", facts)


def sign_out(window):
    window.go("/account/sign-out/")
    window.tab.locator("main").get_by_role("button", name="Sign out").click()
    window.tab.get_by_role("heading", name="Sign in").wait_for()


def test_from_the_first_sign_in_to_one_without_a_password(
    open_window, therapist, departure, settings, end_sessions, size
):
    settings.MFA_REQUIRED_ROLES = Role.values
    window = open_window(size=size)
    finger = Finger(window)
    window.sign_in(therapist)
    window.sees("Set up a second way to sign in")
    window.inspect()
    make_a_passkey(window)
    window.inspect()
    window.follow("I have kept them. Go on")
    sign_out(window)
    window.inspect()
    finger.knows(False)
    window.click("Use a passkey")
    window.sees("That did not work, or it was stopped.")
    window.inspect()
    finger.knows(True)
    window.click("Use a passkey")
    window.tab.locator("a.me").wait_for()
    words = write_on_after_the_end(window, departure, end_sessions)
    with window.tab.expect_response(lambda answer: answer.url.endswith("/report/draft/") and answer.ok):
        window.tab.locator(DIALOG).get_by_role("button", name="Use a passkey").click()
    window.tab.locator(DIALOG).wait_for(state="hidden")
    assert words.input_value() == "They said enough and went."
    assert DepartureReport.objects.get().account == "They said enough and went."


def make_a_passkey(window):
    window.follow("Add a passkey")
    window.inspect()
    window.tab.get_by_label("Name").fill("This machine")
    window.click("Add a passkey")
    window.sees("They are shown only now.")  # the browser asks the finger first, and only then sends the page


def write_on_after_the_end(window, departure, end_sessions):
    window.go(f"/departures/{departure.pk}/report/")
    words = window.tab.get_by_label("What happened?")
    words.press_sequentially("They said enough")
    window.tab.get_by_text("Saved at").wait_for()
    end_sessions()
    words.press_sequentially(" and went.")
    window.tab.locator(DIALOG).wait_for(state="visible")
    return words


def test_both_steps_fit_into_the_dialog_over_a_page(open_window, therapist, departure, end_sessions):
    """Nothing typed is lost; a wrong code is told there, and the right one goes on."""
    secret, window = app_of(therapist), open_window()
    window.sign_in(therapist)
    window.inspect()
    window.tab.get_by_label("Code").fill(code(secret))
    window.click("Sign in")
    words = write_on_after_the_end(window, departure, end_sessions)
    dialog = window.tab.locator(DIALOG)
    dialog.get_by_label("Password").fill(PASSWORD)
    window.tab.keyboard.press("Enter")
    dialog.get_by_label("Code").wait_for(state="visible")
    window.inspect()
    window.tab.keyboard.type("000000")
    window.tab.keyboard.press("Enter")
    window.sees("That did not work. Try the next code, or another way.")
    window.tab.keyboard.type(code(secret, later=1))
    with window.tab.expect_response("**/report/draft/"):
        window.tab.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert words.input_value() == "They said enough and went."
    assert DepartureReport.objects.get().account == "They said enough and went."
    assert window.problems == []


def test_a_passkey_signs_a_report(open_window, therapist, departure, settings):
    """The page that asks again offers it, and signing goes on by itself."""
    settings.SIGNING_REAUTHENTICATION_SECONDS = 0
    window = open_window(therapist, size=LAPTOP)
    Finger(window)
    window.go("/account/")
    make_a_passkey(window)
    window.go(f"/departures/{departure.pk}/report/check/")
    window.click("Sign and send")
    window.sees("Is it you?")
    window.follow("Use a passkey")
    window.inspect()
    window.click("Use a passkey")
    window.sees("The signed words are unchanged")
    assert DepartureReport.objects.get().is_signed
