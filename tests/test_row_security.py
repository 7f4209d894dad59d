"""The second wall: with every filter of the application taken away, the database still shows nobody a foreign row."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import database_rights, database_walls, row_security
from accounts.database_rights import RULES, VERBS, history_of, is_walled, role, verbs_of
from accounts.models import AuditEntry, Role, Supervision, Team, TeamCover, User
from followups import overrides, tasks
from followups.models import ContactOverride, FollowUp
from sessions_app import caseload, client_numbers, emergency_access, quality, reports, trail
from sessions_app.models import (
    Client,
    DepartureEvent,
    EmergencyAccess,
    PrivateNote,
    QualityNote,
    ReviewTask,
    TherapySession,
)
from tests import test_access
from tests.sessions_app.loading import load
from tests.test_architecture import CLINICAL, own_models

CLINICAL_TABLES = {model._meta.db_table for model in own_models() if model.__name__ in CLINICAL} | {
    Client.therapy_sessions.through._meta.db_table
}
FOREIGN = ["stranger", "former_supervisor", "admin", "privacy_officer", "elsewhere"]
CANARY = "Zyxcanary"
KINDS = ("app", "worker")


def ask(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def counted(table):
    return ask(f'SELECT count(*) FROM "{table}"')[0][0]


# What stands in the catalogue ---------------------------------------------------------------------------------------


def test_every_clinical_table_has_a_rule():
    assert set(RULES) >= CLINICAL_TABLES


@pytest.mark.django_db
def test_every_table_is_declared():
    assert [table for table, _owner in tables() if not database_rights.is_declared(table)] == []
    there = {table for table, _owner in tables()}
    made_elsewhere = {"socialaccount_socialapp_sites"}  # with an app of Django's that is not installed here
    assert set(RULES) | set(database_rights.REST) == {each for each in there if not history_of(each)} | made_elsewhere


@pytest.mark.django_db
def test_every_clinical_table_and_its_history_is_walled_by_force():
    walled = {table for table, _owner in tables() if is_walled(table)}
    assert len(walled) > len(CLINICAL_TABLES)
    forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    assert {name for (name,) in ask(forced)} == walled


@pytest.mark.django_db
def test_there_is_a_policy_for_each_thing_a_role_may_do_and_no_other():
    found = {}
    for table, name, command, who in ask("SELECT tablename, policyname, cmd, roles[1] FROM pg_policies"):
        if name != "owner_keeps" and "_also_" not in name:
            found.setdefault((table, who), set()).add(command)
    walled = [table for table, _owner in tables() if is_walled(table)]
    declared = {(t, role(kind)): {VERBS[each] for each in verbs_of(t, kind)} for t in walled for kind in KINDS}
    assert found == {key: verbs for key, verbs in declared.items() if verbs}


@pytest.mark.django_db
def test_every_right_is_declared():
    rows = ask(
        "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants "
        "WHERE table_schema = 'public' AND grantee <> current_user AND grantee IN ('PUBLIC', %s, %s)",
        [role("app"), role("worker")],
    )
    declared = {(t, role(kind), VERBS[each]) for t, _owner in tables() for kind in KINDS for each in verbs_of(t, kind)}
    assert set(rows) == declared


@pytest.mark.django_db
def test_the_roles_own_nothing_and_may_nothing_by_themselves():
    roles = [role("app"), role("worker")]
    facts = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication OR rolcanlogin"
    assert ask(f"SELECT rolname, {facts} FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", [roles]) == [
        (name, False) for name in roles
    ]
    assert ask("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%s)", [roles]) == []
    assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [roles[0]]) == [(False,)]
    assert ask("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", [roles[0]]) == [(False,)]


@pytest.mark.django_db
def test_functions_that_run_as_the_owner_have_a_fixed_path_and_are_in_nobody_elses_hands():
    rows = ask(
        "SELECT proname, prosecdef, proconfig, prorettype = 'trigger'::regtype,"
        " has_function_privilege(%s, oid, 'EXECUTE'), has_function_privilege(%s, oid, 'EXECUTE')"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND (prosecdef OR prorettype = 'trigger'::regtype)",
        [role("app"), role("worker")],
    )
    assert len(rows) > 50
    execute = database_rights.EXECUTE
    for name, is_definer, settings, is_trigger, app_may, worker_may in rows:
        assert is_definer or "written_by_the_disposal" in name, name  # that one judges by who sent the statement
        assert {"search_path=pg_catalog, public, pg_temp", "search_path=public, pg_temp"} & set(settings), name
        allowed = set() if is_trigger else {kind for kind in KINDS if name in execute[kind]}
        assert app_may == ("app" in allowed), name
        assert worker_may == bool(allowed), name
    assert {name for name, *_ in rows} >= execute["app"] | execute["worker"]


def tables():
    with connection.cursor() as cursor:
        return database_walls.tables(cursor)


@pytest.mark.django_db
def test_rights_that_were_lost_come_back_with_the_next_migration():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sessions_app_client NO FORCE ROW LEVEL SECURITY")
        cursor.execute(f"GRANT ALL ON accounts_auditentry TO {role('app')}")
    database_walls.apply()
    test_every_clinical_table_and_its_history_is_walled_by_force()
    test_every_right_is_declared()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "ALTER POLICY app_select ON sessions_app_client USING (true)",
        "DROP POLICY app_select ON sessions_app_client",
        "CREATE POLICY one_more ON sessions_app_client USING (true)",
        "ALTER TABLE sessions_app_client DISABLE ROW LEVEL SECURITY",
        "COMMENT ON POLICY owner_keeps ON sessions_app_client IS 'a mark of somebody else'",
    ],
)
def test_a_wall_that_was_changed_is_written_anew(change):
    before = wall_of("sessions_app_client")
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert wall_of("sessions_app_client") != before
    database_walls.apply()
    assert wall_of("sessions_app_client") == before


@pytest.mark.django_db
def test_a_wall_that_stands_is_let_be():
    """So that no page waits while a release is laid over the one that runs."""
    locks = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'"
    before = ask(locks)
    database_walls.apply()
    assert ask(locks) == before


def wall_of(table):
    with connection.cursor() as cursor:
        cursor.execute(database_walls.STANDING, [table])
        return cursor.fetchone()


# The context --------------------------------------------------------------------------------------------------------


def test_without_anybody_there_is_no_row(departure):
    with row_security.acting_as(None):
        assert [table for table in CLINICAL_TABLES if counted(table)] == []


@pytest.mark.django_db(transaction=True)
def test_a_borrowed_connection_remembers_nobody(therapist, departure, signed_in):
    assert signed_in(therapist).get(reverse("departure", args=[departure.pk])).status_code == 200
    said = "SELECT current_user = session_user, coalesce(current_setting('doorway.me', true), '')"
    assert ask(said) == [(True, "")]


def test_a_request_says_who_it_is_in_one_statement(signed_in, therapist):
    browser = signed_in(therapist)
    browser.get(reverse("now"))
    with CaptureQueriesContext(connection) as captured:
        browser.get(reverse("now"))
    said = [each["sql"] for each in captured if "doorway_enter" in each["sql"]]
    assert len(said) == 2  # the second gives the test its own role back; outside of a test the transaction just ends


def test_an_answer_of_500_takes_everything_back(signed_in, therapist, monkeypatch):
    browser = signed_in(therapist)
    browser.raise_request_exception = False

    def write_and_fail(person):
        Client.objects.create(reference="9999", therapist=person, team=person.team)
        raise RuntimeError

    monkeypatch.setattr("followups.badge.count_for", write_and_fail)
    assert browser.get(reverse("follow-ups-count"), headers={"HX-Request": "true"}).status_code == 500
    assert not Client.objects.known_as("9999").exists()


def test_rows_of_ones_own_are_shown_without_a_look_at_what_was_lent(departure, therapist, stranger):
    """That grows with the years, and would be asked in each request."""
    has_lent = "SELECT current_setting('doorway.has_lent')"
    with row_security.acting_as(therapist):
        assert DepartureEvent.objects.visible_to(therapist).get() == departure
        assert Client.objects.get() == departure.client
        assert ask(has_lent) == [("",)]
    with row_security.acting_as(stranger):
        assert not DepartureEvent.objects.filter(pk=departure.pk).exists()
        assert ask(has_lent) == [("yes",)]


def test_whoever_acted_before_acts_again(therapist, supervisor, client_0417, stranger):
    with row_security.acting_as(therapist):
        assert counted("sessions_app_client") == 1
        with row_security.acting_as(stranger):
            assert counted("sessions_app_client") == 0
        assert counted("sessions_app_client") == 1
        with pytest.raises(RuntimeError), row_security.acting_as(stranger):
            raise RuntimeError
        assert counted("sessions_app_client") == 1
    assert ask("SELECT current_user = session_user") == [(True,)]


def test_a_login_that_no_rule_holds_is_refused(db, settings, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)
    settings.ONE_DATABASE_LOGIN = True
    row_security.refuse_too_strong_a_login()
    settings.ONE_DATABASE_LOGIN = False
    with pytest.raises(row_security.ImproperlyConfigured):
        row_security.refuse_too_strong_a_login()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role('app')}")
    row_security.refuse_too_strong_a_login()


# Who sees what ------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(hire, site):
    """Of another site: therapist, supervisor, and the contact for help there."""
    site.pk, site.name = None, "Hilltop Clinic"
    site.save()
    there = Team.objects.create(name="Adults", site=site)
    return hire("Eli Elsewhere", Role.THERAPIST, Role.SUPERVISOR, team=there, is_site_contact=True)


# One day of work with everything that can hang on it, as the table of doors has it.
cast, resource, addresses = test_access.cast, test_access.resource, test_access.addresses


@pytest.fixture
def day(addresses, departure, supervisor):
    """The addresses of that day's rows, whose words are all the same rare one; the report is signed."""
    report = reports.draft_for(departure, by=departure.therapist)
    quality.keep_state(report, author_state="shaken", by=departure.therapist)
    reports.save_draft(report, account=CANARY, by=departure.therapist)
    reports.sign(report, by=departure.therapist)
    PrivateNote.objects.create(departure=departure, author=departure.therapist, text=CANARY)
    rewrite(Client, preferred_name=CANARY)
    rewrite(TherapySession, room=CANARY)
    rewrite(DepartureEvent, address_today=CANARY, callback_number=CANARY)
    rewrite(FollowUp, title=CANARY)
    # Else it would wait for any supervisor of the site, who then sees what it is about.
    overrides.answer(ContactOverride.objects.get(), is_confirmed=False, by=supervisor)
    emergency_access.end(access := EmergencyAccess.objects.get(), by=access.by)
    return addresses


def rewrite(model, **words):
    for row in model.objects.all():
        for name, value in words.items():
            setattr(row, name, value)
        row.save(update_fields=words)


def test_the_database_shows_nobody_a_foreign_row(day, request, therapist):
    """Every clinical table, asked without any filter."""
    with row_security.acting_as(therapist):
        own = {table: counted(table) for table in CLINICAL_TABLES}
    assert sum(map(bool, own.values())) > len(CLINICAL_TABLES) / 2
    for name in FOREIGN:
        with row_security.acting_as(request.getfixturevalue(name)):
            seen = {table for table in CLINICAL_TABLES if counted(table)}
        assert seen == set(), name


def test_a_supervisor_sees_the_compartment_of_supervision_and_never_the_private_one(
    day, therapist, supervisor, hire, team
):
    cover = hire("Cora Cover", Role.SUPERVISOR)
    yesterday = timezone.localdate() - timedelta(days=1)
    TeamCover.objects.create(supervisor=cover, team=team, starts_on=yesterday)
    for person in (supervisor, cover):
        with row_security.acting_as(person):
            assert counted("sessions_app_departurereport") == 1
            assert QualityNote.objects.count() == 1
            assert PrivateNote.objects.count() == 0
    TeamCover.objects.filter(supervisor=cover).update(ends_on=yesterday)
    with row_security.acting_as(cover):
        assert counted("sessions_app_departurereport") == 0


def test_days_are_those_of_the_application(client_0417, therapist, supervisor):
    today = timezone.localdate(timezone=therapist.zone)
    Supervision.objects.update(ends_on=today)
    with row_security.acting_as(supervisor):
        assert counted("sessions_app_client") == 1
    Supervision.objects.update(ends_on=today - timedelta(days=1))
    with row_security.acting_as(supervisor):
        assert counted("sessions_app_client") == 0


def test_nobody_writes_into_the_rows_of_others(client_0417, therapist, stranger):
    with row_security.acting_as(stranger):
        assert Client.objects.update(age_band="adult") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Client.objects.create(reference="1", therapist=therapist, team=therapist.team)
        mine = Client.objects.create(reference="2", therapist=stranger, team=stranger.team)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Client.objects.filter(pk=mine.pk).update(therapist=therapist)


def test_the_worker_sees_what_reminders_need_and_no_compartment(day):
    with row_security.as_worker():
        assert FollowUp.objects.exists()
        for compartment in ("privatenote", "qualitynote", "exercise"):
            assert counted(f"sessions_app_{compartment}") == 0
        assert Client.objects.update(age_band="adult") == 0
    assert ask("SELECT current_user = session_user") == [(True,)]


def test_each_task_runs_as_the_worker(db, monkeypatch):
    seen = []
    monkeypatch.setattr("followups.papers.work", lambda: seen.extend(ask("SELECT current_user::text")))
    tasks.make_papers()
    assert seen == [(role("worker"),)]


def test_the_trail_is_added_to_by_all_and_read_by_the_privacy_officer(day, therapist, admin, privacy_officer):
    with row_security.acting_as(admin):
        assert not AuditEntry.objects.exclude(subject_type__startswith="resources.").exists()
    with row_security.acting_as(privacy_officer):
        assert AuditEntry.objects.filter(by=therapist).exists()


# What is found without being seen -----------------------------------------------------------------------------------


@pytest.fixture
def access(departure, stranger):
    """The client whom the stranger has opened in an emergency."""
    client = departure.client
    facts = {"team": client.team, "reference": client.reference, "reason": "danger", "words": "They called"}
    return emergency_access.begin(emergency_access.ask(by=stranger, **facts), by=stranger)


def test_an_emergency_lends_the_client_with_all_that_hangs_on_them_until_it_is_over(access, departure, stranger):
    with row_security.acting_as(stranger):
        assert Client.objects.get() == departure.client
        assert DepartureEvent.objects.get() == departure
        assert counted("sessions_app_contactpermission") == 2
        assert counted("sessions_app_therapysession") == 1
        emergency_access.end(access, by=stranger)
    with row_security.acting_as(stranger):
        assert [table for table in CLINICAL_TABLES if counted(table)] == []
        assert EmergencyAccess.objects.get().client_id == departure.client_id


def test_what_is_opened_is_shown_in_the_same_transaction(departure, stranger):
    client = departure.client
    with row_security.acting_as(stranger):
        facts = {"team": client.team, "reference": client.reference, "reason": "danger", "words": "They called"}
        asked = emergency_access.ask(by=stranger, **facts)
        assert not Client.objects.exists()
        assert emergency_access.begin(asked, by=stranger).client == client
        assert DepartureEvent.objects.get() == departure


def test_an_emergency_is_judged_by_those_who_may_and_seen_by_nobody_else(
    access, therapist, supervisor, privacy_officer, admin, former_supervisor
):
    for person in (supervisor, privacy_officer, access.by):
        with row_security.acting_as(person):
            assert EmergencyAccess.objects.count() == 1, person.name
    for person in (therapist, admin, former_supervisor):
        with row_security.acting_as(person):
            assert EmergencyAccess.objects.count() == 0, person.name


def test_a_reference_is_found_by_whoever_is_signed_in_and_nothing_but_numbers_comes_of_it(client_0417, stranger):
    team = client_0417.team_id
    with row_security.acting_as(stranger):
        found = client_numbers.find(reference=" 0417 ", team_id=team)
        assert found == client_numbers.find(number=client_0417.pk)
        assert [(each.pk, each.team_id, each.therapist_id) for each in found] == [
            (client_0417.pk, team, client_0417.therapist_id)
        ]
        assert client_numbers.find(reference="0417", team_id=team + 1) == []
        assert client_numbers.find(reference="041") == client_numbers.find() == []
    with row_security.acting_as(None):
        assert client_numbers.find(reference="0417") == []


def test_the_trail_of_a_client_is_for_who_answers_for_them_and_the_privacy_officer(
    client_0417, therapist, supervisor, privacy_officer, stranger, admin
):
    caseload.ask_for_no_contact(client_0417, by=therapist)
    for person in (therapist, supervisor, privacy_officer):
        with row_security.acting_as(person):
            entries = trail.of_client(client_0417.pk)
            assert "asked_for_no_contact" in entries.values_list("action", flat=True), person.name
    for person in (stranger, admin, None):
        with row_security.acting_as(person):
            assert not trail.of_client(client_0417.pk).exists(), person


def test_another_reference_finds_the_reports_of_who_had_the_client_before(departure, supervisor, stranger, hire):
    signed = reports.sign(reports.draft_for(departure, by=departure.therapist), by=departure.therapist)
    client = departure.client
    client.therapist = now = hire("Noa Next", Role.THERAPIST)
    client.save()
    before = ReviewTask.objects.get(report=signed).client_reference
    with row_security.acting_as(stranger):
        ask("SELECT doorway_note_reference(%s, 'x')", [client.pk])
    assert ReviewTask.objects.get(report=signed).client_reference == before
    with row_security.acting_as(now):
        assert not ReviewTask.objects.exists()
        caseload.change_client(client, by=now, reference="0999")
    assert ReviewTask.objects.get(report=signed).client_reference not in (before, "x", "")


def test_the_worker_reads_every_table_of_the_chain(day):
    with row_security.as_worker():
        for (source,) in ask("SELECT DISTINCT source FROM accounts_auditform"):
            counted(source)
        assert counted("sessions_app_clientevent") > 0
        assert counted("accounts_auditentry") > 0


# Long answers, and commands -----------------------------------------------------------------------------------------


def test_a_long_answer_is_made_in_the_name_of_whoever_asked(client_0417, therapist):
    def pieces():
        yield ask("SELECT current_user::text")[0][0]
        yield counted("sessions_app_client")

    made = row_security.in_pieces(pieces(), therapist)
    assert list(made) == [role("app"), 1]
    assert list(row_security.in_pieces(pieces(), None)) == [role("app"), 0]
    assert ask("SELECT current_user = session_user") == [(True,)]


@pytest.mark.parametrize("command", ["reencrypt", "encrypt_existing", "verify_reports", "recount_trends"])
def test_a_command_that_must_see_every_row_says_so_to_any_other_login(db, therapist, command):
    with row_security.acting_as(therapist), pytest.raises(CommandError, match="login that owns the tables"):
        call_command(command)


# With the filters of the application taken away ---------------------------------------------------------------------


@pytest.fixture
def without_filters(monkeypatch):
    """Everybody has every role, and what asks for somebody's rows gets everybody's: the database is the only wall."""
    monkeypatch.setattr(User, "has_role", lambda _self, *roles: bool(roles))  # no role needs a second factor here
    querysets = {type(model._default_manager.all()) for model in apps.get_models()}
    for queryset in querysets:
        for name in {"visible_to", "of", "owned_by"} & set(vars(queryset)):
            monkeypatch.setattr(queryset, name, lambda self, _user: self.all())


def pages_with(canary, browser, addresses):
    browser.raise_request_exception = False
    opened = {name: browser.get(addresses[name]) for name in sorted(addresses) if name in CLINICAL_PAGES}
    return {name for name, page in opened.items() if canary in b"".join(page).decode(errors="replace")}


CLINICAL_PAGES = {name for name, (get, _post) in test_access.TABLE.items() if get[0] == 200 or get[1] == 200} - {
    "calendar"  # its address is the key
}


@pytest.mark.parametrize("name", ["stranger", "admin", "elsewhere"])
def test_no_page_shows_a_foreign_row_without_the_filters_of_the_application(
    day, without_filters, signed_in, request, name
):
    assert pages_with(CANARY, signed_in(request.getfixturevalue(name)), day) == set()


def test_without_the_wall_those_pages_show_foreign_rows(day, without_filters, signed_in, stranger, monkeypatch):
    """So that the test above means something."""
    monkeypatch.setattr(row_security, "acting_as", lambda _person: transaction.atomic())
    assert len(pages_with(CANARY, signed_in(stranger), day)) > 20


# What it costs ------------------------------------------------------------------------------------------------------


def test_the_rule_is_read_once_per_statement_and_leaves_the_index_its_work(db, adopted):
    made = load(3_000, therapists=40, sites=2, waiting=20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sessions_app_departureevent")
    newest = DepartureEvent.objects.visible_to(made.therapists[0]).order_by("-began_at")[:50]
    with row_security.acting_as(made.therapists[0]):
        assert len(newest) > 0
        plan = newest.explain()
    assert "InitPlan" in plan
    assert "Index Scan" in plan or "Bitmap Index Scan" in plan
    assert "Seq Scan on sessions_app_departureevent" not in plan
