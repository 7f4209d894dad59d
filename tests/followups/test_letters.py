"""A letter names no condition, no clinic unless it may, and is written only where letters were allowed."""

import re
import uuid

import pytest
from django.urls import reverse

from followups.models import ContactAttempt
from resources.models import Resource
from sessions_app import caseload, checklist

CONDITIONS = r"therap|session|suicid|crisis|mental|risk|diagnos|treatment|violence|patient|client|distress"


@pytest.fixture
def page(call, signed_in, therapist, starter):
    """The letter's page, and what of it is printed."""

    def look():
        html = signed_in(therapist).get(reverse("letter", args=[call.departure_id])).content.decode()
        return html, html.partition("<article")[2].partition("</article>")[0]

    return look


@pytest.fixture
def send(call, signed_in, therapist):
    def post(op_id=None):
        data = {"op_id": str(op_id or uuid.uuid4())}
        return signed_in(therapist).post(reverse("letter", args=[call.departure_id]), data)

    return post


@pytest.mark.parametrize("scope", [None, "none"], ids=["not asked", "not allowed"])
def test_without_a_yes_there_is_no_letter(call, page, send, allows, scope):
    if scope:
        allows("letter", scope)
    html, printed = page()
    assert printed == ""
    assert "So there is no letter." in html
    assert send().status_code == 422
    assert not call.attempts.exists()


@pytest.mark.parametrize("scope", ["call_back_only", "practice_name", "full"])
def test_it_says_no_more_than_is_allowed(page, allows, scope):
    allows("letter", scope)
    _html, printed = page()
    assert ("Riverside Clinic" in printed) == (scope != "call_back_only")
    assert "Ana" in printed
    assert "Reyes" not in printed
    assert "988" in printed
    assert "911" in printed
    assert "The door stays open." in printed
    if scope != "full":
        assert not re.search(CONDITIONS, printed, re.IGNORECASE), printed


def test_what_was_given_is_named_only_without_limits(call, page, allows, therapist):
    given = Resource.objects.with_contacts().get(slug__contains="domestic-violence", country="US")
    said = {"way": "card", "taken": "yes", "safe_at_home": "yes"}
    checklist.give(call.departure, resources=[given], **said, op_id=uuid.uuid4(), by=therapist)
    allows("letter", "practice_name")
    assert given.name not in page()[1]
    allows("letter", "full")
    assert given.name in page()[1]


def test_that_it_was_sent_is_written_down_once_and_closes_no_call(call, send, allows):
    allows("letter", "full")
    op_id = uuid.uuid4()
    for _again in range(2):
        assert send(op_id).status_code == 302
    assert ContactAttempt.objects.get().result == "letter_sent"
    call.refresh_from_db()
    assert call.is_open


def test_a_letter_that_was_promised_is_kept_by_sending_it(call, send, allows):
    allows("letter", "full")
    call.channel = "letter"
    call.save()
    send()
    call.refresh_from_db()
    assert not call.is_open


def test_enough_was_tried_next_a_letter(call, tried, allows, signed_in, therapist):
    allows("text", "full")
    allows("letter", "practice_name")
    tried(3), tried(2, "text", "sent_no_reply"), tried(1)
    browser = signed_in(therapist)
    for name, key in (("plan", call.departure_id), ("next-attempt", call.pk), ("decide-status", call.departure_id)):
        html = browser.get(reverse(name, args=[key])).content.decode()
        assert "Next: a letter" in html, name
        assert reverse("letter", args=[call.departure_id]) in html


def test_the_last_letter_only_to_somebody_who_had_allowed_letters(call, page, send, allows, client_0417, therapist):
    caseload.ask_for_no_contact(client_0417, by=therapist)
    assert page()[1] == ""
    assert send().status_code == 422
    allows("letter", "practice_name")
    html, printed = page()
    assert "Closing letter" in html
    assert "You asked not to be contacted." in printed
    assert not re.search(CONDITIONS, printed, re.IGNORECASE)
    assert send().status_code == 302
    assert ContactAttempt.objects.get().channel == "letter"
