"""Returned with comments on the places they concern; the author answers each, and every answer is an addendum."""

import pytest
from django.urls import reverse

from sessions_app import place_comments, places, reports
from sessions_app.models import DepartureReport, PlaceAnswer, PlaceComment, Review
from tests.refusals import is_refused

State = DepartureReport.State
ASKED = {"account": "Did they say where they went?", "step-11": "Who calls them?", "plan": "Is nine not too early?"}


@pytest.fixture
def returned(signed, supervisor, signed_in):
    """Returned through the page, with a comment on three places."""
    facts = {f"comment-{place}": text for place, text in ASKED.items()}
    answer = signed_in(supervisor).post(
        reverse("review", args=[signed.departure_id]),
        {"decision": "returned", "message": "Good. Three questions.", **facts},
    )
    assert answer.status_code == 302
    signed.refresh_from_db()
    return signed


@pytest.fixture
def answer(browser, returned):
    """Send answers as the page does: `answer({"account": "Home."})`."""

    def send(texts):
        ids = {each.place: each.pk for each in PlaceComment.objects.all()}
        return browser.post(
            reverse("report-comments", args=[returned.departure_id]),
            {f"answer-{ids[place]}": text for place, text in texts.items()},
            follow=True,
        )

    return send


def test_the_author_sees_each_comment_beside_its_place(returned, browser):
    for page in (
        reverse("quality", args=[returned.departure_id]),
        reverse("report-comments", args=[returned.departure_id]),
    ):
        html = browser.get(page).content.decode()
        for words in [*ASKED.values(), "They stood up and left.", "11 Plan the follow-up"]:
            assert words in html
    assert place_comments.on(returned)[0].words == ["They stood up and left."]


def test_with_the_last_answer_it_goes_back(answer, returned, signed_in, supervisor):
    html = answer({"account": "To their sister's.", "plan": ""}).content.decode()
    assert "2 comments still wait." in html
    returned.refresh_from_db()
    assert returned.state == State.RETURNED
    assert "Answered, and sent back." in answer({"step-11": "I do.", "plan": "They start at ten."}).content.decode()
    returned.refresh_from_db()
    assert returned.state == State.SUBMITTED
    assert [each.text for each in returned.addenda.all()] == ["To their sister's.", "I do.", "They start at ten."]
    page = signed_in(supervisor).get(reverse("review", args=[returned.departure_id])).content.decode()
    assert page.count("Answered") == 3


def test_an_empty_form_is_refused_and_one_too_long_keeps_the_rest(answer, returned):
    assert answer({"account": " "}).status_code == 422
    refused = answer({"account": "x" * 10_001, "plan": "They start at ten."})
    assert refused.status_code == 422
    assert "They start at ten." in refused.content.decode()
    assert not returned.addenda.exists()


def test_an_answer_sent_twice_is_one_addendum(answer, returned):
    answer({"account": "Home."})
    answer({"account": "Home."})
    assert PlaceAnswer.objects.count() == returned.addenda.count() == 1


def test_it_may_go_back_with_a_comment_unanswered(returned, browser, answer):
    answer({"account": "Home."})
    browser.post(reverse("add-addendum", args=[returned.departure_id]), {"text": "I know no more."})
    returned.refresh_from_db()
    assert returned.state == State.SUBMITTED
    assert [each.comment.place for each in place_comments.on(returned) if each.answer is None] == ["step-11", "plan"]


def test_comments_go_out_with_a_return_alone(signed, supervisor, signed_in):
    facts = {"decision": "signed_off", "outcome": "appropriate", "message": "Fine.", "comment-plan": "Too early?"}
    refused = signed_in(supervisor).post(reverse("review", args=[signed.departure_id]), facts)
    assert refused.status_code == 422
    assert "Too early?" in refused.content.decode()
    assert not Review.objects.exists()


def test_comments_and_answers_are_written_once(answer):
    answer({"account": "Home."})
    for table in ("placecomment", "placeanswer"):
        assert is_refused(f"DELETE FROM sessions_app_{table}")
    assert is_refused("UPDATE sessions_app_placecomment SET text = 'Other'")


def test_nothing_of_a_comment_comes_into_what_was_signed(returned, supervisor):
    assert not any(text in str(returned.content) for text in ASKED.values())
    assert reports.is_intact(returned)


def test_every_place_has_a_name_and_steps_have_their_own(signed):
    names = places.of(signed.content)
    assert {"whole", "facts", "account", "given", "plan", "step-1", "step-11"} <= set(names)
    words = [places.words_at(signed.content, place) for place in names]
    assert all(isinstance(each, list) for each in words)
