"""What step 9 and a follow-up offer: what fits by what was noted, sets, a search; and what was said of home."""

import uuid

import pytest
from django.urls import reverse

from resources import checking
from resources.models import Bundle, Resource
from sessions_app import checklist, offers, reports, timeline
from sessions_app.models import GivenResource

HTMX = {"HX-Request": "true"}
LIFELINE = "us-988-lifeline"
AT_HOME = "us-national-domestic-violence-hotline"


@pytest.fixture
def note(departure, therapist):
    """Note something at a step: `note("check-safety", concerns=["self_harm"])`."""

    def noted(slug, **facts):
        facts = {name.replace("_", "-"): value for name, value in facts.items()}
        checklist.note(departure, slug=slug, facts=facts, op_id=uuid.uuid4(), by=therapist)

    return noted


@pytest.fixture
def evening(starter):
    """A set of two lines."""
    made = Bundle.objects.create(name="Adult, evening", country="US")
    for position, slug in enumerate([LIFELINE, "us-211"]):
        made.items.create(resource=entry(slug), position=position)
    return made


@pytest.fixture
def send(browser, departure):
    """Press a button of the page: `send(entry, way="card")`, `send(button="cards")`."""

    def press(*resources, button="save", headers=None, **facts):
        chosen = [each.pk for each in resources]
        data = {"resources": chosen, "way": "spoken", "taken": "yes", "op_id": str(uuid.uuid4()), button: "1", **facts}
        return browser.post(reverse("give-resources", args=[departure.pk]), data, headers=headers)

    return press


@pytest.fixture
def page(browser, departure):
    return lambda: browser.get(reverse("give-resources", args=[departure.pk]))


def entry(slug):
    return Resource.objects.get(slug=slug)


def suggested(answer):
    return [each.resource.slug for each in answer.context["offer"].suggested]


# What fits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("concern", "slug"),
    [("harm_from_others", AT_HOME), ("self_harm", LIFELINE), ("impaired_driving", LIFELINE)],
)
def test_what_was_noted_of_the_concern_decides_what_comes_first(note, page, starter, concern, slug):
    note("check-safety", concerns=[concern])
    answer = page()
    assert suggested(answer)[0] == slug
    assert len(suggested(answer)) == 3


def test_nothing_noted_is_no_need(departure):
    assert offers.known_of(departure).needs == ()


def test_of_somebody_under_eighteen_who_helps_a_child_is_asked_as_well(note, departure):
    note("check-safety", concerns=["harm_from_others"])
    departure.age_band = "13_17"
    known = offers.known_of(departure)
    assert known.needs == ("domestic-violence", "child-protection")
    assert known.ages == (13, 17)


@pytest.mark.parametrize(("said", "code"), [("Spanish", "es"), (" es ", "es"), ("Klingon", ""), ("", "")])
def test_a_language_that_was_named_is_understood_and_no_other_is_guessed(said, code):
    assert offers.language_of(said) == code


def test_at_a_follow_up_and_on_video_the_client_is_on_a_screen(departure):
    assert not offers.known_of(departure).is_remote
    assert offers.known_of(departure, is_later=True).is_remote
    departure.format = "video"
    assert offers.known_of(departure).is_remote


def test_the_page_says_why_and_shows_no_score(page, note, starter):
    note("check-safety", concerns=["harm_from_others"])
    html = page().content.decode()
    assert "These fit best" in html
    assert '<li class="tag">Violence at home</li>' in html
    assert "score" not in html.lower()


# Sets ---------------------------------------------------------------------------------------------------------


def test_one_tap_gives_a_whole_set(send, evening, departure):
    send(bundles=[evening.pk])
    assert set(departure.given_resources.values_list("resource__slug", flat=True)) == {LIFELINE, "us-211"}


def test_an_entry_chosen_twice_is_given_once(send, evening, departure):
    send(entry(LIFELINE), bundles=[evening.pk])
    assert departure.given_resources.count() == 2


def test_what_is_in_doubt_or_closed_is_left_out_of_a_set_and_said(send, page, evening, departure, therapist):
    checking.report(entry("us-211").contact_points.get(), what="dead", by=therapist)
    assert "Left out: 211 (US information and referral) (In doubt)" in " ".join(page().content.decode().split())
    send(bundles=[evening.pk])
    assert [each.resource.slug for each in departure.given_resources.all()] == [LIFELINE]


@pytest.mark.parametrize("change", [{"country": "GB"}, {"is_retired": True}])
def test_sets_of_elsewhere_and_retired_ones_are_not_offered(send, page, evening, departure, change):
    Bundle.objects.update(**change)
    assert page().context["offer"].sets == []
    assert send(bundles=[evening.pk]).status_code == 422
    assert not departure.given_resources.exists()


# Search -------------------------------------------------------------------------------------------------------


def test_a_search_keeps_what_was_chosen_and_writes_nothing(send, departure, starter):
    chosen = entry("us-211")
    answer = send(chosen, button="look", q="veterans", way="card")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Veterans Crisis Line" in html
    assert f'value="{chosen.pk}" checked' in html
    assert answer.context["form"]["way"].value() == "card"
    assert not departure.given_resources.exists()


def test_while_typing_only_the_list_comes_back(send, starter):
    answer = send(button="look", q="veterans", headers=HTMX)
    html = answer.content.decode()
    assert html.strip().startswith('<div id="found">')
    assert "Veterans Crisis Line" in html


def test_what_stands_above_is_not_offered_twice(send, starter):
    html = send(button="look", q="988 lifeline").content.decode()
    assert "it stands above." in html
    assert html.count(f'value="{entry(LIFELINE).pk}"') == 1


@pytest.mark.parametrize("typed", ["\x00", "x" * 500, "' OR 1=1", ""])
def test_whatever_is_searched_there_is_an_answer(send, starter, typed):
    assert send(button="look", q=typed).status_code == 200


# Is it safe to take this home? --------------------------------------------------------------------------------


def test_nothing_is_required_to_save(send, departure, starter):
    send(entry(AT_HOME), way="card")
    assert departure.given_resources.get().safe_at_home == GivenResource.Safe.NOT_ASKED


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_answer_is_kept_and_read_in_timeline_and_report(send, departure, therapist, starter, answer):
    send(entry(AT_HOME), way="spoken", safe_at_home=answer)
    words = "safe to take home" if answer == "yes" else "not safe to take home"
    given = departure.given_resources.get()
    assert given.how == f"said aloud, taken, {words}"
    assert any(each.words.endswith(words) for each in timeline.of(departure))
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    [kept] = report.content["given"]
    assert (kept["way"], kept["taken"], kept["safe_at_home"]) == ("spoken", "yes", answer)


def test_it_is_asked_before_such_a_line_goes_on_a_card(send, starter):
    refused = send(entry(AT_HOME), button="cards")
    assert refused.status_code == 422
    assert "Ask this first: somebody at home may find the card." in refused.content.decode()
    answer = send(entry(AT_HOME), button="cards", safe_at_home="yes")
    assert answer.status_code == 200
    assert answer.context["cards"].startswith(reverse("resource-cards"))


def test_where_it_is_not_safe_there_is_no_card_whatever_the_line(send, departure, starter):
    answer = send(entry("us-211"), button="cards", safe_at_home="no")
    assert "Say it aloud only." in answer.content.decode()
    assert answer.context["cards"] == ""


def test_making_cards_gives_nothing_yet(send, departure, starter):
    answer = send(entry(LIFELINE), button="cards")
    assert f"r={entry(LIFELINE).pk}" in answer.context["cards"]
    assert not departure.given_resources.exists()


def test_paper_where_it_is_not_safe_is_recorded_and_speech_is_suggested(send, browser, departure, starter):
    address = send(entry(AT_HOME), way="card", safe_at_home="no").url
    assert "better said aloud only" in browser.get(address).content.decode()
    assert departure.given_resources.get().way == "card"


# At a follow-up -----------------------------------------------------------------------------------------------


@pytest.fixture
def call(departure, set_level):
    set_level("elevated")
    return departure.follow_ups.exclude(channel="").first()


def test_what_is_given_at_a_follow_up_stands_with_its_departure(browser, call, departure, starter):
    address = reverse("give-at-follow-up", args=[call.pk])
    assert address in browser.get(reverse("record-contact", args=[call.pk])).content.decode()
    assert "These fit best" in browser.get(address).content.decode()
    data = {"resources": [entry(LIFELINE).pk], "way": "text_or_email", "taken": "yes", "op_id": str(uuid.uuid4())}
    assert browser.post(address, data).url == reverse("record-contact", args=[call.pk])
    assert departure.given_resources.get().resource.slug == LIFELINE


def test_the_supervisor_may_give_at_a_follow_up_and_is_named(call, departure, starter, supervisor, signed_in):
    data = {"resources": [entry(LIFELINE).pk], "way": "spoken", "taken": "yes"}
    signed_in(supervisor).post(reverse("give-at-follow-up", args=[call.pk]), data)
    assert departure.given_resources.get().by == supervisor
