"""What is written into the log: one line for each request, with ids and never with a word that somebody wrote."""

import json
import logging
import uuid

import pytest
from django.conf import settings as here
from django.db import IntegrityError, connection
from django.http import StreamingHttpResponse
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Team
from config import logs
from config.request_lines import guarded
from followups.database_log import WANTED, nothing_written_is_logged
from sessions_app.models import Client
from tests.config.test_settings import manage

WORD = "xylophage"  # stands in no file but this one


class Kept(logging.Handler):
    """Lines as they would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logs.Line())
        self.written = []

    def emit(self, record):
        self.written.append(self.format(record))

    @property
    def lines(self):
        return [json.loads(each) for each in self.written]

    def of(self, logger):
        return [each for each in self.lines if each["logger"] == logger]


@pytest.fixture
def log():
    kept = Kept()
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)


@pytest.fixture
def calm(therapist):
    browser = Browser(raise_request_exception=False)
    browser.force_login(therapist)
    return browser


# One line for each request ------------------------------------------------------------------------------------


def test_a_request_is_one_line_with_its_name_its_ids_and_who(log, calm, therapist, departure):
    answer = calm.get(reverse("departure", args=[departure.pk]), {"q": WORD})
    [line] = log.of("config.requests")
    assert line["request"] == answer["X-Request-ID"]
    assert uuid.UUID(line["request"])
    assert line["at"].endswith("+00:00")
    wanted = {"method": "GET", "route": "departure", "status": 200, "person": therapist.pk}
    assert {name: line[name] for name in wanted} == wanted
    assert line["ids"] == {"departure_id": str(departure.pk)}
    assert line["milliseconds"] >= 0
    assert WORD not in "".join(log.written)


def test_what_was_refused_is_a_line_with_who_asked(log, calm, therapist, stranger):
    theirs = Client.objects.create(reference="0900", therapist=stranger, team=stranger.team)
    calm.get(reverse("people"))
    calm.get(reverse("client", args=[theirs.pk]))
    told = [(line["route"], line["status"], line["person"]) for line in log.of("config.requests")]
    assert told == [("people", 403, therapist.pk), ("client", 404, therapist.pk)]


def test_an_address_is_never_written_whatever_is_in_it(log, calm):
    for address in (f"/{WORD}/", f"/calendar/{WORD}.ics", f"/?{WORD}={WORD}", f"/departures/{WORD}%00/"):
        calm.get(address, headers={"User-Agent": WORD, "Referer": f"https://testserver/{WORD}", "X-Request-ID": WORD})
    calm.generic(f"{WORD.upper()}", "/")
    calm.get("/", headers={"Host": f"{WORD}.example"})
    calm.post("/", {WORD: WORD}, headers={"Sec-Fetch-Site": "cross-site"})
    assert len(log.of("config.requests")) == 7
    assert WORD not in "".join(log.written).lower()


def test_nobody_is_looked_for_to_write_a_line(log, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        Browser().get(reverse("healthz"))
    [line] = log.of("config.requests")
    assert "person" not in line


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x85", "\u2028", "\x1b[2J", "\0"])
def test_what_is_sent_cannot_begin_a_line_of_its_own(log, sign):
    forged = f"x{sign}" + '{"level": "INFO", "message": "all is well"}'
    logging.getLogger("followups.anything").warning("about %s", forged)
    [line] = log.written
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == f"about {forged}"


# Errors -------------------------------------------------------------------------------------------------------


def test_an_error_is_told_by_its_kind_and_its_place_and_the_page_names_the_line(log, calm, monkeypatch):
    def broken():
        narrative = WORD  # a local value, which others' reports show
        raise ValueError(f"what {narrative} says")

    monkeypatch.setattr("followups.health.report", broken)
    answer = calm.get(reverse("readyz"), {"q": WORD})
    assert answer.status_code == 500
    page = answer.content.decode()
    assert answer["X-Request-ID"] in page
    assert WORD not in page
    [line] = log.of("django.request")
    assert line["request"] == answer["X-Request-ID"]
    [cause] = line["error"]
    assert cause["kind"] == "ValueError"
    assert cause["trace"][-1].startswith("tests/config/test_logs.py:")
    assert cause["trace"][-1].endswith(" broken")
    assert WORD not in "".join(log.written)


def test_an_error_of_the_database_names_the_rule_and_not_the_row(log, site):
    Team.objects.create(name=WORD, site=site)
    with pytest.raises(IntegrityError, match=WORD) as caught:  # PostgreSQL does quote the row
        Team.objects.create(name=WORD, site=site)
    logging.getLogger("django.request").error("Internal Server Error: %s", f"/{WORD}/", exc_info=caught.value)
    [line] = log.lines
    told, cause = line["error"]
    assert told["kind"] == "django.db.utils.IntegrityError"
    assert (cause["sqlstate"], cause["table"]) == ("23505", "accounts_team")
    assert cause["constraint"]
    assert WORD not in log.written[0]


def test_the_causes_of_an_error_are_told_in_the_same_way(log):
    try:
        try:
            raise KeyError(WORD)
        except KeyError as missing:
            raise OSError(5, WORD, f"/tmp/{WORD}") from missing
    except OSError:
        logging.getLogger("anybody.else").exception("no %s for %s", WORD, 7)
    [line] = log.lines
    assert line["message"] == "no … for 7"
    assert [each["kind"] for each in line["error"]] == ["OSError", "KeyError"]
    assert line["error"][0]["errno"] == 5
    assert WORD not in log.written[0]


def test_an_answer_that_breaks_off_in_the_middle_is_told_in_the_same_way(log):
    def pieces():
        yield b"one"
        raise ValueError(WORD)

    answer = StreamingHttpResponse(guarded(pieces()))
    with pytest.raises(Exception, match=r"^$") as broken:
        b"".join(answer)
    assert broken.value.__cause__ is None
    assert broken.value.__suppress_context__
    assert [each["error"][0]["kind"] for each in log.lines] == ["ValueError"]
    assert WORD not in "".join(log.written)


# Others' lines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logger", "said", "args", "written"),
    [
        ("celery.app.trace", "Task %(name)s[%(id)s] raised: %(exc)s", ({"name": "a.b", "id": "1", "exc": WORD},),
         "Task a.b[1] raised: …"),
        ("celery.beat", "Scheduler: Sending due task %s (%s)", (WORD, 3), "Scheduler: Sending due task … (3)"),
        ("celery.worker", "ready", (), "ready"),
        ("celery.redirected", f"printed {WORD}", (), "said at"),
        ("_granian", f"Application callable raised\nValueError: {WORD}", (), "Application callable raised"),
        ("allauth", f"no user {WORD}", (), "said at"),
        ("py.warnings", "%s", (WORD,), "…"),
        ("urllib3", "%s", (ValueError(WORD),), "ValueError"),
        ("urllib3", "%d and %s", (WORD, WORD), "%d and %s"),
        ("followups.anything", "paper %s: %s", (7, "ValueError"), "paper 7: ValueError"),
    ],
)  # fmt: skip
def test_what_libraries_say_is_written_without_its_values(log, logger, said, args, written):
    logging.getLogger(logger).error(said, *args)
    [line] = log.lines
    assert line["message"].startswith(written)
    assert WORD not in log.written[0]


# Whole programs -----------------------------------------------------------------------------------------------


def test_a_program_that_ends_by_an_error_says_where_and_not_what():
    done = manage("shell", "--no-imports", "-c", f"word = '{WORD}'\nraise ValueError(word)")
    assert done.returncode != 0
    [line] = [json.loads(each) for each in done.stderr.splitlines()]
    assert (line["message"], line["error"][0]["kind"]) == ("ended by an error", "ValueError")
    assert WORD not in done.stdout + done.stderr


def test_a_database_that_is_not_there_is_named():
    done = manage("migrate", "--plan", DATABASE_URL="postgresql://127.0.0.1:1/nowhere")
    assert "127.0.0.1" in done.stderr, "the words of a connection that failed come before any row"


def test_celery_writes_the_same_lines():
    """In a process of its own, as a worker sets its logging up."""
    code = (
        "import config.celery as c, logging; c.app.log.setup_logging_subsystem('INFO');"
        f"logging.getLogger('celery.app.trace').error('raised %s', '{WORD}');"
        f"logging.getLogger('celery.task').error('{WORD}')"
    )
    done = manage("shell", "--no-imports", "-c", code)
    assert [json.loads(each)["logger"] for each in done.stderr.splitlines()] == ["celery.app.trace", "celery.task"]
    assert WORD not in done.stderr.splitlines()[0]


def test_errors_are_mailed_to_nobody_and_shown_to_nobody():
    handlers = [type(each).__name__ for each in logging.getLogger("django").handlers]
    assert "AdminEmailHandler" not in handlers
    assert here.DEBUG is False


# PostgreSQL's own log -----------------------------------------------------------------------------------------


def test_the_database_that_comes_along_writes_no_row_into_its_log(db):
    assert nothing_written_is_logged(databases=["default"]) == []


def test_another_database_that_would_is_warned_of(db):
    with connection.cursor() as cursor:
        for name, value in (("log_min_error_statement", "error"), ("log_statement", "all")):
            cursor.execute(f"SET LOCAL {name} = '{value}'")
    warned = nothing_written_is_logged(databases=["default"])
    assert len(warned) == 2
    assert all("ALTER SYSTEM SET" in each.hint for each in warned)
    assert len(WANTED) == 5
