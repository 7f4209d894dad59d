"""A client asks who looked at their record; the privacy officer finds out, and prints them an answer."""

import pytest
from django.urls import reverse

from tests.ux.sight import GAP, TARGET, TICK, TOO_SMALL

pytestmark = pytest.mark.journey


@pytest.fixture
def looked_at(signed_in, therapist, supervisor, departure, client_0417):
    for person in (therapist, supervisor):
        signed_in(person).get(reverse("departure", args=[departure.pk]))
    return client_0417


def fits(window):
    window.inspect()
    assert window.tab.evaluate(TOO_SMALL, [TARGET, TICK, GAP]) == []


def test_a_privacy_officer_answers_a_client_who_asks_who_looked(
    open_window, privacy_officer, looked_at, therapist, supervisor, size
):
    window = open_window(privacy_officer, size=size)
    window.sees("Who looked, and who changed what")
    fits(window)
    window.tab.get_by_label("Client’s reference").fill("041")
    window.click("Who looked at this client?")
    window.sees("No client has exactly this reference.")
    assert window.tab.get_by_label("Client’s reference").input_value() == "041"
    fits(window)
    window.tab.get_by_label("Client’s reference").fill("0417")
    window.click("Who looked at this client?")
    window.sees(f"Who looked at client {looked_at.pk}")
    fits(window)
    window.follow("A sheet for the client")
    window.sees("Who looked at your record")
    assert therapist.name in window.text()
    assert supervisor.name in window.text()
    fits(window)
    window.go(reverse("trail"))
    window.tab.get_by_text("Narrow it").click()
    window.tab.get_by_label("What was done").fill("viewed")
    window.tab.get_by_role("button", name="Show", exact=True).click()
    window.settle()
    window.sees("viewed")
    fits(window)
    with window.tab.expect_download() as saved:
        window.go(reverse("client-trail", args=[looked_at.pk]))
        window.tab.get_by_role("button", name="Save as a table").click()
    assert saved.value.suggested_filename == f"trail-{looked_at.pk}.csv"
