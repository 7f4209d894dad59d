import copy
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resources.models import ContactPoint, Resource
from tests.databases import WHO_ACTS

PAGE = "/resources/"


@pytest.fixture
def directory(client, therapist, seen_from, starter):
    """Open the directory as a therapist in the United States: `directory(q="741")`."""
    client.force_login(seen_from(therapist, "US", "911"))

    def open_page(**query):
        return client.get(PAGE, query)

    return open_page


def names(response):
    return [entry.name for entry in response.context["resources"]]


@pytest.mark.parametrize("role", ["therapist", "supervisor", "admin"])
def test_every_role_can_open_the_directory(client, request, starter, role):
    client.force_login(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == 200
    assert client.get(reverse("resource", args=[Resource.objects.first().pk])).status_code == 200


def test_signed_out_people_are_sent_to_sign_in(client, db):
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE).status_code in (302, 405)


def test_crisis_lines_of_the_own_country_are_there_before_typing(directory):
    response = directory()
    assert names(response)[0] == "988 Suicide & Crisis Lifeline"
    assert {entry.country for entry in response.context["resources"]} == {"US"}


def test_numbers_are_right_behind_the_buttons(directory):
    html = directory().content.decode()
    for link in ("tel:988", "sms:741741?&amp;body=HOME", "tel:18007997233", "sms:88788?&amp;body=START"):
        assert f'href="{link}"' in html
    assert "Text HOME to 741741" in html
    assert "988, then press 1" in html


def test_every_starter_card_says_that_it_is_not_checked(directory):
    response = directory(country="all")
    assert "Show 33 more" in response.content.decode()
    response = directory(country="all", more="1")
    assert len(names(response)) == 58
    assert response.content.decode().count(">Not checked yet<") == 58


def test_a_checked_entry_says_how_long_ago(directory, therapist, supervisor, time_machine):
    time_machine.move_to("2026-05-23T12:00:00Z")
    text_line = ContactPoint.objects.get(resource__slug="us-crisis-text-line")
    for person in (therapist, supervisor):  # a crisis line: two people
        text_line.verifications.create(by=person, on="2026-05-20", method="text", result="works")
    assert "Checked 3 days ago" in directory(q="741").content.decode()
    text_line.verifications.create(by=therapist, on="2026-05-23", method="text", result="works")
    assert "Checked today" in directory(q="741").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "741"}, ["Crisis Text Line (US)"]),
        ({"q": "116 123", "country": "GB"}, ["Samaritans (UK)"]),
        ({"q": "veterans"}, ["Veterans Crisis Line", "988 Suicide & Crisis Lifeline"]),
        ({"kind": "sms", "country": "GB"}, ["Shout 85258", "Live Fear Free Helpline (Wales)"]),
        ({"kind": "chat", "country": "CA"}, ["Kids Help Phone"]),
        ({"audience": "veterans"}, ["Veterans Crisis Line"]),
        ({"audience": "youth", "country": "CA"}, ["Kids Help Phone"]),
        ({"q": "113", "country": "NL"}, ["113 Zelfmoordpreventie"]),
    ],
)
def test_search_and_filters_narrow_the_list(directory, query, expected):
    assert names(directory(**query)) == expected


def test_nothing_found_is_not_a_dead_end(directory):
    response = directory(q="zzzz")
    html = response.content.decode()
    assert names(response) == []
    assert "Nothing found" in html
    assert 'href="tel:911"' in html
    assert 'href="tel:988"' in html
    assert "Clear the search" in html


def test_a_country_without_entries_still_offers_its_emergency_number(directory, therapist, seen_from):
    seen_from(therapist, "NO", "113")
    html = directory().content.decode()
    assert 'href="tel:113"' in html
    assert "Search all countries" in html


def test_from_norway_the_dutch_113_cannot_be_tapped(directory, therapist, seen_from):
    seen_from(therapist, "NO")
    html = directory(country="NL").content.decode()
    assert "Do not dial 113 here (Norway)" in html
    assert 'href="tel:113"' not in html
    assert 'href="tel:08000113"' not in html
    assert 'href="tel:+318000113"' not in html, "freephone numbers are not carried from abroad"
    assert "0800-0113" in html


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"country": "ZZ"}, "There is no such country here."),
        ({"country": "us'; DROP TABLE"}, "There is no such country here."),
        ({"q": "a" * 5000}, "Use fewer words."),
        ({"kind": "pigeon"}, "Choose call, text, chat or in person."),
        ({"audience": "<script>"}, "There is nothing of that kind here."),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field_and_lines_stay_in_reach(directory, query, message):
    response = directory(**query)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert names(response)[0] == "988 Suicide & Crisis Lifeline"


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", '"', "((((", "+", "- -", "\u202e", "{{ 7 }}", "a " * 40, "1 " * 40, "é\u0301"]
)
def test_odd_text_is_only_text(directory, text):
    assert directory(q=text).status_code == 200


def test_unreadable_text_is_refused(directory, client):
    assert client.get(PAGE + "?q=%00").status_code == 400
    assert client.get(PAGE + "?q=%FF&country=%FF").status_code in (400, 422)
    assert client.get(PAGE + "?q=a&q=b&country=US&country=GB").status_code == 200


def test_typing_swaps_only_the_results_and_says_how_many(client, therapist, starter):
    client.force_login(therapist)
    response = client.get(PAGE, {"q": "741", "country": "US"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert html.lstrip().startswith('<section id="results"')
    assert "<html" not in html
    assert "1 found" in response.headers["HX-Trigger"]


def test_the_number_of_queries_does_not_grow_with_the_shelf(directory, client):
    def queries():
        """Of one search while typing."""
        asked = {"country": "all", "q": "crisis"}
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE, asked, headers={"HX-Request": "true"}).status_code == 200
        return len(captured)

    queries()  # each kind of hours is looked up once in the life of a process
    before = queries()
    double_the_shelf()
    assert Resource.objects.count() == 116
    assert queries() == before <= 6 + WHO_ACTS


def double_the_shelf():
    for entry in list(Resource.objects.with_contacts()):
        contacts = entry.contacts
        twin = copy.copy(entry)
        twin.pk, twin.slug, twin._state.adding = uuid.uuid4(), f"{entry.slug}-2", True
        twin.save()
        ContactPoint.objects.bulk_create(
            ContactPoint(resource=twin, kind=each.kind, dial=each.dial, dial_region=each.dial_region, url=each.url)
            for each in {(one.kind, one.dial, one.url): one for one in contacts}.values()
        )


def test_an_entry_page_shows_where_it_was_seen(directory, client):
    entry = Resource.objects.get(slug="us-trevor-project")
    html = client.get(reverse("resource", args=[entry.pk])).content.decode()
    assert entry.evidence.first().url in html
    assert 'href="tel:18664887386"' in html
    assert "Not checked yet" in html


def test_a_retired_entry_names_its_successor_and_cannot_be_tapped(directory, client, put):
    new = put("New line", dial="1767")
    old = put("Old line", dial="18002214444", status="retired", successor=new)
    html = client.get(reverse("resource", args=[old.pk])).content.decode()
    entry, dialogs = html.split("</main>")
    assert "New line" in entry
    assert "tel:" not in entry
    assert "18002214444" not in dialogs


def test_a_draft_is_nobodys_to_read(directory, client, put):
    assert client.get(reverse("resource", args=[put("Draft", dial="1", status="draft").pk])).status_code == 404
