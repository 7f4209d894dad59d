"""A private note, a signature that asks again who it is, and a late entry, as the author does it."""

import pytest

from sessions_app.models import DepartureReport, PrivateNote
from tests.conftest import PASSWORD
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("size", "has_javascript"),
    [
        pytest.param(PHONE, True, id="phone"),
        pytest.param(LAPTOP, True, id="laptop"),
        pytest.param(PHONE, False, id="without-javascript"),
    ],
)
def test_from_a_private_note_to_a_late_entry(
    open_window, therapist, supervisor, departure, settings, size, has_javascript
):
    window = open_window(therapist, size=size, has_javascript=has_javascript)
    write_privately(window, departure)
    window.follow("Back to the report")
    window.tab.get_by_label("What happened?").fill("They said “enough” and went.")
    window.click("Continue")
    window.sees("This goes into the chart.")
    settings.SIGNING_REAUTHENTICATION_SECONDS = 0  # the time ran out while they were typing
    sign_and_prove_it(window)
    add_a_late_entry(window)

    report = DepartureReport.objects.get()
    assert (report.account, report.quality_note.author_state) == ("They said “enough” and went.", "shaken")
    assert report.addenda.get().is_late
    assert PrivateNote.objects.get().text == "It was like that time with B."

    desk = open_window(supervisor, size=size, has_javascript=has_javascript)
    desk.go(f"/review/{departure.pk}/")
    desk.sees("Quality review: not part of the chart.")
    desk.sees("Late entry 1")
    assert "that time with B" not in desk.text()
    desk.inspect()
    assert desk.go(f"/departures/{departure.pk}/private/") == 404


def write_privately(window, departure):
    window.go(f"/departures/{departure.pk}/report/")
    window.sees("This goes into the chart.")
    window.follow("Your private notes")
    window.sees("Your private notes: only you.")
    window.tab.get_by_label("Your note").fill("It was like that time with B.")
    window.click("Save the note")
    window.sees("Saved. Only you can read it.")
    window.inspect()


def sign_and_prove_it(window):
    """A wrong password first: nothing is signed, and nothing lost."""
    window.tab.get_by_label("Shaken").check()
    window.click("Sign and send")
    window.sees("Is it you?")
    window.inspect()
    window.tab.locator("main").get_by_label("Password").fill("not this one at all")
    window.click("Go on")
    window.sees("Something needs another look")
    window.inspect()
    assert not DepartureReport.objects.get().is_signed
    window.tab.locator("main").get_by_label("Password").fill(PASSWORD)
    window.click("Go on")
    window.sees("Sent. Sam Lindqvist will read it.")
    window.sees("The signed words are unchanged")
    window.inspect()
    assert "that time with B" not in window.text()


def add_a_late_entry(window):
    window.tab.get_by_label("Add to the report").fill("They had said so at the door.")
    window.tab.get_by_label("I left this out at the time").check()
    window.click("Add", nth=0)
    window.sees("Late entry 1")
    window.sees("Version 2")
    window.inspect()
