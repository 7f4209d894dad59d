"""An organisation changes the eleven steps: copied, edited, previewed, sent, published by somebody else, and used."""

import uuid

import pytest

from accounts.models import Role
from protocols import editions
from sessions_app import departures
from sessions_app.models import DepartureEvent
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey


def test_from_a_copy_to_a_departure_that_begins_with_it(open_window, admin, therapist, hire, departure):
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    desk = open_window(admin, size=LAPTOP)
    write(desk)
    look_beforehand(desk)
    desk.click("Send to the clinical lead")
    desk.sees("Sent to the clinical lead by Kim Novak.")
    assert desk.tab.get_by_role("link", name="Read and publish").count() == 0

    read_and_publish(open_window(lead, size=LAPTOP))

    phone = open_window(therapist, size=PHONE)
    phone.go(f"/departures/{departure.pk}/")
    assert "Stay calm" in phone.text()
    assert "Breathe first" not in phone.text()
    newer = departures.log(id=uuid.uuid4(), by=therapist)
    assert newer.protocol_version == editions.in_force() != DepartureEvent.objects.get(pk=departure.pk).protocol_version
    phone.go(f"/departures/{newer.pk}/")
    phone.sees("Breathe first")
    phone.sees("Close the blinds")
    phone.inspect()


def write(desk):
    """A copy, with another title in both languages and a task of our own; what cannot stand is said at once."""
    desk.go("/steps/")
    desk.follow("Versions of the eleven steps")
    desk.click("Write a new version")
    desk.sees("A draft: no departure begins with it.")
    desk.follow("Change Stay calm")
    desk.tab.get_by_label("Title, English").fill("Breathe first")
    desk.tab.get_by_label("Title, Spanish").fill("Primero respire")
    desk.tab.get_by_label("Own task 1, English").fill("Close the blinds")
    desk.tab.get_by_label("Say or do 1, English", exact=True).fill("Block the door.")
    desk.click("Save")
    desk.sees("Doorway never advises to hold, block or follow anybody.")
    desk.tab.get_by_label("Say or do 1, English", exact=True).fill("Breathe out once, slowly.")
    desk.click("Save")
    desk.sees("Saved.")
    desk.inspect()
    desk.follow("On video or phone")
    desk.tab.get_by_label("Prompt instead of the usual one, English").fill("Breathe out. Stay on the line.")
    desk.click("Save")
    desk.sees("Saved.")
    desk.follow("Back to the version")
    desk.inspect()


def look_beforehand(desk):
    """As it will be seen, what differs, and the card."""
    desk.follow("Preview")
    desk.sees("Breathe first")
    desk.tab.get_by_label("Setting").select_option("On video or phone")
    desk.tab.get_by_label("Width").select_option("Laptop")
    desk.click("Show")
    desk.sees("Breathe out. Stay on the line.")
    desk.inspect()
    desk.follow("Back to the version")
    desk.follow("Compare")
    desk.sees("Close the blinds")
    assert {"Changed", "Added"} <= set(desk.tab.locator(".compared .tag").all_inner_texts())
    desk.inspect()
    desk.follow("Back to the version")
    desk.follow("Card to print")
    assert desk.tab.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    desk.inspect()
    desk.follow("Back to the version")


def read_and_publish(desk):
    desk.go("/steps/versions/")
    desk.tab.locator("main .list a").first.click()
    desk.settle()
    desk.follow("Read and publish")
    desk.sees("Close the blinds")
    desk.inspect()
    desk.tab.get_by_label("Now", exact=True).check()
    desk.click("Publish")
    desk.sees("In force. New departures begin with it.")
