"""From one tap to a signed-off report, as the people who do it."""

import pytest

from followups.models import FollowUp
from sessions_app.models import DepartureEvent, DepartureReport
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("size", "has_javascript"),
    [
        pytest.param(PHONE, True, id="phone"),
        pytest.param(LAPTOP, True, id="laptop"),
        pytest.param(PHONE, False, id="without-javascript", marks=pytest.mark.target("T16")),
    ],
)
def test_from_one_tap_to_a_signed_off_report(
    open_window, therapist, supervisor, session, starter, size, has_javascript
):
    with_therapist = open_window(therapist, size=size, has_javascript=has_javascript)
    log_and_tick(with_therapist)
    leave_with_a_plan(with_therapist)
    give_a_number(with_therapist)
    write_and_sign(with_therapist)

    with_supervisor = open_window(supervisor, size=size, has_javascript=has_javascript)
    return_it(with_supervisor)
    amend(with_therapist)
    sign_off(with_supervisor)
    read_feedback(with_therapist)

    departure = DepartureEvent.objects.get()
    assert departure.session == session
    assert DepartureReport.objects.get().state == DepartureReport.State.CLOSED
    assert FollowUp.objects.open().filter(departure=departure).exists()


def log_and_tick(window):
    window.go("/")
    window.inspect()
    window.click("Client is leaving")
    window.sees("0 of 11")
    window.inspect()
    window.click("Done", nth=0)
    window.sees("1 of 11")
    window.click("Some concern")
    window.sees("2 of 11")
    window.sees("Call by the next working day") if window.has_javascript else None
    window.inspect()


def leave_with_a_plan(window):
    """They have gone; the plan stands on the page, or one link away, and can be changed there."""
    window.click("They have gone")
    window.sees("8 of 11")
    window.inspect()
    if not window.has_javascript:
        window.follow("See and change the plan")
    window.sees("Call by the next working day")
    window.follow("Move Call by the next working day")
    window.inspect()
    window.tab.get_by_label("Why?").fill("Agreed at the door")
    window.click("Move")
    window.sees("Saved.")
    window.inspect()


def give_a_number(window):
    window.go("/")
    window.tab.go_back()
    departure = DepartureEvent.objects.get()
    window.go(f"/departures/{departure.pk}/")
    if not window.tab.get_by_role("link", name="Choose what to give").is_visible():
        window.tab.locator("#provide-resources > details > summary").click()
    window.follow("Choose what to give")
    window.inspect()
    window.tab.get_by_label("988 Suicide & Crisis Lifeline").check()
    window.tab.get_by_label("Taken", exact=True).check()
    window.click("Save what you gave")
    window.sees("9 of 11")
    assert departure.given_resources.get().snapshot["contacts"][0]["dial"] == "988"


def write_and_sign(window):
    window.follow("Write the report")
    window.inspect()
    window.tab.get_by_label("The topic was too hard").check()
    window.tab.get_by_label("What happened?").fill("They said “enough” and went.")
    if window.has_javascript:
        window.tab.wait_for_timeout(1500)
        assert DepartureReport.objects.get().account == "They said “enough” and went.", "the draft saves itself"
    window.click("Continue")
    window.sees("Check your report before you send it")
    window.sees("They said “enough” and went.")
    window.inspect()
    window.tab.get_by_label("Shaken").check()
    window.click("Sign and send")
    window.sees("Sent. Sam Lindqvist will read it.")
    window.inspect()


def return_it(window):
    window.go("/review/")
    window.inspect()
    window.follow("0417")
    window.sees("Shaken")
    window.inspect()
    window.tab.get_by_label("Message to the author").fill("Kind and quick. How did they get home?")
    window.click("Return with a comment")
    window.sees("Sent to Ana Reyes.")
    window.sees("With the author")


def amend(window):
    window.go("/")
    window.sees("Returned to you")
    window.inspect()
    window.follow("0417 Returned")
    sees_feedback(window, "How did they get home?")
    window.inspect()
    if not window.has_javascript:
        window.follow("Back to the report")
    window.tab.get_by_label("Add to the report").fill("Their sister drove them.")
    window.click("Add and send back")
    window.sees("Their sister drove them.")


def sign_off(window):
    window.go("/review/")
    window.follow("0417")
    window.sees("Their sister drove them.")
    window.click("Sign off")
    window.sees("Choose what you find before you sign off.")
    window.inspect()
    window.tab.get_by_label("Appropriate", exact=True).check()
    window.tab.get_by_label("Message to the author").fill("Nothing to add. Well done.")
    window.click("Sign off")
    window.sees("Sent to Ana Reyes.")


def read_feedback(window):
    window.go("/")
    window.sees("Your supervisor wrote to you")
    window.follow("0417 Your supervisor")
    sees_feedback(window, "Nothing to add. Well done.")
    window.inspect()
    window.click("I have read this")
    assert "Your supervisor wrote to you" not in window.text()


def sees_feedback(window, words):
    """What the supervisor wrote comes to the page of the signed report, or is one link away."""
    if not window.has_javascript:
        window.follow("What your supervisor wrote")
    window.sees(words)
