"""`manage.py doctor`: each thing that can be wrong is made wrong for real, and the doctor names it and what to do."""

import io
import json
from datetime import timedelta

import pytest
import redis as redis_client
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core import mail as outbox
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts import keys as data_keys
from accounts.models import Conversion, Role, Site
from config.backup import keys
from config.local import servers
from config.local.processes import free_port
from followups import heartbeats, reminders
from followups.models import Heartbeat
from resources.models import Resource
from sessions_app import checklist
from tests.config.test_operations import all_well  # noqa: F401 - a fixture
from tests.config.test_settings import manage
from tests.databases import database_url
from tests.followups.conftest import mail_server  # noqa: F401 - a fixture
from tests.followups.mail_server import MailServer
from tests.followups.test_processes import DeadMan

STATUS = {"ok": 0, "look": 1, "broken": 2}


def asked(*words):
    """{what was asked: (how it is, what is so and what to do)} of a doctor in this process, and its status."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", *words, "--json", stdout=said)
    found = json.loads(said.getvalue())
    states = {each["state"] for each in found["answers"]}
    assert ended.value.code == STATUS[found["state"]] == max(STATUS[each] for each in states)
    assert all(each["to_do"] for each in found["answers"] if each["state"] != "ok"), "what to do, always"
    return {each["about"]: (each["state"], f"{each['says']} {each['to_do']}") for each in found["answers"]}


def states(*words):
    return {about: state for about, (state, _says) in asked(*words).items()}


# As a program -------------------------------------------------------------------------------------------------

SECRETS = {
    "SECRET_KEY": "a hidden key that is long enough for anybody who counts: 0123456789 abcdefghij",
    "DATABASE_URL": "postgresql://doorway:hidden-database@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://:hidden-redis@127.0.0.1:1/0",
    "EMAIL_URL": "smtp://doorway:hidden-mail@127.0.0.1:1",
    "METRICS_TOKEN": "hidden-token-that-is-long-enough-for-anybody",
    "BACKUP_KEY": "H" * 43,
    "VAPID_PRIVATE_KEY": "V" * 43,
    "DATA_KEYS": f"k1:{'D' * 43}",
}


def test_where_nothing_answers_each_is_named_and_no_secret_is_shown():
    done = manage("doctor", **SECRETS)
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert done.returncode == 2
    wanted = {
        "database.reachable": "broken The database at 127.0.0.1 does not answer",
        "redis.reachable": "look   Redis at 127.0.0.1:1 does not answer",
        "mail.server": "broken The mail server 127.0.0.1:1 does not answer",
        "keys.keys": "look   Not asked: the database does not answer.",
        "settings.static": "broken There are no static files",
        "settings.debug": "ok     DEBUG is off.",
        "settings.hosts": "ok     ALLOWED_HOSTS has the name of PUBLIC_URL.",
    }
    for name, words in wanted.items():
        state, _, says = words.partition(" ")
        assert lines[name].startswith(f"{state:<7}{name}")
        assert says.strip() in lines[name]
    told = done.stdout + done.stderr
    assert not any(word in told for word in ("hidden", "H" * 20, "V" * 20, "D" * 20))
    assert "Traceback" not in told


def test_where_doorway_cannot_start_the_doctor_says_so_as_broken():
    done = manage("doctor", SECRET_KEY=None)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Doorway cannot start: SECRET_KEY")


def test_a_subject_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "plumbing")
    assert ended.value.code == 2
    assert "There is no subject plumbing." in capsys.readouterr().err


def test_all_is_well_looks_like_this(all_well, capsys):  # noqa: F811
    for subject in ("clocks", "processes", "front"):
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", subject)
        assert ended.value.code == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 15
    assert all(line.startswith("ok     ") for line in lines)


def test_what_cannot_be_asked_is_an_answer_too(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_site RENAME TO xylophage")
    state, says = asked("front")["front"]
    assert state == "broken"
    assert "ProgrammingError" in says
    assert "xylophage" not in says


# Settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "changes", "state"),
    [
        ("debug", {"DEBUG": True}, "broken"),
        ("demo", {"DEMO": True}, "broken"),
        ("hosts", {"ALLOWED_HOSTS": ["*"]}, "broken"),
        ("hosts", {"ALLOWED_HOSTS": ["elsewhere.example"]}, "broken"),
        ("public_url", {"PUBLIC_URL": "http://doorway.example", "IS_HTTPS": False}, "broken"),
        ("public_url", {"PUBLIC_URL": "http://127.0.0.1:8000", "IS_HTTPS": False}, "look"),
        ("public_url", {"PUBLIC_URL": "doorway"}, "broken"),
        ("proxies", {"TRUSTED_PROXIES": 0}, "look"),
        ("factors", {"MFA_REQUIRED_ROLES": ["admin"]}, "look"),
        ("metrics", {"METRICS_TOKEN": "t" * 40}, "look"),
        ("deadman", {"DEADMAN_URL": ""}, "look"),
        ("deploy", {"SECURE_HSTS_SECONDS": 0, "SECURE_SSL_REDIRECT": False}, "look"),
    ],
)
def test_a_setting_that_is_not_safe_is_named(settings, about, changes, state):
    well = {"PUBLIC_URL": "https://doorway.example", "IS_HTTPS": True, "ALLOWED_HOSTS": ["doorway.example"]}
    well |= {"TRUSTED_PROXIES": 1, "MFA_REQUIRED_ROLES": settings.ROLES, "DEADMAN_URL": "https://switch.example"}
    for name, value in well.items():
        setattr(settings, name, value)
    if about != "deploy":
        assert states("settings")[about] == "ok"
    for name, value in changes.items():
        setattr(settings, name, value)
    assert states("settings")[about] == state


# Database -----------------------------------------------------------------------------------------------------


def test_a_database_for_tests_may_lose_what_it_said_it_keeps(db):
    """The server of the tests is fast because it does not wait for its disk: the doctor sees that."""
    found = states("database")
    assert found["version"] == found["migrations"] == found["checksums"] == found["log"] == found["conversion"] == "ok"
    assert found["fsync"] == found["synchronous_commit"] == "broken"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
    assert states("database")["synchronous_commit"] == "ok"


def test_a_database_that_is_behind_and_one_that_is_ahead_are_told_apart(db):
    assert "newer" not in states("database")
    MigrationRecorder(connection).record_applied("followups", "9999_of_tomorrow")
    state, says = asked("database")["newer"]
    assert (state, "followups.9999_of_tomorrow" in says) == ("look", True)
    MigrationRecorder(connection).record_unapplied("followups", "0003_review")
    state, says = asked("database")["migrations"]
    assert (state, "followups.0003_review" in says, "manage.py migrate" in says) == ("broken", True, True)


def test_what_the_database_would_write_into_its_log_is_told(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL log_statement = 'all'")
    state, says = asked("database")["log"]
    assert (state, "log_statement" in says) == ("look", True)


def test_words_that_stand_in_clear_and_a_cache_that_is_missing_are_told(db):
    Conversion.objects.create()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS cache")
    found = states("database")
    assert (found["conversion"], found["cache"]) == ("look", "broken")
    call_command("createcachetable")
    assert states("database")["cache"] == "ok"


def test_a_role_that_may_do_everything_is_told_from_one_that_may_not(db):
    assert states("database")["role"] == "look"
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE doorway_modest_test; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC")
        cursor.execute("SET LOCAL ROLE doorway_modest_test")
    assert states("database")["role"] == "ok"


class Reader(DeadMan):
    ROLE = "doorway_audit_doctor"  # roles are the whole server's, and other tests run beside this one


def test_the_auditors_role_must_read_the_queue_and_write_nothing(transactional_db):
    reader = Reader()
    try:
        facts = {"DATABASE_URL": database_url(), "AUDIT_DATABASE_URL": reader.reader()}
        assert "audit_role" in (done := manage("doctor", "database", **facts)).stdout, done.stderr
        assert "may read the queue and nothing else" in done.stdout
        with connection.cursor() as cursor:
            cursor.execute(f"REVOKE SELECT ON followups_delivery FROM {reader.ROLE}")
        assert "may not read the queue" in manage("doctor", "database", **facts).stdout
    finally:
        reader.stop()


# Redis --------------------------------------------------------------------------------------------------------


def test_a_redis_that_forgets_refuses_or_is_gone_is_named(settings, tmp_path):
    with servers.redis(tmp_path / "redis") as url:
        settings.REDIS_URL = url
        assert states("redis")["policy"] == "ok"
        assert states("redis")["version"] == "look", "the one that comes along is old"
        with redis_client.Redis.from_url(settings.REDIS_URL) as there:
            there.config_set("maxmemory-policy", "allkeys-lru")
            state, says = asked("redis")["policy"]
            assert (state, "allkeys-lru" in says, "noeviction" in says) == ("look", True, True)
            there.rpush("urgent", *["a call"] * 101)
        state, says = asked("redis")["redis"]
        assert (state, "Start a worker for the queue urgent." in says) == ("look", True)
        settings.REDIS_URL = f"redis://:wrong@{url.rpartition('@')[2]}"
        assert "Redis refuses us." in asked("redis")["reachable"][1]
        settings.REDIS_URL = url
    assert "does not answer" in asked("redis")["reachable"][1]


# Mail ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def from_the_clinic(settings):
    settings.DEFAULT_FROM_EMAIL = "Doorway <doorway@clinic.example>"


def test_a_mail_server_that_answers_is_well_until_it_is_stopped(settings, from_the_clinic):
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    server.start()
    assert set(states("mail").values()) == {"ok"}
    assert server.accepted == [], "asking sends nothing"
    server.stop()
    state, says = asked("mail")["server"]
    assert (state, f":{server.port}" in says) == ("broken", True)


def test_one_mail_is_sent_to_whom_the_operator_names(mail_server, from_the_clinic, client_0417):  # noqa: F811
    assert states("mail", "--send-to", "me@clinic.example")["sent"] == "ok"
    [mail] = mail_server.accepted
    assert mail["To"] == "me@clinic.example"
    assert client_0417.preferred_name not in mail_server.raw
    mail_server.refused["me@clinic.example"] = "550 No such mailbox"
    assert states("mail", "--send-to", "me@clinic.example")["sent"] == "broken"


def test_a_server_that_cannot_do_what_was_asked_is_told_from_one_that_is_away(mail_server, settings):  # noqa: F811
    settings.EMAIL_USE_TLS = True
    assert "cannot do what EMAIL_URL asks for" in asked("mail")["server"][1]
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
    assert "cannot be talked to over TLS" in asked("mail")["server"][1]
    settings.EMAIL_USE_SSL, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "doorway", "hidden"
    assert "cannot do what EMAIL_URL asks for" in asked("mail")["server"][1]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_is_named_and_not_shown(settings):
    known = {"wrong": False, "hidden": True}

    def judge(_server, _session, _envelope, _mechanism, said):
        return AuthResult(success=known[said.password.decode()], handled=False)

    facts = {"authenticator": judge, "auth_required": True, "auth_require_tls": False}
    server = Controller(object(), hostname="127.0.0.1", port=free_port(), **facts)
    server.start()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", server.hostname
    settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = server.port, "doorway", "wrong"
    try:
        state, says = asked("mail")["server"]
        assert (state, "does not let us in: it answered 535" in says, "wrong" in says) == ("broken", True, False)
        settings.EMAIL_HOST_PASSWORD = "hidden"
        assert "lets us in" in asked("mail")["server"][1]
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("changes", "about", "state"),
    [
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "server", "broken"),
        ({"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}, "server", "look"),
        ({"DEFAULT_FROM_EMAIL": "doorway@localhost"}, "sender", "look"),
    ],
)
def test_mail_that_goes_nowhere_or_comes_from_nobody_is_told(settings, changes, about, state):
    for name, value in changes.items():
        setattr(settings, name, value)
    assert states("mail")[about] == state
    assert getattr(outbox, "outbox", []) == []


# Clocks, keys, copies -----------------------------------------------------------------------------------------


def test_a_clock_that_is_off_and_a_zone_that_nobody_knows_are_told(site):
    assert set(states("clocks").values()) == {"ok"}
    reminders.sweep(clock_name="sweeper")
    Heartbeat.objects.update(seconds_off=3600)
    Site.objects.update(time_zone="Mars/Olympus_Mons")
    found = asked("clocks")
    assert found["clock_sweeper"][0] == "broken"
    assert "1 hour off" in found["clock_sweeper"][1] or "60 minutes off" in found["clock_sweeper"][1]
    assert (found["zones"][0], "Mars/Olympus_Mons" in found["zones"][1]) == ("broken", True)


@pytest.fixture
def written(departure, therapist):
    """Words of the record, under the key there is."""
    checklist.record(departure, slug="stay-calm", outcome="done", note="Zwieback", op_id=departure.pk, by=therapist)
    return departure


def test_keys_that_read_everything_are_well(written):
    state, says = asked("keys")["in_use"]
    number = int(says.split()[2])
    assert (state, number >= 3, "Zwieback" in says) == ("ok", True, False)


def test_a_key_that_is_missing_is_named(written, settings):
    [missing] = settings.DATA_KEYS
    settings.DATA_KEYS = {"k9": b"n" * 32}
    state, says = asked("keys")["in_use"]
    assert (state, f"the data key {missing} is not here" in says) == ("broken", True)


def test_another_key_under_the_same_name_is_seen(written, settings):
    [name] = settings.DATA_KEYS
    settings.DATA_KEYS = {name: b"n" * 32}
    state, says = asked("keys")["in_use"]
    assert (state, "does not open with the key that it names" in says) == ("broken", True)


def test_a_file_of_keys_that_others_can_read_is_told(db, settings, tmp_path):
    file = tmp_path / "keys"
    file.write_text(data_keys.new("k1"))
    settings.DATA_KEYS_FILE = str(file)
    file.chmod(0o644)
    assert states("keys")["keys_file"] == "look"
    file.chmod(0o600)
    assert "keys_file" not in states("keys")


def test_the_key_of_archives_is_told_by_its_fingerprint_and_missed_when_it_is_not_there(db, settings):
    assert states("keys")["backup_key"] == "look"
    settings.BACKUP_KEY = keys.new_key()
    state, says = asked("keys")["backup_key"]
    assert (state, settings.BACKUP_KEY in says) == ("ok", False)


def test_a_copy_is_known_by_its_sign_by_its_folder_and_grows_old(transactional_db, settings, tmp_path):
    settings.BACKUP_KEY, settings.BACKUP_DATABASE_URL = keys.new_key(), database_url()
    found = asked("backups")
    assert found["backup"][0] == "broken"
    assert found["read"][0] == "look"
    file = tmp_path / "monday.backup"
    call_command("backup", file, stdout=io.StringIO())
    call_command("backup", verify=file, stdout=io.StringIO())
    found = asked("backups")
    assert found["backup"][0] == found["read"][0] == "ok"
    assert "by the sign that manage.py backup left" in found["backup"][1]
    for days, state in ((2, "look"), (4, "broken")):
        Heartbeat.objects.filter(clock=heartbeats.BACKUP).update(beat_at=timezone.now() - timedelta(days=days))
        assert states("backups")["backup"] == state
    settings.BACKUP_FOLDER = str(tmp_path)
    (tmp_path / "notes.txt").write_text("no archive")
    found = asked("backups")
    assert "by the newest archive in BACKUP_FOLDER" in found["backup"][1]
    assert found["backup"][0] == found["folder"][0] == "ok"
    settings.BACKUP_KEY = keys.new_key()
    assert states("backups")["folder"] == "look"
    settings.BACKUP_FOLDER = str(tmp_path / "gone")
    assert states("backups")["folder"] == "look"


# Programs, and what must be there -----------------------------------------------------------------------------


def test_programs_that_fell_silent_are_told_and_both_clocks_are_worse_than_one(all_well):  # noqa: F811
    def fall_silent(name):
        Heartbeat.objects.filter(clock=name).update(beat_at=timezone.now() - timedelta(days=2))
        return states("processes")

    assert fall_silent("beat")["beat"] == "look"
    assert fall_silent("urgent worker")["urgent_worker"] == "look"
    found = fall_silent("sweeper")
    assert found["beat"] == found["sweeper"] == "broken"
    assert fall_silent("audit")["audit"] == "broken"
    assert fall_silent("trail proven")["trail_proven"] == "broken"


def test_an_empty_installation_is_told_everything_that_it_lacks(db):
    found = states("front")
    assert {each for each, state in found.items() if state == "broken"} == {"sites", "directory", "policy", "admin"}
    assert {each for each, state in found.items() if state == "look"} == {"clinical_lead", "privacy_officer"}
    assert found["protocol"] == "ok"


def test_who_left_is_nobody_and_a_country_without_a_line_is_told(all_well, privacy_officer, admin):  # noqa: F811
    assert set(states("front").values()) == {"ok"}
    privacy_officer.is_active = admin.is_active = False
    privacy_officer.save()
    admin.save()
    type(admin).objects.exclude(pk=admin.pk).filter(roles__contains=[Role.PRIVACY]).update(is_active=False)
    Resource.objects.update(is_crisis_line=False)
    found = states("front")
    assert (found["privacy_officer"], found["admin"], found["crisis_lines"]) == ("look", "broken", "broken")
