"""Giving a client somewhere to turn: one to three entries, kept word for word."""

import re
import uuid

import pytest
from django.urls import reverse
from django.utils.html import escape

from protocols.models import Outcome
from resources.models import ContactPoint, Resource
from sessions_app.models import Client
from tests.refusals import is_refused

LIFELINE = "us-988-lifeline"


@pytest.fixture
def entries(starter):
    """The first entries a client in the United States can be given."""
    return list(Resource.objects.giveable().for_country("US")[:4])


@pytest.fixture
def give(browser, departure):
    """Save what was given as the form does: `give(entry, entry)`."""

    def send(*resources, **facts):
        chosen = [getattr(each, "pk", each) for each in resources]
        data = {"resources": chosen, "way": "spoken", "taken": "yes", "op_id": str(uuid.uuid4()), **facts}
        return browser.post(reverse("give-resources", args=[departure.pk]), data)

    return send


@pytest.fixture
def offered(browser, departure):
    """The names on the page, in their order."""

    def look():
        context = browser.get(reverse("give-resources", args=[departure.pk])).context
        return [entry.name for entry in context["form"].fields["resources"].queryset]

    return look


@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_to_three_can_be_given_and_answer_the_step(give, entries, departure, count):
    answer = give(*entries[:count], way="card", taken="no")
    assert answer.url == reverse("departure", args=[departure.pk]) + "#provide-resources"
    assert departure.given_resources.count() == count
    assert set(departure.given_resources.values_list("way", "taken")) == {("card", "no")}
    assert departure.step_responses.standing().get().step.slug == "provide-resources"


def test_four_are_too_many_and_the_choice_is_kept(give, entries, departure):
    answer = give(*entries, way="card")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "at most three" in html
    for entry in entries:
        assert f'value="{entry.pk}" checked' in html
    assert answer.context["form"]["way"].value() == "card"
    assert not departure.given_resources.exists()


def test_none_is_not_enough(give, entries, departure):
    answer = give()
    assert answer.status_code == 422
    assert "Choose one to three." in answer.content.decode()


@pytest.mark.parametrize("made_up", ["not-an-id", "00000000-0000-0000-0000-000000000000", "\x00"])
def test_what_is_not_in_the_directory_cannot_be_given(give, entries, departure, made_up):
    assert give(made_up).status_code == 422
    assert not departure.given_resources.exists()


def test_what_was_given_keeps_its_words_and_numbers_when_the_entry_changes(give, starter, departure, live):
    entry = Resource.objects.get(slug=LIFELINE)
    name, words = entry.name, [str(contact.words) for contact in entry.contacts]
    give(entry)
    Resource.objects.filter(pk=entry.pk).update(name="Another line")
    ContactPoint.objects.filter(resource=entry, kind="voice").update(display="000", dial="000")
    kept = departure.given_resources.get().snapshot
    assert kept["name"] == name
    assert [contact["words"] for contact in kept["contacts"]] == words
    _before, step = live().split('id="provide-resources"')
    step, *_after = step.split("</article>")
    assert escape(name) in step
    assert "Another line" not in step


def test_the_same_form_sent_twice_gives_once(give, entries, departure):
    op_id = str(uuid.uuid4())
    give(entries[0], op_id=op_id)
    give(entries[0], entries[1], op_id=op_id)
    assert [given.resource for given in departure.given_resources.all()] == [entries[0]]
    assert departure.step_responses.count() == 1


def test_more_can_be_given_later(give, entries, departure):
    give(entries[0])
    give(entries[1])
    assert departure.given_resources.count() == 2
    assert departure.step_responses.standing().get().outcome == Outcome.DONE


@pytest.mark.parametrize("status", ["draft", "retired", "temporarily_closed"])
def test_what_is_closed_or_not_listed_is_neither_offered_nor_given(give, offered, starter, departure, status):
    Resource.objects.filter(slug=LIFELINE).update(status=status)
    closed = Resource.objects.get(slug=LIFELINE)
    assert closed.name not in offered()
    assert give(closed).status_code == 422
    assert not departure.given_resources.exists()


def test_crisis_lines_of_the_site_come_first(offered, starter):
    assert offered()[0] == Resource.objects.get(slug=LIFELINE).name


def test_on_video_the_lines_are_those_of_where_the_client_is(offered, starter, departure):
    departure.format, departure.country_today = "video", "GB"
    departure.save()
    countries = set(Resource.objects.filter(name__in=offered()).values_list("country", flat=True))
    assert countries == {"GB"}


def test_what_was_given_can_be_neither_edited_nor_erased(give, entries):
    give(entries[0])
    assert is_refused("UPDATE sessions_app_givenresource SET taken = 'no'")
    assert is_refused("DELETE FROM sessions_app_givenresource")


def test_only_the_therapist_of_the_departure_gives(departure, entries, signed_in, stranger):
    assert Client.objects.visible_to(stranger).count() == 0
    answer = signed_in(stranger).post(reverse("give-resources", args=[departure.pk]), {"resources": entries[0].pk})
    assert answer.status_code == 404


def test_a_number_that_reaches_somebody_else_where_the_client_is_says_so(browser, starter, departure):
    departure.format, departure.country_today = "video", "NO"
    departure.save()
    Resource.objects.filter(slug="nl-113").update(country="NO")
    html = browser.get(reverse("give-resources", args=[departure.pk])).content.decode()
    entry = Resource.objects.get(slug="nl-113")
    assert "Do not dial 113 here (Norway): it reaches an emergency service." in html
    assert re.search(rf'aria-describedby="[^"]*beware-{entry.pk}"', html)
    assert f'id="beware-{entry.pk}"' in html


def test_at_home_nothing_needs_a_warning(browser, starter, departure):
    html = browser.get(reverse("give-resources", args=[departure.pk])).content.decode()
    assert "988, then press 1" in html
    assert "beware-" not in html
