"""The pages that hand a file out: who may, what is said when something is wrong, and what is written down of it."""

import base64
import json
import uuid

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from followups import contact_attempts, pango
from followups.models import PaperFile
from followups.tasks import make_papers
from sessions_app import departures, exercises, practice, reports
from tests.followups.fhir_checks import of_kind, problems_of, readable
from tests.followups.test_fhir_bundles import VERSIONS


@pytest.fixture
def signed(planned, therapist):
    report = reports.draft_for(planned, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.")
    return reports.sign(report, by=therapist)


def address_of(departure, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('departure-bundle', args=[departure.pk])}?{query}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("who", ["therapist", "supervisor"])
def test_the_file_is_a_download_that_nothing_keeps_and_whose_name_says_nothing(
    signed, planned, request, signed_in, version, who
):
    answer = signed_in(request.getfixturevalue(who)).get(address_of(planned, version=version))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/fhir+json"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == f'attachment; filename="departure-{str(planned.pk)[:8]}-{version}.json"'
    assert "0417" not in str(answer.headers)
    made = json.loads(answer.content)
    assert problems_of(made, version) == []
    assert made["type"] == "collection"
    assert "They stood up and left." in readable(made)


@pytest.mark.parametrize("asked", [{}, {"version": ""}, {"version": "R3"}, {"version": "r5"}, {"version": "STU3"}])
def test_another_version_is_refused_in_plain_words_and_nothing_is_handed_out(
    signed, planned, therapist, signed_in, asked
):
    answer = signed_in(therapist).get(address_of(planned, **asked))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Choose a version: R4 or R5." in html or "Doorway writes R4 and R5, no other version." in html
    assert "Content-Disposition" not in answer
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_what_was_ticked_stays_ticked_when_the_version_is_refused(signed, planned, therapist, signed_in):
    answer = signed_in(therapist).get(address_of(planned, version="R3", attempts="on"))
    assert answer.context["form"]["attempts"].value() is True


def test_each_download_is_in_the_trail_with_what_was_chosen_and_no_word_of_it(signed, planned, therapist, signed_in):
    signed_in(therapist).get(address_of(planned, version="R4", attempts="on"))
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.subject_id) == (therapist, str(planned.pk))
    assert entry.facts == {"form": "fhir", "version": "R4", "attempts": True, "name": False}


def test_the_page_says_what_is_in_the_file_and_what_never_is(signed, planned, therapist, signed_in):
    html = signed_in(therapist).get(reverse("departure-exchange", args=[planned.pk])).content.decode()
    assert "private notes are never in it" in html
    assert "not signed yet" not in html
    assert reverse("report", args=[planned.pk]) in html


def documents_in(answer):
    """{type: bytes} of what is inside the one DocumentReference of a downloaded file."""
    [told] = of_kind(json.loads(answer.content), "DocumentReference")
    parts = [each["attachment"] for each in told["content"]]
    return {each["contentType"].partition(";")[0]: base64.b64decode(each["data"]) for each in parts}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_text_of_the_chart_is_inside_with_attempts_only_where_they_were_ticked(
    signed, planned, call, therapist, signed_in, version
):
    facts = {"channel": "phone", "result": "no_answer", "note": "Rang twice"}
    contact_attempts.record(call, op_id=uuid.uuid4(), by=therapist, **facts)
    reports.add_addendum(signed, text="They rang back.", by=therapist)
    browser = signed_in(therapist)
    apart = documents_in(browser.get(address_of(planned, version=version)))
    whole = documents_in(browser.get(address_of(planned, version=version, attempts="on")))
    for documents in (apart, whole):
        assert set(documents) == {"text/plain"}
        words = documents["text/plain"].decode()
        for said in ("RECORD OF A DEPARTURE", "They stood up and left.", "They rang back.", signed.content_hash):
            assert said in words
    assert "Rang twice" in whole["text/plain"].decode()
    assert "Rang twice" not in apart["text/plain"].decode()
    assert "No answer" not in apart["text/plain"].decode()


@pytest.mark.skipif(not pango.is_there(), reason=pango.advice() or "Pango is here")
def test_a_filed_pdf_goes_along_while_it_says_what_the_chart_says(signed, planned, therapist, signed_in):
    browser = signed_in(therapist)
    browser.post(reverse("make-paper", args=[planned.pk]))
    make_papers()
    filed = bytes(PaperFile.objects.get().content)
    for version in VERSIONS:
        answer = browser.get(address_of(planned, version=version, attempts="on"))
        assert problems_of(json.loads(answer.content), version) == []
        documents = documents_in(answer)
        assert set(documents) == {"application/pdf", "text/plain"}
        assert documents["application/pdf"] == filed
    assert AuditEntry.objects.filter(action="paper_read").count() == len(VERSIONS)
    without = documents_in(browser.get(address_of(planned, version="R4")))
    assert set(without) == {"text/plain"}, "a PDF holds every attempt, and nobody asked for them"
    reports.add_addendum(signed, text="They rang back.", by=therapist)
    since = documents_in(browser.get(address_of(planned, version="R4", attempts="on")))
    assert set(since) == {"text/plain"}, "it does not say all that the chart says now"


def test_before_signing_the_page_says_that_the_report_is_missing(planned, therapist, signed_in):
    html = signed_in(therapist).get(reverse("departure-exchange", args=[planned.pk])).content.decode()
    assert "The report is not signed yet" in html


def test_of_one_taken_back_the_page_says_what_the_file_says(planned, therapist, signed_in):
    departures.void(planned, reason="Mistake", by=therapist)
    html = signed_in(therapist).get(reverse("departure-exchange", args=[planned.pk])).content.decode()
    assert "taken back as a mistake" in html


def test_the_name_is_offered_only_where_there_is_one(planned, client_0417, therapist, signed_in):
    page = reverse("departure-exchange", args=[planned.pk])
    assert "preferred name" in signed_in(therapist).get(page).content.decode()
    client_0417.preferred_name = ""
    client_0417.save()
    assert "preferred name" not in signed_in(therapist).get(page).content.decode()
    made = json.loads(signed_in(therapist).get(address_of(planned, version="R5", name="on")).content)
    assert "name" not in of_kind(made, "Patient")[0]


def test_the_signed_report_leads_there(signed, planned, therapist, signed_in):
    html = signed_in(therapist).get(reverse("report", args=[planned.pk])).content.decode()
    assert reverse("departure-exchange", args=[planned.pk]) in html


def test_an_exercise_is_handed_on_to_nobody(starter, therapist, signed_in):
    exercise = practice.begin(exercises.find("calm-exit"), id=uuid.uuid4(), by=therapist)
    [departure] = practice.departures_of(exercise)
    assert signed_in(therapist).get(address_of(departure, version="R4")).status_code == 404
    assert signed_in(therapist).get(reverse("departure-exchange", args=[departure.pk])).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("former_supervisor", 404), ("admin", 403)])
def test_nobody_else_gets_the_file(planned, request, signed_in, who, status):
    assert signed_in(request.getfixturevalue(who)).get(address_of(planned, version="R5")).status_code == status
    assert not AuditEntry.objects.filter(action="exported").exists()


# The checks themselves -------------------------------------------------------------------------------------------


def first(made, kind):
    return of_kind(made, kind)[0]


BROKEN = {
    "an empty text": lambda made: first(made, "Task").update(description=""),
    "a null": lambda made: first(made, "Task").update(description=None),
    "a time without zone": lambda made: first(made, "Task").update(authoredOn="2026-01-01T10:00:00"),
    "a reference that leads nowhere": lambda made: first(made, "Task").update(
        encounter={"reference": f"urn:uuid:{uuid.uuid4()}", "type": "Encounter"}
    ),
    "a reference to another kind": lambda made: first(made, "Task")["encounter"].update(type="Patient"),
    "a status of the other version": lambda made: first(made, "Encounter").update(status="onleave"),
    "a status that is none": lambda made: first(made, "CarePlan").update(status="finished"),
    "a code that its system does not have": lambda made: first(made, "Task")["code"]["coding"][0].update(code="fax"),
    "a code of a system that must not be": lambda made: first(made, "Task")["code"]["coding"][0].update(
        system="http://snomed.info/sct"
    ),
    "an end before the start": lambda made: first(made, "Encounter").update(
        actualPeriod={"start": "2026-01-02T10:00:00Z", "end": "2026-01-01T10:00:00Z"}
    ),
    "a change before it was written": lambda made: first(made, "Task").update(lastModified="2020-01-01T10:00:00Z"),
    "a restriction of what no order asked for": lambda made: first(made, "Task").update(
        restriction={"period": {"end": "2026-01-01T10:00:00Z"}}
    ),
    "an extension without a value": lambda made: first(made, "CarePlan").update(
        extension=[{"url": "http://a.example"}]
    ),
    "the same name twice": lambda made: made["entry"].append(made["entry"][0]),
    "an edition that is not there": lambda made: first(made, "PlanDefinition").update(version="9"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_out(planned, therapist, signed_in, what):
    """Each of the checks that say of all files that they are good can say that one is not."""
    made = json.loads(signed_in(therapist).get(address_of(planned, version="R5")).content)
    assert problems_of(made, "R5") == []
    BROKEN[what](made)
    try:
        assert problems_of(made, "R5") != []
    except ValueError:
        return  # the library found it
