"""Nothing signed is changed unseen, not even by somebody who may do everything in the database."""

import io
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from sessions_app import departures, place_comments, quality, reports, reviews, verification
from sessions_app.hashes import hash_of
from sessions_app.models import DepartureReport, QualityNote, ReportAddendum, Review


@pytest.fixture
def history(departure, therapist, supervisor):
    """A report with three addenda, a sealed note, and a review: everything that is sealed."""
    report = reports.draft_for(departure, by=therapist)
    quality.keep_state(report, author_state="shaken", by=therapist)
    report = reports.save_draft(report, by=therapist, account="They stood up and left.", main_reason="overwhelmed")
    report = reports.sign(report, by=therapist)
    reviews.return_to_author(report, message="What did they say about getting home?", by=supervisor)
    for text in ("One.", "Two.", "Three."):
        reports.add_addendum(report, text=text, by=therapist)
    return report


def forge(*statements):
    """Run statements as a superuser does who switches every trigger off for the while."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount != 0, statement
        cursor.execute("SET LOCAL session_replication_role = origin")


def found():
    return set(verification.verify())


def of_report(report, what):
    return ("sessions_app.departurereport", report.pk, what)


def test_what_nobody_touched_is_as_it_was_signed(history):
    out = io.StringIO()
    call_command("verify_reports", stdout=out)
    counted = "Checked 1 reports, 3 addenda, 1 quality notes, 1 reviews. Nothing differs."
    assert out.getvalue().strip() == counted


def test_drafts_are_not_signed_and_not_looked_at(departure, therapist):
    reports.draft_for(departure, by=therapist)
    quality.keep_state(departure.report, author_state="shaken", by=therapist)
    account = verification.Account()
    assert list(verification.verify(account)) == []
    assert sum(account.checked.values()) == 0


#: what is changed behind the triggers: (table, change)
COLUMNS = [
    ("departurereport", "account = 'They stayed.'"),
    ("departurereport", "author_id = (SELECT max(id) FROM accounts_user)"),
    ("departurereport", "signed_at = signed_at - interval '1 hour'"),
    ("departurereport", "main_reason = 'practical'"),
    ("departurereport", 'content = \'{"author": "Max"}\''),
    ("departurereport", "content = to_jsonb(overlay(content #>> '{}' placing 'AAAA' from 40))"),
    ("departurereport", "content = to_jsonb(account)"),
    ("departurereport", "content_hash = repeat('a', 64)"),
    ("departurereport", "sealed_fields = array_remove(sealed_fields, 'account'), account = 'They stayed.'"),
    ("departurereport", "seal = ''"),
    ("reportaddendum", "text = 'Nothing.'"),
    ("reportaddendum", "at = at - interval '1 day'"),
    ("reportaddendum", "by_id = (SELECT max(id) FROM accounts_user)"),
    ("reportaddendum", "kind = 'late_entry'"),
    ("reportaddendum", "happened_at = happened_at - interval '1 day'"),
    ("reportaddendum", "previous_seal = repeat('a', 64)"),
    ("qualitynote", "author_state = 'steady'"),
    ("qualitynote", 'kept_private = \'[["What", "words"]]\''),
    ("qualitynote", "sealed_at = sealed_at + interval '1 second'"),
    ("review", "message = 'Well done.'"),
    ("review", "by_id = report_id"),
    ("review", "decision = 'signed_off', outcome = 'appropriate'"),
    ("review", "at = at - interval '1 day'"),
]


@pytest.mark.parametrize(("table", "change"), COLUMNS)
def test_a_changed_row_is_found_out(history, supervisor, table, change):
    forge(f"UPDATE sessions_app_{table} SET {change} WHERE id = (SELECT min(id) FROM sessions_app_{table})")
    rows = {"reportaddendum": ReportAddendum, "qualitynote": QualityNote, "review": Review}
    row = rows.get(table, DepartureReport).objects.order_by("pk").first()
    assert (f"sessions_app.{table}", row.pk) in {(each, row_id) for each, row_id, _what in found()}


def test_with_one_trigger_switched_off_it_is_found_out_as_well(history):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE '%signed_report_is_locked%'")
        [[name]] = cursor.fetchall()
        cursor.execute(f"ALTER TABLE sessions_app_departurereport DISABLE TRIGGER {name}")
        cursor.execute("UPDATE sessions_app_departurereport SET account = 'They stayed.'")
        cursor.execute(f"ALTER TABLE sessions_app_departurereport ENABLE TRIGGER {name}")
    assert found() == {of_report(history, verification.ROW)}


@pytest.fixture
def reviewed(history, therapist, supervisor):
    """Returned with a comment, answered, signed off with harm, and handed to the local system: with all its parts."""
    reviews.return_to_author(history, message="See below.", comments={"whole": "How did they go?"}, by=supervisor)
    [asked] = place_comments.on(history)
    place_comments.answer(history, texts={asked.comment.pk: "On foot."}, by=therapist)
    harms = [{"whom": "client", "physical": "low", "psychological": ""}]
    reviews.sign_off(history, outcome="safety_event", message="Thank you.", harms=harms, by=supervisor)
    reviews.note_reference(history, reference="LFPSE-1", by=supervisor)
    return history


OF_A_REVIEW = [
    ("placecomment", "text = 'Nothing.'"),
    ("placeanswer", "at = at - interval '1 day'"),
    ("reviewharm", "physical = 'none'"),
    ("safetyeventreference", "reference = 'LFPSE-2'"),
]


@pytest.mark.parametrize(("table", "change"), OF_A_REVIEW)
def test_a_changed_part_of_a_review_is_found_out(reviewed, table, change):
    assert found() == set()
    forge(f"UPDATE sessions_app_{table} SET {change}")
    assert {(each, what) for each, _id, what in found()} == {(f"sessions_app.{table}", verification.ROW)}


@pytest.mark.parametrize("table", [table for table, _change in OF_A_REVIEW])
def test_a_part_of_a_review_that_is_gone_is_found_out(reviewed, table):
    forge(f"DELETE FROM sessions_app_{table}")
    assert found() == {of_report(reviewed, verification.REVIEW)}


def test_a_review_that_is_gone_is_found_out(history):
    forge("DELETE FROM sessions_app_review")
    assert found() == {of_report(history, verification.REVIEW)}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_addendum_taken_out_is_found_out_wherever_it_stood(history, number):
    forge(f"DELETE FROM sessions_app_reportaddendum WHERE number = {number}")
    what = {verification.TRAIL} | ({verification.CHAIN} if number < 3 else set())
    assert found() == {of_report(history, each) for each in what}


def test_an_addendum_taken_out_whose_followers_moved_up_is_found_out(history):
    """Also when those behind it were numbered anew, hung upon the first, and sealed again."""
    first, _second, third = history.addenda.all()
    third.number, third.previous_seal = 2, first.seal
    third.put_seal(third.sealed_fields)
    forge(
        "DELETE FROM sessions_app_reportaddendum WHERE number = 2",
        f"UPDATE sessions_app_reportaddendum SET number = 2, previous_seal = '{first.seal}', seal = '{third.seal}' "
        "WHERE number = 3",
    )
    assert found() == {of_report(history, verification.TRAIL)}


def test_an_addendum_slipped_in_is_found_out(history):
    columns = "report_id, kind, happened_at, text, text_hash, report_hash, previous_seal, by_id, at, sealed_fields"
    forge(
        f"INSERT INTO sessions_app_reportaddendum (number, seal, {columns}) "
        f"SELECT 4, repeat('b', 64), {columns} FROM sessions_app_reportaddendum WHERE number = 3"
    )
    assert of_report(history, verification.CHAIN) in found()


@pytest.mark.parametrize("value", ["NULL", "'null'"])
def test_a_signed_report_without_content_is_found_out(history, value):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE sessions_app_departurereport DROP CONSTRAINT report_is_signed_with_content_and_hash"
        )
    forge(f"UPDATE sessions_app_departurereport SET content = {value}")
    assert found() == {of_report(history, verification.NO_CONTENT)}


def test_a_signature_taken_back_is_found_out(history):
    """Everything that says it was signed is emptied, but what the audit trail says."""
    forge(
        "UPDATE sessions_app_departurereport SET signed_at = NULL, content = NULL, content_hash = '', seal = '', "
        "sealed_fields = '{}', state = 'draft'"
    )
    assert ("sessions_app.departurereport", str(history.pk), verification.GONE) in found()


def test_words_and_hashes_forged_alike_are_found_out_by_the_audit_trail(history):
    report = DepartureReport.objects.get()
    report.account = "They stayed."
    report.content["answers"]["account"] = report.account
    report.content_hash = hash_of(report.content)
    report.put_seal(report.sealed_fields)
    account, content = (
        report._meta.get_field(each).close(getattr(report, each), report) for each in ("account", "content")
    )  # by somebody who holds the key as well
    hashes = f"content_hash = '{report.content_hash}', seal = '{report.seal}'"
    forge(f"UPDATE sessions_app_departurereport SET account = '{account}', content = '\"{content}\"', {hashes}")
    assert reports.is_intact(DepartureReport.objects.get())
    assert of_report(history, verification.TRAIL) in found()


def test_a_report_that_is_gone_is_found_out(history):
    forge(*(f"DELETE FROM sessions_app_{table}" for table in ("reportaddendum", "qualitynote", "departurereport")))
    assert ("sessions_app.departurereport", str(history.pk), verification.GONE) in found()


def test_a_quality_note_that_is_gone_is_found_out(history):
    forge("DELETE FROM sessions_app_qualitynote")
    assert found() == {of_report(history, verification.NO_NOTE)}


def test_the_command_names_ids_and_no_words_and_fails(history):
    forge("UPDATE sessions_app_reportaddendum SET text = 'SECRET' WHERE number = 2")
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_reports", stdout=out)
    assert ended.value.code == 1
    second = ReportAddendum.objects.get(number=2)
    assert f"sessions_app.reportaddendum {second.pk}: row is not what was sealed" in out.getvalue()
    assert "1 differs." in out.getvalue()
    assert not any(word in out.getvalue() for word in ("SECRET", "Two.", "They stood up"))


def test_what_nobody_can_read_is_told_apart_from_what_was_changed(history):
    with override_settings(DATA_KEYS={"other": b"o" * 32}):
        assert {what for _table, _id, what in found()} == {verification.NO_KEY}


def test_it_reads_in_batches_with_a_cursor_of_the_server(history, therapist, monkeypatch):
    """Memory is for one batch; nothing is left out where one ends and the next begins."""
    monkeypatch.setattr(verification, "BATCH", 2)
    for _more in range(2):
        other = reports.draft_for(departures.log(id=uuid.uuid4(), by=therapist), by=therapist)
        reports.sign(other, by=therapist)
    account = verification.Account()
    with CaptureQueriesContext(connection) as captured:
        assert list(verification.verify(account)) == []
    assert account.checked["sessions_app.departurereport"] == 3
    assert account.checked["sessions_app.reportaddendum"] == 3
    trail = [each["sql"] for each in captured if "report_signed" in each["sql"] and "addendum_added" in each["sql"]]
    assert len(trail) == 2, "one question to the trail for each batch, however many reports are in it"
