"""The chain: what was changed, taken out, put in between or cut off is found; nobody waits for it, nothing is lost."""

import io
import json
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, audit_chain, audit_export, audit_verification
from accounts.audit_chain import AuditLink, Head
from accounts.audit_verification import ANCHOR, BACK, BACKDATED, CUT, FORM, GONE, NOT_SEALED, ROW
from accounts.database_rights import role
from accounts.models import AuditEntry
from followups import trail_checks
from followups.models import Heartbeat
from tests.accounts.trails import ENTRIES, LINKS, change, columns_of, forge, found
from tests.followups.races import both
from tests.refusals import is_refused

HISTORY = "sessions_app_clientevent"


@pytest.fixture
def trail(therapist, client_0417):
    """Some entries and some versions of a client, sealed."""
    for number in range(3):
        audit.record("looked", client_0417, by=therapist, number=number)
        client_0417.preferred_name = f"Robin {number}"
        client_0417.save()
    audit_chain.seal()
    return list(AuditEntry.objects.order_by("pk"))


def test_a_trail_that_nobody_touched_is_whole(trail):
    assert found() == set()
    assert AuditLink.objects.filter(source=ENTRIES).count() == AuditEntry.objects.count()
    assert AuditLink.objects.filter(source=HISTORY).count() >= 4
    positions = list(AuditLink.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def test_sealing_again_adds_nothing_and_what_is_new_goes_to_the_end(trail, therapist):
    before = audit_chain.head()
    assert audit_chain.seal() == 0
    audit.record("looked", therapist, by=therapist)
    assert audit_chain.seal() == 1
    assert audit_chain.head().position == before.position + 1


def test_what_an_installation_kept_for_years_is_sealed_in_order_the_first_time(therapist, client_0417):
    """Entries from before the chain name nobody, and are of any age."""
    for number in range(5):
        audit.record("looked", therapist, by=therapist, number=number)
    forge(f"UPDATE {ENTRIES} SET at = at - interval '3 years' + id * interval '1 day', about = NULL")
    assert audit_chain.seal() > 5
    rows = AuditLink.objects.filter(source=ENTRIES).order_by("position").values_list("row_id", flat=True)
    assert list(rows) == list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert found() == set()


# Found ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "key"), [(ENTRIES, "id"), (HISTORY, "pgh_id")])
def test_the_smallest_change_in_any_column_is_found(trail, table, key):
    """Each column in turn is changed by one character, one more or one microsecond, and then put right again."""
    forge("ALTER TABLE accounts_auditentry DROP CONSTRAINT audit_has_exactly_one_actor")
    row = AuditLink.objects.filter(source=table).order_by("position").values_list("row_id", flat=True)[1]
    unseen = []
    for column, kind in columns_of(table).items():
        with transaction.atomic():
            change(table, column, kind, key, row)
            if not found() & {(table, ROW), (table, GONE)}:
                unseen.append(column)
            transaction.set_rollback(True)
    assert unseen == []
    assert found() == set()


def test_the_smallest_change_in_any_column_of_a_link_is_found(trail):
    position, unseen = audit_chain.head().position // 2, []
    for column, kind in columns_of(LINKS).items():
        with transaction.atomic():
            change(LINKS, column, kind, "position", position)
            if not found():
                unseen.append(column)
            transaction.set_rollback(True)
    assert unseen == []


def test_what_a_form_names_cannot_be_left_out_afterwards(trail):
    forge("UPDATE accounts_auditform SET columns = array_remove(columns, 'facts') WHERE source = %s", ENTRIES)
    assert (ENTRIES, ROW) in found()


def test_an_entry_that_is_gone_is_found(trail):
    forge(f"DELETE FROM {ENTRIES} WHERE id = %s", trail[1].pk)
    assert found() == {(ENTRIES, GONE)}


def test_an_entry_that_is_gone_with_its_link_is_found(trail):
    forge(f"DELETE FROM {ENTRIES} WHERE id = %s", trail[1].pk)
    forge(f"DELETE FROM {LINKS} WHERE source = %s AND row_id = %s", ENTRIES, trail[1].pk)
    assert (LINKS, CUT) in found() or (ENTRIES, CUT) in found()


def test_two_entries_that_changed_places_are_found(trail):
    first, second = trail[0].pk, trail[1].pk
    forge(
        f"UPDATE {ENTRIES} a SET at = b.at, facts = b.facts FROM {ENTRIES} b"
        " WHERE (a.id = %s AND b.id = %s) OR (a.id = %s AND b.id = %s)",
        *(first, second, second, first),
    )
    assert found() == {(ENTRIES, ROW)}


ANOTHER = f"""
INSERT INTO {ENTRIES} (id, at, by_id, system_actor, action, subject_type, subject_id, facts, device, why)
SELECT %s, %s, by_id, system_actor, 'forged', subject_type, subject_id, facts, '', '' FROM {ENTRIES} WHERE id = %s
"""


def test_an_entry_put_among_old_ones_is_found(trail):
    """Where everything around was sealed a day ago and more, nothing new can come."""
    forge("UPDATE accounts_auditlink SET at = at - interval '2 days'")
    forge(ANOTHER, trail[0].pk - 1, trail[0].at, trail[0].pk)
    assert (ENTRIES, NOT_SEALED) in found()


def test_an_entry_that_says_it_is_older_than_the_last_sealing_is_found(trail):
    forge(ANOTHER, trail[-1].pk + 1000, timezone.now() - timedelta(hours=1), trail[0].pk)
    assert found() == {(ENTRIES, BACKDATED)}


def test_an_end_that_was_cut_off_with_its_rows_is_found_by_a_head_that_was_noted(trail):
    noted = audit_chain.head()
    forge(f"DELETE FROM {LINKS} WHERE position > %s", noted.position - 2)
    forge(f"DELETE FROM {ENTRIES} WHERE id NOT IN (SELECT row_id FROM {LINKS} WHERE source = %s)", ENTRIES)
    forge(f"DELETE FROM {HISTORY} WHERE pgh_id NOT IN (SELECT row_id FROM {LINKS} WHERE source = %s)", HISTORY)
    assert found() == set(), "here nothing shows it any more"
    assert found(anchors=[noted]) == {(LINKS, ANCHOR)}


def test_the_trail_itself_notes_where_the_chain_ended_each_night(trail):
    assert trail_checks.prove() == 0
    noted = AuditEntry.objects.get(action=audit_verification.PROVEN)
    assert (noted.system_actor, noted.by) == ("trail check", None)
    audit_chain.seal()
    forge(f"DELETE FROM {LINKS}")
    audit_chain.seal()
    assert found() == {(LINKS, ANCHOR)}, "a chain made anew has another head"


def test_a_column_that_was_dropped_is_told(trail):
    forge(f"ALTER TABLE {ENTRIES} DROP COLUMN why")
    assert (ENTRIES, FORM) in found()


def test_a_table_that_gets_a_column_keeps_its_links_and_later_rows_hold_it(trail, therapist):
    forge(f"ALTER TABLE {ENTRIES} ADD COLUMN mood varchar(9) NOT NULL DEFAULT 'calm'")
    audit.record("looked", therapist, by=therapist)
    assert found() == set()
    last = AuditEntry.objects.latest("pk").pk
    forge(f"UPDATE {ENTRIES} SET mood = 'other' WHERE id = %s", last)
    assert found() == {(ENTRIES, ROW)}


def test_from_a_position_on_only_later_links_are_looked_at(trail):
    forge(f"UPDATE {ENTRIES} SET action = 'x' WHERE id = %s", trail[0].pk)
    first = AuditLink.objects.get(source=ENTRIES, row_id=trail[0].pk).position
    assert found(since=first) == {(ENTRIES, ROW)}
    assert found(since=first + 1) == set()


# Lawful changes -------------------------------------------------------------------------------------------------------


def test_what_changed_lawfully_is_sealed_once_more_and_the_old_link_stays(trail):
    model = apps.get_model("sessions_app.ClientEvent")
    row = model.objects.order_by("pk").first()
    forge(f"UPDATE {HISTORY} SET preferred_name = 'sealed away' WHERE pgh_id = %s", row.pk)
    assert found() == {(HISTORY, ROW)}
    assert audit_chain.reseal(model, [row.pk], kind=AuditLink.Kind.RESEALED) == 1
    assert found() == set()
    assert AuditLink.objects.filter(source=HISTORY, row_id=row.pk).count() == 2
    forge(f"DELETE FROM {HISTORY} WHERE pgh_id = %s", row.pk)
    assert found() == {(HISTORY, GONE)}
    assert audit_chain.reseal(model, [row.pk], kind=AuditLink.Kind.RESEALED) == 0, "what is gone was not changed"
    assert audit_chain.reseal(model, [row.pk], kind=AuditLink.Kind.DISPOSED) == 1
    assert found() == set()
    forge(
        f"INSERT INTO {HISTORY} SELECT (jsonb_populate_record(e, jsonb_build_object('pgh_id', %s::int))).*"
        f" FROM {HISTORY} e LIMIT 1",
        row.pk,
    )
    assert (HISTORY, BACK) in found()


def test_whoever_is_not_the_owner_can_have_sealed_and_can_write_no_link(trail, therapist):
    audit.record("looked", therapist, by=therapist)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE trail_somebody NOLOGIN")
        cursor.execute(f"GRANT {role('worker')} TO trail_somebody")
        cursor.execute("SET LOCAL ROLE trail_somebody")
        cursor.execute("SELECT accounts_seal_trail()")
        assert cursor.fetchone() == (1,)
        for statement in (
            f"INSERT INTO {LINKS} SELECT * FROM {LINKS}",
            "SELECT accounts_reseal_trail('accounts_auditentry', '{1}', 'resealed')",
            "SELECT accounts_add_link(NULL, now(), 'sealed', 1, 'x', 1, 'x')",
            "SELECT accounts_trail_sources()",
        ):
            cursor.execute("SAVEPOINT before")
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(statement)
            cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("table", [ENTRIES, LINKS, "accounts_auditform"])
def test_the_database_refuses_to_edit_erase_or_empty_the_trail(trail, table):
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    key = "position" if table == LINKS else "id"
    assert is_refused(f"UPDATE {table} SET {key} = {key}")
    assert is_refused(f"DELETE FROM {table}")
    assert is_refused(f"TRUNCATE {table} CASCADE")


def test_an_entry_is_of_the_databases_moment_whatever_it_says(trail, therapist):
    AuditEntry.objects.create(
        by=therapist, action="looked", subject_type="x", subject_id="1", at=timezone.now() - timedelta(days=9)
    )
    assert timezone.now() - AuditEntry.objects.latest("pk").at < timedelta(minutes=5)


# Two at once ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def writer(transactional_db, therapist):
    """Write an entry in a transaction of its own, in a thread: `writer(before_commit)`."""

    def write(before_commit=lambda: None):
        with transaction.atomic():
            audit.record("looked", therapist, by=therapist)
            number = last_number()
            before_commit()
        return number

    return write


def last_number():
    """Of what this connection wrote last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lastval()")
        return cursor.fetchone()[0]


def linked():
    return sorted(AuditLink.objects.filter(source=ENTRIES).values_list("row_id", flat=True))


def test_one_that_commits_late_is_sealed_later_and_not_left_out(writer):
    """Its number is lower than one that was sealed before it."""
    has_written, may_commit, late = threading.Event(), threading.Event(), []

    def wait():
        has_written.set()
        may_commit.wait(10)

    def write_late():
        late.append(writer(wait))
        connection.close()

    thread = threading.Thread(target=write_late)
    thread.start()
    assert has_written.wait(10)
    early = writer()
    audit_chain.seal()
    assert early in linked()
    may_commit.set()
    thread.join(10)
    assert late[0] < early
    assert late[0] not in linked()
    assert found() == set()
    assert late[0] in linked()


def test_who_writes_an_entry_does_not_wait_for_who_seals(writer):
    """Sealing holds its lock until it commits; an entry that waits longer than a moment for a lock would fail."""
    writer()

    def write():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            return writer()
        finally:
            connection.close()

    with transaction.atomic():
        audit_chain.seal()
        made = []
        thread = threading.Thread(target=lambda: made.append(write()))
        thread.start()
        thread.join(10)
        assert made, "it waited"
    assert found() == set()


def test_two_sealers_and_many_writers_lose_and_double_nothing(writer):
    written, stop = [], threading.Event()

    def write_many():
        for _ in range(25):
            written.append(writer())

    def seal_often():
        while not stop.is_set():
            audit_chain.seal()

    def run(deed):
        try:
            deed()
        finally:
            connection.close()

    sealers = [threading.Thread(target=run, args=[seal_often]) for _ in range(2)]
    writers = [threading.Thread(target=run, args=[write_many]) for _ in range(4)]
    for each in [*sealers, *writers]:
        each.start()
    for each in writers:
        each.join(30)
    stop.set()
    for each in sealers:
        each.join(30)
    assert found() == set()
    assert len(written) == 100
    assert [pk for pk in linked() if pk in set(written)] == sorted(written)


def test_two_sealers_at_the_same_moment_follow_each_other(writer):
    writer()
    counts = both(audit_chain.seal)
    assert 0 in counts
    assert found() == set()


# Outside --------------------------------------------------------------------------------------------------------------


def exported(**asked):
    out = io.StringIO()
    call_command("export_audit", stdout=out, stderr=io.StringIO(), **asked)
    return out.getvalue()


def checked(text):
    """What the program for outsiders says of a file."""
    program = exported(check=True)
    done = subprocess.run([sys.executable, "-c", program], input=text, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def test_an_outsider_checks_an_export_with_a_few_lines(trail):
    text = exported()
    head = audit_chain.head()
    assert checked(text) == f"whole until {head.position} {head.hash}"
    lines = text.splitlines()
    assert checked("\n".join([*lines[:2], *lines[3:]])).startswith("broken at")
    number = next(number for number, line in enumerate(lines) if "looked" in line)
    assert checked("\n".join(lines).replace("looked", "lo0ked")) == f"changed at {number + 1}"
    assert len(exported(check=True).splitlines()) <= 25


def test_an_export_holds_no_word_of_a_client(trail):
    assert "looked" in exported()
    for text in (exported(), exported(format="csv")):
        assert "Robin" not in text
        assert "0417" not in text


def test_an_export_from_a_position_on_can_be_checked_as_well(trail):
    text = exported(since=3)
    assert json.loads(text.splitlines()[0])["position"] == 3
    assert checked(text).startswith("whole until")


def test_an_export_until_a_day_ends_before_it(trail):
    assert exported(until="2026-01-01") == ""
    tomorrow = timezone.now() + timedelta(days=1)
    assert len(exported(until=tomorrow.isoformat()).splitlines()) == audit_chain.head().position
    with pytest.raises(CommandError, match="--until takes a day"):
        exported(until="soon")


def verified(**asked):
    out = io.StringIO()
    try:
        call_command("verify_audit", stdout=out, **asked)
    except SystemExit as left:
        return left.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_names_the_first_broken_link_and_leaves_with_one(trail):
    code, text = verified()
    assert (code, "Nothing differs" in text) == (0, True)
    forge(f"UPDATE {ENTRIES} SET action = 'x' WHERE id = %s", trail[1].pk)
    code, text = verified()
    position = AuditLink.objects.get(source=ENTRIES, row_id=trail[1].pk).position
    assert code == 1
    assert text.splitlines()[0] == f"{position} {ENTRIES} {trail[1].pk}: {ROW}"
    assert "1 differs" in text


def test_an_exported_head_shows_a_chain_that_was_cut(trail, tmp_path):
    anchor = tmp_path / "head.jsonl"
    anchor.write_text(exported(head=True))
    assert verified(anchor=str(anchor))[0] == 0
    last = AuditLink.objects.latest("position")
    forge(f"DELETE FROM {LINKS} WHERE position = %s", last.position)
    forge(f'DELETE FROM "{last.source}" WHERE {"id" if last.source == ENTRIES else "pgh_id"} = %s', last.row_id)
    assert verified()[0] == 0
    code, text = verified(anchor=str(anchor))
    assert (code, ANCHOR in text) == (1, True)
    anchor.write_text("no such thing")
    with pytest.raises(CommandError, match="cannot be read"):
        verified(anchor=str(anchor))


# Each night -----------------------------------------------------------------------------------------------------------


def test_a_broken_chain_is_an_alarm_until_a_proof_is_well_again(trail):
    trail_checks.seal()
    now = timezone.now()
    assert trail_checks.findings(now, using="default") == {"trail_not_sealed": 0, "trail_not_proven": 0}
    with transaction.atomic():
        forge(f"UPDATE {ENTRIES} SET action = 'x' WHERE id = %s", trail[0].pk)
        assert trail_checks.prove() == 1
        assert trail_checks.findings(now, using="default")["trail_not_proven"] == 1
        transaction.set_rollback(True)
    assert trail_checks.prove() == 0
    assert trail_checks.findings(timezone.now(), using="default")["trail_not_proven"] == 0


@pytest.mark.parametrize(("sign", "code"), [("trail sealed", "trail_not_sealed"), ("trail proven", "trail_not_proven")])
def test_a_worker_that_stopped_sealing_or_proving_is_an_alarm(trail, sign, code):
    trail_checks.seal()
    Heartbeat.objects.filter(clock=sign).update(beat_at=timezone.now() - timedelta(days=2))
    assert trail_checks.findings(timezone.now(), using="default")[code] == 1


def test_before_anything_was_sealed_there_is_no_alarm(db):
    assert set(trail_checks.findings(timezone.now(), using="default").values()) == {0}


def test_the_head_of_an_empty_chain_is_its_beginning(db):
    assert audit_chain.head() == Head(0, "0" * 64)
    assert list(audit_export.lines()) == []
