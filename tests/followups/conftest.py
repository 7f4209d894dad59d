"""Departures with a plan, and what is due of it. A level set long ago has promises that are late by now."""

import logging
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from followups import contact_attempts, decisions, reminders
from followups.models import Delivery, Reminder
from resources.models import Resource
from sessions_app import checklist, departures, help_calls, levels, quality, reports, reviews
from sessions_app.models import ContactPermission, DepartureEvent, ResponseLevel
from tests.followups import push_service as push_services
from tests.followups.mail_server import MailServer


@pytest.fixture
def set_level(departure, therapist):
    """Say how fast we must act: `set_level("elevated")`; `ago` is how long the tap was on its way."""

    def say(level, *, ago=timedelta(0), op_id=None):
        at = timezone.now() - ago
        return levels.set_level(departure, level=level, op_id=op_id or uuid.uuid4(), at=at, by=therapist)

    return say


@pytest.fixture
def planned(supervisor, set_level):
    """A departure at level *elevated*: nothing is due yet."""
    return set_level(ResponseLevel.ELEVATED)


@pytest.fixture
def call(planned):
    """The first call of the plan."""
    return planned.follow_ups.open().exclude(channel="").order_by("due_at").first()


@pytest.fixture
def allows(client_0417):
    """What client 0417 says of a channel: `allows("text", "full")`, `allows("phone", "full", safe_from=time(17))`."""

    def say(channel, scope, **facts):
        facts = {"scope": scope, "address": "+1 555 0142", **facts}
        return ContactPermission.objects.update_or_create(client=client_0417, channel=channel, defaults=facts)[0]

    return say


@pytest.fixture
def tried(call, therapist):
    """An attempt that many days ago: `tried(2)`, `tried(1, "text", "sent_no_reply")`. Returns it."""

    def attempt(days_ago, channel="phone", result="no_answer", *, hours=0):
        at = timezone.now() - timedelta(days=days_ago, hours=hours)
        facts = {"channel": channel, "result": result, "occurred_at": at}
        return contact_attempts.record(call, op_id=uuid.uuid4(), by=therapist, **facts)

    return attempt


@pytest.fixture
def one_due(set_level):
    """The reminder of a departure at level *immediate*, of whose plan one promise is due."""
    set_level(ResponseLevel.IMMEDIATE, ago=timedelta(minutes=20))
    return Reminder.objects.filter(step=0).order_by("due_at").first()


@pytest.fixture
def all_due(set_level):
    """Every promise of an *immediate* plan was due weeks ago; nobody looked since."""
    set_level(ResponseLevel.IMMEDIATE, ago=timedelta(days=60))
    return list(Reminder.objects.filter(step=0).order_by("due_at"))


@pytest.fixture
def waiting(one_due):
    """One message, made by the sweep, not yet sent."""
    reminders.sweep(clock_name="test")
    return Delivery.objects.get()


@pytest.fixture
def the_delivery():
    """The one delivery there is, as it now stands in the database."""
    return Delivery.objects.get


@pytest.fixture
def mail_server(settings):
    """A real mail server, and settings that send to it."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    yield server
    server.go_on.set()
    server.stop()


@pytest.fixture
def push_service(settings):
    """A push service on this machine, and a key that signs what goes there."""
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = push_services.KEY, "mailto:doorway@clinic.example"
    server = push_services.PushService()
    yield server
    server.stop()


@pytest.fixture
def switch_on(push_service):
    """Switch notifications on for somebody: `switch_on(therapist)` returns the device that reads them."""

    def on(person, name="phone"):
        device = push_services.Device()
        push_services.device_of(person, endpoint=push_service.address(name), device=device)
        return device

    return on


@pytest.fixture
def told(set_level, departure, therapist, supervisor, starter):
    """A departure with everything that can hang on one: signed, added to, returned, reviewed, and tried three times.

    Rare words stand in every part: those of the chart and of what is apart from it are listed in `test_chart`.
    """
    by, when = {"by": therapist}, timezone.now()
    for slug, facts in (
        ("respect-decision", {"left-how": "driving"}),
        ("express-empathy", {"quote": "snarkish"}),
        ("discuss-implications", {"stays-private": "quillomax"}),
    ):
        checklist.note(departure, slug=slug, facts=facts, op_id=uuid.uuid4(), **by)
    line = [Resource.objects.with_contacts().first()]
    checklist.give(departure, resources=line, way="card", taken="yes", op_id=uuid.uuid4(), **by)
    set_level("elevated")
    departures.they_have_gone(departure, op_id=uuid.uuid4(), at=when, **by)
    staff_task(departure, "brontiwex")
    report = reports.draft_for(departure, **by)
    reports.save_draft(report, account="They stood up.\n\nwombatology", main_reason="overwhelmed", **by)
    quality.keep_state(report, author_state="felt_unsafe", **by)
    reports.sign(report, **by)
    reviews.return_to_author(report, message="zyrophage", by=supervisor)
    reports.add_addendum(report, text="plinthful", **by)
    facts = {"outcome": "with_learning", "colleague_state": "supervision", "message": "zyrophage again"}
    reviews.sign_off(report, by=supervisor, **facts)
    call = departure.follow_ups.open().exclude(channel="").order_by("due_at").first()
    for days, note in ((3, "vexillary"), (2, ""), (1, "")):
        facts = {"channel": "phone", "result": "no_answer", "occurred_at": when - timedelta(days=days)}
        contact_attempts.record(call, op_id=uuid.uuid4(), note=note, **facts, **by)
    proposed = decisions.propose(departure, choice="keep_trying", words="gamboge", **by)
    decisions.agree(proposed, by=supervisor)
    help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)
    return DepartureEvent.objects.get(pk=departure.pk)


def staff_task(departure, title):
    """Give a task among staff a title that a clinic might."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE followups_followup SET title = %s WHERE channel = '' AND departure_id = %s", [title, departure.pk]
        )
        assert cursor.rowcount
