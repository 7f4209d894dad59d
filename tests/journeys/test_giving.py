"""A therapist on a phone gives a line that fits and a set, and sees the card before it is printed."""

import uuid

import pytest

from resources.models import Bundle, Resource
from sessions_app import checklist

pytestmark = pytest.mark.journey


@pytest.fixture
def evening_set(starter):
    """Two lines of the country that belong together."""
    bundle = Bundle.objects.create(name="Adult, evening", country="US")
    for position, slug in enumerate(["us-nami-helpline", "us-211"]):
        bundle.items.create(resource=Resource.objects.get(slug=slug), position=position)
    return bundle


def test_a_suggested_line_and_a_set_are_given_from_step_nine(open_window, therapist, departure, evening_set, size):
    facts = {"concerns": ["harm_from_others"]}
    checklist.note(departure, slug="check-safety", facts=facts, op_id=uuid.uuid4(), by=therapist)
    window = open_window(therapist, size=size)
    window.go(f"/departures/{departure.pk}/resources/")
    window.sees("These fit best")
    window.inspect()
    window.tab.get_by_label("National Domestic Violence Hotline").check()
    window.tab.get_by_label("Adult, evening").check()
    window.tab.get_by_label("Find another").fill("veterans")
    window.tab.get_by_label("Veterans Crisis Line").wait_for()
    window.inspect()
    window.click("Make cards to print")
    window.sees("Ask this first: somebody at home may find the card.")
    window.inspect()
    window.tab.get_by_role("group", name="Is it safe to take this home?").get_by_label("Yes").check()
    window.click("Make cards to print")
    window.inspect()
    with window.tab.context.expect_page() as opened:
        window.tab.get_by_role("link", name="Open the cards").click()
    sheet = opened.value
    sheet.get_by_role("heading", name="Cards to print").wait_for()
    assert sheet.title() == "Card"
    assert sheet.locator("article svg").count() > 3
    sheet.close()
    window.tab.get_by_label("Taken", exact=True).check()
    window.click("Save what you gave")
    window.sees("1 of 11")
    given = departure.given_resources.all()
    assert {each.resource.slug for each in given} == {
        "us-national-domestic-violence-hotline",
        "us-nami-helpline",
        "us-211",
    }
    assert {(each.way, each.taken, each.safe_at_home) for each in given} == {("spoken", "yes", "yes")}


def test_without_javascript_a_search_keeps_what_was_chosen(open_window, therapist, departure, starter):
    window = open_window(therapist, has_javascript=False)
    window.go(f"/departures/{departure.pk}/resources/")
    window.tab.get_by_label("988 Suicide & Crisis Lifeline").check()
    window.tab.get_by_label("Find another").fill("veterans")
    window.click("Search")
    window.tab.get_by_label("Veterans Crisis Line").check()
    window.click("Save what you gave")
    slugs = set(departure.given_resources.values_list("resource__slug", flat=True))
    assert slugs == {"us-988-lifeline", "us-veterans-crisis-line"}
