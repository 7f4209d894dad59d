"""A client who asked for no contact gets none, whichever way the record learns of it."""

import uuid

import pytest
from django.urls import reverse

from followups import follow_ups
from followups.models import ContactAttempt, FollowUp
from sessions_app import caseload, checklist, departures, levels, reports
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
    titles = ["Review: asked for no contact", "Give your view: the client asked for no contact"]
    assert [each.title for each in departure.follow_ups.open().order_by("position")] == titles


# Said at the door: “no” may mean not tomorrow, or never. A person says which.

OFFER = "Asked for no contact: stop all client tasks"


@pytest.fixture
def said_no():
    def note(departure):
        facts = {"permission-to-contact": "no"}
        checklist.note(departure, slug="respect-decision", facts=facts, op_id=uuid.uuid4(), by=departure.therapist)

    return note


@pytest.fixture
def panel(signed_in, therapist):
    """The plan's page of a departure."""
    browser = signed_in(therapist)
    return lambda departure: browser.get(reverse("plan", args=[departure.pk])).content.decode()


@pytest.fixture
def tap(signed_in, therapist):
    browser = signed_in(therapist)
    return lambda name, departure: browser.post(reverse(name, args=[departure.pk]))


def test_a_noted_no_stops_nothing_by_itself_and_offers_to(unnamed, said_no, panel):
    assert OFFER not in panel(unnamed)
    said_no(unnamed)
    assert OFFER in panel(unnamed)
    assert contacts(unnamed).exists()


def test_the_note_at_step_ten_leads_to_the_plan(departure, signed_in, therapist):
    facts = {"respect-decision-permission-to-contact": "no"}
    address = reverse("note-details", args=[departure.pk, "respect-decision"])
    answer = signed_in(therapist).post(address, facts, headers={"HX-Request": "true"})
    assert 'href="#plan"' in answer.content.decode()
    assert "plan-changed" in answer.headers["HX-Trigger"]


def test_the_tap_holds_for_every_departure_of_a_known_client(departure, unnamed, said_no, tap, panel, client_0417):
    departures.choose_client(unnamed, client=client_0417, by=unnamed.therapist)
    said_no(departure)
    tap("respect-no-contact", departure)
    client_0417.refresh_from_db()
    assert client_0417.asked_for_no_contact
    assert not contacts(unnamed).exists()
    assert OFFER not in panel(departure)
    assert "This client asked for no contact." in panel(departure)


def test_a_record_without_a_client_remembers_it_when_the_level_changes(unnamed, said_no, tap, panel, therapist):
    said_no(unnamed)
    tap("respect-no-contact", unnamed)
    titles = set(unnamed.follow_ups.open().values_list("title", flat=True))
    assert "Look at it in review" in titles, "a task among staff stays"
    assert "Review: asked for no contact" in titles, "and people think about it"
    levels.set_level(unnamed, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    assert not contacts(unnamed).exists()
    assert unnamed.follow_ups.open().exists()
    assert "This client asked for no contact." in panel(unnamed)


def test_what_was_said_before_the_client_was_chosen_is_offered_again_for_the_client(
    unnamed, client_0417, tap, panel, therapist
):
    tap("respect-no-contact", unnamed)
    departures.choose_client(unnamed, client=client_0417, by=therapist)
    client_0417.refresh_from_db()
    assert not client_0417.asked_for_no_contact, "who it was may have been a slip"
    assert OFFER in panel(unnamed)


def test_it_can_be_taken_back(unnamed, departure, tap, panel, therapist):
    for each in (unnamed, departure):
        tap("respect-no-contact", each)
        tap("allow-contact", each)
        assert "asked for no contact." not in panel(each)
        levels.set_level(each, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
        assert contacts(each).exists()


def test_the_supervisor_reads_it_in_the_report_and_in_the_plan(unnamed, tap, supervisor, signed_in, therapist):
    tap("respect-no-contact", unnamed)
    signed = reports.sign(reports.draft_for(unnamed, by=therapist), by=therapist)
    assert ["Asked for no contact", "Yes"] in signed.content["noted"]
    html = signed_in(supervisor).get(reverse("attempts", args=[unnamed.pk])).content.decode()
    assert "This client asked for no contact." in html


def test_why_a_follow_up_was_not_needed_is_told(departure, panel, therapist):
    levels.set_level(departure, level=ResponseLevel.SOME_CONCERN, op_id=uuid.uuid4(), by=therapist)
    follow_ups.drop(contacts(departure).first(), reason="They rang us themselves", by=therapist)
    assert "They rang us themselves" in panel(departure)
    caseload.ask_for_no_contact(departure.client, by=therapist)
    assert "The client asked for no contact" in panel(departure)
