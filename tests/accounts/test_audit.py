"""Who did what, and who saw what: written with the deed itself, and never again."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, audit_openings
from accounts.models import AuditEntry, Role
from followups.models import FollowUp
from resources.models import Resource
from sessions_app import departures, levels, models, reports, reviews
from sessions_app.models import Client
from tests.refusals import is_refused

CLINICAL = [
    models.DepartureEvent,
    models.StepResponse,
    models.CapturedFact,
    models.GivenResource,
    models.DepartureReport,
    models.ReportAddendum,
    models.Review,
    FollowUp,
]

#: what is done: (address, what is sent, what the entry says)
DEEDS = [
    ("start-departure", {}, "logged"),
    ("record-step stay-calm", {"outcome": "done"}, "step_recorded"),
    ("note-details stay-calm", {"stay-calm-help-summoned": "yes"}, "details_noted"),
    ("set-level", {"level": "elevated"}, "level_set"),
    ("gone", {}, "gone"),
    ("end-departure", {"ending": "stayed"}, "ended"),
    ("void-departure", {"reason": "Tapped in my pocket"}, "voided"),
    ("choose-client", {"client": "client_0417"}, "client_chosen"),
    ("give-resources", {"resources": "line", "way": "spoken", "taken": "yes"}, "resources_given"),
    ("report", {"account": "They left."}, "draft_saved"),
    ("save-draft", {"account": "They left."}, "draft_saved"),
    ("check-report", {"author_state": "steady"}, "report_signed"),
]
PAGES = ["departure", "choose-client", "end-departure", "void-departure", "give-resources", "report", "check-report"]


@pytest.fixture
def do(signed_in, therapist, departure, client_0417, starter):
    """Do one of the deeds as the therapist does it on the page."""
    known = {"client_0417": client_0417.pk, "line": Resource.objects.get(slug="us-988-lifeline").pk}

    def send(where, facts):
        data = {name: known.get(value, value) for name, value in facts.items()}
        return signed_in(therapist).post(address(where, departure), {"op_id": str(uuid.uuid4()), **data})

    return send


def address(where, departure):
    name, *more = where.split()
    return reverse(name, args=[] if name == "start-departure" else [departure.pk, *more])


@pytest.fixture
def broken_audit():
    """From the moment this is called the audit table takes no more rows, as if its disk were full."""

    def break_it():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT full_up CHECK (false) NOT VALID")

    return break_it


def everything():
    return {model: list(model.objects.order_by("pk").values()) for model in CLINICAL}


@pytest.mark.parametrize(("where", "facts", "action"), DEEDS)
def test_every_deed_leaves_an_entry_with_its_person(do, therapist, where, facts, action):
    assert do(where, facts).status_code == 302
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    assert (entry.by, entry.system_actor) == (therapist, "")


@pytest.mark.parametrize(("where", "facts", "action"), DEEDS)
def test_a_deed_whose_entry_cannot_be_written_does_not_happen(do, broken_audit, where, facts, action):
    before = everything()
    broken_audit()
    with pytest.raises(IntegrityError, match="full_up"):
        do(where, facts)
    assert everything() == before


@pytest.mark.parametrize("where", PAGES)
def test_every_opening_of_a_clinical_page_leaves_an_entry(signed_in, therapist, departure, where):
    browser = signed_in(therapist)
    browser.get(address(where, departure))
    seen = AuditEntry.objects.filter(action="viewed", by=therapist)
    assert seen.latest("pk").subject_type.startswith("sessions_app.departure")
    count = seen.count()
    browser.get(address(where, departure))
    assert seen.count() == count + 1


@pytest.mark.parametrize("where", ["now", "start-departure", "review-queue"])
def test_opening_a_list_is_an_entry_about_the_person_who_looked(signed_in, hire, where):
    person = hire("Bo Both", Role.THERAPIST, Role.SUPERVISOR)
    signed_in(person).get(reverse(where))
    entry = AuditEntry.objects.get(action="viewed", by=person)
    assert (entry.subject_type, entry.subject_id) == ("accounts.user", str(person.pk))


def test_the_supervisors_reading_and_deciding_leave_entries(signed_in, supervisor, departure, therapist):
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    browser, where = signed_in(supervisor), reverse("review", args=[departure.pk])
    browser.get(where)
    browser.get(reverse("departure", args=[departure.pk]))
    browser.post(where, {"decision": "returned", "message": "What did they say about getting home?"})
    theirs = AuditEntry.objects.filter(by=supervisor).order_by("pk")
    assert list(theirs.values_list("action", flat=True)) == ["viewed", "viewed", "report_returned"]
    assert theirs.last().subject_id == str(report.pk)


def test_a_page_whose_entry_cannot_be_written_is_not_shown(signed_in, therapist, departure, broken_audit):
    browser = signed_in(therapist)
    broken_audit()
    with pytest.raises(IntegrityError, match="full_up"):
        browser.get(reverse("departure", args=[departure.pk]))


def test_a_decision_whose_entry_cannot_be_written_is_not_taken(departure, therapist, supervisor, broken_audit):
    report = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    before = everything()
    broken_audit()
    with pytest.raises(IntegrityError, match="full_up"), transaction.atomic():
        reviews.return_to_author(report, message="More, please.", by=supervisor)
    assert everything() == before


def test_no_entry_holds_words_or_names_of_a_client(do, client_0417):
    client_0417.preferred_name = "Robin"
    client_0417.save()
    do("note-details explore-reason", {"explore-reason-could-change-note": "SECRET"})
    do("record-step follow-up", {"outcome": "not_applicable", "note": "SECRET"})
    do("void-departure", {"reason": "SECRET"})
    written = str(list(AuditEntry.objects.values_list("action", "facts")))
    assert [word for word in ("SECRET", "Robin", "0417") if word in written] == []


def test_an_entry_belongs_inside_a_transaction(transactional_db, therapist):
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction of its deed"):
        audit.record("looked", therapist, by=therapist)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("is_a_person", "system_actor"), [(True, "sweeper"), (False, "")])
def test_an_entry_has_exactly_one_actor(therapist, is_a_person, system_actor):
    facts = {"action": "looked", "subject_type": "x", "subject_id": "1", "system_actor": system_actor}
    with pytest.raises(IntegrityError, match="audit_has_exactly_one_actor"), transaction.atomic():
        AuditEntry.objects.create(by=therapist if is_a_person else None, **facts)


def test_the_house_itself_can_be_the_actor(therapist):
    entry = audit.record("swept", therapist, by="sweeper")
    assert (entry.by, entry.system_actor) == (None, "sweeper")


def test_the_database_refuses_to_edit_or_erase_an_entry(therapist):
    audit.record("looked", therapist, by=therapist)
    assert is_refused("UPDATE accounts_auditentry SET action = 'did nothing'")
    assert is_refused("DELETE FROM accounts_auditentry")


# Where from, and about whom -------------------------------------------------------------------------------------------


def test_an_entry_says_where_it_came_from_and_by_which_sign_in(signed_in, therapist, departure):
    first, second = signed_in(therapist), signed_in(therapist)
    for browser, sender in ((first, "192.0.2.7"), (first, "192.0.2.7"), (second, "2001:db8::1")):
        browser.get(reverse("departure", args=[departure.pk]), REMOTE_ADDR=sender)
    addresses, devices = zip(
        *AuditEntry.objects.filter(action="viewed").order_by("pk").values_list("address", "device"), strict=True
    )
    assert addresses == ("192.0.2.7", "192.0.2.7", "2001:db8::1")
    assert devices[0] == devices[1] != devices[2]
    assert first.session.session_key not in devices
    assert {len(each) for each in devices} == {16}


def test_a_deed_says_where_it_came_from_as_well(do, therapist):
    do("record-step stay-calm", {"outcome": "done"})
    entry = AuditEntry.objects.get(action="step_recorded")
    assert (entry.address, bool(entry.device)) == ("127.0.0.1", True)


def test_what_the_house_does_by_itself_comes_from_nowhere(therapist):
    entry = audit.record("swept", therapist, by="sweeper")
    assert (entry.address, entry.device, entry.why) == (None, "", "")


def test_why_stands_in_each_entry_of_the_request_where_it_was_asked(rf, therapist, departure):
    request = rf.get("/")
    with audit_openings.opened(request):
        audit_openings.say_why("break_glass:7")
        entry = audit.record("looked", departure, by=therapist)
    assert entry.why == "break_glass:7"
    audit_openings.say_why("outside any request")
    assert audit.record("looked", departure, by=therapist).why == ""


def test_an_entry_is_about_the_departure_and_its_client(do, departure, client_0417):
    do("record-step stay-calm", {"outcome": "done"})
    entry = AuditEntry.objects.get(action="step_recorded")
    assert {f"client:{client_0417.pk}", f"departure:{departure.pk}"} <= set(entry.about)


def test_a_page_costs_one_statement_for_the_trail_and_a_tap_none_besides_its_own(signed_in, therapist, departure):
    browser = signed_in(therapist)
    with CaptureQueriesContext(connection) as captured:
        browser.get(reverse("departure", args=[departure.pk]))
    assert sum("accounts_auditentry" in each["sql"] for each in captured) == 1
    with CaptureQueriesContext(connection) as captured:
        browser.post(
            reverse("record-step", args=[departure.pk, "stay-calm"]),
            {"outcome": "done"},
            headers={"HX-Request": "true"},
        )
    assert sum('INSERT INTO "accounts_auditentry"' in each["sql"] for each in captured) == 1


def test_what_a_page_asks_for_by_itself_is_one_look_and_not_one_a_minute(signed_in, therapist, departure, client_0417):
    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=therapist)
    browser, address = signed_in(therapist), reverse("follow-ups")
    by_itself = {"HX-Request": "true", "HX-Target": "in-time", "X-Unattended": "true"}
    browser.get(address)
    seen = AuditEntry.objects.filter(action="viewed", facts__page="follow-ups")
    for _minute in range(3):
        browser.get(address, headers=by_itself)
    assert seen.count() == 1
    other = Client.objects.create(reference="0500", therapist=therapist, team=therapist.team)
    made = departures.log(id=uuid.uuid4(), by=therapist)
    departures.choose_client(made, client=other, by=therapist)
    levels.set_level(made, level="elevated", op_id=uuid.uuid4(), by=therapist)
    browser.get(address, headers=by_itself)
    assert seen.count() == 2, "somebody else is on the list now"
    assert f"client:{other.pk}" in seen.latest("pk").about
    signed_in(therapist).get(address, headers=by_itself)
    assert seen.count() == 3, "another sign-in cannot hide behind the header"


def test_a_page_that_was_refused_shows_nobody(signed_in, stranger, departure):
    signed_in(stranger).get(reverse("departure", args=[departure.pk]))
    assert not AuditEntry.objects.filter(by=stranger).exists()


def test_the_database_refuses_to_empty_the_trail_at_a_stroke(therapist):
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert is_refused("TRUNCATE accounts_auditentry CASCADE")
