"""The matrix itself: routes by actors by rows by methods. One world, and a savepoint for each cell."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.utils import translation

from accounts.models import Role
from tests.access_rules import LOGIN, MAY_BE_EMPTY, OPEN, column_of, expected
from tests.access_world import ACTORS, OBJECTS, OPENED_IN_EMERGENCY, word_of
from tests.test_access import OF_A_SIGNED_REPORT, TABLE, parameters_of

OTHER_METHODS = {"PUT", "PATCH", "DELETE", "OPTIONS"}
BOTH = ("GET", "POST")
#: Its pages answer OPTIONS with what they take, and lead whoever is signed in on before they look at the method.
OF_ALLAUTH = {name for name in TABLE if name.startswith("account_")}
HTMX = {"HTTP_HX_REQUEST": "true"}
#: Row level security. Without it what the application filters by itself stands alone: the database makes nothing good.
SECOND_WALL = "accounts.row_security.in_the_name_of_a_person"
#: What looking leaves behind: its own entry in the trail, the session's clock, what is counted against tries.
LEFT_BY_LOOKING = {"accounts_auditentry", "django_session", "cache"}
#: And on one page: when a calendar program last asked.
LEFT_BY_LOOKING_AT = {
    "calendar": {"followups_calendarfeed"},
    "account_reset_password_from_key": {
        "account_emailaddress"
    },  # a copy of the address, which allauth keeps for itself
}
TOUCHED = """
    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


@dataclass(frozen=True)
class Cell:
    route: str
    method: str
    actor: str
    thing: str | None
    is_htmx: bool = False

    def __str__(self):
        return f"{self.method}{' htmx' if self.is_htmx else ''} {self.route} of {self.thing} by {self.actor}"


@dataclass
class Found:
    """What went wrong, and how much was looked at."""

    problems: list = field(default_factory=list)
    opened_wrongly: list = field(default_factory=list)
    cells: int = 0
    opened: int = 0
    is_aloud: bool = False

    def say(self, cell, problem):
        self.problems.append(f"{cell}: {problem}")
        if self.is_aloud:
            print(self.problems[-1], flush=True)


class Doors:
    """Knocks without a browser: one request through all the middleware, undone afterwards."""

    def __init__(self, world):
        self.world, self.factory, self.handler = world, RequestFactory(SERVER_NAME="localhost"), WSGIHandler()
        self.nowhere = {}

    def address(self, route, thing):
        facts = self.world.common | (self.world.rows[thing] if thing else {})
        return reverse(route, kwargs={name: facts[name] for name in parameters_of(route)})

    def has(self, route, thing):
        facts = self.world.common.keys() | self.world.rows[thing].keys()
        return set(parameters_of(route)) <= facts

    def knock(self, cell, *, data=None, query="", then=None):
        """The response; `then` may look at what came of it before it is undone."""
        more = HTMX if cell.is_htmx else {}
        path = self.address(cell.route, cell.thing) + query
        request = self.factory.generic(cell.method, path, **body_of(cell.method, data), **more)
        if key := self.world.sessions.get(cell.actor):
            request.COOKIES[settings.SESSION_COOKIE_NAME] = key
        request._dont_enforce_csrf_checks = True  # as Django's own test browser: tokens have tests of their own
        with transaction.atomic():
            response = self.handler.get_response(request)
            if response.streaming:
                response = HttpResponse(
                    b"".join(response.streaming_content), status=response.status_code, headers=response.headers
                )
            if then:
                then()
            transaction.set_rollback(True)
        translation.activate(settings.LANGUAGE_CODE)
        return response


def body_of(method, data):
    if method != "POST":
        return {}
    return {"data": urlencode(data or {}, doseq=True), "content_type": "application/x-www-form-urlencoded"}


def routes():
    """The URL table, every address of it: {name: the module of its view}."""
    waiting, found = list(get_resolver().url_patterns), {}
    while waiting:
        pattern = waiting.pop()
        if hasattr(pattern, "url_patterns"):
            waiting.extend(pattern.url_patterns)
        else:
            found[pattern.name] = pattern.callback.__module__
    return found


#: One page of each kind: where what is wrong shows soonest.
OF_EACH_KIND = ["departure", "plan", "client", "record-contact", "review-queue", "paper-file", "find-report", "me"]
OF_EACH_KIND += ["departure-bundle", "emergency-record", "policies", "export-file", "calendar", "follow-ups", "clients"]
OF_EACH_KIND += ["review", "remove-shift", "come-back", "help-calls", "coming", "client-copy", "answer-decision", "now"]
OF_EACH_KIND += ["override", "remove-device", "answer-recall", "session", "start-departure", "emergency-review"]
OF_EACH_KIND += ["end-departure"]


def near(path):
    """Every route, those first whose view is in the file, then one of each kind."""
    modules, module = routes(), path.removesuffix(".py").replace("/", ".")
    return sorted(TABLE, key=lambda name: (modules.get(name) != module, name not in OF_EACH_KIND, name))


def is_of_a_row(doors, route):
    return not doors.world.rows["random"].keys().isdisjoint(parameters_of(route))


@dataclass(frozen=True)
class Extent:
    """How much of the matrix: who knocks, at whose rows, and who tries what a page does not take."""

    actors: tuple = tuple(ACTORS)
    things: tuple = tuple(OBJECTS)
    posted_to: tuple = ("own", "practice", "other site", "random")
    looking_for_random: tuple = tuple(ACTORS)
    other_methods: tuple = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
    trying_other_methods: tuple = ("anonymous", "owner", "supervisor", "admin")
    of_each_kind: "Extent | None" = None  # tried besides at one page of each kind


#: What every run of the tests tries: each route by everybody who matters most at one row, and some by everybody.
MAIN = ("anonymous", "owner", "same team", "supervisor", "former supervisor")
MAIN += ("admin", "officer", "emergency")
SOME = Extent(things=("own", "practice", "other site"), other_methods=())
FAST = Extent(MAIN, ("own", "random"), ("own",), ("same team",), ("DELETE",), ("owner",), SOME)
WHOLE = Extent()
#: Beside the former at pages of a signed report, which only one row has.
SIGNED = Extent(MAIN, ("closed",), (), (), (), ())


def cells_of(doors, route, extent):
    """Every cell of a route, each once."""
    extents = [extent, *([extent.of_each_kind] if extent.of_each_kind and route in OF_EACH_KIND else [])]
    extents += [SIGNED] if extent is FAST and route in OF_A_SIGNED_REPORT else []
    return list(dict.fromkeys(cell for each in extents for cell in cells_in(doors, route, each)))


def cells_in(doors, route, extent):
    """What a page does not take is tried by few, for it is refused before anything is asked."""
    of_rows = [each for each in extent.things if doors.has(route, each)] if is_of_a_row(doors, route) else [None]
    for method in BOTH:
        if not takes(route, method):
            yield Cell(route, method, "owner", of_rows[0])
            continue
        for actor in extent.actors:
            for thing in of_rows:
                is_wanted = thing != "random" or actor in extent.looking_for_random
                if is_wanted and (method == "GET" or thing in (None, *extent.posted_to)):
                    yield Cell(route, method, actor, thing)
        yield Cell(route, method, "anonymous", of_rows[0], is_htmx=True)
        if "other site therapist" in extent.actors:
            yield Cell(route, method, "other site therapist", of_rows[0], is_htmx=True)
    for actor in extent.trying_other_methods:
        for method in extent.other_methods:
            yield Cell(route, method, actor, of_rows[0])


def run(world, extent=FAST, *, only=None, stops_at_first=False, is_aloud=False):
    """Knock at every door and say what was not as it must be."""
    doors, found = Doors(world), Found(is_aloud=is_aloud)
    for route in only or sorted(TABLE):
        before = touched()
        looks = [cell for cell in cells_of(doors, route, extent) if cell.method != "POST"]
        deeds = [cell for cell in cells_of(doors, route, extent) if cell.method == "POST"]
        for cell in looks:
            look(doors, cell, found)
        check_touched(found, route, before)
        for cell in deeds:
            look(doors, cell, found)
        if found.problems and stops_at_first:
            break
    return found


def touched():
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED)
        return dict(cursor.fetchall())


def check_touched(found, route, before):
    """No looking changed a row: the database itself has counted."""
    changed = {table for table, count in touched().items() if count != before.get(table, 0)}
    changed -= LEFT_BY_LOOKING | LEFT_BY_LOOKING_AT.get(route, set())
    if changed:
        found.say(route, f"looking changed rows of {sorted(changed)}")


#: On the way in or out: they lead to sign-in whoever comes, or show their own page to whoever is signed out.
LEADS_TO_SIGN_IN = {"account_logout", "signed-out", "join", "mfa_authenticate", "mfa_login_webauthn"}


def look(doors, cell, found):
    found.cells += 1
    response = doors.knock(cell)
    wanted, was = wanted_of(cell), kind_of(response)
    if cell.route in LEADS_TO_SIGN_IN and was in (OPEN, LOGIN):
        was = next(iter(wanted & {OPEN, LOGIN}), was)
    found.opened += was == OPEN
    is_empty = OPEN in wanted and response.status_code == 404 and cell.route in MAY_BE_EMPTY
    if was == OPEN and OPEN not in wanted:
        found.opened_wrongly.append(str(cell))
    if was not in wanted and not is_empty:
        found.say(cell, f"{response.status_code}, and it must be {wanted}")
    if response.status_code == 404 and cell.thing and cell.method != "HEAD":
        check_same(doors, cell, response, found)
    check_words(cell, response, found)


def wanted_of(cell):
    """What it may answer, as a set."""
    by_get, by_post = (expected(cell.route, each, cell.actor, cell.thing) for each in ("GET", "POST"))
    if cell.method in OTHER_METHODS:
        if LOGIN in (by_get, by_post):  # what everybody may open refuses a method before it asks who it is
            return {LOGIN, 405} if cell.route in LEADS_TO_SIGN_IN else {LOGIN}
        return {405, OPEN} if cell.route in OF_ALLAUTH else {405}
    if cell.method == "HEAD":  # a page that takes a form as well answers it with 405
        return {by_get, 405} if by_get != LOGIN and all(takes(cell.route, each) for each in BOTH) else {by_get}
    return {by_get if cell.method == "GET" else by_post}


def takes(route, method):
    row = column_of(route, method)
    return row["therapist"] != 405 or row["admin"] != 405


def kind_of(response):
    status = response.status_code
    if status == 401 or (status == 302 and response.headers["Location"].startswith("/account/sign-in/")):
        return LOGIN
    return status if status in (403, 404, 405) or status >= 500 else OPEN


def check_same(doors, cell, response, found):
    """What is not theirs looks like what is not there, to the byte."""
    shown = (response.content, {name for name in response.headers if name != "Set-Cookie"})
    if cell.actor not in doors.nowhere:
        missing = doors.knock(Cell("departure", "GET", "owner", "random"))
        doors.nowhere[cell.actor] = (missing.content, {name for name in missing.headers if name != "Set-Cookie"})
    if shown[0] != doors.nowhere[cell.actor][0]:
        found.say(cell, "its 404 differs from that of a random id")


def check_words(cell, response, found):
    """No rare word of anybody whose rows this actor may not see, on any page whatever."""
    body = response.content
    for thing in ("own", "same team", "other team", "other site"):
        if word_of(thing).encode() in body and not (may_read(cell.actor, thing) or waits_for(cell, thing)):
            found.say(cell, f"shows words of {thing}")


def waits_for(cell, thing):
    """A request for a second person is shown to every supervisor of the site while it waits."""
    is_at_site = (cell.actor == "other site supervisor") == (thing == "other site")
    return cell.route in ("override", "waiting-for-second") and Role.SUPERVISOR in ACTORS[cell.actor] and is_at_site


def may_read(actor, thing):
    owner, answer_for_it = OBJECTS[thing]
    return actor == owner or actor in answer_for_it or (actor == "emergency" and thing in OPENED_IN_EMERGENCY)
