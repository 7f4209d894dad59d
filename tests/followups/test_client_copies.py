"""The client's own copy (vignette 15): the chart of this client and nothing else, asked for and given by people."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups import client_copies
from followups.models import CopyGiven, CopyRequest, FiledPaper
from followups.tasks import make_papers
from sessions_app import departures, exercises, practice, reports
from sessions_app.models import Client, TherapySession
from tests.followups.test_chart import APART, IN_IT
from tests.followups.test_papers import needs_pango, words_in
from tests.refusals import is_refused

TODAY = timezone.localdate


@pytest.fixture
def copy(told, therapist):
    """Client 0417 asked for the record."""
    return client_copies.ask(told.client, asked_by="client", asked_how="phone", asked_on=TODAY(), by=therapist)


@pytest.fixture
def sheet(signed_in, therapist):
    """The printed copy: `sheet(copy)`."""

    def look(copy, person=None):
        page = signed_in(person or therapist).get(reverse("copy-chart", args=[copy.pk])).content.decode()
        return page.partition("<article")[2].partition("</article>")[0]

    return look


def another(therapist, client, words, **facts):
    """Another departure, signed: `another(therapist, client, "what happened")`."""
    session = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=timezone.now())
    session.clients.add(client)
    made = departures.log(id=uuid.uuid4(), by=therapist, session=session)
    for name, value in facts.items():
        setattr(made, name, value)
    made.save()
    report = reports.draft_for(made, by=therapist)
    reports.save_draft(report, by=therapist, account=words)
    reports.sign(report, by=therapist)
    return made


def test_a_request_is_written_down_once_and_for_all(told, signed_in, therapist):
    browser = signed_in(therapist)
    asked = {"asked_by": "client", "asked_how": "letter", "asked_on": TODAY().isoformat()}
    answer = browser.post(reverse("client-copies", args=[told.client_id]), asked)
    request = CopyRequest.objects.get()
    assert answer.url == reverse("client-copy", args=[request.pk])
    assert (request.by, request.asked_how, request.asked_on) == (therapist, "letter", TODAY())
    assert AuditEntry.objects.get(action="copy_asked_for").facts == {"request": request.pk}
    assert is_refused("UPDATE followups_copyrequest SET asked_how = 'phone'")


def test_a_request_of_tomorrow_is_refused_beside_its_field(told, signed_in, therapist):
    asked = {"asked_by": "guardian", "asked_how": "letter", "asked_on": (TODAY() + timedelta(days=2)).isoformat()}
    answer = signed_in(therapist).post(reverse("client-copies", args=[told.client_id]), asked)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "That day is still ahead." in html
    assert 'value="guardian"' in html.partition("checked")[0].rpartition("<input")[2]


def test_it_holds_the_whole_chart_and_no_word_of_another_compartment(copy, sheet):
    page = sheet(copy)
    assert all(word in page for word in IN_IT)
    assert {word: place for word, place in APART.items() if word in page} == {}


def test_it_begins_with_what_it_is_and_whom_to_ask(copy, sheet, therapist):
    page = sheet(copy)
    front = page.partition("What happened on")[0]
    for words in (
        "This is what we at Riverside Clinic wrote down",
        therapist.phone,
        "What some words mean",
        "It is not a score",
    ):
        assert words in front


def test_it_holds_every_departure_of_the_client_that_the_therapist_may_see(copy, sheet, therapist, hire):
    another(therapist, copy.client, "The second time.")
    facts = {"voided_at": timezone.now(), "voided_by": therapist, "void_reason": "A mistake"}
    another(therapist, copy.client, "Only a mistake.", **facts)
    page = sheet(copy)
    assert page.count("What happened on") == 2
    assert "The second time." in page
    assert "Only a mistake." not in page


def test_nothing_of_the_other_of_a_couple_is_in_it(copy, sheet, therapist):
    partner = Client.objects.create(reference="9911", preferred_name="Kit", therapist=therapist, team=therapist.team)
    session = TherapySession.objects.create(
        therapist=therapist, site=therapist.site, starts_at=timezone.now(), composition="couple"
    )
    session.clients.set([copy.client, partner])
    for who, words in ((copy.client, "Mine alone."), (partner, "What Kit told in confidence.")):
        made = departures.log(id=uuid.uuid4(), by=therapist, session=session)
        departures.choose_client(made, client=who, by=therapist)
        report = reports.draft_for(made, by=therapist)
        reports.save_draft(report, by=therapist, account=words)
        reports.sign(report, by=therapist)
    page = sheet(copy)
    assert "Mine alone." in page
    for word in ("9911", "Kit", "in confidence"):
        assert word not in page


def test_a_colleague_s_departures_stay_with_the_colleague(copy, sheet, therapist, stranger):
    theirs = another(therapist, copy.client, "Of the time with Max.")
    type(theirs).objects.filter(pk=theirs.pk).update(therapist=stranger, logged_by=therapist)
    assert "Of the time with Max." not in sheet(copy)


def test_that_it_was_given_is_kept_with_who_how_and_when(copy, signed_in, therapist):
    browser = signed_in(therapist)
    given = {"paper": "", "how": "in_person", "given_on": TODAY().isoformat()}
    html = browser.post(reverse("give-copy", args=[copy.pk]), given, follow=True).content.decode()
    row = CopyGiven.objects.get()
    assert (row.by, row.how, row.given_on, row.paper) == (therapist, "in_person", TODAY(), None)
    assert "Into their hands · The printed page · Ana Reyes" in html
    assert AuditEntry.objects.get(action="copy_given").facts == {"how": "in_person", "paper": None}
    assert is_refused("DELETE FROM followups_copygiven")


def test_help_that_is_unsafe_to_be_found_at_home_is_pointed_out_before_it_is_given(copy, signed_in, therapist, told):
    browser, address = signed_in(therapist), reverse("client-copy", args=[copy.pk])
    assert "may not be safe to be found at home" not in browser.get(address).content.decode()
    first = told.given_resources.get()
    facts = {name: getattr(first, name) for name in ("departure", "resource", "snapshot", "way", "by")}
    type(first).objects.create(**facts, safe_at_home="no")
    assert "may not be safe to be found at home" in browser.get(address).content.decode()


def test_a_copy_can_be_tried_in_an_exercise_where_it_says_so_and_nobody_else_sees_it(
    signed_in, therapist, supervisor, starter
):
    exercise = practice.begin(exercises.find("client-asks-for-the-record"), id=uuid.uuid4(), by=therapist)
    [departure] = practice.departures_of(exercise)
    browser, copies = signed_in(therapist), reverse("client-copies", args=[departure.client_id])
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert copies in browser.get(reverse("exercise", args=[exercise.pk])).content.decode()
    asked = {"asked_by": "client", "asked_how": "phone", "asked_on": TODAY().isoformat()}
    made = browser.post(copies, asked).url
    request = CopyRequest.objects.get()
    for page in (copies, made, reverse("copy-chart", args=[request.pk])):
        assert "data-practice" in browser.get(page).content.decode(), page
        assert signed_in(supervisor).get(page).status_code == 404
    sheet = browser.get(reverse("copy-chart", args=[request.pk])).content.decode().partition("<article")[2]
    assert "What happened on" in sheet
    assert sheet.count("Exercise: nobody here is real.") == 2, "in front, and over the record"


@needs_pango
def test_its_pdf_is_the_same_copy_and_only_for_who_asked_and_their_supervisor(
    copy, signed_in, therapist, supervisor, stranger
):
    browser = signed_in(therapist)
    browser.post(reverse("make-copy", args=[copy.pk]))
    browser.post(reverse("make-copy", args=[copy.pk]))
    make_papers()
    paper = FiledPaper.objects.get()
    words = words_in(paper)
    assert "Copy of your record" in words
    assert all(word in words for word in IN_IT)
    assert {word: place for word, place in APART.items() if word in words} == {}
    for person, status in ((therapist, 200), (supervisor, 200), (stranger, 404)):
        assert signed_in(person).get(reverse("paper-file", args=[paper.pk])).status_code == status
    assert "Up to date" in browser.get(reverse("client-copy", args=[copy.pk])).content.decode()
    another(therapist, copy.client, "One more time.")
    assert "Something was added since" in browser.get(reverse("client-copy", args=[copy.pk])).content.decode()


@needs_pango
def test_a_copy_that_a_supervisor_asked_for_is_not_the_therapist_s(copy, signed_in, therapist, supervisor):
    """A supervisor may see more of a client than one of several therapists."""
    signed_in(supervisor).post(reverse("make-copy", args=[copy.pk]))
    make_papers()
    address = reverse("paper-file", args=[FiledPaper.objects.get().pk])
    assert signed_in(supervisor).get(address).status_code == 200
    assert signed_in(therapist).get(address).status_code == 404
