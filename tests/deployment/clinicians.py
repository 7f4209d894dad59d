"""People who work while programs are killed: a browser that does what static/app.js does, without a screen.

A tap is sent again, under the same operation id, until an answer says `X-Op`: what else comes back is no answer.
"""

import http.client
import http.cookiejar
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

STEPS = ["stay-calm", "express-empathy", "validate-feelings"]
PATIENCE = 90  # seconds until a tap counts as lost
DENIED = {400, 403, 404, 409, 413, 422}


class Refused(Exception):
    """An answer that no repeat would change."""


@dataclass
class Ledger:
    """What was acknowledged, and how hard it was: departures, and ticks as (departure, step, operation id)."""

    departures: set = field(default_factory=set)
    ticks: set = field(default_factory=set)
    levels: set = field(default_factory=set)
    repeats: int = 0
    longest: float = 0
    pages: int = 0
    reloads: int = 0
    failed_pages: int = 0
    problems: list = field(default_factory=list)


class Clinician(threading.Thread):
    """Signs in, then logs a departure, ticks, sets a level and looks at the page, until told to stop."""

    def __init__(self, place, person, *, password, pause=0.2):
        super().__init__(daemon=True)
        self.url, self.person, self.password, self.pause = place.url, person, password, pause
        self.ledger, self.stopping, self.has_signed_in = Ledger(), threading.Event(), threading.Event()
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=place.nginx.trust), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.mark = ""

    def run(self):
        try:
            self.sign_in()
            self.has_signed_in.set()
            while not self.stopping.is_set():
                self.one_departure()
        except Exception as error:
            self.ledger.problems.append(f"{type(error).__name__}: {error}")
            self.has_signed_in.set()

    def sign_in(self):
        from accounts.devices import mark_of

        self.mark = mark_of(self.person)
        self.ask("/account/sign-in/")
        form = {"login": self.person.email, "password": self.password}
        answer, _text = self.ask("/account/sign-in/", form)
        assert urllib.parse.urlsplit(answer.url).path == "/", f"signed in and led to {answer.url}"

    def one_departure(self):
        wanted = uuid.uuid4()
        self.tap("/departures/", id=wanted)
        self.ledger.departures.add(wanted)
        for slug in STEPS:
            tapped = uuid.uuid4()
            self.tap(f"/departures/{wanted}/steps/{slug}/", op_id=tapped, outcome="done")
            self.ledger.ticks.add((wanted, slug, tapped))
        self.tap(f"/departures/{wanted}/level/", op_id=uuid.uuid4(), level="elevated")
        self.ledger.levels.add(wanted)
        self.look(f"/departures/{wanted}/")

    def look(self, path):
        """A page that a person opens, and reloads while it does not come; one that never does counts as failed."""
        self.ledger.pages += 1
        began = time.monotonic()
        while True:
            try:
                self.ask(path)
            except AWAY as error:  # an answer with an error's number among them
                if getattr(error, "code", 0) in DENIED or time.monotonic() - began > PATIENCE:
                    self.ledger.failed_pages += 1
                    return
                self.ledger.reloads += 1
                time.sleep(1)
            else:
                return

    def tap(self, path, **form):
        """One tap, sent until it is acknowledged."""
        form["at"] = datetime.now(UTC).isoformat()
        began, wait = time.monotonic(), 0.2
        while True:
            try:
                answer, _text = self.ask(path, form, **{"HX-Request": "true", "X-Outbox": self.mark})
                if answer.headers.get("X-Op"):
                    break
            except urllib.error.HTTPError as error:
                if error.code in DENIED:
                    raise Refused(f"{path.rpartition('/departures/')[2]}: {error.code}") from error
            except AWAY:
                pass
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"a tap was not acknowledged in {PATIENCE} s")
            self.ledger.repeats += 1
            time.sleep(wait + random.random() * 0.1)
            wait = min(wait * 2, 3)
        self.ledger.longest = max(self.ledger.longest, time.monotonic() - began)
        time.sleep(self.pause)

    def ask(self, path, form=None, **headers):
        data = None
        if form is not None:
            form = form | {"csrfmiddlewaretoken": self.token()}
            data = urllib.parse.urlencode(form).encode()
            headers |= {"Referer": f"{self.url}{path}", "Origin": self.url}
        request = urllib.request.Request(self.url + path, data, headers)
        with self.opener.open(request, timeout=20) as answer:
            return answer, answer.read()

    def token(self):
        return next((each.value for each in self.cookies if each.name.endswith("csrftoken")), "")


AWAY = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)


def at_work(place, people, *, password, pause=0.2):
    """Clinicians who are signed in and working; raises when one could not sign in."""
    made = [Clinician(place, each, password=password, pause=pause) for each in people]
    for each in made:
        each.start()
    for each in made:
        assert each.has_signed_in.wait(120), "nobody could sign in within two minutes"
    if problems := [problem for each in made for problem in each.ledger.problems]:
        raise AssertionError(f"could not begin to work: {problems[0]}")
    return made


def stopped(clinicians):
    for each in clinicians:
        each.stopping.set()
    for each in clinicians:
        each.join(PATIENCE + 30)
    return [each.ledger for each in clinicians]
