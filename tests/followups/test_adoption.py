"""Until a clinical lead has signed what Doorway works by, everything works and is practice. Then it is real."""

import uuid
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from followups import adoption, policies
from followups.models import FollowUp, FollowUpPolicy, Reminder
from protocols import adoptions
from protocols.models import Adoption
from sessions_app import caseload, departures, exercises, help_calls, levels, participants, practice, rehearsal
from sessions_app.models import Client, DepartureEvent, HelpCall, TherapySession

BANNER = "data-not-adopted"
ASKED = "protocols_adoption"


@pytest.fixture
def therapist(nothing_signed, hire):
    return hire("Ana Reyes", Role.THERAPIST, phone="+1 555 0117")


@pytest.fixture
def lead(nothing_signed, hire):
    return hire("Nora Berg", Role.SUPERVISOR, is_clinical_lead=True)


@pytest.fixture
def admin(nothing_signed, hire):
    return hire("Kim Novak", Role.ADMIN)


def tap(browser, **facts):
    """The one tap on Now. Returns the departure."""
    made = browser.post(reverse("start-departure"), {"id": str(uuid.uuid4()), **facts})
    return DepartureEvent.objects.get(pk=made.url.split("/")[2])


def sign(lead):
    return adoption.sign(was=adoption.Papers().fingerprint, by=lead)


def test_a_departure_is_logged_as_always_and_is_practice(signed_in, therapist, supervisor):
    browser = signed_in(therapist)
    departure = tap(browser)
    assert (departure.is_practice, departure.session.is_practice) == (True, True)
    html = browser.get(reverse("departure", args=[departure.pk])).content.decode()
    assert "data-practice" in html
    assert BANNER in html
    assert reverse("departure", args=[departure.pk]) in browser.get(reverse("now")).content.decode()
    assert signed_in(supervisor).get(reverse("departure", args=[departure.pk])).status_code == 404


def test_the_same_tap_twice_makes_one_departure_and_one_session(signed_in, therapist):
    browser, id = signed_in(therapist), str(uuid.uuid4())
    assert tap(browser, id=id) == tap(browser, id=id)
    assert (DepartureEvent.objects.count(), TherapySession.objects.count()) == (1, 1)


def test_the_whole_way_is_practice_and_reminds_nobody(signed_in, therapist, supervisor):
    browser = signed_in(therapist)
    browser.post(reverse("add-client"), {"reference": "0417", "age_band": "adult"})
    client = Client.objects.get()
    session = caseload.add_session(starts_at=timezone.now(), by=therapist, clients=[client])
    assert (client.is_practice, session.is_practice) == (True, True)
    assert "0417" in browser.get(reverse("clients")).content.decode()
    departure = tap(browser, session=str(session.pk))
    assert (departure.session, departure.client) == (session, client)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    assert {each.state for each in Reminder.objects.all()} <= {Reminder.State.PRACTICE}
    assert FollowUp.objects.exists()
    assert list(FollowUp.objects.real()) == []


def test_a_call_for_help_is_made_in_earnest_all_the_same(signed_in, therapist):
    browser = signed_in(therapist)
    departure = tap(browser)
    browser.post(reverse("ask-for-help"), {"departure": str(departure.pk)})
    assert HelpCall.objects.get().departure is None
    assert help_calls.open_of(therapist)


def test_an_exercise_stays_one_and_is_on_no_list(signed_in, therapist):
    script = exercises.find("calm-exit")
    exercise = practice.begin(script, id=uuid.uuid4(), by=therapist)
    browser = signed_in(therapist)
    own = tap(browser)
    listed = browser.get(reverse("start-departure")).content.decode()
    assert str(own.pk) in listed
    assert str(practice.departures_of(exercise)[0].pk) not in listed
    assert browser.get(reverse("exercise-of", args=[own.session_id])).url == reverse("now")
    assert browser.get(reverse("exercise-of", args=[exercise.session_id])).url == reverse(
        "exercise", args=[exercise.pk]
    )


def test_only_a_clinical_lead_signs_who_has_just_said_who_they_are(signed_in, admin, lead, therapist, asked_each_time):
    was = {"was": adoption.Papers().fingerprint}
    address = reverse("adoption")
    assert signed_in(therapist).get(address).status_code == 403
    assert "Only a clinical lead can sign" in signed_in(admin).get(address).content.decode()
    browser = signed_in(lead)
    page = browser.get(address).content.decode()
    for read in ("protocol-version", "policy"):
        assert f'href="{reverse(read, args=[2 if read == "protocol-version" else 1])}"' in page
    assert was["was"] in page
    assert browser.post(address, was).url.startswith(reverse("account_reauthenticate"))
    assert not adoptions.is_made()


def test_an_admin_cannot_sign(signed_in, admin, nothing_signed):
    assert signed_in(admin).post(reverse("adoption"), {"was": adoption.Papers().fingerprint}).status_code == 403
    with pytest.raises(adoption.NotAClinicalLead):
        sign(admin)
    assert not adoptions.is_made()


def test_signing_ends_practice_for_good(signed_in, lead, therapist):
    before = tap(signed_in(therapist))
    browser = signed_in(lead)
    answer = browser.post(reverse("adoption"), {"was": adoption.Papers().fingerprint}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("setup")
    assert BANNER not in answer.content.decode()
    made = Adoption.objects.get()
    assert (made.by, made.protocol.number, made.policy_number, made.word_list_number) == (lead, 2, 1, 0)
    assert policies.in_force().number == 1
    assert AuditEntry.objects.filter(action="adopted", by=lead).exists()
    assert "Nora Berg has read and signed" in browser.get(reverse("adoption")).content.decode()
    now = tap(signed_in(therapist), session=str(before.session_id))
    assert (now.is_practice, now.session) == (False, None)
    listed = signed_in(therapist).get(reverse("start-departure")).content.decode()
    assert str(now.pk) in listed
    assert str(before.pk) not in listed
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        DepartureEvent.objects.filter(pk=before.pk).update(is_practice=False)


def test_what_was_read_is_what_is_signed(signed_in, lead, admin):
    was = adoption.Papers().fingerprint
    row = FollowUpPolicy.objects.get(number=1).tasks.first()
    policies.change(row, title="Another task", by=admin)
    answer = signed_in(lead).post(reverse("adoption"), {"was": was})
    assert answer.status_code == 422
    assert "words have changed" in answer.content.decode()
    assert not adoptions.is_made()


def test_a_second_signature_changes_nothing_and_the_row_stands(lead, hire):
    first = sign(lead)
    assert sign(hire("Lea Two", Role.SUPERVISOR, is_clinical_lead=True)).by == first.by == lead
    for spoil in (
        lambda: Adoption.objects.update(word_list_number=5),
        lambda: Adoption.objects.all().delete(),
        lambda: Adoption.objects.create(pk=2, is_from_before=True),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()
    assert Adoption.objects.get().by == lead


def test_who_was_practice_may_come_in_earnest_under_the_same_reference(lead, therapist):
    rehearsed = caseload.add_client(reference="0417", by=therapist)
    session = caseload.add_session(starts_at=timezone.now(), by=therapist, clients=[rehearsed], calendar_key="a")
    sign(lead)
    real = caseload.add_client(reference="0417", by=therapist)
    again = caseload.add_session(starts_at=timezone.now(), by=therapist, clients=[real], calendar_key="a")
    assert (rehearsed.is_practice, real.is_practice, session.is_practice, again.is_practice) == (
        True,
        False,
        True,
        False,
    )
    with pytest.raises(caseload.ReferenceIsTaken):
        caseload.add_client(reference="0417", by=therapist)


def test_no_mixture_of_before_and_after_stops_a_departure_from_being_saved(lead, therapist):
    rehearsed = caseload.add_client(reference="0417", by=therapist)
    couple = caseload.add_session(starts_at=timezone.now(), by=therapist, clients=[rehearsed])
    first = departures.log(id=uuid.uuid4(), by=therapist, session=couple)
    partner = caseload.add_client(reference="0418", by=therapist)
    real = Client.objects.create(reference="1", therapist=therapist, team=therapist.team)  # of an older Doorway
    assert not departures.log(id=uuid.uuid4(), by=therapist, client=real).is_practice
    sign(lead)
    beside = participants.look_after(first, id=uuid.uuid4(), client=partner, by=therapist)
    assert beside.is_practice
    now = departures.log(id=uuid.uuid4(), by=therapist, client=rehearsed)
    assert (now.is_practice, now.client) == (False, None)
    assert not rehearsal.is_on()


def test_the_banner_costs_one_statement_until_it_is_gone_and_none_afterwards(signed_in, therapist, lead):
    browser = signed_in(therapist)
    browser.get(reverse("me"))
    assert asked_by(browser) == 1
    sign(lead)
    adoptions.Known.is_made = True  # as from the next request after the one that signed
    assert asked_by(browser) == 0


def asked_by(browser):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(reverse("now")).status_code == 200
    return sum(ASKED in each["sql"] for each in captured)


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_is_not_remembered_and_what_others_signed_is(nothing_signed, lead):
    with transaction.atomic():
        sign(lead)
        assert adoptions.is_made()
        transaction.set_rollback(True)
    assert not adoptions.Known.is_made
    assert not adoptions.is_made()
    sign(lead)
    assert adoptions.is_made()
    assert adoptions.Known.is_made


def test_an_installation_in_use_counts_as_adopted_and_a_new_one_does_not(nothing_signed, therapist):
    carry_over()
    assert not Adoption.objects.exists()
    departure = departures.log(id=uuid.uuid4(), by=therapist)
    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=therapist)
    carry_over()
    assert not Adoption.objects.exists(), "practice is no use"
    Client.objects.create(reference="0417", therapist=therapist, team=therapist.team)
    carry_over()
    carry_over()
    assert Adoption.objects.get().is_from_before
    assert adoptions.is_made()


def carry_over():
    with connection.cursor() as cursor:
        cursor.execute(import_module("followups.migrations.0013_setup").CARRY_OVER)
