"""A number's whole life: it comes in with a list, is checked by two, found, given, reported, mended and called back."""

import pytest

from accounts.models import Role
from resources import curation, imports
from resources.models import ContactPoint, Resource
from tests.journeys.conftest import LAPTOP, PHONE

pytestmark = pytest.mark.journey

LIST = "Name,Organisation,Phone,About\nHarbour night line,Helpers of the port,(202) 555-0143,{about}\n"


@pytest.fixture
def second(hire):
    return hire("Lou Second", Role.ADMIN)


def send_list(window, folder, *, about):
    file = folder / "lines.csv"
    file.write_text(LIST.format(about=about), encoding="utf-8")
    window.go("/resources/imports/")
    window.tab.locator("input[type=file]").set_input_files(file)
    window.tab.locator("[name=source]").fill("Helpers of the port")
    window.tab.locator("[name=zone]").fill("America/New_York")
    window.click("Send and look")
    imports.work()
    window.tab.reload()
    window.inspect()
    window.click("Read the list")
    imports.work()
    window.tab.reload()


def check_as(open_window, person, entry):
    window = open_window(person, size=LAPTOP)
    window.go(f"/resources/{entry.pk}/check/")
    window.tab.get_by_role("radio", name="Works", exact=True).check()
    window.click("Save this check")
    window.sees("Saved.")
    window.inspect()
    return window


def test_from_a_list_to_a_client_and_back_when_it_proves_wrong(
    open_window, admin, second, therapist, departure, tmp_path
):
    # It comes in with a list; what was changed here meanwhile is a decision.
    desk = open_window(admin, size=LAPTOP)
    send_list(desk, tmp_path, about="For sailors")
    desk.click("Take over 1 row")
    imports.work()
    entry = Resource.objects.get(name="Harbour night line")
    curation.edit(entry, edition=entry.edition, by=admin, description="For sailors at night", is_crisis_line=True)
    send_list(desk, tmp_path, about="For all who work at sea")
    desk.sees("Needs you")
    desk.inspect()
    desk.click("Keep ours")
    entry.refresh_from_db()
    assert entry.description == "For sailors at night"

    # A crisis line takes two people.
    check_as(open_window, admin, entry)
    assert Resource.objects.get(pk=entry.pk).status == "in_review"
    check_as(open_window, second, entry)
    assert Resource.objects.get(pk=entry.pk).status == "verified"

    # Found on a phone with a slip of the hand, and given.
    phone = open_window(therapist, size=PHONE)
    phone.go("/resources/")
    phone.tab.get_by_label("Name, need or number").fill("harbuor nihgt")
    phone.sees("Checked today")
    phone.inspect()
    phone.go(f"/departures/{departure.pk}/resources/")
    phone.tab.get_by_label("Harbour night line").first.check()
    phone.click("Save what you gave")
    assert departure.given_resources.get().snapshot["days_since_check"] == 0

    # It did not work: one tap, and everybody sees it.
    phone.go(f"/resources/{entry.pk}/")
    phone.tab.get_by_text("It did not work").click()
    phone.click("Somebody else answered")
    phone.sees("Everybody sees now that it is in doubt")
    phone.inspect()

    # The admin mends it, and whoever gave it hears of it.
    desk.go("/resources/checks/")
    desk.sees("Somebody found it wrong")
    desk.inspect()
    desk.go(f"/resources/contacts/{ContactPoint.objects.get(resource=entry).pk}/change/")
    desk.tab.get_by_label("Number, as dialled there").fill("(202) 555-0144")
    desk.click("Save")
    phone.go("/follow-ups/")
    phone.follow("1 number you gave proved wrong")
    phone.sees("555-0144")
    phone.inspect()
    phone.click("They have the right one now")
    phone.sees("None. What you gave stands as you gave it.")
    phone.go("/resources/reported/")
    phone.sees("It was wrong and is mended")
