"""No word that somebody writes into any form of any page stands where others than its readers could find it.

A rare word goes into every field of every form that the URL table leads to, by each role, through the front door, and
into every part of a request. What is written about all that is searched: the log, PostgreSQL's own log, mails, the
audit trail, sessions, the cache, titles and addresses that stay in a browser, error pages and health pages.
"""

import logging
import re
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import AuditEntry
from config.operations import doctor
from followups import deliveries
from tests.config.test_logs import Kept
from tests.security import forms
from tests.test_access import ACTORS, TABLE, addresses, cast, resource  # noqa: F401 - fixtures
from tests.test_architecture import CLINICAL

ROLES = ["therapist", "supervisor", "admin"]
NEVER = ("sign-out", "/password/")  # not sent: it would end the session, or change who may sign in


class Everything:
    """Words that were planted, and what was seen of them where."""

    def __init__(self):
        self.mark, self.count = uuid.uuid4().hex[:6], 0
        self.titles, self.addresses, self.refusals, self.statuses = [], [], [], set()

    def word(self):
        self.count += 1
        return f"xylo{self.count:05d}x{self.mark}"

    def found_in(self, *texts):
        seen = "\n".join(texts).lower()
        return sorted(set(re.findall(rf"xylo\d{{5}}x{self.mark}", seen)))

    def keep(self, answer):
        """What stays of an answer with a browser; and the whole of a page about an error."""
        self.statuses.add(answer.status_code)
        self.addresses += [answer.get("Location", ""), answer.get("HX-Redirect", ""), answer.get("HX-Push-Url", "")]
        if not answer.streaming:
            page = answer.content.decode(errors="replace")
            self.titles += re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
            self.refusals += [page] if answer.status_code in (400, 403, 404, 405, 413, 500) else []


@pytest.fixture
def log():
    """Every line at every level, as production writes it."""
    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(level)
    root.removeHandler(kept)


def plant_everywhere(browser, pages, all_words):
    """Send each form of each page, filled in, with a word of its own in each of its fields for words."""
    sent = set()
    for address in pages:
        page = browser.get(address)
        all_words.keep(page)
        if page.streaming or "html" not in page.get("Content-Type", ""):
            continue
        for form in forms.on(page.content):
            key = (form.action or address, tuple(sorted(form.facts)))
            if key not in sent and not any(part in key[0] for part in NEVER):
                sent.add(key)
                all_words.keep(browser.post(key[0], form.with_words(all_words.word, form.words)))
    return len(sent)


def force_errors(browser, all_words, monkeypatch):
    """Whatever can be refused, with a word in every part that somebody sends; and an error of ours with one in it."""
    word = all_words.word()
    heads = {"User-Agent": word, "Referer": f"https://testserver/{word}", "X-Request-ID": word, "Accept-Language": word}
    for address in (f"/{word}/", f"/?{word}={word}", f"/departures/{word}/", f"/calendar/{word}.ics", f"/{word}%00"):
        all_words.keep(browser.get(address, headers=heads))
    all_words.keep(browser.get("/", headers={"Host": f"{word}.example"}))
    all_words.keep(browser.post("/", {word: word}, headers={"Sec-Fetch-Site": "cross-site"}))
    all_words.keep(browser.post("/", {word: word * 100_000}))
    all_words.keep(browser.post("/", word, content_type=f"multipart/form-data; boundary={word}"))
    all_words.keep(browser.generic(word.upper(), "/"))
    monkeypatch.setattr("followups.health.report", lambda: {}[word])
    all_words.keep(browser.get(reverse("readyz")))


def break_rules_of_the_database(all_words):
    """Errors that PostgreSQL explains by quoting the row or the statement."""
    word = all_words.word()
    for statement in (
        "SELECT %s::int",
        "SELECT pg_sleep(0), %s::date",
        "INSERT INTO accounts_team (name, site_id) SELECT name, site_id FROM accounts_team WHERE name <> %s",
        "INSERT INTO accounts_team (name, site_id) VALUES (%s, -1)",
        "SELECT no_such_column, %s",
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [word])
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except DatabaseError as error:
            logging.getLogger("django.request").error("Internal Server Error: %s", word, exc_info=error)
            logging.getLogger("celery.app.trace").error("Task %(name)s raised: %(exc)r", {"name": "t", "exc": error})


def fail_to_mail(all_words, log, monkeypatch):
    """The mail server quotes what it refuses."""
    word = all_words.word()

    def refuse(*_, **__):
        raise OSError(f"550 {word}@clinic.example: {word}")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    browser = Browser(raise_request_exception=False)
    all_words.keep(browser.post(reverse("account_reset_password"), {"email": "ana.reyes@clinic.example"}))
    while deliveries.drain():
        pass


def log_of_postgresql():
    """What the server of the tests has written; "" for somebody else's server, whose files are not ours to read."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        file = Path(cursor.fetchone()[0]).parent / "postgres.log"
    return file.read_text(errors="replace") if file.exists() else ""


def told_to_those_who_watch(admin):
    """What machines and operators read of a running Doorway."""
    browser = Browser(raise_request_exception=False, headers={"Authorization": "Bearer " + "t" * 40})
    pages = [browser.get(reverse(name)).content.decode() for name in ("healthz", "readyz", "metrics")]
    browser.force_login(admin)
    pages += [browser.get(reverse(name)).content.decode() for name in ("operations", "reminders-working")]
    told = [f"{answer.says} {answer.to_do}" for _subject, answer in doctor.ask()]
    assert "doorway_messages_waiting" in pages[2]
    assert len(told) > 20
    return pages + told


def rows_of(model):
    """Each row as somebody with the key reads it."""
    names = [field.attname for field in model._meta.concrete_fields]
    return [str([getattr(row, name) for name in names]) for row in model._base_manager.all()]


def kept_in_the_cache():
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('cache')")
        if cursor.fetchone()[0]:
            cursor.execute("SELECT cache_key, value FROM cache")
            return [str(row) for row in cursor.fetchall()]
    return []


def test_no_word_of_any_form_is_kept_where_others_look(log, request, settings, monkeypatch, therapist):
    settings.ACCOUNT_RATE_LIMITS, settings.DIRECTORY_API, settings.METRICS_TOKEN = False, True, "t" * 40
    where, people = request.getfixturevalue("addresses"), request.getfixturevalue("cast")
    all_words, sent = Everything(), 0
    for role in ROLES:
        browser = Browser(raise_request_exception=False)
        browser.force_login(people[role])
        pages = [where[name] for name, (answers, _) in TABLE.items() if answers[ACTORS.index(role)] == 200]
        sent += plant_everywhere(browser, pages, all_words)
    deliveries.drain()
    mails = [message.message().as_string() + message.body for message in mail.outbox]
    therapist.save()  # as they were before an admin's form was sent about them
    browser = Browser(raise_request_exception=False)
    browser.force_login(therapist)
    force_errors(browser, all_words, monkeypatch)
    break_rules_of_the_database(all_words)
    fail_to_mail(all_words, log, monkeypatch)
    health = told_to_those_who_watch(people["admin"])

    assert sent >= 60
    assert all_words.statuses >= {200, 302, 400, 403, 404, 413, 422, 500}
    stored = [row for model in apps.get_models() if model.__name__ in CLINICAL for row in rows_of(model)]
    assert len(all_words.found_in(*stored)) >= 12, "words did arrive where they belong"
    assert len([each for each in log.lines if each["logger"] == "config.requests"]) > len(TABLE)
    assert any("error" in each for each in log.lines)
    places = {
        "the log": log.written,
        "the log of PostgreSQL": [log_of_postgresql()],
        "mails": mails,
        "the audit trail": rows_of(AuditEntry),
        "sessions": [str(each.get_decoded()) for each in Session.objects.all()],
        "the cache": kept_in_the_cache(),
        "titles": all_words.titles,
        "addresses": all_words.addresses,
        "pages about errors": all_words.refusals,
        "health": health,
    }
    assert {place: all_words.found_in(*texts)[:5] for place, texts in places.items()} == {place: [] for place in places}


def test_the_search_sees_what_leaks(log):
    all_words = Everything()
    word = all_words.word()
    logging.getLogger("followups.anything").info("about %s", word.upper())
    assert all_words.found_in(*log.written) == [word]
