"""People with a real browser in their hands."""

import os
import time
from datetime import timedelta

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts import session_end
from config.local import browser as installed
from sessions_app.models import Client, TherapySession
from tests.conftest import PASSWORD
from tests.followups.programs import eventually

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs a loop in this thread

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
#: A private window, or a full device: nothing can be kept in the browser.
STORAGE_DENIED = "IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }"


#: Root needs the first, small containers the second, and machines without a graphics card save a fifth by the others.
SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-software-rasterizer"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser that `make test` found or installed."""
    path = installed.find_quick()
    assert path, "No Chromium or Chrome: run `make test`, which installs it or says what to do."
    return {**browser_type_launch_args, "executable_path": path, "args": SWITCHES}


@pytest.fixture
def whole_browser(browser_type, browser_type_launch_args):
    """The one with all that belongs to a window, for what the quick one lacks: a module makes it its `browser`."""
    opened = browser_type.launch(**{**browser_type_launch_args, "executable_path": installed.find()})
    yield opened
    opened.close()


#: The console keeps quiet about some of what a page's own rules forbade.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error("CSP", event.violatedDirective, event.blockedURI));
"""


ENDED = ["requestfinished", "requestfailed"]
PATIENCE = 30  # seconds for what a page asks for; a busy machine is no failure
QUIET = 0.15  # seconds without a request; the browser's own idea of it is half a second, at every click


class Window:
    """One person's browser window; remembers what went wrong in it. `rules` of axe are what it is inspected by."""

    def __init__(self, context, address, *, has_javascript, rules=None):
        self.tab, self.address, self.has_javascript = context.new_page(), address, has_javascript
        self.rules = rules
        self.problems, self.under_way, self.heard_at = [], set(), 0.0
        self.tab.add_init_script(TELL_VIOLATIONS)
        for event, keep in (("request", self.under_way.add), *((done, self.under_way.discard) for done in ENDED)):
            self.tab.on(event, lambda asked, keep=keep: self.hear(keep, asked))
        self.tab.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.tab.on("console", self.listen)
        self.tab.on("response", lambda answer: self.problems.append(answer.url) if answer.status >= 500 else None)

    def listen(self, said):
        """Keep what the console calls an error; that a form was refused, or a door closed, is none."""
        if said.type == "error" and "Failed to load resource" not in said.text:
            self.problems.append(said.text)

    def go(self, path):
        answer = self.tab.goto(self.address + path)
        self.settle()
        return answer.status

    def sign_in(self, person):
        self.go("/account/sign-in/")
        self.tab.get_by_label("Email").fill(person.email)
        self.tab.get_by_label("Password").fill(PASSWORD)
        self.click("Sign in")
        return self

    def click(self, words, *, role="button", nth=0):
        """Press what is called `words`, as somebody would who sees the page."""
        self.tab.get_by_role(role, name=words).nth(nth).click()
        self.settle()

    def follow(self, words, *, nth=0):
        self.click(words, role="link", nth=nth)

    def hear(self, keep, asked):
        keep(asked)
        self.heard_at = time.monotonic()

    def settle(self):
        """Wait until the page is there, and nothing that it asked for is under way, nor was a moment ago."""
        self.tab.wait_for_load_state("load")
        ends = time.monotonic() + PATIENCE
        while self.has_javascript and (self.under_way or time.monotonic() - self.heard_at < QUIET):
            assert time.monotonic() < ends, f"still under way: {[asked.url for asked in self.under_way]}"
            self.tab.wait_for_timeout(20)

    def sees(self, words):
        self.tab.get_by_text(words).first.wait_for(state="visible")
        return True

    def text(self):
        return self.tab.locator("body").inner_text()

    def inspect(self, *, rules=None):
        """No rule of accessibility is broken, nothing is wider than the screen, and no script complained.

        `rules` names those of axe that matter; without it those of the window, which usually are all.
        """
        assert self.problems == []
        if self.has_javascript:
            width = self.tab.viewport_size["width"]
            assert self.tab.evaluate("document.documentElement.scrollWidth") <= width, self.tab.url
            found = self.judge(rules or self.rules)
            assert found.violations_count == 0, f"{self.tab.url}\n{found.generate_report()}"

    def judge(self, rules):
        """What axe finds. It is put into a page once, however often the page is looked at."""
        if self.tab.evaluate("typeof axe") == "undefined":
            self.tab.evaluate(Axe().axe_script)
        options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
        return AxeResults(self.tab.evaluate("(options) => axe.run(options)", options))


OTHERS_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


#: Rules that a page may keep on a phone and break at a desk; colours have a ruler of their own.
OF_LAYOUT = ["scrollable-region-focusable", "target-size"]


def rules_of(test):
    """What is told in both sizes is inspected by all rules on the phone, and at the desk by those that may differ."""
    told_at = getattr(test, "callspec", None) and test.callspec.params.get("size")
    return OF_LAYOUT if told_at == LAPTOP else None


@pytest.fixture
def open_window(request, browser, live_server):
    """Open a browser for somebody: `open_window(therapist)`; signed out without anybody.

    `keeps_pages` lets it have the service worker; without, every page comes from the server, and nothing else does.
    """
    contexts, rules = [], rules_of(request.node)

    def opened(person=None, *, size=PHONE, has_javascript=True, keeps_pages=False, **more):
        workers = "allow" if keeps_pages else "block"
        context = browser.new_context(
            viewport=size, java_script_enabled=has_javascript, service_workers=workers, **more
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        window = Window(context, live_server.url, has_javascript=has_javascript, rules=rules)
        return window.sign_in(person) if person else window

    yield opened
    for context in contexts:
        context.close()
    eventually(is_quiet, seconds=20)


def is_quiet():
    """No request is under way any more: the tables are emptied next, and a request in the middle would lock them."""
    with connection.cursor() as cursor:
        for _look in range(2):  # one that was just accepted has not asked the database yet
            cursor.execute(OTHERS_AT_WORK)
            if cursor.fetchone()[0]:
                return False
            time.sleep(0.05)
    return True


@pytest.fixture
def end_sessions(settings):
    """Every session has been idle for too long, until somebody signs in again: `end_sessions()`."""

    def end():
        for row in Session.objects.all():
            facts = row.get_decoded()
            row.session_data = Session.objects.encode(facts | {session_end.MOVED: facts[session_end.BEGAN] - 10_000})
            row.save()

    return end


@pytest.fixture(params=[PHONE, LAPTOP], ids=["phone", "laptop"])
def size(request):
    return request.param


@pytest.fixture
def client_of():
    """Somebody else in care: `client_of(therapist, "0418")`."""

    def make(therapist, reference, **facts):
        return Client.objects.create(reference=reference, therapist=therapist, team=therapist.team, **facts)

    return make


@pytest.fixture
def session_of(therapist):
    """A session of the therapist, going on since twenty minutes ago: `session_of(client_0417, format="video")`."""

    def make(*clients, **facts):
        began = timezone.now() - timedelta(minutes=20)
        made = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=began, **facts)
        made.clients.set(clients)
        return made

    return make
