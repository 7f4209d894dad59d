"""A record goes as a whole, when its time is over and two people have said so; nothing else makes it go."""

import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Site
from followups import chart_packages, client_copies
from followups.keeping import certificates, disposals, doors, holds, reach
from followups.models import Disposal, DisposedRecord, FiledPaper, PaperFile
from sessions_app import departures, private_notes
from sessions_app.models import Client, ContactPermission, DepartureEvent, TherapySession
from tests.databases import WHO_ACTS
from tests.followups.keeping import adopt_apa, close_promises, contents, lead_of, session_of, why_kept, years_ago
from tests.followups.races import both
from tests.refusals import is_refused

#: Roles are the whole server's, and other tests run beside these.
GUEST = f"doorway_guest_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def officer(privacy_officer):
    return privacy_officer


@pytest.fixture
def lead(adopted):
    return lead_of(adopted)


@pytest.fixture
def due(client_0417, session, officer, site):
    """A client whose time is over, with a session and nothing else."""
    adopt_apa(site, by=officer)
    years_ago(8)
    return client_0417


@pytest.fixture
def whole(told, therapist, client_0417):
    """A record with everything that can hang on one, and a private note, papers, a copy and a package besides."""
    private_notes.write(told, text="mine alone", by=therapist)
    asked = {"asked_by": "client", "asked_how": "phone", "asked_on": timezone.localdate()}
    copy = client_copies.ask(client_0417, by=therapist, **asked)
    chart_packages.ask(copy, why="access", by=therapist)
    facts = {"state": "made", "sha256": "0" * 64, "mark": "0" * 64, "finished_at": timezone.now(), "language": "en-gb"}
    paper = FiledPaper.objects.create(copy=copy, requested_by=therapist, **facts)
    PaperFile.objects.create(paper=paper, content=b"%PDF-")
    client_copies.give(copy, how="in_person", given_on=timezone.localdate(), by=therapist, paper=paper)
    ContactPermission.objects.filter(client=client_0417, channel="voicemail").delete()  # its versions are left behind
    return told


def approved(officer, lead):
    return disposals.answer(disposals.propose(by=officer), is_approved=True, by=lead)


def gone(client):
    return not Client.objects.filter(pk=client.pk).exists()


# The whole record, and nothing else -----------------------------------------------------------------------------------


def test_a_record_goes_as_a_whole_and_nobody_elses_row_changes(whole, therapist, officer, lead, site):
    """Of everything that can hang on a client no row is left in any table, history included; audit entries stay."""
    before = contents()
    adopt_apa(site, by=officer)
    other = Client.objects.create(reference="0500", therapist=therapist, team=therapist.team)
    close_promises()
    years_ago(8)
    session_of(other, started=timezone.now())
    companion = departures.log(id=uuid.uuid4(), by=therapist, alongside=whole)
    DepartureEvent.objects.filter(pk=companion.pk).update(client=other)
    entries = AuditEntry.objects.count()
    made = approved(officer, lead)
    assert disposals.work() == 1
    record = made.records.get()
    assert (record.kept_because, record.client_key) == ("", whole.client_id)
    after = contents()
    left = {table: [row for row in rows if row in set(before[table])] for table, rows in after.items()}
    asked_for_a_second = left.pop(
        "followups_delivery"
    )  # to staff, about two people's decision, which it names by number
    assert [row for row in asked_for_a_second if ",second:" not in row] == []
    assert {table: rows for table, rows in left.items() if rows} == {}
    companion.refresh_from_db()
    assert companion.alongside_id is None, "the record beside it only lets go"
    assert Client.objects.get() == other
    assert AuditEntry.objects.count() > entries
    words = ["wombatology", "zyrophage", "mine alone", "0417", "Robin"]
    assert [word for word in words if word in str(after) + str(certificates.of(made))] == []
    assert record.counts["history"] > 5
    assert record.counts["private"] == 1
    assert record.counts["papers"] == 5
    assert record.counts["quality"] >= 4
    assert sum(record.counts.values()) >= sum(map(len, before.values())) - len(asked_for_a_second)


def test_a_session_that_somebody_else_took_part_in_stays(due, therapist, officer, lead, session):
    other = Client.objects.create(reference="0500", therapist=therapist, team=therapist.team)
    session.clients.add(other)
    with transaction.atomic():
        approved(officer, lead)
    disposals.work()
    assert gone(due)
    assert list(TherapySession.objects.get().clients.all()) == [other]


def test_a_departure_that_nobody_was_named_for_goes_by_itself(therapist, officer, lead, site):
    made = departures.log(id=uuid.uuid4(), by=therapist)
    departures.they_have_gone(made, op_id=uuid.uuid4(), by=therapist)
    adopt_apa(site, by=officer)
    close_promises()
    years_ago(8)
    found = approved(officer, lead)
    assert found.records.get().departure_key == made.pk
    disposals.work()
    assert not DepartureEvent.objects.exists()


def test_it_can_be_carried_out_in_pieces_and_twice_at_once(due, therapist, officer, lead, site):
    for number in range(3):
        session_of(
            Client.objects.create(reference=f"06{number}", therapist=therapist, team=therapist.team),
            started=timezone.now(),
        )
    years_ago(8)
    made = approved(officer, lead)
    assert made.records.count() == 4
    assert disposals.settle_next()
    assert Client.objects.count() == 3, "stopped after one"
    assert disposals.work() == 3
    assert disposals.work() == 0
    assert Client.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_list(client_0417, session, officer, lead, site):
    adopt_apa(site, by=officer)
    with transaction.atomic():
        years_ago(8)
    made = approved(officer, lead)
    assert sorted(both(disposals.work)) == [0, 1]
    assert made.records.get().settled_at
    assert AuditEntry.objects.filter(action="record_disposed").count() == 1


def test_what_was_written_meanwhile_keeps_the_record(due, officer, lead):
    made = approved(officer, lead)
    session_of(due, started=timezone.now())
    disposals.work()
    assert made.records.get().kept_because == "not_due"
    assert not gone(due)


# Two people -----------------------------------------------------------------------------------------------------------


def test_nobody_disposes_alone(due, officer, lead, therapist, admin):
    with pytest.raises(disposals.NotForThem):
        disposals.propose(by=lead)
    made = disposals.propose(by=officer)
    assert disposals.work() == 0, "nobody approved it"
    officer.is_clinical_lead = True
    officer.save()
    for person in (officer, therapist, admin):
        with pytest.raises(disposals.NotForThem):
            disposals.answer(made, is_approved=True, by=person)
    facts = "is_approved = true, answered_at = now(), answered_by_id = %s, approved_by_id = %s"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE followups_disposal SET {facts}", [officer.pk, officer.pk])
    assert is_refused(f"UPDATE followups_disposal SET {facts}", therapist.pk, therapist.pk)
    assert not gone(due)


def test_what_was_declined_stays_and_can_be_proposed_again(due, officer, lead):
    made = disposals.propose(by=officer)
    with pytest.raises(disposals.OneIsWaiting):
        disposals.propose(by=officer)
    disposals.answer(made, is_approved=False, by=lead)
    assert disposals.work() == 0
    with pytest.raises(disposals.AlreadyAnswered):
        disposals.answer(made, is_approved=True, by=lead)
    assert disposals.propose(by=officer).pk != made.pk
    assert not gone(due)


# The door -------------------------------------------------------------------------------------------------------------


def test_nothing_of_a_record_can_be_deleted_in_another_way(due, officer, lead):
    assert is_refused("DELETE FROM sessions_app_client WHERE id = %s", due.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL doorway.disposal = '1'")
        assert is_refused("DELETE FROM sessions_app_client WHERE id = %s", due.pk)
    made = approved(officer, lead)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('doorway.disposal', %s, true)", [str(made.records.get().pk)])
        assert is_refused("DELETE FROM sessions_app_client WHERE id = %s", due.pk)
    assert not gone(due)


def test_triggers_cannot_be_told_to_look_away(whole):
    """Stock pgtrigger leaves out whatever trigger a variable names, and anybody may set a variable."""
    with transaction.atomic(), connection.cursor() as cursor:
        names = "SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal"
        cursor.execute(f"CREATE ROLE {GUEST} NOLOGIN BYPASSRLS; GRANT ALL ON ALL TABLES IN SCHEMA public TO {GUEST}")
        cursor.execute(f"SET LOCAL ROLE {GUEST}")
        cursor.execute(f"SELECT set_config('pgtrigger.ignore', ({names}), true)")
        assert is_refused("DELETE FROM accounts_auditentry")
        assert is_refused("UPDATE sessions_app_stepresponse SET note = 'forged'")
        cursor.execute(f"RESET ROLE; DROP OWNED BY {GUEST}; DROP ROLE {GUEST}")


def test_the_gate_is_ours_after_every_migration(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert "doorway_door_is_open" in cursor.fetchone()[0]
        cursor.execute(
            "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean "
            "LANGUAGE sql AS 'SELECT true'"
        )
        doors.write(cursor)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert "doorway_door_is_open" in cursor.fetchone()[0]


def test_the_database_refuses_what_is_not_due_whoever_approved_it(client_0417, session, officer, lead, site):
    """A list written by hand, with a date that is wrong."""
    adopt_apa(site, by=officer)
    row = {"client_key": client_0417.pk, "last_service_on": "2001-01-01", "due_on": "2008-01-01", "rules": []}
    made = disposals.answer(disposals.write([row], by=officer), is_approved=True, by=lead)
    disposals.work()
    assert made.records.get().kept_because == "not_due"
    assert not gone(client_0417)


def test_a_list_is_whole_when_it_is_proposed_and_a_tombstone_stands(due, officer, lead):
    made = approved(officer, lead)
    columns = "disposal_id, client_key, last_service_on, due_on, rules, opened_in, kept_because, counts"
    values = "%s, 1, now(), now(), '[]', '', '', '{}'"
    assert is_refused(f"INSERT INTO followups_disposedrecord ({columns}) VALUES ({values})", made.pk)
    disposals.work()
    assert is_refused("DELETE FROM followups_disposedrecord")
    assert is_refused("UPDATE followups_disposedrecord SET counts = '{}'")
    assert is_refused("UPDATE followups_disposal SET list_hash = 'x'")
    assert not disposals.settle(made.records.get()), "done once"


@pytest.mark.django_db(transaction=True)
def test_whoever_does_not_own_the_tables_cannot_open_the_door(client_0417, session, officer, lead, site):
    adopt_apa(site, by=officer)
    with transaction.atomic():
        years_ago(8)
    made = approved(officer, lead)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {GUEST} NOLOGIN BYPASSRLS; GRANT USAGE ON SCHEMA public TO {GUEST}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {GUEST}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {GUEST}")
        cursor.execute(f"REVOKE UPDATE, DELETE ON followups_disposedrecord FROM {GUEST}")
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL ROLE {GUEST}")
                opened = "UPDATE followups_disposedrecord SET opened_in = pg_current_xact_id()::text"
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(opened)
                cursor.execute("SELECT set_config('doorway.disposal', %s, true)", [str(made.records.get().pk)])
                assert is_refused("DELETE FROM sessions_app_client")
                cursor.execute("SELECT doorway_dispose(%s)", [made.records.get().pk])
                assert cursor.fetchone() == ("",), "by the function it may: that looks at everything itself"
        finally:
            cursor.execute(f"DROP OWNED BY {GUEST}; DROP ROLE {GUEST}")
    assert gone(client_0417)


def test_the_function_knows_every_table_of_a_record(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'doorway_dispose'")
        written = cursor.fetchone()[0]
    assert [each.table for each in reach.tables() if f'DELETE FROM "{each.table}"' not in written] == []


# The certificate ------------------------------------------------------------------------------------------------------


def test_the_certificate_says_what_how_many_by_whom_under_which_rule(due, officer, lead, signed_in, tmp_path):
    made = approved(officer, lead)
    disposals.work()
    said = certificates.of(made)
    assert (said["proposed_by"], said["approved_by"]) == ("Pat Moreno", "Nora Berg")
    assert (said["records_disposed_of"], said["records_waiting"]) == (1, 0)
    assert said["list"][0]["rules"][0]["from"] == "us_apa"
    assert said["list_hash"] == made.list_hash == disposals.hash_of(disposals.rows_of(made))
    browser = signed_in(officer)
    page = browser.get(reverse("disposal", args=[made.pk])).content.decode()
    assert "Certificate of disposal" in page
    assert made.list_hash in page
    assert "0417" not in page
    file = browser.get(reverse("disposal-certificate", args=[made.pk]))
    assert json.loads(file.content) == said
    written = tmp_path / "certificate.json"
    call_command("dispose", certificate=made.pk, to=written, stdout=io.StringIO())
    assert json.loads(written.read_bytes()) == said
    with pytest.raises(CommandError, match="there already"):
        call_command("dispose", certificate=made.pk, to=written)


def test_after_a_restore_what_was_disposed_of_goes_again(due, officer, lead, tmp_path):
    """The copy is older than the disposal: the certificate, kept apart, brings the database up to it."""
    with transaction.atomic():
        before = transaction.savepoint()
        made = approved(officer, lead)
        disposals.work()
        file = tmp_path / "certificate.json"
        call_command("dispose", certificate=made.pk, to=file, stdout=io.StringIO())
        assert gone(due)
        transaction.savepoint_rollback(before)
    assert not gone(due)
    assert not Disposal.objects.exists()
    changed = tmp_path / "changed.json"
    changed.write_text(file.read_text().replace(f'"client_key": {due.pk}', '"client_key": 1'))
    with pytest.raises(CommandError, match="was changed"):
        call_command("after_restore", certificate=[changed], stdout=io.StringIO())
    call_command("after_restore", certificate=[file], stdout=io.StringIO())
    assert gone(due)
    call_command("after_restore", certificate=[file], stdout=io.StringIO())
    assert DisposedRecord.objects.count() == 1, "twice is once"


def test_the_pages_lead_two_people_through_it(due, officer, lead, signed_in, therapist):
    address = reverse("disposals")
    assert signed_in(lead).post(address).status_code == 403
    answer = signed_in(officer).post(address)
    made = Disposal.objects.get()
    assert answer.url == reverse("disposal", args=[made.pk])
    assert "Approve" not in signed_in(officer).get(answer.url).content.decode().replace("Approved", "")
    assert signed_in(officer).post(reverse("answer-disposal", args=[made.pk]), {"approve": ""}).status_code == 403
    assert signed_in(therapist).post(reverse("answer-disposal", args=[made.pk]), {"approve": ""}).status_code == 403
    page = signed_in(lead).get(answer.url).content.decode()
    assert "removed for good" in page
    assert "backups" in page
    signed_in(lead).post(reverse("answer-disposal", args=[made.pk]), {"approve": ""})
    call_command("dispose", carry_out=True, stdout=io.StringIO())
    assert gone(due)
    assert why_kept(due) != ""


def test_no_page_asks_more_often_when_there_is_more(due, officer, lead, signed_in, therapist, team, site):
    """A list, a hold and a site more cost no statement more."""

    def asked():
        browser, found = signed_in(officer), {}
        made = Disposal.objects.latest("pk")
        for address in (*map(reverse, ("keeping", "holds", "disposals")), reverse("disposal", args=[made.pk])):
            browser.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(address).status_code == 200
            found[address.rstrip("0123456789/")] = len(captured)
        return found

    disposals.answer(disposals.propose(by=officer), is_approved=False, by=lead)
    holds.place(team=team, reference="0417", reason="complaint", by=officer)
    before = asked()
    for number in range(3):
        client = Client.objects.create(reference=f"07{number}", therapist=therapist, team=team)
        session_of(client, started=timezone.now())
        adopt_apa(
            Site.objects.create(name=f"Site {number}", country="US", time_zone="UTC", emergency_number="911"),
            by=officer,
        )
    years_ago(8)
    disposals.answer(disposals.propose(by=officer), is_approved=False, by=lead)
    holds.place(team=team, reference="070", reason="complaint", by=officer)
    assert asked() == before
    assert max(before.values()) < 16 + WHO_ACTS
