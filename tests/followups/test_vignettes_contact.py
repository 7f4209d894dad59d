"""Vignettes 8 and 11 of the clinic, through the front door: never contact me again, and unreached for three days."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups.models import ContactAttempt, FollowUp, StatusDecision


@pytest.fixture
def ana(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def sam(signed_in, supervisor):
    return signed_in(supervisor)


def see(browser, name, key):
    answer = browser.get(reverse(name, args=[key]))
    assert answer.status_code == 200
    return answer.content.decode()


def record(browser, call, channel, result, *, days_ago=0):
    then = timezone.localtime(timezone=call.owner.zone) - timedelta(days=days_ago, minutes=5)
    when = {"occurred_at_0": then.strftime("%Y-%m-%d"), "occurred_at_1": then.strftime("%H:%M")}
    data = {"op_id": str(uuid.uuid4()), "channel": channel, "result": result, **when}
    return browser.post(reverse("record-contact", args=[call.pk]), data)


def test_never_contact_me_again(ana, sam, call, allows):
    """Vignette 8. No client tasks; a closing letter because letters were allowed; the supervisor sees it."""
    allows("letter", "practice_name")
    departure = call.departure
    assert record(ana, call, "phone", "reached_no_contact").status_code == 302
    assert not departure.follow_ups.open().exclude(channel="").exists()
    assert departure.follow_ups.open().exists(), "somebody still thinks about it"

    assert record(ana, call, "text", "sent_no_reply").status_code == 422
    plan = see(ana, "plan", departure.pk)
    assert "This client asked for no contact." in plan
    assert "Closing letter" in plan
    assert "You asked not to be contacted." in see(ana, "letter", departure.pk)
    assert ana.post(reverse("letter", args=[departure.pk]), {"op_id": str(uuid.uuid4())}).status_code == 302

    seen = see(sam, "attempts", departure.pk)
    assert "This client asked for no contact." in seen
    assert "asked for no contact (Ana Reyes)" in seen
    assert "letter sent (Ana Reyes)" in seen


def test_unreached_for_three_days(ana, sam, call, allows, therapist, supervisor):
    """Vignette 11. Days and ways differ; then a letter; then two people decide. Nothing closes before that."""
    allows("text", "full")
    allows("letter", "practice_name")
    departure = call.departure
    planned = departure.follow_ups.open().count()
    for days_ago, channel, result in (
        (3, "phone", "no_answer"),
        (2, "text", "sent_no_reply"),
        (1, "phone", "no_answer"),
    ):
        answer = record(ana, call, channel, result, days_ago=days_ago)
        assert answer.url == reverse("next-attempt", args=[call.pk])
    assert "Next: a letter" in see(ana, "next-attempt", call.pk)
    assert departure.follow_ups.open().count() == planned + 1

    answer = ana.post(reverse("letter", args=[departure.pk]), {"op_id": str(uuid.uuid4())})
    assert answer.url == reverse("decide-status", args=[departure.pk])
    assert departure.follow_ups.open().count() == planned + 1
    said = {"choice": "open_door", "words": "Three days, two ways, a letter"}
    ana.post(reverse("decide-status", args=[departure.pk]), said)
    assert departure.follow_ups.open().count() == planned + 1

    assert "Ended, with an open door" in sam.get(reverse("waiting-for-second")).content.decode()
    decision = StatusDecision.objects.get()
    sam.post(reverse("answer-decision", args=[decision.pk]), {"answer": "agree"})
    decision.refresh_from_db()
    assert (decision.proposed_by, decision.answered_by) == (therapist, supervisor)
    assert not departure.follow_ups.open().exclude(channel="").exists()
    closed_by = set(departure.follow_ups.exclude(state=FollowUp.State.OPEN).values_list("closed_by", flat=True))
    assert closed_by == {supervisor.pk}, "people close, nothing else does"
    assert ContactAttempt.objects.count() == 4
