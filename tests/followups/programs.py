"""Doorway as it runs in earnest: web server, worker, beat and sweeper as processes of their own."""

import http.cookiejar
import os
import signal
import sys
import time
import urllib.parse
import urllib.request

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse

from accounts import keys
from config.local.processes import Program, answers, free_port
from tests.config.living import descendants, is_alive
from tests.conftest import PASSWORD
from tests.databases import database_url

CELERY = [sys.executable, "-m", "celery", "-A", "config"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
REDIS_DATABASE = 7  # away from a demo on the same server, whose worker would take the wake-up calls


def eventually(is_so, *, seconds=60, what="it"):
    """Wait for what others are to do, and return it; fails when it has not come true in time."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)
    return found


class Doorway:
    """Starts programs on the test's database, mail server and folder; `stop()` ends whatever was started.

    `static` is a folder of files that were collected already; without it they are collected anew.
    """

    def __init__(self, folder, *, mail_port, static=None):
        self.folder, self.port, self.started = folder, free_port(), []
        self.url, self.is_collected = f"http://127.0.0.1:{self.port}", static is not None
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{REDIS_DATABASE}",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "PUBLIC_URL": self.url,
            "SECRET_KEY": "a key for tests that start real programs, and nothing else",
            "DATA_KEYS": keys.written(settings.DATA_KEYS),  # or they could not read what the test writes
            "STATIC_ROOT": str(static or folder / "static"),
            "SWEEP_SECONDS": "1",
            "DEBUG": "false",
            "DEMO": "false",
            "MFA_REQUIRED_ROLES": "privacy",  # the people of these tests sign in with a password
            "ONE_DATABASE_LOGIN": "true",  # that of the tests, which owns everything
            "CHECK_LINKS": "false",  # a test that runs at night asks nobody outside
        }

    def start(self, name, command):
        log = self.folder / f"{len(self.started)}-{name}.log"
        program = Program(name, command, log=log, env=self.env, cwd=settings.BASE_DIR)
        self.started.append(program)
        return program

    def start_web(self):
        if not self.is_collected:
            collect = self.start("collectstatic", [sys.executable, "manage.py", "collectstatic", "--noinput"])
            assert collect.process.wait(60) == 0, collect.last_words()
        return self.serve()

    def serve(self):
        """The web server alone: again, after it was killed, on the same port."""
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        web = self.start("web", [*granian, "--port", self.port, "--no-ws", "--workers", "1", "config.wsgi:application"])
        web.wait_until(lambda: answers(self.port))
        return web

    def start_worker(self, *options):
        """It serves both queues; `start_worker("-Q", "urgent")` serves that one."""
        return self.start("worker", [*CELERY, "worker", "--concurrency", "1", "--loglevel", "INFO", *QUIET, *options])

    def start_beat(self):
        schedule = self.folder / f"beat-{len(self.started)}"
        return self.start("beat", [*CELERY, "beat", "--schedule", schedule, "--pidfile="])

    def start_sweeper(self):
        return self.start("sweeper", [sys.executable, "manage.py", "sweeper"])

    def start_auditor(self):
        return self.start("auditor", [sys.executable, "manage.py", "auditor"])

    def stop(self):
        for program in self.started:
            program.ask_to_stop()
        for program in self.started:
            program.stop()


def kill(program):
    """SIGKILL to it and to all its children: nothing gets to say goodbye. Returns once the last of them is gone."""
    family = descendants(program.process.pid)
    os.killpg(program.process.pid, signal.SIGKILL)
    assert program.process.wait(10) == -signal.SIGKILL
    eventually(lambda: not any(map(is_alive, family)))  # it is a child that talks, and it may die a little later


def keep_real_password(person):
    """The tests' own hash is a fast one, which real programs do not take."""
    hasher = Argon2PasswordHasher()
    person.password = hasher.encode(PASSWORD, hasher.salt())
    person.save()


class Visitor:
    """Somebody with cookies and no screen, who posts forms over HTTP."""

    def __init__(self, url):
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path):
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def post(self, path, **facts):
        """Post with the token of the cookie; follows the redirect and returns where it led."""
        token = next(each.value for each in self.cookies if each.name == "csrftoken")
        data = urllib.parse.urlencode(facts | {"csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.url + path, data, timeout=20) as answer:
            return urllib.parse.urlsplit(answer.url).path

    def sign_in(self, email, password):
        door = reverse("account_login")
        self.get(door)
        return self.post(door, login=email, password=password)
