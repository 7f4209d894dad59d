"""Whatever is sent, to every form and every address: never a server error, always an answer, nothing lost."""

import urllib.parse
import uuid
from html.parser import HTMLParser

import pytest
from django.urls import resolve, reverse

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

#: What is not among the choices is refused in one way, whatever it looks like; text that is none comes before that.
TO_A_CHOICE = {what: HOSTILE[what] for what in ("nul", "not utf-8", "long", "nothing", "somebody else's")}
#: A text takes nearly everything, so the texts of a form are tried together; alone only what one text may refuse.
TO_ONE_TEXT = {what: HOSTILE[what] for what in ("long", "nothing")}


class Forms(HTMLParser):
    """The forms of a page, as (address, {field: value}), and the names of fields that offer choices."""

    def __init__(self, html):
        super().__init__()
        self.found, self.current, self.choices = [], None, set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "form" and facts.get("method") == "post":
            self.current = {}
            self.found.append((facts.get("action"), self.current))
        elif self.current is not None and facts.get("name") and tag in ("input", "select", "textarea", "button"):
            is_text = tag == "textarea" or (facts.get("type", "text") == "text" and tag == "input")
            if tag in ("select", "button") or facts.get("type") in ("radio", "checkbox"):
                self.choices.add(facts["name"])
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
        **{name: reverse(name, args=[follow_up]) for name in ["next-attempt", "ask-override"]},
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
    """Send in the fields of every form of the page every hostile value they may meet, the others as they stand."""
    page = browser.get(address)
    assert page.status_code == 200
    read = Forms(page.content.decode())
    forms = once_each(read.found)
    assert forms, "a page without a form is in the wrong list"
    for action, fields in forms:
        for hostile, what, value in trials(fields, read.choices):
            bad = {field: str(theirs.get(field, uuid.uuid4())) if value is None else value for field in hostile}
            check(send(browser, action or address, {**quoted(fields), **bad}), hostile, what, fields)
    assert DepartureEvent.objects.filter(therapist=theirs["owner"]).count() == 1, "a stranger's rows are untouched"


def trials(fields, choices):
    """What is tried with a form: (the fields that are sent it, what it is, the value)."""
    texts = [field for field, value in fields.items() if value == KEPT]
    yield from ((texts, what, value) for what, value in HOSTILE.items() if texts)
    for field in one_of_each_kind(fields):
        values = TO_A_CHOICE if field in choices else TO_ONE_TEXT if field in texts else HOSTILE
        yield from (([field], what, value) for what, value in values.items())


def once_each(forms):
    """One form of each kind: the same fields posted to the same kind of address need not be tried twice."""
    return {
        (tuple(sorted(fields)), action and resolve(action).view_name): (action, fields) for action, fields in forms
    }.values()


def one_of_each_kind(fields):
    """Where a form asks the same of each channel (phone-scope, text-scope), one of them stands for all."""
    parts = {field: field.partition("-") for field in fields}
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
    assert response.status_code == 400
    assert "too large" in response.content.decode()
    response = send(signed_in(therapist), reverse(name), {"id": "x" * 10_000_000})
    assert response.status_code == 400


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
