"""The cast. Tests are small stories about these people; each fixture makes one of them, or something of theirs."""

import fcntl
import gc
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone, translation
from hypothesis import settings as hypothesis_settings

from accounts import keys, recheck, staff_post
from accounts.models import Role, Site, Supervision, Team, User
from followups import audits, ladders, policies
from followups.models import FollowUpPolicy
from protocols import adoptions, editions
from resources import shelf
from sessions_app import departures
from sessions_app.models import Channel, Client, ContactPermission, TherapySession
from tests import databases
from tests.test_asvs import pointed_to
from tests.ux.targets import TARGETS

hypothesis_settings.register_profile("doorway", deadline=None)  # a busy machine is no failure
hypothesis_settings.load_profile("doorway")
PASSWORD = "a password for tests"
COMMITS = {"transactional_db", "live_server"}
CLINIC = "America/New_York"


def pytest_configure():
    """The suite's own day is that of its people: for some hours of each night it is another one in UTC."""
    settings.TIME_ZONE = CLINIC
    timezone.get_default_timezone.cache_clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_createdb, django_db_blocker, testrun_uid
):
    """Workers copy one migrated database: migrating takes each of them half a minute."""
    if django_db_createdb:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = databases.migrated_once(testrun_uid)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Hundreds of tests commit, and each leaves to the next what migrations load, on whichever connection."""
    operations = type(connection.ops)
    with django_db_blocker.unblock():
        loaded = databases.what_migrations_load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", databases.emptied_quickly(operations.sql_flush, loaded))
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_: None)
        yield


def pytest_collection_finish():
    """What was imported and collected stays to the end: the search for garbage need not walk through it each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def all_is_well(monkeypatch):
    """The auditor has just been here: pages neither ask nor say otherwise."""
    monkeypatch.setattr(audits, "known", (float("inf"), datetime.max.replace(tzinfo=UTC)))


@pytest.fixture(autouse=True)
def published(request):
    """What migrations load. It may be missing in a database that an earlier run has left behind."""
    asked_for = set(request.fixturenames)
    if asked_for & {"db", *COMMITS} or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if asked_for & COMMITS else "db")
        editions.publish_all()
        policies.load_default()
        ladders.load_default()
        policies.Known.is_one_in_force = False  # tables are emptied, which happens nowhere else
        adoptions.Known.is_made = "nothing_signed" not in asked_for
        if adoptions.Known.is_made:
            adoptions.carry_over()


@pytest.fixture
def nothing_signed(db):
    """An installation that no clinical lead has adopted: what is written down is practice (see `published`)."""


@pytest.fixture
def adopted(published, hire):
    """The follow-up policy, put in force by a clinical lead who has left since. Without it no plan has times."""
    lead = hire("Nora Berg", Role.SUPERVISOR, is_clinical_lead=True, is_active=False)
    facts = {"adopted_at": timezone.now(), "adopted_by": lead}  # as scenery: no entry in the trail, no story of its own
    FollowUpPolicy.objects.filter(number=1).update(**facts)
    policies.Known.is_one_in_force = True
    return policies.in_force()


@pytest.fixture(scope="session")
def collected(tmp_path_factory, worker_id):
    """The folder of static files as production serves them, made by whichever worker comes first."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "static"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            collect_into(folder)
    return folder


def collect_into(folder):
    secrets = {"SECRET_KEY": "k" * 60, "DATA_KEYS": keys.new("k")}
    own = {**secrets, "STATIC_ROOT": str(folder), "DEBUG": "false", "DEMO": "false"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, **own}, check=True)


@pytest.fixture(autouse=True)
def mother_tongue():
    """The language of the last page stays with the thread; the next test begins in the usual one."""
    yield
    translation.deactivate()


@pytest.fixture
def asked_each_time(monkeypatch):
    """Whoever does what asks for it proved too long ago who they are."""
    monkeypatch.setattr(recheck, "RECENT_SECONDS", 0)


@pytest.fixture
def site(db):
    return Site.objects.create(
        name="Riverside Clinic",
        country="US",
        time_zone=CLINIC,
        emergency_number="911",
        on_call_name="Duty lead",
        on_call_phone="+1 555 0100",
    )


@pytest.fixture
def team(site):
    return Team.objects.create(name="Adults", site=site)


@pytest.fixture
def hire(team):
    """Make a person: `hire("Ana", Role.THERAPIST)`."""

    def make(name, *roles, **facts):
        email = f"{name.lower().replace(' ', '.')}@clinic.example"
        return User.objects.create_user(email, PASSWORD, name=name, roles=list(roles), **{"team": team, **facts})

    return make


@pytest.fixture
def therapist(hire, adopted):
    return hire("Ana Reyes", Role.THERAPIST, phone="+1 555 0117")


@pytest.fixture
def supervisor(hire, therapist):
    """Answers for the therapist since a month ago."""
    sam = hire("Sam Lindqvist", Role.SUPERVISOR, phone="+1 555 0119")
    month_ago = timezone.localdate() - timedelta(days=30)
    Supervision.objects.create(supervisor=sam, supervisee=therapist, starts_on=month_ago)
    return sam


@pytest.fixture
def stranger(hire):
    """Therapist and supervisor both, of other people."""
    return hire("Max Stranger", Role.THERAPIST, Role.SUPERVISOR)


@pytest.fixture
def former_supervisor(hire, therapist):
    """Supervised the therapist until yesterday."""
    person = hire("Fay Former", Role.SUPERVISOR)
    days = {"starts_on": timezone.localdate() - timedelta(days=60), "ends_on": timezone.localdate() - timedelta(days=1)}
    Supervision.objects.create(supervisor=person, supervisee=therapist, **days)
    return person


@pytest.fixture
def admin(hire):
    return hire("Kim Novak", Role.ADMIN)


@pytest.fixture
def privacy_officer(hire):
    return hire("Pat Moreno", Role.PRIVACY)


@pytest.fixture
def client_0417(therapist):
    """In care with the therapist; calls are allowed, voicemail is not."""
    person = Client.objects.create(reference="0417", preferred_name="Robin", therapist=therapist, team=therapist.team)
    scope = ContactPermission.Scope
    for channel, allowed in ((Channel.PHONE, scope.PRACTICE_NAME), (Channel.VOICEMAIL, scope.NONE)):
        ContactPermission.objects.create(client=person, channel=channel, scope=allowed, address="+1 555 0142")
    return person


@pytest.fixture
def session(therapist, client_0417):
    """Going on since twenty minutes ago."""
    made = TherapySession.objects.create(
        therapist=therapist, site=therapist.site, starts_at=timezone.now() - timedelta(minutes=20), room="Room 3"
    )
    made.clients.add(client_0417)
    return made


@pytest.fixture
def departure(therapist, session):
    """Client 0417 is leaving the session, right now."""
    return departures.log(id=uuid.uuid4(), by=therapist, session=session)


@pytest.fixture
def starter(db):
    """The directory as it comes with Doorway."""
    return shelf.load()


@pytest.fixture
def signed_in(db):
    """Sign somebody in and get a browser without a screen: `signed_in(therapist).get("/")`."""

    def sign_in(person):
        browser = Browser()
        browser.force_login(person)
        return browser

    return sign_in


@pytest.fixture
def mails(mailoutbox, db):
    """What has been mailed by now, about accounts as well: `mails()`. Those wait in a table until they are sent."""

    def sent():
        staff_post.drain()
        return mailoutbox

    return sent


@pytest.fixture(autouse=True)
def about(request, record_property):
    """Which targets this test is about, for the table of `make ux`."""
    for mark in request.node.iter_markers("target"):
        record_property("target", mark.args[0])


@pytest.fixture
def figure(record_property):
    """Say what was measured of a target: `figure("T9", 2172)`. What can be counted has to keep its limit."""

    def say(number, value):
        record_property("figure", (number, value))
        target = TARGETS[number]
        assert target.is_only_printed or target.holds(value), f"{number}, {target.what}: {value}, limit {target.limit}"

    return say


# Proof that is pointed to (config/security/asvs.csv) ---------------------------------------------------------------

skipped = set()


def pytest_runtest_logreport(report):
    if report.skipped:
        skipped.add(report.nodeid.partition("[")[0])


def pytest_sessionfinish(session):
    """Where CI is set, a run in which a test skipped itself that is pointed to as proof has failed."""
    is_whole = not hasattr(session.config, "workerinput")  # workers of xdist each know a part
    if is_whole and os.environ.get("CI") and (missing := skipped & pointed_to()):
        print("\nPointed to as proof in config/security/asvs.csv, and skipped:", *sorted(missing), sep="\n  ")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
