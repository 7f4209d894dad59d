"""Whatever is sent, to every form and every address: never a server error, always an answer, nothing lost."""

import itertools
import re
import urllib.parse
import uuid
from html.parser import HTMLParser

import pytest
from django.urls import resolve, reverse, reverse_lazy

from followups import contact_attempts
from followups.failed_contacts import Week
from followups.models import FollowUp
from sessions_app import departures, levels, reports
from sessions_app.models import Channel, Client, DepartureEvent, ResponseLevel, TherapySession

KEPT = "words that must not be lost"
#: As they travel in a form body: percent-encoded, so that what is no text at all can be sent too.
HOSTILE = {
    "nul": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "not utf-8": "%FF%FE",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "year 10000": "10000-01-01T00:00",
    "year 1 with time": "0001-01-01T00:00:00Z",
    "year 9999 with time": "9999-12-31T23:59:59%2B14:00",
    "odd time": "99:99",
    "huge number": "9" * 400,
    "negative": "-1",
    "not a number": "NaN",
    "long": "x" * 60_000,
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "right to left": "%E2%80%AE",
    "nothing": "",
    "somebody else's": None,  # filled in: ids of a stranger's rows
}

#: One text of several may refuse these; a text takes all the others, and all of a form are sent them together.
TO_ONE_TEXT = ["long", "nothing"]
#: Forms that come with each page are tried with one of them.
ON_EVERY_PAGE = [reverse_lazy("ask-for-help"), reverse_lazy("account_login")]
REFUSED = re.compile(r'id="id_([^"]+)_error"')


class Forms(HTMLParser):
    """The forms of a page, as (address, {field: value})."""

    def __init__(self, html):
        super().__init__()
        self.found, self.current = [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "form" and facts.get("method") == "post":
            self.current = {}
            self.found.append((facts.get("action"), self.current))
        elif self.current is not None and facts.get("name") and tag in ("input", "select", "textarea", "button"):
            is_text = tag == "textarea" or (facts.get("type", "text") == "text" and tag == "input")
            self.current.setdefault(facts["name"], KEPT if is_text else facts.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.current = None


@pytest.fixture
def theirs(stranger):
    """A stranger's rows, whose ids are sent where one's own belong."""
    client = Client.objects.create(reference="9999", therapist=stranger, team=stranger.team)
    session = TherapySession.objects.create(therapist=stranger, site=stranger.site, starts_at="2026-01-05T10:00Z")
    departure = departures.log(id=uuid.uuid4(), by=stranger, session=session, client=client)
    return {"client": client.pk, "clients": client.pk, "session": session.pk, "owner": stranger.pk, "id": departure.pk}


@pytest.fixture
def places(departure, supervisor, starter):
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=departure.therapist)
    follow_up = FollowUp.objects.exclude(channel="").first().pk
    tried = FollowUp.objects.exclude(channel="").last()
    in_vain = {"channel": Channel.PHONE, "result": "no_answer", "op_id": uuid.uuid4()}
    contact_attempts.record(tried, by=departure.therapist, **in_vain)
    departure.client.contact_permissions.create(channel="letter", scope="practice_name")
    by_departure = ["departure", "choose-client", "end-departure", "void-departure", "give-resources", "report"]
    by_departure += ["private-notes"]
    return {
        **{name: reverse(name, args=[departure.pk]) for name in [*by_departure, "check-report", "review"]},
        **{f"notes on {slug}": reverse("note-details", args=[departure.pk, slug]) for slug in NOTED},
        **{name: reverse(name) for name in ["now", "earlier-departure", "me", "account_change_password"]},
        **{name: reverse(name) for name in ["clients", "add-client", "add-session"]},
        "client": reverse("client", args=[departure.client_id]),
        "session": reverse("session", args=[departure.session_id]),
        **{
            name: reverse(name, args=[follow_up])
            for name in ["record-contact", "move-follow-up", "drop-follow-up", "change-follow-up"]
        },
        **{name: reverse(name, args=[follow_up]) for name in ["ask-override"]},
        "next-attempt": reverse("next-attempt", args=[tried.pk]),
        **{name: reverse(name, args=[departure.pk]) for name in ["letter", "decide-status"]},
        **{name: reverse(name, args=[departure.pk]) for name in ["relationship", "change-letter"]},
    }


NOTED = ["check-safety", "explore-reason", "offer-options"]  # between them every kind of field that can be noted
FORMS_OF_THE_THERAPIST = [
    *(f"notes on {slug}" for slug in NOTED),
    "departure",
    "choose-client",
    "end-departure",
    "void-departure",
    "give-resources",
    "report",
    "check-report",
    "private-notes",
    "now",
    "earlier-departure",
    "add-client",
    "client",
    "add-session",
    "session",
    "me",
    "account_change_password",
    "record-contact",
    "next-attempt",
    "ask-override",
    "letter",
    "change-letter",
    "relationship",
    "decide-status",
    "move-follow-up",
    "drop-follow-up",
    "change-follow-up",
]


@pytest.mark.parametrize("place", FORMS_OF_THE_THERAPIST)
def test_no_form_of_the_therapist_breaks(signed_in, therapist, places, theirs, place):
    batter(signed_in(therapist), places[place], theirs)


def test_no_form_of_a_signed_report_breaks(signed_in, therapist, departure, places, theirs):
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    batter(signed_in(therapist), places["report"], theirs)


def test_no_form_of_the_supervisor_breaks(signed_in, supervisor, departure, places, theirs):
    reports.sign(reports.draft_for(departure, by=departure.therapist), by=departure.therapist)
    batter(signed_in(supervisor), places["review"], theirs)


def test_no_form_of_the_weekly_list_breaks(signed_in, supervisor, theirs):
    week = Week.last(supervisor.zone).code
    batter(signed_in(supervisor), reverse("failed-contacts", args=[week]), theirs)


@pytest.mark.parametrize("place", ["account_login", "account_reset_password"])
def test_no_form_for_everybody_breaks(client, theirs, settings, place):
    settings.ACCOUNT_RATE_LIMITS = False
    batter(client, reverse(place), theirs)


def batter(browser, address, theirs):
    """Send every hostile value in every field of every form of the page.

    All fields are sent it at once, then those again that did not refuse it: whatever takes it, takes it together. Where
    an answer does not say which field it refuses, each is sent it alone. A text is sent alone what it may refuse.
    """
    page = browser.get(address)
    assert page.status_code == 200
    forms = once_each(Forms(page.content.decode()).found)
    own = [(action, fields) for action, fields in forms if action not in ON_EVERY_PAGE or action == address]
    assert own, "a page without a form is in the wrong list"
    for action, fields in forms if address == reverse("now") else own:
        enemy = Enemy(browser, action or address, fields, theirs)
        for what in HOSTILE:
            enemy.everywhere(what)
        for field, what in itertools.product(texts_of(fields), TO_ONE_TEXT):
            enemy.send([field], what)
    assert DepartureEvent.objects.filter(therapist=theirs["owner"]).count() == 1, "a stranger's rows are untouched"


class Enemy:
    """Sends one form, `fields` as they stand but for those that are sent something else."""

    def __init__(self, browser, address, fields, theirs):
        self.browser, self.address, self.fields, self.theirs = browser, address, fields, theirs

    def everywhere(self, what):
        fields = set(self.fields)
        while fields:
            answer = self.send(fields, what)
            refused = fields & set(REFUSED.findall(answer.content.decode())) if answer.status_code == 422 else set()
            if not refused and answer.status_code in (404, 422):
                for field in one_of_each_kind(fields - set(texts_of(self.fields))):
                    self.send([field], what)
            fields = fields - refused if refused else None

    def send(self, hostile, what):
        value = HOSTILE[what]
        bad = {field: str(self.theirs.get(field, uuid.uuid4())) if value is None else value for field in hostile}
        answer = send(self.browser, self.address, {**quoted(self.fields), **bad})
        check(answer, hostile, what, self.fields)
        return answer


def texts_of(fields):
    return [field for field, value in fields.items() if value == KEPT]


def once_each(forms):
    """One form of each kind: the same fields posted to the same kind of address need not be tried twice."""
    return {
        (tuple(sorted(fields)), action and resolve(action).view_name): (action, fields) for action, fields in forms
    }.values()


def one_of_each_kind(fields):
    """Where a form asks the same of each channel (phone-scope, text-scope), one of them stands for all."""
    parts = {field: field.partition("-") for field in sorted(fields)}
    return {name if channel in Channel.values else field: field for field, (channel, _, name) in parts.items()}.values()


def quoted(fields):
    return {name: urllib.parse.quote(value or "") for name, value in fields.items()}


def send(browser, address, fields):
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return browser.post(address, body, content_type="application/x-www-form-urlencoded")


def check(response, hostile, what, fields):
    case = f"{response.request['PATH_INFO']}: {what} in {', '.join(hostile)}"
    assert response.status_code < 500, case
    if response.status_code == 422:
        html = response.content.decode()
        others = [name for name, value in fields.items() if value == KEPT and name not in hostile]
        assert not others or KEPT in html, f"{case} lost what was typed elsewhere"


@pytest.mark.parametrize("name", ["start-departure", "earlier-departure"])
def test_a_body_of_ten_megabytes_is_refused_in_words(signed_in, therapist, db, name):
    response = signed_in(therapist).post(reverse(name), {"id": "x" * 10_000_000})
    assert response.status_code == 413
    assert "too large" in response.content.decode()
    response = send(signed_in(therapist), reverse(name), {"id": "x" * 10_000_000})
    assert response.status_code == 413


def test_a_thousand_fields_are_refused(signed_in, therapist, db):
    response = send(signed_in(therapist), reverse("start-departure"), {f"f{number}": "1" for number in range(2000)})
    assert response.status_code == 400


HX = [{}, {"HX-Request": "true"}]


@pytest.mark.parametrize("what", [what for what, value in HOSTILE.items() if value and len(value) < 1000])
def test_no_query_string_breaks_a_page(signed_in, therapist, supervisor, places, what):
    """Whole pages and fragments in turn; both where a view tells them apart."""
    value = HOSTILE[what]
    keys = ["q", "country", "kind", "audience", "next", "page", "id", "departure", value]
    query = "&".join(f"{key}={value}" for key in keys)
    own = [*places.values(), "/steps/"]
    both = ["/resources/", "/follow-ups/", places["departure"], places["review"], places["report"], "/review/"]
    for person, addresses in ((therapist, [*own, *both]), (supervisor, both)):
        browser = signed_in(person)
        for number, address in enumerate(addresses):
            for headers in HX if address in both else [HX[number % 2]]:
                assert browser.get(f"{address}?{query}", headers=headers).status_code < 500, (address, what)


@pytest.mark.parametrize(
    "address", ["/%00", "/departures/%00/", "/follow-ups/99999999999999999999/contact/", "/%ED%A0%80"]
)
def test_no_address_breaks(signed_in, therapist, address):
    assert signed_in(therapist).get(address).status_code in (400, 404)


def test_a_tap_is_saved_whatever_came_with_it(signed_in, therapist, db):
    """Nothing is required to save a departure, and nothing that cannot be read stops it."""
    rubbish = {"id": "a%00", "session": "9" * 400, "at": "9999-12-31T23:59:59Z", "op_id": "%FF"}
    response = send(signed_in(therapist), reverse("start-departure"), rubbish)
    assert response.status_code == 302
    assert DepartureEvent.objects.get().therapist == therapist
