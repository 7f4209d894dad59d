"""A copy of the database is whole or refused, says nothing without its key, and puts everything back as it was."""

import io
import re
import tempfile
import uuid
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from accounts import keys as data_keys
from config.backup import archives, contents, keys, streams
from config.backup.streams import Refused, Sealer
from config.local import servers
from followups import deliveries
from followups.models import Delivery
from sessions_app import checklist, departures, help_calls, reports
from sessions_app.models import DepartureEvent
from tests.databases import database_url

KEY, OTHER = b"k" * 32, b"o" * 32
WORDS = "Zwetschgenkuchen"
READER = f"doorway_audit_{uuid.uuid4().hex[:8]}"  # roles are the whole server's, and other tests run beside these


def sealed(data, *, key=KEY):
    written = io.BytesIO()
    sealer = Sealer(written, key)
    for start in range(0, len(data), 300_000):
        sealer.write(data[start : start + 300_000])
    sealer.close()
    return written.getvalue()


def read(archive, *, key=KEY):
    return b"".join(streams.pieces(io.BytesIO(archive), key))


# The stream -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, streams.PIECE - 1, streams.PIECE, streams.PIECE + 1, 3 * streams.PIECE])
def test_what_was_written_comes_back(size):
    data = bytes(range(256)) * (size // 256 + 1)
    assert read(sealed(data[:size])) == data[:size]


def test_nothing_of_it_can_be_read_without_the_key():
    assert WORDS.encode() not in sealed(WORDS.encode() * 100)


def test_the_same_words_never_look_the_same_twice():
    assert sealed(b"words") != sealed(b"words")


def test_another_key_is_refused_and_named_by_its_fingerprint():
    with pytest.raises(Refused, match=streams.fingerprint(KEY)):
        read(sealed(b"words"), key=OTHER)


SHORT = sealed(b"Some words of nobody. " * 20)


@given(place=st.integers(0, len(SHORT) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_refused(place, bit):
    changed = bytearray(SHORT)
    changed[place] ^= 1 << bit
    with pytest.raises(Refused):
        read(bytes(changed))


@given(length=st.integers(0, len(SHORT) - 1))
def test_one_that_ends_too_early_is_refused(length):
    with pytest.raises(Refused):
        read(SHORT[:length])


def cut(archive):
    """The header, and the pieces, of an archive of several."""
    size = int.from_bytes(archive[16:20], "big") + 20
    edges = [*range(size, len(archive), streams.PIECE + streams.TAG), len(archive)]
    return archive[:size], [archive[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("order", [[0, 1], [1, 0, 2], [0, 1, 2, 2], [0, 2], [0], [1, 2], [0, 1, 1, 2], []], ids=str)
def test_pieces_left_out_swapped_or_repeated_are_refused(order):
    header, parts = cut(sealed(b"x" * (3 * streams.PIECE)))
    assert len(parts) == 3
    with pytest.raises(Refused):
        read(header + b"".join(parts[each] for each in order))


def test_a_piece_of_another_archive_is_refused():
    header, parts = cut(sealed(b"x" * (2 * streams.PIECE)))
    _header, others = cut(sealed(b"y" * (2 * streams.PIECE)))
    with pytest.raises(Refused):
        read(header + parts[0] + others[1])


# The database ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(settings):
    settings.BACKUP_KEY = keys.new_key()
    settings.BACKUP_DATABASE_URL = database_url()
    return keys.backup_key()


@pytest.fixture
def told(transactional_db, therapist, supervisor, departure):
    """A record with words in it, a message that waits, and a role that may read the queue."""
    checklist.record(departure, slug="stay-calm", outcome="done", note=WORDS, op_id=departure.pk, by=therapist)
    departures.they_have_gone(departure, op_id=departure.pk, by=therapist)
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, account=f"They left. {WORDS}", by=therapist)
    help_calls.ask(id=uuid.uuid4(), by=therapist)
    call_command("create_audit_role", name=READER, verbosity=0, stdout=io.StringIO())
    yield departure
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {READER}; DROP ROLE {READER}")


@pytest.fixture(scope="module")
def another_server():
    """An empty PostgreSQL that has never heard of this one, or of its roles."""
    with tempfile.TemporaryDirectory(prefix="doorway-") as folder:
        Path(folder).chmod(0o711)
        data = servers.data_folder(Path(folder) / "postgres")
        with servers.postgres(data, is_lasting=False) as url:
            yield url
        servers.remove_data(Path(folder) / "postgres")


@pytest.fixture
def empty(another_server, monkeypatch):
    """An empty database there, by its address; programs that are started find it and their settings."""
    monkeypatch.setenv("SECRET_KEY", "k" * 60)
    name = sql.Identifier("put_back")
    with psycopg.connect(another_server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return re.sub(r"/[^/]*$", "/put_back", another_server)


@pytest.fixture
def archive(told, key, tmp_path):
    file = tmp_path / "monday.backup"
    call_command("backup", file, stdout=io.StringIO())
    return file


def every_row(url):
    """Each table with its rows as they are, and each sequence."""
    with contents.connect(url) as there:
        names = there.execute(contents.TABLES.format(ours=contents.OURS)).fetchall()
        found = {}
        for schema, name in names:
            rows = there.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, name))).fetchall()
            found[name] = sorted(rows)
        return found, contents.sequences(there)


def triggers_grants_and_constraints(url):
    with contents.connect(url) as there:
        return contents.shape(there)


def test_everything_comes_back_on_an_empty_server_and_nothing_is_sent_twice(archive, empty, settings, monkeypatch):
    monkeypatch.setenv("DATA_KEYS", data_keys.written(settings.DATA_KEYS))  # for the program that finishes it
    before, shape = every_row(database_url()), triggers_grants_and_constraints(database_url())
    settings.BACKUP_DATABASE_URL = empty
    said = io.StringIO()
    call_command("restore", archive, stdout=said)
    after = every_row(empty)
    assert sum(map(len, before[0].values())) > 100, "there was something to put back"
    # By after_restore, which marks what may have been sent since; and a sign that is left once a copy was made.
    touched = {"followups_delivery", "followups_heartbeat"}
    assert {name: rows for name, rows in after[0].items() if name not in touched} == {
        name: rows for name, rows in before[0].items() if name not in touched
    }
    assert after[1] == before[1]
    assert triggers_grants_and_constraints(empty) == shape
    assert "may have been sent before" in said.getvalue()
    with contents.connect(empty) as there:
        waiting = there.execute(
            "SELECT count(*), bool_and(may_be_repeat) FROM followups_delivery WHERE state = 'pending'"
        )
        assert waiting.fetchone() == (Delivery.objects.filter(state="pending").count(), True)
        with pytest.raises(psycopg.errors.IntegrityError):
            there.execute("DELETE FROM sessions_app_departureevent")
        may = f"SELECT has_table_privilege('{READER}', 'followups_delivery', 'SELECT')"
        assert there.execute(may).fetchone() == (True,)


def test_no_word_of_the_record_stands_in_the_archive(archive):
    data = archive.read_bytes()
    assert [word for word in (WORDS, "0417", "Robin", "Ana Reyes", "sessions_app") if word.encode() in data] == []
    assert archive.stat().st_mode & 0o077 == 0, "nor may others read the file"


def test_what_is_refused_says_so_in_one_sentence_and_writes_nothing(archive, empty, settings, tmp_path, key):
    settings.BACKUP_DATABASE_URL = empty
    whole = archive.read_bytes()
    broken = tmp_path / "broken.backup"
    for data in (whole[:-1], whole[: len(whole) // 2], flipped(whole, len(whole) // 2), flipped(whole, 30), b"none"):
        broken.write_bytes(data)
        with pytest.raises(CommandError) as refusal:
            call_command("restore", broken)
        assert is_one_sentence(str(refusal.value))
    settings.BACKUP_KEY = keys.new_key()
    with pytest.raises(CommandError, match="needs the key"):
        call_command("restore", archive)
    with contents.connect(empty) as there:
        assert contents.is_empty(there)


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def is_one_sentence(words):
    return words.endswith(".") and "\n" not in words and len(words) < 200


def test_a_database_that_is_not_empty_is_left_alone(archive, key):
    before = every_row(database_url())
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", archive)
    assert every_row(database_url()) == before


def test_a_missing_data_key_is_named_at_once(archive, empty, key, monkeypatch):
    manifest, _dump = archives.opened(archive.open("rb"), key)
    monkeypatch.setattr(archives, "look_through", lambda *_, **__: manifest | {"data_keys": ["2026-a"]})
    with pytest.raises(Refused, match="the key 2026-a is missing"):
        archives.put_back(archive, url=empty, key=key)


def test_a_database_that_differs_from_its_manifest_is_not_to_be_used(archive, empty, key):
    manifest = archives.put_back(archive, url=empty, key=key)
    with contents.connect(empty) as there:
        archives.compare(there, manifest)
        there.execute("UPDATE accounts_site SET name = 'Elsewhere'")
        with pytest.raises(Refused, match="accounts_site"):
            archives.compare(there, manifest)
        there.execute("UPDATE accounts_site SET name = 'Riverside Clinic'")
        archives.compare(there, manifest)
        there.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        with pytest.raises(Refused, match="triggers"):
            archives.compare(there, manifest)


def test_a_backup_never_overwrites_and_leaves_no_half(archive, key, settings):
    before = archive.read_bytes()
    with pytest.raises(CommandError, match="never overwrites"):
        call_command("backup", archive)
    assert archive.read_bytes() == before
    settings.BACKUP_DATABASE_URL = re.sub(r"/[^/]*$", "/postgres", database_url())  # holds no tables of ours
    with pytest.raises(psycopg.Error):
        call_command("backup", archive.with_name("tuesday.backup"))
    assert [file.name for file in archive.parent.iterdir()] == [archive.name]


def test_verify_reads_to_the_end(archive, key):
    said = io.StringIO()
    call_command("backup", verify=archive, stdout=said)
    assert said.getvalue().startswith("Whole.")
    archive.write_bytes(archive.read_bytes()[:-1])
    with pytest.raises(CommandError, match="ends too early"):
        call_command("backup", verify=archive)


def test_what_is_written_meanwhile_is_in_no_half(told, key, tmp_path, monkeypatch, therapist):
    """The numbers and the rows are of one moment, whatever is written between the two."""
    dump = archives.dump

    def write_then_dump(*args, **options):
        departures.log(id=uuid.uuid4(), by=therapist)
        dump(*args, **options)

    monkeypatch.setattr(archives, "dump", write_then_dump)
    file = tmp_path / "busy.backup"
    call_command("backup", file, stdout=io.StringIO())
    manifest = archives.look_through(file, key=key)
    assert DepartureEvent.objects.count() == manifest["tables"]["public.sessions_app_departureevent"][0] + 1


def test_without_a_key_nothing_is_written(told, settings, tmp_path):
    settings.BACKUP_KEY = settings.BACKUP_KEY_FILE = ""
    with pytest.raises(CommandError, match="no BACKUP_KEY"):
        call_command("backup", tmp_path / "none.backup")
    assert list(tmp_path.iterdir()) == []


def test_the_key_may_be_in_a_file(settings, tmp_path):
    settings.BACKUP_KEY, file = "", tmp_path / "key"
    file.write_text(f"{keys.new_key()}\n")
    settings.BACKUP_KEY_FILE = str(file)
    assert len(keys.backup_key()) == keys.BYTES
    file.write_text("too short")
    with pytest.raises(Refused, match="no such key"):
        keys.backup_key()


def test_what_waits_is_marked_once(told):
    assert deliveries.doubt_what_waits() == Delivery.objects.filter(state="pending").count() > 0


def test_another_data_key_under_the_same_name_is_told_from_the_one_an_archive_needs(settings):
    settings.DATA_KEYS = {"2026": b"a" * 32}
    needed = keys.data_fingerprints()
    settings.DATA_KEYS = {"2026": b"b" * 32}
    assert not set(needed) & set(keys.data_fingerprints())
