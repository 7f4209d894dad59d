"""A departure as a file for another record system: every kind of departure, in R4 and in R5."""

import base64
import hashlib
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from followups import contact_attempts, escalations, follow_ups, no_contact
from followups.fhir import bundles
from followups.fhir.documents import Document
from followups.fhir.record import Asked, for_exchange
from followups.models import ContactAttempt
from followups.models.follow_ups import RESULTS
from resources.models import Resource
from sessions_app import checklist, departures, levels, reports
from sessions_app.models import AgeBand, Composition, DepartureEvent, Ending, Format, ResponseLevel
from tests.followups.fhir_checks import at, of_kind, problems_of, readable

VERSIONS = ["R4", "R5"]
EVERYTHING = {"has_attempts": True, "has_name": True}


def file_of(departure, version="R5", **more):
    """The file of a departure as it now is."""
    found = for_exchange(DepartureEvent.objects.all()).get(pk=departure.pk)
    return bundles.bundle(found, asked=Asked(version, **more))


def good_files(departure):
    """Both files with everything that may be asked for, and nothing wrong with either: R4, then R5."""
    made = [file_of(departure, version, **EVERYTHING) for version in VERSIONS]
    assert [problems_of(each, version) for each, version in zip(made, VERSIONS, strict=True)] == [[], []]
    return made


def encounter_of(departure, version="R5"):
    return of_kind(file_of(departure, version), "Encounter")[0]


def sign(departure, **answers):
    report = reports.draft_for(departure, by=departure.therapist)
    reports.save_draft(report, by=departure.therapist, **answers)
    return reports.sign(report, by=departure.therapist)


@pytest.fixture
def full(departure, therapist, starter):
    """A departure that has everything: steps, notes, something given, an ending, a level, a signed report."""
    checklist.record(departure, slug="stay-calm", outcome="done", op_id=uuid.uuid4(), by=therapist)
    facts = {"concerns-told": "The way home at night"}
    checklist.note(departure, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    line = [Resource.objects.with_contacts().first()]
    checklist.give(departure, resources=line, way="card", taken="yes", op_id=uuid.uuid4(), by=therapist)
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    departures.end(departure, ending=Ending.LEFT, kind="asked", by=therapist)
    sign(departure, account="They stood up and left.", main_reason="privacy")
    departure.refresh_from_db()
    return departure


@pytest.mark.parametrize("ending", ["", *Ending])
def test_every_ending_makes_good_files_and_the_report_is_there_once_it_is_signed(departure, therapist, ending):
    if ending:
        departures.end(departure, ending=ending, by=therapist)
    assert [len(of_kind(each, "DocumentReference")) for each in good_files(departure)] == [0, 0]
    sign(departure)
    assert [len(of_kind(each, "DocumentReference")) for each in good_files(departure)] == [1, 1]


@pytest.mark.parametrize("level", ResponseLevel)
def test_every_level_makes_good_files(departure, therapist, supervisor, level):
    levels.set_level(departure, level=level, op_id=uuid.uuid4(), by=therapist)
    assert all(of_kind(each, "Task") for each in good_files(departure))


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("age_band", AgeBand)
def test_every_setting_makes_good_files(departure, therapist, format, age_band):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    for composition in Composition:
        facts = {"format": format, "composition": composition, "age_band": age_band, "by": therapist}
        changed = departures.change_setting(departure, **facts)
        for made in good_files(departure):
            [encounter] = of_kind(made, "Encounter")
            settings = [each for each in encounter["extension"][0]["extension"] if each["url"] == "setting"]
            assert len(settings) == len(changed.setting)
            assert bool(of_kind(made, "Location")) == (format == Format.IN_PERSON), "elsewhere no place is named"


@pytest.mark.parametrize("has_client", [True, False], ids=["with client", "without client"])
def test_a_late_entry_without_a_session_makes_good_files(therapist, client_0417, has_client):
    began = timezone.now() - timedelta(days=2)
    facts = {"began_at": began, "is_late_entry": True, "client": client_0417 if has_client else None}
    departure = departures.log(id=uuid.uuid4(), by=therapist, **facts)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    sign(departure)
    r4, r5 = good_files(departure)
    assert "start" not in of_kind(r4, "Encounter")[0]["period"], "when the session began nobody has said"
    assert "start" not in of_kind(r5, "Encounter")[0]["actualPeriod"]
    for made in (r4, r5):
        assert len(of_kind(made, "Patient")) == has_client
        [plan] = of_kind(made, "CarePlan")
        assert has_client or plan["subject"] == {"display": "Client not recorded"}, "nobody is invented"


def test_a_session_that_was_left_is_discontinued_in_r5_and_finished_in_r4(full):
    r5, r4 = encounter_of(full, "R5"), encounter_of(full, "R4")
    assert r5["status"] == "discontinued"
    assert r4["status"] == "finished"
    assert r4["_status"]["extension"][0]["valueCode"] == "discontinued"
    assert at(r5["actualPeriod"]["end"]) == full.ended_at.replace(microsecond=0)
    assert r5["actualPeriod"] == r4["period"]
    assert r5["class"] == [{"coding": [r4["class"]]}]
    assert r5["participant"][0]["actor"] == r4["participant"][0]["individual"]


def test_nothing_says_against_advice(full):
    for made in good_files(full):
        assert "advice" not in readable(made).lower()
        assert not {"admission", "hospitalization"} & set(of_kind(made, "Encounter")[0])


def test_while_it_is_open_the_session_goes_on_and_a_break_is_a_break(departure, therapist):
    assert [encounter_of(departure, each)["status"] for each in ("R5", "R4")] == ["in-progress", "in-progress"]
    departures.take_break(departure, by=therapist)
    assert [encounter_of(departure, each)["status"] for each in ("R5", "R4")] == ["on-hold", "onleave"]


@pytest.mark.parametrize("ending", ["stayed", "returned"])
def test_a_client_who_stays_goes_on_until_the_planned_end_and_then_the_session_is_completed(
    departure, session, therapist, ending
):
    departures.end(departure, ending=ending, by=therapist)
    assert encounter_of(departure)["status"] == "in-progress"
    assert "end" not in encounter_of(departure)["actualPeriod"]
    session.starts_at = timezone.now() - timedelta(minutes=55)
    session.save()
    DepartureEvent.objects.update(began_at=session.starts_at, ended_at=session.starts_at + timedelta(minutes=5))
    assert [encounter_of(departure, each)["status"] for each in ("R5", "R4")] == ["completed", "finished"]
    assert at(encounter_of(departure)["actualPeriod"]["end"]) == session.ends_at.replace(microsecond=0)
    assert encounter_of(departure, "R4")["length"]["value"] == 50


def test_one_taken_back_leaves_as_a_mistake_and_nothing_more(full, therapist):
    departures.void(full, reason="The wrong button", by=therapist)
    for made in good_files(full):
        assert of_kind(made, "Encounter")[0]["status"] == "entered-in-error"
        kinds = {each["resource"]["resourceType"] for each in made["entry"]}
        assert not kinds & {"DocumentReference", "CarePlan", "Task", "Communication"}
        assert "wrong button" not in readable(made)


@pytest.mark.parametrize("result", ContactAttempt.Result)
def test_every_attempt_is_told_as_it_was_also_when_it_failed(planned, call, allows, therapist, result):
    for channel in ("phone", "voicemail", "text", "email", "letter"):
        allows(channel, "full")
    facts = {"channel": RESULTS[result].channel or "phone", "note": "Their sister’s number"}
    contact_attempts.record(call, result=result, op_id=uuid.uuid4(), by=therapist, **facts)
    for made in good_files(planned):
        [told] = of_kind(made, "Communication")
        assert told["status"] == ("completed" if is_contact(result) else "not-done")
        assert ("statusReason" in told) == (told["status"] == "not-done")
        assert ("recipient" in told) == RESULTS[result].is_reached, "who was not reached received nothing"
        assert told["note"][0]["text"] == "Their sister’s number"


def is_contact(result):
    left_something = {"voicemail_left", "third_party_reached", "sent_no_reply", "letter_sent"}
    return RESULTS[result].is_reached or result in left_something


def test_attempts_and_the_name_are_in_the_file_only_where_somebody_says_so(full, therapist):
    call = full.follow_ups.open().exclude(channel="").first()
    facts = {"channel": "phone", "result": "no_answer", "note": "quetzal-note", "by": therapist}
    contact_attempts.record(call, op_id=uuid.uuid4(), **facts)
    plain = file_of(full)
    assert not of_kind(plain, "Communication")
    assert "quetzal-note" not in readable(plain)
    assert "Robin" not in readable(plain)
    assert "quetzal-note" in readable(file_of(full, has_attempts=True))
    assert "Robin" in readable(file_of(full, has_name=True))


def test_the_client_is_known_by_the_reference_of_the_clinic(full):
    [patient] = of_kind(file_of(full), "Patient")
    assert patient["identifier"][0]["value"] == "0417"
    assert patient["identifier"][0]["system"].endswith(f"/clients/{full.client.team_id}")
    assert set(patient) == {"resourceType", "id", "identifier", "managingOrganization"}


def test_a_task_says_whose_it_is_when_it_is_due_and_how_it_stands(full, therapist):
    first, second, third = full.follow_ups.open().exclude(channel="").order_by("due_at")[:3]
    contact_attempts.record(first, channel="phone", result="reached_safe", op_id=uuid.uuid4(), by=therapist)
    follow_ups.drop(second, reason="They booked again", by=therapist)
    full.follow_ups.filter(pk=third.pk).update(due_at=timezone.now() - timedelta(days=3))
    r4, r5 = good_files(full)
    for made in (r4, r5):
        stands = {each["identifier"][0]["value"]: each for each in of_kind(made, "Task")}
        done, dropped, late = (stands[str(each.pk)] for each in (first, second, third))
        assert [each["status"] for each in (done, dropped, late)] == ["completed", "cancelled", "requested"]
        states = [each["businessStatus"]["coding"][0]["code"] for each in (done, dropped, late)]
        assert states == ["done", "not-needed", "overdue"]
        assert (dropped["statusReason"] if made is r4 else dropped["statusReason"]["concept"])["text"] == (
            "They booked again"
        )
        assert {each["priority"] for each in stands.values()} == {"asap"}
        assert late["owner"]["display"] == "Ana Reyes"
        due = late["restriction"]["period"] if made is r4 else late["requestedPeriod"]
        assert at(due["end"]) < timezone.now()


def test_who_is_on_it_has_accepted_the_task(full, therapist):
    call = full.follow_ups.open().exclude(channel="").order_by("due_at").first()
    escalations.acknowledge(call, by=therapist)
    for made in good_files(full):
        [task] = [each for each in of_kind(made, "Task") if each["identifier"][0]["value"] == str(call.pk)]
        assert (task["status"], task["businessStatus"]["text"]) == ("accepted", "Somebody is on it")


def test_a_plan_that_took_the_place_of_another_says_so(full, therapist):
    first = full.follow_ups.open().exclude(channel="").order_by("due_at").first()
    follow_ups.complete(first, by=therapist)
    levels.set_level(full, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), by=therapist)
    for made, name in zip(good_files(full), ("reference", "plannedActivityReference"), strict=True):
        earlier, later = of_kind(made, "CarePlan")
        assert [earlier["status"], later["status"]] == ["revoked", "active"]
        assert later["replaces"][0]["reference"] == f"urn:uuid:{earlier['id']}"
        assert len(earlier["activity"]) == 1
        assert all(name in each for each in later["activity"])


def test_a_client_who_asked_for_no_contact_has_a_plan_that_says_so(full, therapist):
    no_contact.respect(full, by=therapist)
    for made in good_files(full):
        [plan] = of_kind(made, "CarePlan")
        assert "asked for no contact" in plan["note"][0]["text"]
        assert {each["status"] for each in of_kind(made, "Task")} == {"cancelled"}


def test_without_a_policy_in_force_the_file_is_good_and_promises_nothing(published, hire):
    alone = hire("Una New", Role.THERAPIST)
    departure = departures.log(id=uuid.uuid4(), by=alone)
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=alone)
    for made in good_files(departure):
        assert of_kind(made, "CarePlan")[0]["description"] == "No follow-up policy was in force."
        assert not of_kind(made, "Task")


def test_the_report_is_inside_whole_and_amended_once_something_was_added(full, therapist):
    report = full.report
    for made in good_files(full):
        [told] = of_kind(made, "DocumentReference")
        part = told["content"][0]["attachment"]
        words = base64.b64decode(part["data"])
        assert told["docStatus"] == "final"
        assert int(part["size"]) == len(words)
        assert base64.b64decode(part["hash"]) == hashlib.sha1(words).digest()
        for expected in ("They stood up and left.", "The way home at night", report.content_hash, "Ana Reyes"):
            assert expected in words.decode()
    reports.add_addendum(report, text="They rang in the evening.", by=therapist)
    for made in good_files(full):
        assert of_kind(made, "DocumentReference")[0]["docStatus"] == "amended"
        assert "They rang in the evening." in readable(made)


def test_a_pdf_is_handed_on_byte_for_byte_beside_the_text(full):
    paper = Document("application/pdf", b"%PDF-1.7 made elsewhere", timezone.now())
    found = for_exchange(DepartureEvent.objects.all()).get(pk=full.pk)
    for version in VERSIONS:
        made = bundles.bundle(found, asked=Asked(version), pdf=paper)
        assert problems_of(made, version) == []
        part, text = of_kind(made, "DocumentReference")[0]["content"]
        assert part["attachment"]["contentType"] == "application/pdf"
        assert text["attachment"]["contentType"].startswith("text/plain")
        assert base64.b64decode(part["attachment"]["data"]) == paper.data


def test_the_same_departure_has_the_same_names_in_every_file(full):
    first, second = ([each["fullUrl"] for each in file_of(full, version)["entry"]] for version in VERSIONS)
    assert first == second
