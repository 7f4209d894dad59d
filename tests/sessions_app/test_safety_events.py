"""Harm, and a page for the local system for safety events: facts alone, sent by a person."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from sessions_app import departures, quality, reports, reviews
from sessions_app.models import ReviewHarm, SafetyEventReference
from tests.refusals import is_refused

SIGN_OFF = {
    "decision": "signed_off",
    "outcome": "further_action",
    "message": "xylo-message",
    "safety_event": "yes",
    "physical-staff": "low",
    "psychological-staff": "moderate",
    "psychological-client": "none",
    "learning": "xylo-learning",
    "system_change": "xylo-change",
}


@pytest.fixture
def desk(signed_in, supervisor):
    return signed_in(supervisor)


@pytest.fixture
def page(signed):
    return reverse("hand-off", args=[signed.departure_id])


def test_harm_is_said_for_each_apart_and_leads_to_the_page_to_print(desk, signed, page):
    answer = desk.post(reverse("review", args=[signed.departure_id]), SIGN_OFF)
    assert answer.url == page
    rows = set(ReviewHarm.objects.values_list("whom", "physical", "psychological"))
    assert rows == {("client", "", "none"), ("staff", "low", "moderate")}
    html = desk.get(page).content.decode()
    assert "Moderate: needed more help" in html or "moderate: needed more help" in html
    assert "a person sends it" in html


def test_the_page_names_nobody_and_quotes_nobody(desk, departure, therapist, client_0417):
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, by=therapist, account="xylo-account")
    quality.keep_state(report, by=therapist, author_state="felt_unsafe")
    departures.choose_client(departure, client=client_0417, by=therapist)
    reports.sign(report, by=therapist)
    desk.post(reverse("review", args=[departure.pk]), SIGN_OFF)
    html = desk.get(reverse("hand-off", args=[departure.pk])).content.decode()
    assert client_0417.reference in html
    for words in (client_0417.preferred_name, "xylo", "Felt unsafe"):
        assert words not in html


def test_the_number_there_is_noted_afterwards(desk, signed, page, supervisor):
    assert desk.post(page, {"reference": ""}).status_code == 422
    desk.post(page, {"reference": "LF-2026-77"})
    desk.post(page, {"reference": "LF-2026-77"})
    assert [each.by for each in SafetyEventReference.objects.all()] == [supervisor]
    assert "LF-2026-77" in desk.get(page).content.decode()
    assert is_refused("UPDATE sessions_app_safetyeventreference SET reference = 'x'")


def test_the_outcome_alone_says_it_as_well_and_contradicts_nothing(desk, signed, page):
    facts = {"decision": "signed_off", "outcome": "safety_event", "message": "To the board."}
    refused = desk.post(reverse("review", args=[signed.departure_id]), facts | {"safety_event": "no"})
    assert refused.status_code == 422
    assert desk.post(reverse("review", args=[signed.departure_id]), facts).url == page
    assert signed.reviews.get().is_safety_event


@pytest.mark.parametrize("wrong", [{"psychological": "fatal"}, {}])
def test_harm_that_cannot_be_is_refused(signed, supervisor, wrong):
    made = reviews.close_as_read(signed, message="Read.", by=supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewHarm.objects.create(review=made, whom="client", **wrong)
