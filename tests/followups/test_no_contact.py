"""A client who asked for no contact gets none, whichever way the record learns of it."""

import uuid

import pytest
from django.urls import reverse

from followups import follow_ups
from followups.models import ContactAttempt, FollowUp
from sessions_app import departures, levels
from sessions_app.models import DepartureEvent, ResponseLevel


@pytest.fixture
def unnamed(therapist):
    """A departure whose client is not chosen yet, with a plan already."""
    made = departures.log(id=uuid.uuid4(), by=therapist)
    return levels.set_level(made, level=ResponseLevel.NONE_IDENTIFIED, op_id=uuid.uuid4(), by=therapist)


def contacts(departure):
    return departure.follow_ups.open().exclude(channel="")


def test_a_client_chosen_later_is_respected_as_well(unnamed, client_0417, therapist, signed_in):
    client_0417.asked_for_no_contact = True
    client_0417.save()
    assert contacts(unnamed).exists()
    signed_in(therapist).post(reverse("choose-client", args=[unnamed.pk]), {"client": client_0417.pk})
    assert not contacts(unnamed).exists()


def test_choosing_a_client_who_may_be_contacted_changes_no_plan(unnamed, client_0417, therapist, signed_in):
    before = set(contacts(unnamed))
    signed_in(therapist).post(reverse("choose-client", args=[unnamed.pk]), {"client": client_0417.pk})
    assert set(contacts(unnamed)) == before


def test_asking_for_no_contact_holds_for_every_departure(departure, unnamed, therapist, signed_in, client_0417):
    levels.set_level(departure, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
    departures.choose_client(unnamed, client=client_0417, by=therapist)
    call = contacts(unnamed).get(channel="phone")
    said = {"channel": "phone", "result": ContactAttempt.Result.REACHED_NO_CONTACT}
    signed_in(therapist).post(reverse("record-contact", args=[call.pk]), said)
    for each in (DepartureEvent.objects.get(pk=departure.pk), unnamed):
        assert not contacts(each).exists()


def test_somebody_still_thinks_about_a_client_who_wants_no_contact(departure, therapist):
    """Dropping the last task would be closing the case by itself."""
    levels.set_level(departure, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
    for among_staff in FollowUp.objects.filter(departure=departure, channel=""):
        follow_ups.complete(among_staff, by=therapist)
    departure.client.asked_for_no_contact = True
    departure.client.save()
    departures.choose_client(departure, client=departure.client, by=therapist)
    assert [each.title for each in departure.follow_ups.open()] == ["Review: asked for no contact"]
