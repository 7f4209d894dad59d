"""What people wrote about clients cannot be read in the database, whoever gets hold of it.

Rare words go in by the verbs that pages use, into every field that is encrypted. Then every table is read as a thief
would read a dump of it, histories, sessions and cache with them, and Redis.
"""

import base64
import binascii
import re
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
import redis
from django.apps import apps
from django.conf import settings as project
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from accounts.encrypted import Encrypted, encrypted_fields
from accounts.numbers import NumberedFirst
from followups import (
    absences,
    contact_attempts,
    decisions,
    failed_contacts,
    follow_ups,
    letter_drafts,
    letters,
    overrides,
    papers,
    relations,
)
from followups.keeping import holds
from sessions_app import (
    caseload,
    checklist,
    departures,
    emergency_access,
    exercises,
    hand_overs,
    intakes,
    levels,
    practice,
    private_notes,
    reports,
    reviews,
)
from sessions_app.models import ResponseLevel
from tests.words_in_clear import declared

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)


def own_fields():
    """Every field of text of every table that is no history of another."""
    for model in apps.get_models(include_auto_created=True):
        if not getattr(model, "pgh_tracked_model", None):
            for field in model._meta.concrete_fields:
                if isinstance(field, TEXTS) and not field.choices:
                    yield model, field


def is_declared(model, field):
    label, known = model._meta.label, declared()
    every = f"{model._meta.app_label}.*"
    return (label, field.name) in known or (every, "*") in known or has_choices(field)


def has_choices(field):
    return isinstance(field, ArrayField) and bool(field.base_field.choices)


def test_every_text_is_encrypted_or_stands_in_clear_for_a_reason():
    forgotten = [
        f"{model._meta.label}.{field.name}"
        for model, field in own_fields()
        if not isinstance(field, Encrypted) and not is_declared(model, field)
    ]
    assert forgotten == []


def test_nothing_is_declared_that_is_not_there_or_is_encrypted():
    in_clear = {(model._meta.label, field.name) for model, field in own_fields() if not isinstance(field, Encrypted)}
    assert {each for each in declared() if each[1] != "*"} - in_clear == set()


def all_encrypted():
    return [(model, field) for model in apps.get_models() for field in encrypted_fields(model)]


def test_a_history_holds_the_same_words_encrypted_for_the_same_place():
    for model in apps.get_models():
        if tracked := getattr(model, "pgh_tracked_model", None):
            names = {field.name for field in encrypted_fields(tracked)}
            assert names <= {field.name for field in encrypted_fields(model)}, model._meta.label


def test_words_are_bound_to_an_owner_unless_the_row_is_its_own():
    without = {f"{model.__name__}.{field.name}" for model, field in all_encrypted() if not field.owner}
    histories = {f"{name}Event.{field}" for name, field in (each.split(".") for each in without)}
    assert without - histories == {"Client.reference", "Client.preferred_name", "PaperFile.content"}


def test_a_row_whose_words_are_bound_to_its_key_knows_the_key_first():
    for model, field in all_encrypted():
        if "pk" in field.row and not getattr(model, "pgh_tracked_model", None):
            key = model._meta.pk
            assert isinstance(key, NumberedFirst | models.UUIDField | models.OneToOneField), model._meta.label


def test_columns_are_as_wide_as_what_they_hold(db):
    with connection.cursor() as cursor:
        for model, field in all_encrypted():
            cursor.execute(
                "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
                [model._meta.db_table, field.column],
            )
            assert cursor.fetchone()[0] in {"text", "jsonb", "bytea"}, f"{model.__name__}.{field.name}"


class Words:
    """Rare words, each for one field."""

    def __init__(self):
        self.of = {}

    def __call__(self, *fields):
        word = f"zq{len(self.of):03d}vyx"
        self.of |= dict.fromkeys(fields, word)
        return word


WEEK_LIST = "Reference,Date,Time,Name,Room\n{0},2027-03-16,09:30,{1},{2}\n{3},never,09:30,,\n"
#: An intake that was read goes when another one is read; the calendar's stays in what the database keeps of it.
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:one@example
DTSTART:{1:%Y%m%d}T150000Z
DURATION:PT50M
SUMMARY:{0}
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def in_the_record(departure, word, *, by):
    """At the door: answers, captures, level, going, attempts."""
    op = {"by": by}
    checklist.record(
        departure, slug="stay-calm", outcome="partly", note=word("StepResponse.note"), op_id=uuid.uuid4(), **op
    )
    said, private = {"quote": word("CapturedFact.value")}, {"stays-private": word("QualityNote.kept_private")}
    checklist.note(departure, slug="express-empathy", facts=said, op_id=uuid.uuid4(), **op)
    checklist.note(departure, slug="discuss-implications", facts=private, op_id=uuid.uuid4(), **op)
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), **op)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), at=timezone.now(), **op)
    call = departure.follow_ups.open().exclude(channel="").first()
    note = word("ContactAttempt.note")
    contact_attempts.record(call, channel="text", result="sent_no_reply", note=note, op_id=uuid.uuid4(), **op)
    call = departure.follow_ups.open().exclude(channel="").first()
    follow_ups.move(call, to=timezone.now() + timedelta(hours=1), reason=word("FollowUpChange.reason"), **op)
    asked = {"channels": ["phone"], "grounds": ["client"]}
    overrides.ask(call, **asked, words=word("ContactOverride.words"), **op)
    decisions.propose(departure, choice="keep_trying", words=word("StatusDecision.words"), **op)
    said = {"why": word("RelationshipStatus.why"), "receiving": word("RelationshipStatus.receiving")}
    relations.say(departure, status="transferring", consent="yes", **said, **op)


def after_it(departure, word, *, by, supervisor):
    """Report, review, letter, paper, private note."""
    report = reports.draft_for(departure, by=by)
    account = word("DepartureReport.account", "DepartureReport.content")
    reports.save_draft(report, account=account, main_reason="overwhelmed", by=by)
    reports.keep_words(report, key=word("DepartureReport.words_kept"), by=by)
    report = reports.sign(report, by=by)
    comments = {"account": word("PlaceComment.text")}
    beside = {"learning": word("Review.learning"), "system_change": word("Review.system_change")}
    reviews.return_to_author(report, message=word("Review.message"), comments=comments, **beside, by=supervisor)
    reports.add_addendum(report, text=word("ReportAddendum.text"), by=by)
    reviews.note_reference(report, reference=word("SafetyEventReference.reference"), by=supervisor)
    private_notes.write(departure, text=word("PrivateNote.text"), by=by)
    letter = letters.letter_of(departure, by=by)
    letter_drafts.save(letter, body=word("LetterVersion.body"), by=by)
    papers.file(papers.ask_for(report.departure, by=by), word("PaperFile.content").encode(), mark="m" * 64)


def beside_it(word, *, by, cover):
    """Absence, the weekly look, an exercise, a list and a calendar that are brought in."""
    days = {
        "starts_on": timezone.localdate() + timedelta(days=30),
        "ends_on": timezone.localdate() + timedelta(days=31),
    }
    absences.enter(person=by, cover=cover, note=word("Absence.note"), **days, by=by)
    week = failed_contacts.Week.last(by.zone)
    failed_contacts.confirm(week, listed=1, by=cover, words=word("PackReading.words"))
    exercise = practice.begin(exercises.every()[0], id=uuid.uuid4(), by=by)
    practice.note(exercise, noted={"what": word("Exercise.noted")}, by=by)
    intakes.begin(CALENDAR.format(word("IntakeTitle.words"), timezone.now() + timedelta(days=1)).encode(), by=by)
    own = [word(f"IntakeRow.{name}") for name in ("references", "preferred_name", "room")]
    made = intakes.begin(WEEK_LIST.format(*own, "0500").encode(), by=by)
    row = made.rows.first()
    row.reason = word("IntakeRow.reason")
    row.save(update_fields=["reason"])


def about_it(client, word, *, by, officer, supervisor):
    """A record that is held, opened in an emergency and judged; one that was asked for and never looked up."""
    holds.place(
        team=client.team, reference=client.reference, reason="complaint", matter=word("LegalHold.matter"), by=officer
    )
    asked = {"team": client.team, "reason": "danger", "by": by}
    why = {"reference": client.reference, "words": word("EmergencyAccess.words")}
    access = emergency_access.begin(emergency_access.ask(**asked, **why), by=by)
    verdict = {"verdict": "justified", "words": word("EmergencyAccess.verdict_words")}
    emergency_access.judge(access, **verdict, by=supervisor)
    emergency_access.ask(**asked, reference=word("EmergencyAccess.reference_asked"), words="They called")


@pytest.fixture
def words(therapist, supervisor, stranger, privacy_officer, site, starter):
    """A word of its own for each field, put there by the verbs that pages use."""
    word, by = Words(), {"by": therapist}
    allowed = {
        channel: {
            "scope": "full",
            "address": word("ContactPermission.address"),
            "safe_times": word("ContactPermission.safe_times"),
        }
        for channel in ("letter", "text")
    }
    allowed["phone"] = {"scope": "none", "address": "", "safe_times": ""}
    client = caseload.add_client(
        reference=word("Client.reference"),
        preferred_name=word("Client.preferred_name"),
        age_band="13_17",
        permissions=allowed,
        **by,
    )
    session = caseload.add_session(
        starts_at=timezone.now() - timedelta(minutes=20),
        clients=[client],
        format="video",
        room=word("TherapySession.room"),
        address_today=word("TherapySession.address_today", "DepartureEvent.address_today"),
        callback_number=word("TherapySession.callback_number", "DepartureEvent.callback_number"),
        **by,
    )
    departure = departures.log(id=uuid.uuid4(), session=session, **by)
    in_the_record(departure, word, by=therapist)
    after_it(departure, word, by=therapist, supervisor=supervisor)
    mistaken = departures.log(id=uuid.uuid4(), **by)
    departures.void(mistaken, reason=word("DepartureEvent.void_reason"), **by)
    beside_it(word, by=therapist, cover=supervisor)
    about_it(client, word, by=stranger, officer=privacy_officer, supervisor=supervisor)
    goes = caseload.add_client(reference="0600", **by)
    taken = {"former": therapist, "to": stranger, "by": supervisor}
    hand_overs.hand_over(goes, **taken, note=word("ClientHandOver.note"))
    return word


def fields_with_words():
    """{name: (model, field)} of every encrypted field, histories apart."""
    return {
        f"{model.__name__}.{field.name}": (model, field)
        for model, field in all_encrypted()
        if not getattr(model, "pgh_tracked_model", None)
    }


def dumped():
    """Every row of every table there is, as a dump has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'")
        for schema, table in cursor.fetchall():
            with cursor.copy(f'COPY "{schema}"."{table}" TO STDOUT') as rows:
                yield table, b"".join(bytes(row) for row in rows)


def readings(content):
    """The bytes as they are, and out of hexadecimal and base64, in which words might hide."""
    yield content
    for run in re.findall(rb"[0-9a-f]{16,}", content):
        yield bytes.fromhex(run[: len(run) // 2 * 2].decode())
    for run in re.findall(rb"[A-Za-z0-9+/_-]{16,}", content):
        for start in range(4):
            piece = run[start:].translate(bytes.maketrans(b"-_", b"+/"))
            with suppress(binascii.Error):
                yield base64.b64decode(piece[: len(piece) // 4 * 4])


def test_every_encrypted_field_was_written_and_reads_as_it_was(words):
    assert set(words.of) == set(fields_with_words())
    for name, (model, field) in fields_with_words().items():
        if name != "IntakeTitle.words":  # its intake went with the next one
            said = [str(getattr(row, field.attname)) for row in model._base_manager.all()]
            assert any(words.of[name] in each for each in said), name


def test_a_dump_of_the_database_holds_no_word(words, signed_in, therapist, supervisor):
    signed_in(therapist).get(reverse("clients"))
    signed_in(supervisor).get(reverse("review-queue"))
    found = {}
    for table, content in dumped():
        for reading in readings(content):
            for name, word in words.of.items():
                if word.encode() in reading:
                    found[table] = name
    assert found == {}


def test_the_same_search_finds_a_word_that_stands_in_clear(words):
    """Or its silence would be worth nothing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_site SET on_call_name = %s", [words.of["Client.reference"]])
        cursor.execute("UPDATE accounts_site SET safeguarding_name = encode('zq000vyx-in-base64', 'base64')")
    content = dict(dumped())["accounts_site"]
    assert words.of["Client.reference"].encode() in content
    assert any(b"zq000vyx-in-base64" in each for each in readings(content))


def test_redis_holds_no_word(words):
    store = redis.Redis.from_url(project.REDIS_URL)
    content = b"".join(store.dump(key) or b"" for key in store.scan_iter())
    assert not [name for name, word in words.of.items() if word.encode() in content]
