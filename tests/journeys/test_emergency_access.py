"""A client in danger whose therapist cannot be reached: from the need to the verdict, as three people do it."""

import uuid

import pytest

from accounts.models import Role
from followups.models import ContactAttempt
from sessions_app import levels
from sessions_app.models import EmergencyAccess, ResponseLevel
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("size", "has_javascript"),
    [pytest.param(PHONE, True, id="phone"), pytest.param(LAPTOP, False, id="laptop-without-javascript")],
)
def test_from_the_need_to_the_verdict(open_window, hire, therapist, supervisor, departure, size, has_javascript):
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    officer, colleague = hire("Pia Holm", Role.PRIVACY), hire("Jo Fields", Role.THERAPIST)
    window = open_window(colleague, size=size, has_javascript=has_javascript)
    assert window.go(f"/departures/{departure.pk}/") == 404
    window.go("/follow-ups/")
    window.follow("Emergency access")
    ask(window)
    help_the_client(window, departure)
    window.click("End it now")
    window.sees("Ended. The record is closed again.")
    assert window.go(f"/departures/{departure.pk}/") == 404
    desk = open_window(officer, size=size, has_javascript=has_javascript)
    judge(desk)
    found = EmergencyAccess.objects.exclude(client=None).get()
    assert (found.by, found.reviewed_by, found.verdict) == (colleague, officer, "justified")


def ask(window):
    """First with a slip in the reference: nothing that was typed is lost."""
    window.sees("Emergency 911")
    window.inspect()
    window.tab.get_by_label("Somebody may be in danger").check()
    window.tab.get_by_label("Why can it not wait?").fill("They rang reception, and nobody answers.")
    window.tab.get_by_label("The client's reference").fill("0471")
    window.click("Open the record")
    window.tab.get_by_text("Nothing under this reference in this team.").last.wait_for()
    window.inspect()
    window.tab.get_by_label("The client's reference").fill("0417")
    window.click("Open the record")


def help_the_client(window, departure):
    window.sees("EMERGENCY ACCESS")
    window.sees("Robin")
    window.inspect()
    assert window.tab.get_by_role("link", name="Call +1 555 0142").get_attribute("href") == "tel:+15550142"
    window.follow("Follow-up plan and attempts")
    window.sees("EMERGENCY ACCESS")
    window.inspect()
    window.follow("Record contact")
    window.tab.get_by_label("No answer").check()
    window.click("Save")
    window.sees("Saved.")
    assert ContactAttempt.objects.get().departure_id == departure.pk


def judge(desk):
    desk.follow("Emergency access")
    desk.follow("Jo Fields")
    desk.sees("They rang reception, and nobody answers.")
    assert "0417" not in desk.text()
    desk.inspect()
    desk.tab.get_by_label("Justified", exact=True).check()
    desk.tab.get_by_label("Why?").fill("A call to reception, and the therapist was in the air.")
    desk.click("Save")
    desk.sees("Saved.")
    desk.inspect()
