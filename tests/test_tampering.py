"""What somebody tries who has got hold of the application's login: the record and its history stay as they are.

Each attempt is made as a login of its own, in the name of the therapist whose rows they are: SET ROLE is judged by who
signed in, so stepping down from the owner of the tables would prove nothing.
"""

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from accounts import row_security
from accounts.database_rights import role
from accounts.models import AuditEntry
from sessions_app import checklist, reports
from sessions_app.models import Client, DepartureReport, StepResponse


@pytest.fixture
def signed(departure):
    """A signed report, an answer to a step, and versions of both the client and the report."""
    checklist.record(departure, slug="stay-calm", outcome="done", op_id=uuid.uuid4(), by=departure.therapist)
    departure.client.save()
    return reports.sign(reports.draft_for(departure, by=departure.therapist), by=departure.therapist)


@pytest.fixture
def intruder(signed):
    """From now on everything is done as the intruder: `intruder(statement)` answers with the rows, if any."""
    name = sql.Identifier(f"intruder_{uuid.uuid4().hex[:12]}")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER").format(name))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role("app")), name))
        cursor.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(name))
        cursor.execute("SELECT doorway_enter(%s, NULL)", [signed.author_id])

    def tries(statement):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    return tries


ATTEMPTS = {
    "change the trail": "UPDATE accounts_auditentry SET action = 'viewed'",
    "erase the trail": "DELETE FROM accounts_auditentry",
    "empty the trail": "TRUNCATE accounts_auditentry",
    "change history": "UPDATE sessions_app_clientevent SET preferred_name = 'Other'",
    "erase history": "DELETE FROM sessions_app_departurereportevent",
    "write history that never was": (
        "INSERT INTO sessions_app_clientevent (pgh_created_at, pgh_label, pgh_obj_id, id, reference, preferred_name,"
        " age_band, therapist_id, team_id, asked_for_no_contact, is_practice)"
        " SELECT '2020-01-01', 'update', id, id, reference, 'Other', age_band, therapist_id, team_id, false, false"
        " FROM sessions_app_client"
    ),
    "change a signed report": "UPDATE sessions_app_departurereport SET content = '{}', content_hash = 'x'",
    "put another seal on it": "UPDATE sessions_app_departurereport SET seal = repeat('0', 64)",
    "unsign it": "UPDATE sessions_app_departurereport SET signed_at = NULL, content = NULL, state = 'draft'",
    "erase it": "DELETE FROM sessions_app_departurereport",
    "change an answer": "UPDATE sessions_app_stepresponse SET note = 'Other'",
    "change a note beside it": "UPDATE sessions_app_qualitynote SET kept_private = '[]', seal = repeat('0', 64)",
    "tell triggers to look away": (
        "SET LOCAL pgtrigger.ignore = '{PGTRIGGERS}';"
        "UPDATE sessions_app_departurereport SET content = '{}', content_hash = 'x'"
    ),
    "switch triggers off": "ALTER TABLE sessions_app_departurereport DISABLE TRIGGER ALL",
    "play a replica": "SET LOCAL session_replication_role = replica",
    "remove a trigger": "DROP TRIGGER TRIGGER_OF_REPORT ON sessions_app_departurereport",
    "put another function behind a trigger": (
        "CREATE OR REPLACE FUNCTION FUNCTION_OF_REPORT() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "make a function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "borrow a history trigger with a table of one's own": (
        "CREATE TEMPORARY TABLE mine (LIKE sessions_app_client);"
        "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION FUNCTION_OF_REPORT()"
    ),
    "borrow a history trigger for another table": (
        "CREATE TRIGGER t AFTER INSERT ON followups_trendmark FOR EACH ROW EXECUTE FUNCTION FUNCTION_OF_REPORT()"
    ),
    "become the owner": "SET LOCAL ROLE OWNER_OF_TABLES",
    "become the worker": "SET LOCAL ROLE WORKERS_ROLE",
    "let rules off": "ALTER ROLE CURRENT_USER BYPASSRLS",
    "join the owner": "GRANT OWNER_OF_TABLES TO CURRENT_USER",
    "do without row security": "SET LOCAL row_security = off; SELECT * FROM sessions_app_privatenote",
    "switch row security off": "ALTER TABLE sessions_app_client DISABLE ROW LEVEL SECURITY",
    "no longer force it": "ALTER TABLE sessions_app_client NO FORCE ROW LEVEL SECURITY",
    "add a policy": "CREATE POLICY mine ON sessions_app_client USING (true)",
    "remove a policy": "DROP POLICY owner_keeps ON sessions_app_client",
    "count backwards": "ALTER SEQUENCE accounts_auditentry_id_seq RESTART 1",
    "set the next number": "SELECT setval('accounts_auditentry_id_seq', 1)",
    "read a file of the server": "SELECT pg_read_file('PG_VERSION')",
    "bring in a file": "SELECT lo_import('/etc/passwd')",
    "copy from a file": "COPY sessions_app_client FROM '/etc/passwd'",
    "copy to a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "take a table over": "ALTER TABLE accounts_auditentry OWNER TO CURRENT_USER",
    "drop a table": "DROP TABLE sessions_app_clientevent",
    "read who migrated": "DELETE FROM django_migrations",
    "write a link of the chain": "INSERT INTO accounts_auditlink SELECT * FROM accounts_auditlink",
    "seal the chain anew": "SELECT accounts_reseal_trail('accounts_auditentry', '{1}', 'resealed')",
    "open the door of a disposal": "UPDATE followups_disposedrecord SET opened_in = pg_current_xact_id()::text",
    "dispose of a record": "SELECT doorway_dispose(1)",
    "say that all is encrypted": "DELETE FROM accounts_conversion",
    "open a record without a word": (
        "UPDATE sessions_app_emergencyaccess SET ends_at = now() + interval '9 days' WHERE began_at IS NOT NULL;"
        "DELETE FROM sessions_app_emergencyaccess"
    ),
}


@pytest.fixture
def names(signed):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text, pg_get_userbyid(relowner) FROM pg_trigger"
            " JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE relname = 'sessions_app_departurereport' AND NOT tgisinternal"
        )
        rows = cursor.fetchall()
    return {
        "TRIGGER_OF_REPORT": rows[0][0],
        "FUNCTION_OF_REPORT": rows[0][1],
        "OWNER_OF_TABLES": f'"{rows[0][2]}"',
        "WORKERS_ROLE": role("worker"),
        "PGTRIGGERS": ",".join(name for name, *_ in rows),
    }


def test_no_attempt_of_the_applications_login_succeeds(signed, names, intruder):
    succeeded = []
    for attempt, statement in ATTEMPTS.items():
        try:
            found = intruder(filled_in(statement, names))
        except DatabaseError:
            continue
        succeeded.append((attempt, found))
    assert succeeded == []
    assert len(ATTEMPTS) >= 15


def filled_in(statement, names):
    for word, meant in names.items():
        statement = statement.replace(word, meant)
    return statement


def test_the_intruder_is_the_application_and_nobody_else(signed, intruder):
    """So that the refusals above are those of rights and triggers: what the application may do, they may do."""
    assert intruder("SELECT count(*) FROM sessions_app_departurereport") == [(1,)]
    assert intruder("UPDATE sessions_app_client SET age_band = '13_17'") == 1
    with pytest.raises(DatabaseError):
        intruder("SELECT count(*) FROM sessions_app_clientevent")


def test_what_the_application_writes_is_in_the_history_all_the_same(signed, client_0417):
    versions = apps.get_model("sessions_app", "ClientEvent")
    before = versions.objects.count()
    with row_security.acting_as(signed.author):
        Client.objects.update(age_band="13_17")
    assert versions.objects.count() == before + 1
    assert versions.objects.latest("pgh_id").age_band == "13_17"


def test_the_owner_may_still_tell_triggers_to_look_away(signed):
    """A migration that moves data has to; the application may not, whoever signed in to the database."""
    trigger = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'sessions_app_stepresponse'::regclass AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(trigger)
        names = ",".join(name for (name,) in cursor)
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])
    assert StepResponse.objects.update(outcome="partly") == 1
    with row_security.acting_as(signed.author), pytest.raises(DatabaseError):
        DepartureReport.objects.update(content_hash="x")


def test_entries_of_the_trail_are_in_nobodys_hands_once_written(signed):
    with row_security.acting_as(signed.author):
        for attempt in (lambda: AuditEntry.objects.update(action="x"), lambda: AuditEntry.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt()
