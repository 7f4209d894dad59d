"""No notice carries a word about a client, on any channel: every byte that left is searched, and every log line.

Rare words stand in every text field of every clinical row, whoever may write it; a new model or field has one of its
own without anybody thinking of it. Then everything that Doorway can say goes out, and what came is read as a curious
person would: as it is, and out of every wrapping that mail, web and calendars know.
"""

import base64
import binascii
import json
import logging
import quopri
import re
import uuid
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import unquote

import pytest
import redis
from django.apps import apps
from django.conf import settings as project
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from accounts import cipher
from accounts.encrypted import Encrypted
from accounts.models import Role, SiteRule, User
from config.celery import app
from followups import (
    absences,
    calendars,
    contact_attempts,
    decisions,
    deliveries,
    draft_notices,
    escalations,
    follow_ups,
    notices,
    on_call,
    overrides,
    reminders,
)
from followups.models import Delivery, FollowUp, FollowUpPolicy, NotificationPreferences, Reminder, ReviewEscalation
from resources.models import Resource
from sessions_app import checklist, departures, help_calls, levels, reports, reviews
from sessions_app.models import Client, DepartureEvent, ResponseLevel
from tests.test_access import opened_in_emergency
from tests.test_architecture import CLINICAL

#: Models with words about clients, or written by people who may think of one. Absences hold a hand-off note.
HOLDING = CLINICAL | {"PolicyTask", "FollowUpPolicy", "SiteRule", "Absence"}
#: Columns of characters that are for machines: without them nothing could be sent at all.
FOR_MACHINES = {"time_zone", "content_hash", "text_hash", "sha256", "mark"}
SHORTEST = 12  # characters; what is shorter holds codes
REDIS_DATABASE = 9
OF_THE_WEB = bytes.maketrans(b"-_", b"+/")  # base64 for addresses, read as base64 for mails
Kind = Delivery.Kind


class Words:
    """Rare words, each with the place it was put in."""

    def __init__(self):
        self.places = {}

    def put_everywhere(self):
        """A word of its own into every text field of every row that `HOLDING` has, past every trigger."""
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for model in apps.get_models():
                if model.__name__ in HOLDING:
                    for field in text_fields(model):
                        self.put(cursor, model, field)
            cursor.execute("SET session_replication_role = DEFAULT")

    def put(self, cursor, model, field):
        word = f"xylo{len(self.places):03d}phage"
        if isinstance(field, Encrypted):
            if self.close_everywhere(model, field, word):
                self.places[word] = f"{model.__name__}.{field.name}"
            return
        value = json.dumps(word) if isinstance(field, models.JSONField) else word
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s', [value])
        if cursor.rowcount:
            self.places[word] = f"{model.__name__}.{field.name}"

    def close_everywhere(self, model, field, word):
        """The word into an encrypted field of every row, as each has to hold it."""
        rows = list(model._base_manager.all())
        for row in rows:
            model._base_manager.filter(pk=row.pk).update(**{field.attname: field.close(word, row)})
        return rows

    def found_in(self, *texts):
        """The places whose words can be read in any of `texts`, which are bytes."""
        seen = b"\n".join(reading for text in texts for reading in readings(text)).lower()
        return sorted(place for word, place in self.places.items() if word.encode() in seen)


def text_fields(model):
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        is_long = (getattr(field, "max_length", None) or SHORTEST) >= SHORTEST
        if (is_text and is_long and field.name not in FOR_MACHINES) or isinstance(field, models.JSONField):
            yield field


def readings(text):
    """The same bytes, also without what mail, web and calendars wrap words in."""
    yield text
    yield quopri.decodestring(text)
    yield unquote(text.decode("utf-8", "replace")).encode()
    yield text.replace(b"\r\n ", b"").replace(b"\n ", b"")
    for run in re.findall(rb"[A-Za-z0-9+/_=-]{8,}", re.sub(rb"(?<=\S)\r?\n(?=\S)", b"", text) + b" " + text):
        for start in range(4):
            piece = run[start:].rstrip(b"=").translate(OF_THE_WEB)
            whole = piece[:-1] if len(piece) % 4 == 1 else piece
            with suppress(binascii.Error):
                yield base64.b64decode(whole + b"=" * (-len(whole) % 4))


@pytest.fixture
def staff(therapist, supervisor, hire, site, switch_on):
    """Everybody who can be told, each with a phone: their devices by name of their endpoint."""
    dora, now = hire("Dora Duty", Role.THERAPIST), timezone.now()
    on_call.add(site=site, person=dora, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1), by=dora)
    people = {"ana": therapist, "sam": supervisor, "dora": dora, "cleo": hire("Cleo Lead", Role.SUPERVISOR)}
    return {f"/{name}": switch_on(person, name) for name, person in people.items()}


@pytest.fixture
def words(staff, therapist, supervisor, departure, client_0417, site, starter):
    """A departure with everything that can hang on one, and a rare word in every field of it."""
    SiteRule.objects.create(site=site, topic="minor", words="x", adopted_by="x", adopted_on=timezone.localdate())
    by = {"by": therapist}
    away = {
        "starts_on": timezone.localdate() + timedelta(days=30),
        "ends_on": timezone.localdate() + timedelta(days=31),
    }
    absences.enter(person=therapist, cover=supervisor, note="x", **away, **by)
    checklist.record(departure, slug="stay-calm", outcome="partly", note="x", op_id=uuid.uuid4(), **by)
    checklist.note(departure, slug="explore-reason", facts={"reasons": ["privacy"]}, op_id=uuid.uuid4(), **by)
    line = [Resource.objects.with_contacts().first()]
    checklist.give(departure, resources=line, way="card", taken="yes", op_id=uuid.uuid4(), **by)
    levels.set_level(departure, level=ResponseLevel.IMMEDIATE, op_id=uuid.uuid4(), **by)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), at=timezone.now(), **by)
    for call in departure.follow_ups.open().exclude(channel=""):
        contact_attempts.record(call, channel="phone", result="no_answer", note="x", op_id=uuid.uuid4(), **by)
        follow_ups.move(call, to=timezone.now() + timedelta(hours=1), reason="x", by=therapist)
    call = departure.follow_ups.open().exclude(channel="").first()
    overrides.ask(call, channels=["text"], grounds=["client"], words="x", **by)
    decisions.propose(departure, choice="keep_trying", words="x", **by)
    report = reports.draft_for(departure, **by)
    reports.save_draft(report, account="x", **by)
    reports.sign(report, **by)
    reports.add_addendum(report, text="x", **by)
    asked = {"message": "x", "comments": {"account": "x"}, "learning": "x", "system_change": "x"}
    reviews.return_to_author(report, **asked, by=supervisor)
    reports.add_addendum(report, text="x", **by)
    reviews.note_reference(report, reference="x", by=supervisor)
    help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)
    made = Words()
    made.put_everywhere()
    return made


class Everything(logging.Handler):
    """Keeps every line that any logger would write at its loudest."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        self.lines = []

    def emit(self, record):
        if record.name != "mail.log":  # of the tests' own mail server
            self.lines.append(self.format(record))

    @contextmanager
    def heard(self):
        loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
        before = [(each, each.level, each.disabled) for each in loggers]
        for each in loggers:
            each.setLevel(logging.DEBUG)
            each.disabled = False
            if each.parent is None or not each.propagate:
                each.addHandler(self)
        try:
            yield self
        finally:
            for each, level, is_disabled in before:
                each.setLevel(level)
                each.disabled = is_disabled
                each.removeHandler(self)


def that_can_be_looked_up():
    """A departure whose client is found by their reference, which is a planted word by now."""
    departure = DepartureEvent.objects.exclude(client=None).first()
    mark = cipher.mark(departure.client.reference, about="reference")
    Client.objects.filter(pk=departure.client_id).update(reference_mark=mark)
    return departure


def say_everything(canary_to):
    """Each kind of notice to everybody it can go to: now, every step, and a message about one that failed."""
    past = timezone.now() - timedelta(hours=6)
    FollowUp.objects.open().update(due_at=past)
    Reminder.objects.filter(state=Reminder.State.SCHEDULED).update(due_at=past)
    ReviewEscalation.objects.update(due_at=past)
    reminders.sweep(clock_name="test")
    NotificationPreferences.objects.update(digest_due_at=past)
    reminders.sweep(clock_name="test")
    say_that_a_draft_waits()
    escalations.could_not_tell(Delivery.objects.filter(kind=Kind.REMINDER).first())
    if canary_to:
        Delivery.objects.create(key="canary:1", kind=Kind.CANARY, channel="email", lane=0, next_at=past)
    while deliveries.drain():
        pass


def say_that_a_draft_waits():
    """To each supervisor: that a draft of a policy was answered, and to leads that it waits."""
    policy, nobody = FollowUpPolicy.objects.latest("number"), User(pk=0)
    draft_notices.tell_leads("policy", policy, mark=1, by=nobody)
    for person in User.objects.filter(is_active=True):
        draft_notices.tell_author("policy", policy, mark=1, author=person, by=nobody)


def what_redis_holds():
    """Everything in the broker after both tasks were asked for, as bytes; and nothing is left behind."""
    address = f"{project.REDIS_URL.rsplit('/', 1)[0]}/{REDIS_DATABASE}"
    with redis.Redis.from_url(address) as store, app.connection_for_write(address) as broker:
        store.flushdb()
        app.loader.import_default_modules()
        for name in [each for each in app.tasks if each.startswith("followups.")]:
            app.tasks[name].apply_async(connection=broker)
        held = [key + b" " + value_of(store, key) for key in store.scan_iter()]
        store.flushdb()
    return held


def value_of(store, key):
    readers = {
        b"list": lambda: store.lrange(key, 0, -1),
        b"set": lambda: store.smembers(key),
        b"zset": lambda: store.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in store.hgetall(key).items() for part in pair],
        b"string": lambda: [store.get(key)],
    }
    return b" ".join(readers[store.type(key)]())


def test_no_byte_that_leaves_says_anything_about_a_client(
    words, staff, therapist, stranger, mail_server, push_service, client, signed_in, settings
):
    settings.CANARY_ADDRESS = "canary@clinic.example"
    token = calendars.renew(by=therapist)
    with Everything().heard() as log:
        opened_in_emergency(that_can_be_looked_up(), by=stranger)
        say_everything(settings.CANARY_ADDRESS)
        calendar = client.get(reverse("calendar", args=[token]))
        browser = signed_in(therapist)
        badge = browser.get(reverse("follow-ups-count"), headers={"HX-Request": "true"})
        page = browser.get(reverse("notifications"))
        redis_holds = what_redis_holds()

    mails = [mail.as_bytes() for mail in mail_server.accepted]
    pushed = [request.raw + staff[request.path].unwrap(request.body) for request in push_service.taken]
    assert b"VEVENT" in calendar.content
    assert b'class="count"' in badge.content
    assert len(redis_holds) >= 1
    sent = Delivery.objects.filter(state=Delivery.State.SENT)
    assert set(sent.values_list("kind", "channel")) == {
        *((kind, channel) for kind in Kind.values if kind != Kind.CANARY for channel in ("email", "push")),
        (Kind.CANARY, "email"),
    }
    assert sent.filter(reminder__step__gt=0).values("reminder__step").distinct().count() >= 2
    assert len(mails) + len(pushed) == sent.count()
    assert len(words.places) >= 30, "there is something that could leak"
    assert any("followups" in line or "django" in line for line in log.lines), "logs were heard at all"

    heads = [str(each.headers).encode() for each in (calendar, badge, page)]
    lines = "\n".join(log.lines).encode()
    assert words.found_in(*mails, *pushed, calendar.content, badge.content, page.content, *heads, *redis_holds) == []
    assert words.found_in(lines) == []


# The search itself finds what is there -----------------------------------------------------------------------------

WRAPPINGS = {
    "as it is": lambda word: word,
    "in capitals": bytes.upper,
    "in base64": lambda word: base64.b64encode(b"ab" + word + b"cd"),
    "in base64 of the web": lambda word: base64.urlsafe_b64encode(b"\xff\xfe" + word),
    "in base64 over two lines": lambda word: base64.encodebytes(b"-" * 70 + word + b"-" * 70),
    "quoted printable": lambda word: word[:3] + b"=\n" + word[3:],
    "as codes": lambda word: b"".join(b"=%02X" % each for each in word),
    "in an address": lambda word: b"".join(b"%%%02x" % each for each in word),
    "folded in a calendar": lambda word: word[:5] + b"\r\n " + word[5:],
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_search_finds_a_word_in_every_wrapping(wrapping):
    words = Words()
    words.places = {"xylo001phage": "Client.reference", "xylo002phage": "Client.preferred_name"}
    assert words.found_in(b"x: " + WRAPPINGS[wrapping](b"xylo001phage") + b"\n") == ["Client.reference"]


def leaking_mail(monkeypatch, settings):
    """A subject that says which task is due."""
    original = notices.email_for

    def email_for(delivery, *, connection):
        mail = original(delivery, connection=connection)
        if delivery.reminder:
            mail.subject = f"{mail.subject}: {delivery.reminder.follow_up.title}"
        return mail

    monkeypatch.setattr(notices, "email_for", email_for)


def leaking_push(monkeypatch, settings):
    """A notification with the client's number."""
    original = notices.push_for

    def push_for(delivery):
        message = original(delivery)
        if delivery.reminder:
            message["body"] += delivery.reminder.follow_up.departure.client.reference
        return message

    monkeypatch.setattr(notices, "push_for", push_for)


def leaking_log(monkeypatch, settings):
    """A line for whoever looks for an error, with the client in it."""
    original = deliveries.begin

    def begin(delivery):
        if delivery.reminder:
            client = delivery.reminder.follow_up.departure.client
            logging.getLogger("followups.anything").debug("sending about %s", client.preferred_name)
        return original(delivery)

    monkeypatch.setattr(deliveries, "begin", begin)


@pytest.mark.parametrize(
    ("leak", "place"),
    [
        (leaking_mail, "FollowUp.title"),
        (leaking_push, "Client.reference"),
        (leaking_log, "Client.preferred_name"),
    ],
)
def test_a_notice_that_says_too_much_is_caught(
    words, staff, mail_server, push_service, monkeypatch, settings, leak, place
):
    leak(monkeypatch, settings)
    with Everything().heard() as log:
        say_everything(canary_to="")
    mails = [mail.as_bytes() for mail in mail_server.accepted]
    pushed = [staff[request.path].unwrap(request.body) for request in push_service.taken]
    assert words.found_in(*mails, *pushed, "\n".join(log.lines).encode()) == [place]


def test_sql_with_its_values_is_logged_nowhere_but_under_debug(db, settings):
    """Django logs statements when DEBUG is on, and so never where real people are recorded."""
    assert settings.DEBUG is False
    with Everything().heard() as log, connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["xylo001phage"])
    assert not any("xylo001phage" in line for line in log.lines)
