"""A number that was given proves wrong: whoever gave it hears of it, and the record stays as it was."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from resources import checking, merging
from resources.models import Organisation, Resource
from sessions_app import checklist, recalls
from sessions_app.models import GivenResource, RecallAnswer
from tests.followups.races import both


@pytest.fixture
def shelter(db):
    """A line with a number and a text line."""
    organisation = Organisation.objects.create(name="An operator")
    facts = {"slug": "shelter", "name": "Shelter", "country": "US", "status": Resource.Status.IN_REVIEW}
    made = Resource.objects.create(organisation=organisation, **facts)
    made.contact_points.create(kind="voice", dial="12025550143", display="(202) 555-0143", dial_region="US")
    made.contact_points.create(kind="sms", dial="741741", keyword="HOME", dial_region="US", position=1)
    return made


@pytest.fixture
def given(departure, shelter):
    lines = Resource.objects.with_contacts().filter(pk=shelter.pk)
    checklist.give(departure, resources=lines, way="card", taken="yes", op_id=uuid.uuid4(), by=departure.therapist)
    return GivenResource.objects.get()


@pytest.fixture
def found(shelter, admin):
    """What a check finds: `found("dead")` of the number, `found("works", kind="sms")` of the text line."""

    def check(result, kind="voice"):
        checking.check(shelter.contact_points.get(kind=kind), result=result, method="call", by=admin)

    return check


@pytest.fixture
def page(signed_in):
    return lambda person: signed_in(person).get(reverse("recalled")).content.decode()


def test_nothing_is_recalled_as_long_as_it_stands_as_it_was_given(given, found, page, therapist):
    found("works")
    found("no_answer", kind="sms")
    assert "None. What you gave stands as you gave it." in page(therapist)


@pytest.mark.parametrize("result", ["dead", "different"])
def test_what_a_check_finds_wrong_is_told_with_what_stands_there_now(given, found, page, therapist, result):
    found(result)
    shown = page(therapist)
    assert "Wrong now: (202) 555-0143" in shown
    assert "Text HOME to 741741" in shown.split("It stands there now:")[1]


def test_a_changed_number_is_told_and_a_changed_note_is_not(given, shelter, admin, page, therapist):
    number = shelter.contact_points.get(kind="voice")
    checking.change(number, by=admin, note="Ask for the night desk")
    assert "None." in page(therapist)
    checking.change(number, by=admin, dial="12025550199", display="(202) 555-0199")
    shown = page(therapist)
    assert "Wrong now: (202) 555-0143" in shown
    assert "(202) 555-0199" in shown.split("It stands there now:")[1]


def test_what_was_wrong_before_it_was_given_is_no_recall(shelter, found, departure, page, therapist):
    found("different")
    lines = Resource.objects.with_contacts().filter(pk=shelter.pk)
    checklist.give(departure, resources=lines, way="card", taken="yes", op_id=uuid.uuid4(), by=therapist)
    assert "None." in page(therapist)


def test_therapist_and_supervisor_see_it_and_no_stranger_or_admin(
    given, found, page, therapist, supervisor, stranger, admin, signed_in
):
    found("dead")
    assert "Shelter" in page(therapist)
    assert "Shelter" in page(supervisor)
    assert "Shelter" not in page(stranger)
    assert signed_in(admin).get(reverse("recalled")).status_code == 403


def test_the_page_of_follow_ups_says_how_many(given, found, therapist, signed_in):
    browser, unasked = signed_in(therapist), {"HX-Request": "true"}
    assert reverse("recalled") in browser.get(reverse("follow-ups")).content.decode()
    assert browser.get(reverse("recalled"), headers=unasked).content.decode().strip() == ""
    found("dead")
    assert "1 number you gave proved wrong" in browser.get(reverse("recalled"), headers=unasked).content.decode()


@pytest.mark.parametrize("what", ["told", "not_needed"])
def test_once_somebody_has_seen_to_it_it_is_off_the_list_and_kept(given, found, page, therapist, signed_in, what):
    found("dead")
    signed_in(therapist).post(reverse("answer-recall", args=[given.pk]), {"what": what})
    assert "None." in page(therapist)
    assert RecallAnswer.objects.get().what == what
    assert AuditEntry.objects.filter(action="recall_answered", by=therapist).exists()


def test_what_is_not_read_changes_nothing(given, found, therapist, signed_in):
    found("dead")
    signed_in(therapist).post(reverse("answer-recall", args=[given.pk]), {"what": "perhaps"})
    assert not RecallAnswer.objects.exists()


def test_what_was_given_of_an_entry_that_was_merged_since_is_still_recalled(given, shelter, admin, page, therapist):
    facts = {"slug": "the-shelter", "name": "The shelter", "country": "US", "status": Resource.Status.IN_REVIEW}
    kept = Resource.objects.create(organisation=shelter.organisation, **facts)
    kept.contact_points.create(kind="voice", dial="12025550143", display="(202) 555-0143", dial_region="US")
    merging.merge(kept, shelter, editions=[1, 1], by=admin)
    assert "None. What you gave stands as you gave it." in page(therapist)
    for contact in kept.contact_points.all():
        checking.check(contact, result="dead", method="call", by=admin)
    shown = page(therapist)
    assert "Wrong now: (202) 555-0143" in shown
    assert "Text HOME to 741741" in shown
    assert kept.contact_points.count() == 2


def test_two_answers_at_once_are_one(transactional_db, given, found, therapist, supervisor):
    found("dead")
    people = [therapist, supervisor]
    answers = both(lambda: recalls.answer(given, what="told", by=people.pop()).pk)
    assert len(set(answers)) == 1


def test_the_record_stays_as_it_was_given(given, shelter, admin):
    before = given.snapshot
    checking.change(shelter.contact_points.get(kind="voice"), by=admin, dial="12025550199")
    given.refresh_from_db()
    assert given.snapshot == before


def test_a_number_that_was_found_dead_is_not_given_again_unmarked(departure, shelter, found, signed_in, therapist):
    found("dead")
    page = signed_in(therapist).get(reverse("give-resources", args=[departure.pk])).content.decode()
    assert "In doubt" in page
    assert "(202) 555-0143</span> (Found dead. Do not give it.)" in page
