"""The record with its words encrypted: bound to their place, never silently empty, whole through a change of keys."""

import logging
import threading
import uuid

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import DataError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from psycopg.types.json import Jsonb

from accounts import cipher, conversion, reencryption
from accounts.encrypted import NotEncrypted
from accounts.models import Conversion
from followups.models import ContactAttempt
from sessions_app import caseload, checklist, departures, reports
from sessions_app.models import CapturedFact, Client, DepartureEvent, DepartureReport, ReviewTask, StepResponse

DEV = {"dev": b"for development only, no clinic!"}  # what tests have
OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
BEFORE, TOGETHER = OLD | DEV, NEW | OLD | DEV
HOME = {"address_today": "12 Elm Street", "callback_number": "", "country_today": "US"}


def under(keys):
    return override_settings(DATA_KEYS=keys)


def sql(statement, *values):
    """Behind the application and its triggers, as somebody with the database in their hands."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        found = cursor.fetchall() if cursor.description else None
        cursor.execute("SET session_replication_role = DEFAULT")
    return found


def stands(table, column):
    return [value for (value,) in sql(f'SELECT "{column}" FROM "{table}" ORDER BY 1')]


@pytest.fixture
def other(therapist):
    return caseload.add_client(reference="0500", by=therapist)


# Bound to their place ----------------------------------------------------------------------------------------------


def test_a_reference_put_into_another_row_is_refused(client_0417, other):
    sql(
        "UPDATE sessions_app_client SET reference = (SELECT reference FROM sessions_app_client WHERE id = %s) "
        "WHERE id = %s",
        client_0417.pk,
        other.pk,
    )
    with pytest.raises(cipher.WasTampered):
        _ = Client.objects.get(pk=other.pk).reference
    assert Client.objects.get(pk=client_0417.pk).reference == "0417"


def test_words_put_into_another_column_are_refused(client_0417):
    sql("UPDATE sessions_app_client SET preferred_name = reference")
    with pytest.raises(cipher.WasTampered):
        _ = Client.objects.get().preferred_name


def test_a_departure_given_to_another_person_behind_the_application_cannot_be_read_by_them(departure, stranger):
    departures.change_whereabouts(departure, **HOME, by=departure.therapist)
    sql("UPDATE sessions_app_departureevent SET therapist_id = %s", stranger.pk)
    found = DepartureEvent.objects.visible_to(stranger).get()
    with pytest.raises(cipher.WasTampered):
        _ = found.address_today


def test_an_answer_moved_to_another_departure_is_refused(departure, therapist):
    answered(departure, note="They wept")
    elsewhere = departures.log(id=uuid.uuid4(), by=therapist)
    sql("UPDATE sessions_app_stepresponse SET departure_id = %s", elsewhere.pk)
    with pytest.raises(cipher.WasTampered):
        _ = StepResponse.objects.get().note


def test_words_from_before_cannot_be_put_back_from_the_history_of_another_row(client_0417, other):
    caseload.change_client(other, reference="0501", by=other.therapist)
    sql(
        "UPDATE sessions_app_client SET reference = (SELECT reference FROM sessions_app_clientevent "
        "WHERE pgh_obj_id = %s ORDER BY pgh_id LIMIT 1) WHERE id = %s",
        other.pk,
        client_0417.pk,
    )
    with pytest.raises(cipher.WasTampered):
        _ = Client.objects.get(pk=client_0417.pk).reference


def test_a_history_is_read_as_it_was(client_0417):
    caseload.change_client(client_0417, reference="0418", by=client_0417.therapist)
    history = Client.pgh_event_model.objects.order_by("pgh_id")
    assert [each.reference for each in history] == ["0417", "0418"]


def test_a_word_in_clear_that_the_application_did_not_write_is_refused(client_0417):
    sql("UPDATE sessions_app_client SET reference = 'planted'")
    with pytest.raises(NotEncrypted):
        _ = Client.objects.get().reference


def test_nothing_is_encrypted_anew_when_a_client_goes_to_another_therapist(client_0417, stranger):
    before = stands("sessions_app_client", "reference")
    client_0417.therapist = stranger
    client_0417.save()
    assert stands("sessions_app_client", "reference") == before
    assert Client.objects.visible_to(stranger).get().reference == "0417"


# Saving ------------------------------------------------------------------------------------------------------------


def answered(departure, *, note, slug="stay-calm"):
    facts = {"slug": slug, "outcome": "partly", "note": note, "op_id": uuid.uuid4()}
    return checklist.record(departure, **facts, by=departure.therapist)


def signed(departure, account="They stood up and left."):
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=departure.therapist)
    report = reports.draft_for(departure, by=departure.therapist)
    reports.save_draft(report, account=account, main_reason="overwhelmed", by=departure.therapist)
    return reports.sign(report, by=departure.therapist)


def test_what_says_what_it_said_goes_back_as_it_stood(client_0417):
    before = stands("sessions_app_client", "reference")
    read = Client.objects.get()
    assert read.reference == "0417"
    read.save()
    unread = Client.objects.get()
    unread.save()
    unread.reference = "0417"
    unread.save()
    assert stands("sessions_app_client", "reference") == before
    assert Client.pgh_event_model.objects.count() == 1, "no version without a change"


def test_what_is_new_is_another_value(client_0417):
    before = stands("sessions_app_client", "reference")
    client_0417.reference = "0418"
    client_0417.save()
    assert stands("sessions_app_client", "reference") != before
    assert Client.objects.get().reference == "0418"


def test_an_empty_text_stays_empty_and_constraints_see_it(departure):
    answered(departure, note="")
    assert stands("sessions_app_stepresponse", "note") == [""]


def test_words_that_are_too_long_are_refused_before_they_are_encrypted(client_0417):
    client_0417.reference = "x" * 31
    with pytest.raises(DataError):
        client_0417.save()


def test_no_query_looks_into_words_and_none_writes_them_past_their_row(client_0417):
    with pytest.raises(TypeError, match="encrypted"):
        Client.objects.filter(reference="0417")
    with pytest.raises(FieldError):
        Client.objects.filter(preferred_name__startswith="R")
    with pytest.raises(TypeError, match="encrypted"), transaction.atomic():
        Client.objects.update(reference="0418")


def test_a_column_that_was_left_out_is_read_when_it_is_asked_for(departure):
    report = signed(departure)
    found = DepartureReport.objects.defer("content").get()
    assert found.content == report.content


def test_codes_that_figures_read_stay_readable_for_them(departure):
    facts = {"reasons": ["privacy"], "reasons-source": {"privacy": "stated"}}
    checklist.note(departure, slug="explore-reason", facts=facts, op_id=uuid.uuid4(), by=departure.therapist)
    in_clear = sql("SELECT name FROM sessions_app_capturedfact WHERE value #>> '{}' NOT LIKE 'd1.%%'")
    assert in_clear == [("reasons-source",)]
    assert {each.name: each.value for each in CapturedFact.objects.all()} == facts


# A reference is found ----------------------------------------------------------------------------------------------


def test_the_same_reference_in_other_letters_and_spaces_is_taken(client_0417, therapist):
    client_0417.reference = "kx 77"
    client_0417.save()
    with pytest.raises(caseload.ReferenceIsTaken):
        caseload.add_client(reference=" KX  77", by=therapist)


def test_a_report_is_found_by_the_reference_and_by_how_it_begins(departure, signed_in, supervisor):
    signed(departure)
    for words, is_found in [("0417", True), (" 0417 ", True), ("04", True), ("0418", False), ("17", False)]:
        page = signed_in(supervisor).post(reverse("find-report"), {"words": words}).content.decode()
        assert (reverse("review", args=[departure.pk]) in page) is is_found, words


def test_a_reference_under_the_older_key_is_known_while_keys_change(therapist, team):
    with under(OLD):
        caseload.add_client(reference="0417", by=therapist)
    with under(TOGETHER), pytest.raises(caseload.ReferenceIsTaken):
        caseload.add_client(reference="0417", by=therapist)


# A lost key --------------------------------------------------------------------------------------------------------


@pytest.fixture
def of_a_lost_key(departure):
    """A departure with words under a key that is not here any more."""
    with under(BEFORE):
        answered(departure, note="They wept")
        departures.change_whereabouts(departure, **HOME, by=departure.therapist)
    with under(DEV):
        yield departure


def test_a_page_names_the_missing_key_and_shows_nothing_empty(of_a_lost_key, signed_in, therapist, caplog):
    browser = signed_in(therapist)
    answer = browser.get(reverse("departure", args=[of_a_lost_key.pk]))
    assert answer.status_code == 500
    assert "<code>old</code>" in answer.content.decode()
    assert "Nothing is lost" in answer.content.decode()
    lines = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert any("'old'" in line for line in lines)
    assert not any("wept" in line or "Elm" in line for line in lines)


def test_nothing_is_saved_over_what_cannot_be_read(of_a_lost_key):
    before = stands("sessions_app_departureevent", "address_today")
    found = DepartureEvent.objects.get(pk=of_a_lost_key.pk)
    found.address_today = ""
    with pytest.raises(cipher.KeyIsMissing), transaction.atomic():
        found.save()
    assert stands("sessions_app_departureevent", "address_today") == before


def test_a_row_whose_other_columns_are_saved_keeps_what_cannot_be_read(of_a_lost_key):
    before = stands("sessions_app_departureevent", "address_today")
    found = DepartureEvent.objects.get(pk=of_a_lost_key.pk)
    found.country_today = "US"
    found.save()
    assert stands("sessions_app_departureevent", "address_today") == before


def test_departing_works_while_older_words_cannot_be_read(of_a_lost_key, signed_in, therapist):
    id = uuid.uuid4()
    signed_in(therapist).post(reverse("start-departure"), {"id": id})
    assert DepartureEvent.objects.filter(pk=id).exists()


# A new key ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def before(transactional_db, therapist, supervisor, client_0417, departure):
    """A signed report and a history, under the older key."""
    with under(BEFORE):
        answered(departure, note="They wept")
        person = Client.objects.get()
        person.preferred_name = "Robin Old"
        person.reference = "0417-b"
        person.save()
        departures.choose_client(departure, client=person, by=therapist)
        return signed(DepartureEvent.objects.get(pk=departure.pk), account="They left in tears.")


def rotate():
    with under(TOGETHER):
        call_command("reencrypt", verbosity=0)


def test_afterwards_the_newest_key_alone_reads_everything(before, supervisor, signed_in):
    rotate()
    with under(NEW):
        assert reencryption.left() == {}
        report = DepartureReport.objects.get()
        assert report.account == "They left in tears."
        assert reports.is_intact(report)
        assert [each.reference for each in Client.pgh_event_model.objects.order_by("pgh_id")] == ["0417", "0417-b"]
        page = signed_in(supervisor).post(reverse("find-report"), {"words": "0417-B"}).content.decode()
        assert reverse("review", args=[report.departure_id]) in page


def test_what_was_signed_stays_signed_and_verified(before):
    rotate()
    with under(NEW):
        call_command("verify_reports")


def test_no_version_is_added_and_no_month_is_counted_anew_by_it(before):
    histories = Client.pgh_event_model.objects.count(), DepartureReport.pgh_event_model.objects.count()
    rotate()
    assert histories == (Client.pgh_event_model.objects.count(), DepartureReport.pgh_event_model.objects.count())


def test_it_goes_on_where_it_was_stopped(before, monkeypatch):
    monkeypatch.setattr(reencryption, "BATCH", 1)
    done = []

    def stop(model, number):
        done.append(number)
        if number == 3:
            raise KeyboardInterrupt

    with under(TOGETHER):
        with pytest.raises(KeyboardInterrupt):
            reencryption.renew_all(tell=stop)
        assert reencryption.left()
        again = reencryption.renew_all()
        assert reencryption.left() == {}
        assert again.done > 0
        assert reencryption.renew_all().done == 0, "a third time there is nothing to do"


def test_a_missing_key_is_named_and_the_rest_is_done(before, capsys):
    with under(NEW | DEV), pytest.raises(CommandError, match="Not done"):
        call_command("reencrypt")
    assert "Cannot be read (old)" in capsys.readouterr().err
    with under(BEFORE):
        assert StepResponse.objects.exclude(note="").get().note == "They wept"


def test_a_row_that_somebody_holds_is_left_and_reported(before, monkeypatch):
    monkeypatch.setattr(reencryption, "ROUNDS", 1)
    held, over = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Client.objects.select_for_update().get()
                held.set()
                over.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    try:
        with under(TOGETHER):
            reencryption.renew_all()
            assert reencryption.left() == {"sessions_app_client": 1}
    finally:
        over.set()
        holder.join()
    rotate()
    with under(NEW):
        assert reencryption.left() == {}


def test_a_row_that_was_read_before_and_is_saved_after_stays_readable_and_is_found_again(before):
    with under(TOGETHER):
        read_before = Client.objects.get()
        assert read_before.reference == "0417-b"
        reencryption.renew_all()
        read_before.asked_for_no_contact = True
        read_before.save()
        assert Client.objects.get().reference == "0417-b"
        assert "sessions_app_client" in reencryption.left()
        reencryption.renew_all()
        assert reencryption.left() == {}
        assert Client.objects.get().asked_for_no_contact


# From before there was encryption ----------------------------------------------------------------------------------


@pytest.fixture
def upgraded(transactional_db, therapist, supervisor, client_0417, departure):
    """An installation whose rows an older Doorway wrote: words in clear, in histories as well."""
    answered(departure, note="They wept")
    report = signed(DepartureEvent.objects.get(pk=departure.pk))
    in_clear()
    Conversion.objects.create()
    yield report
    conversion.Known.until = 0.0


def in_clear():
    for model in reencryption.models_with_words():
        for row in model._base_manager.all():
            for field in reencryption.encrypted_fields(model):
                value = getattr(row, field.attname)
                if value is not None:
                    plain = Jsonb(value) if field.get_internal_type() == "JSONField" else value
                    table, key = model._meta.db_table, model._meta.pk.column
                    sql(f'UPDATE "{table}" SET "{field.column}" = %s WHERE "{key}" = %s', plain, row.pk)
    sql("UPDATE sessions_app_client SET reference_mark = ''")
    sql("UPDATE sessions_app_clientevent SET reference_mark = ''")
    sql("UPDATE sessions_app_reviewtask SET client_reference = '0417'")


def test_until_it_is_done_pages_read_both_and_write_only_encrypted(upgraded, signed_in, therapist, supervisor):
    assert signed_in(therapist).get(reverse("clients")).status_code == 200
    assert Client.objects.get().reference == "0417"
    page = signed_in(supervisor).post(reverse("find-report"), {"words": "0417"}).content.decode()
    assert reverse("review", args=[upgraded.departure_id]) in page
    caseload.add_client(reference="0500", by=therapist)
    assert sorted(cipher.is_encrypted(each) for each in stands("sessions_app_client", "reference")) == [False, True]


def test_until_it_is_done_a_reference_in_clear_is_taken_all_the_same(upgraded, therapist):
    with pytest.raises(caseload.ReferenceIsTaken):
        caseload.add_client(reference="0417", by=therapist)


def test_afterwards_nothing_stands_in_clear_and_nothing_in_clear_is_read(upgraded, signed_in, supervisor):
    call_command("encrypt_existing")
    assert not Conversion.objects.exists()
    assert reencryption.left() == {}
    assert Client.objects.get().reference == "0417"
    assert Client.pgh_event_model.objects.first().reference == "0417"
    report = DepartureReport.objects.get()
    assert reports.is_intact(report)
    call_command("verify_reports")
    page = signed_in(supervisor).post(reverse("find-report"), {"words": "0417"}).content.decode()
    assert reverse("review", args=[report.departure_id]) in page
    sql("UPDATE sessions_app_client SET reference = 'planted'")
    with pytest.raises(NotEncrypted):
        _ = Client.objects.get().reference


def test_two_references_that_differ_only_by_case_are_both_kept(upgraded, therapist, team):
    sql("UPDATE sessions_app_client SET reference = 'kx-77'")
    with under(DEV):
        other = caseload.add_client(reference="0500", by=therapist)
    sql("UPDATE sessions_app_client SET reference = 'KX-77', reference_mark = '' WHERE id = %s", other.pk)
    call_command("encrypt_existing")
    assert {each.reference for each in Client.objects.all()} == {"kx-77", "KX-77"}


def test_an_attempt_and_a_task_keep_their_words_too(upgraded):
    call_command("encrypt_existing")
    assert ContactAttempt.objects.count() == 0
    assert ReviewTask.objects.get().client_reference == cipher.mark("0417", about="reference")
