"""What machines read of a running Doorway, and the same in words for an admin."""

from datetime import timedelta

import psycopg
import pytest
import redis
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import Role, StaffMail
from config.celery import app
from config.operations import broker
from followups import deliveries, heartbeats, queue_figures, reminders, tasks
from followups.models import Delivery, DeliveryEnd, Heartbeat, Reminder
from followups.models.deliveries import DeliveryChannel
from tests.databases import database_url
from tests.followups.conftest import all_due, mail_server, one_due, set_level  # noqa: F401 - fixtures

TOKEN = "a-token-for-tests-with-signs-enough-0123456789"


@pytest.fixture
def scrape(client, settings, db):
    """Ask as Prometheus does: `scrape()` gives {name: {labels' values: figure}}."""
    settings.METRICS_TOKEN = TOKEN

    def ask():
        answer = client.get(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/plain")
        found = {}
        for family in text_string_to_metric_families(answer.content.decode()):
            for sample in family.samples:
                name = sample.name.removeprefix("doorway_")
                found.setdefault(name, {})[tuple(sample.labels.values())] = sample.value
        return found

    return ask


# Who may ask --------------------------------------------------------------------------------------------------


def test_without_a_token_there_is_no_such_address(client, admin):
    client.force_login(admin)
    for said in ("", "Bearer ", "Bearer x", "Bearer None"):
        assert client.get(reverse("metrics"), headers={"Authorization": said}).status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        "Bearer ü",
    ],
)
def test_another_token_gets_nothing_whoever_brings_it(client, admin, settings, said):
    """Signed in as an admin or from this machine: without the token there is nothing to read."""
    settings.METRICS_TOKEN = TOKEN
    client.force_login(admin)
    answer = client.get(reverse("metrics"), headers={"Authorization": said}, REMOTE_ADDR="127.0.0.1")
    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Bearer", b"")


def test_it_is_read_and_never_written(client, settings):
    settings.METRICS_TOKEN = TOKEN
    assert client.post(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


# Figures ------------------------------------------------------------------------------------------------------


def test_a_reminder_is_followed_from_late_to_handed_over(scrape, one_due, mail_server):  # noqa: F811
    late = scrape()
    assert late["reminders_overdue"][("urgent",)] == Reminder.objects.due(timezone.now()).count() > 0
    assert 270 <= late["reminder_oldest_overdue_seconds"][("urgent",)] <= 400
    assert late["reminder_oldest_overdue_seconds"][("routine",)] == 0
    reminders.sweep(clock_name="beat")
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=90))
    swept = scrape()
    assert swept["reminders_overdue"][("urgent",)] == 0
    assert swept["messages_waiting"][("urgent",)] == Delivery.objects.count()
    assert 90 <= swept["message_oldest_waiting_seconds"][("urgent",)] <= 120
    deliveries.claim()
    assert scrape()["messages_being_sent"][("urgent",)] == Delivery.objects.count()
    Delivery.objects.update(state="pending", lease_token=None, lease_until=None)
    deliveries.drain()
    sent = scrape()
    assert sent["messages_waiting"][("urgent",)] == sent["messages_being_sent"][("urgent",)] == 0
    assert sent["tries"][("email", "sent")] == len(mail_server.accepted) > 0
    assert sent["urgent_message_seconds"][("1.0",)] >= 0


def test_mail_that_is_refused_is_counted_by_how(scrape, one_due, mail_server):  # noqa: F811
    mail_server.will_answer = ["451 Later"]
    reminders.sweep(clock_name="beat")
    deliveries.drain()
    assert scrape()["tries"][("email", "temporary")] == 1
    mail_server.will_answer = ["550 Never"]
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    deliveries.drain()
    found = scrape()
    assert found["tries"][("email", "permanent")] == 1
    assert found["messages_failed"][()] == Delivery.objects.filter(state="failed").count() > 0


def test_what_went_out_longer_ago_than_a_quarter_of_an_hour_is_past(scrape, one_due, mail_server, monkeypatch):  # noqa: F811
    reminders.sweep(clock_name="beat")
    deliveries.drain()
    monkeypatch.setattr(queue_figures, "LATELY", timedelta(0))
    assert scrape()["tries"][("email", "sent")] == 0


def test_every_program_is_as_old_as_its_sign(scrape):
    for name in heartbeats.LATE_AFTER:
        heartbeats.leave(name, timezone.now() - timedelta(seconds=100))
    signs = scrape()["sign_age_seconds"]
    assert {name for (name,) in signs} == {name.replace(" ", "_") for name in heartbeats.LATE_AFTER}
    assert all(99 <= age <= 110 for age in signs.values())
    assert scrape()["backup_age_seconds"][()] >= 99


def test_mails_about_accounts_are_counted(scrape, therapist):
    hour_ago = timezone.now() - timedelta(hours=1)
    for tries in (0, 8):
        StaffMail.objects.create(kind="new_device", person=therapist, tries=tries, next_at=hour_ago)
    StaffMail.objects.update(made_at=hour_ago)
    found = scrape()
    assert (found["staff_mails_waiting"][()], found["staff_mails_given_up"][()]) == (1, 1)
    assert found["staff_mail_oldest_waiting_seconds"][()] >= 3600


def test_a_clock_that_is_off_is_told_by_name(scrape):
    reminders.sweep(clock_name="beat")
    Heartbeat.objects.filter(clock="beat").update(seconds_off=-7200)
    off = scrape()["clock_off_seconds"]
    assert off[("beat",)] == -7200
    assert abs(off[("web",)]) < 5


def test_queues_are_counted_in_redis_itself(scrape, settings):
    settings.REDIS_URL = f"{settings.REDIS_URL.rsplit('/', 1)[0]}/11"
    with redis.Redis.from_url(settings.REDIS_URL) as there:
        there.delete("urgent", "routine", "background")
        with app.connection_for_write(settings.REDIS_URL) as line:
            for _call in range(3):
                app.send_task("followups.tasks.drain_urgent", connection=line, queue="urgent")
        found = scrape()
        there.delete("urgent")
    assert found["queue_length"] == {("urgent",): 3, ("routine",): 0, ("background",): 0}
    assert found["redis_up"][()] == 1


def test_a_redis_that_is_away_is_a_figure(scrape, settings):
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:1/0"
    found = scrape()
    assert found["redis_up"][()] == 0
    assert "queue_length" not in found
    assert broker.queue_lengths() is None


def test_a_database_that_is_away_is_a_figure_and_says_nothing(client, settings, db):
    settings.METRICS_TOKEN = TOKEN

    def away(*_):
        raise OperationalError("connection to xylophage refused")

    with connection.execute_wrapper(away):
        answer = client.get(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert b"doorway_database_up 0.0" in answer.content
    assert b"xylophage" not in answer.content


def test_whoever_watches_gives_up_soon_and_leaves_the_connection_as_it_was(scrape, transactional_db):
    with connection.cursor() as cursor, psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE followups_reminder IN ACCESS EXCLUSIVE MODE")
        assert scrape()["database_up"][()] == 0
        other.rollback()
        assert scrape()["database_up"][()] == 1
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("15s",)


def test_asking_costs_the_same_whatever_the_tables_hold(scrape, one_due, monkeypatch):  # noqa: F811
    with CaptureQueriesContext(connection) as few:
        scrape()
    due = Reminder.objects.get(pk=one_due.pk)
    for _more in range(40):
        due.pk = None
        due.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        assert scrape()["reminders_overdue"][("urgent",)] > 40
    assert len(few) == len(many) <= 32
    monkeypatch.setattr(queue_figures, "MOST", 7)
    assert scrape()["reminders_overdue"][("urgent",)] == 7, "nothing is counted to the end"


def test_no_label_holds_anything_but_names_of_ours(scrape, one_due, mail_server, therapist, client_0417):  # noqa: F811
    reminders.sweep(clock_name="beat")
    deliveries.drain()
    names = {"urgent", "routine", "background", "beat", "sweeper", "web", "0.5", "0.95", "1.0", "0.1.0"}
    names |= {*DeliveryChannel.values, *DeliveryEnd.Result.values, *get_resolver().reverse_dict}
    found = {value for figures in scrape().values() for labels in figures for value in labels}
    assert found <= names
    assert found >= {"urgent", "sent", "beat"}


# In words -----------------------------------------------------------------------------------------------------


@pytest.fixture
def read_page(signed_in, admin):
    return lambda: " ".join(signed_in(admin).get(reverse("operations")).content.decode().split())


def test_an_admin_reads_how_late_and_what_to_do(read_page, one_due, client_0417, therapist):  # noqa: F811
    shown = read_page()
    assert "The oldest overdue reminder is 5 minutes late." in shown
    assert "Start what is silent" in shown
    assert "Something is broken." in shown
    for word in (client_0417.reference, client_0417.preferred_name, therapist.name, therapist.email):
        assert f">{word}" not in shown
        assert f" {word}" not in shown


@pytest.fixture
def all_well(db, settings, starter, adopted, hire, admin, privacy_officer, mail_server):  # noqa: F811
    """A clinic as it should be: everybody there, everything adopted, every program heard from."""
    settings.CANARY_ADDRESS, settings.DEADMAN_URL = "canary@clinic.example", "https://switch.example"
    hire("Nora Lead", Role.SUPERVISOR, is_clinical_lead=True)
    for name in heartbeats.LATE_AFTER:
        heartbeats.leave(name)
    reminders.sweep(clock_name="beat")
    deliveries.drain()


def test_when_all_is_well_the_page_says_so(read_page, all_well):
    shown = read_page()
    assert "All is well." in shown
    assert "No urgent reminder is late." in shown


def test_before_a_clinical_lead_has_signed_the_page_says_so(read_page, all_well, nothing_signed):
    shown = read_page()
    assert "All is well." not in shown
    assert "Not in live use yet: all that is written down is practice." in shown


@pytest.mark.parametrize(
    ("sign", "says", "to_do"),
    [
        ("sweeper", "The sweeper: last heard 2 hours ago.", "Start manage.py sweeper."),
        ("urgent worker", "The urgent worker: last heard 2 hours ago.", "Start a worker for the urgent queue."),
        ("trail sealed", "The background worker: last heard 2 hours ago.", "Start a worker for the background queue."),
        ("audit", "The auditor, when all was well: last heard 2 hours ago.", "Start manage.py auditor."),
    ],
)
def test_a_program_that_fell_silent_is_named(read_page, all_well, sign, says, to_do):
    Heartbeat.objects.filter(clock=sign).update(beat_at=timezone.now() - timedelta(hours=2, seconds=5))
    shown = read_page()
    assert says in shown
    assert to_do in shown
    assert "All is well." not in shown


def test_a_worker_leaves_the_sign_of_its_queue(db):
    tasks.drain_urgent()
    assert Heartbeat.objects.filter(clock=heartbeats.URGENT).exists()


def test_what_programs_leave_makes_no_site_ready(client, db):
    """Only a clock that sweeps does."""
    for name in heartbeats.NO_CLOCKS:
        heartbeats.leave(name)
    assert client.get(reverse("readyz")).status_code == 503
    heartbeats.leave(heartbeats.SWEEPER)
    assert client.get(reverse("readyz")).json()["sweep_age_seconds"].keys() == {"sweeper"}
