"""Every word on the screen has its Spanish: a new string without one turns these red. `make messages` gathers them."""

import ast
import gettext
import json
import re
import uuid
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override, trans_real

from followups import policies
from protocols import editions
from resources.models import Resource
from sessions_app import checklist, departures, help_calls, levels, reports
from sessions_app.models import AgeBand, Composition, Ending, Format, HelpCall, ResponseLevel
from tests.conftest import PASSWORD

FOLDER = Path(settings.LOCALE_PATHS[0]) / "es" / "LC_MESSAGES"
HTMX = {"HX-Request": "true"}


# The files ----------------------------------------------------------------------------------------------------


def entries():
    """The catalogue as people edit it: (flags, {"msgid": …, "msgid_plural": …, "msgstr": …, "msgstr[0]": …})."""
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        flags = re.findall(r"^#, (.+)$", block, re.M)
        pairs = re.findall(r'^(\w+(?:\[\d\])?) ((?:".*"\n?)+)', block, re.M)
        yield flags, {name: "".join(map(ast.literal_eval, text.strip().split("\n"))) for name, text in pairs}


def test_what_is_compiled_is_what_is_written():
    """Django reads the .mo file; a fresh machine has no program that makes it, so both are kept."""
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    written = {}
    for _flags, entry in entries():
        words = f"{entry['msgctxt']}\x04{entry['msgid']}" if "msgctxt" in entry else entry["msgid"]
        if "msgid_plural" in entry:
            written |= {(words, number): entry[f"msgstr[{number}]"] for number in (0, 1)}
        else:
            written[words] = entry["msgstr"]
    assert compiled == written


def test_every_string_is_translated_and_none_is_a_guess():
    unfinished = [entry["msgid"] for flags, entry in entries() if "fuzzy" in flags or "" in list(entry.values())[1:]]
    assert unfinished == []


def test_what_is_filled_in_is_filled_in_there_too():
    def blanks(text):
        return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))

    for _flags, entry in list(entries())[1:]:
        for name, text in entry.items():
            if name.startswith("msgstr"):
                assert blanks(text) == blanks(entry.get("msgid_plural", entry["msgid"])), entry["msgid"]


def test_the_words_of_the_default_policy_can_be_translated():
    default = policies.read_default()
    rows = [row for part in ("levels", "overlays") for rows in default[part].values() for row in rows]
    said = {row[name] for row in rows for name in ("title", "script", "source")} - {""}
    assert said | {default["title"]} == set(policies.WORDS)


# The pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def missing(monkeypatch):
    """What was asked of the Spanish catalogue, by us, Django or allauth, and is not in it."""
    spanish, found = trans_real.translation("es"), set()
    singular, plural = spanish.gettext, spanish.ngettext

    def one(message):
        if message not in spanish._catalog:
            found.add(message)
        return singular(message)

    def many(message, others, number):
        if not any((message, form) in spanish._catalog for form in range(3)):
            found.add(message)
        return plural(message, others, number)

    monkeypatch.setattr(spanish, "gettext", one)
    monkeypatch.setattr(spanish, "ngettext", many)
    return found


@pytest.fixture
def speaks(signed_in):
    """A browser of somebody's whose pages are in a language: `speaks(therapist, "es")`; nobody: signed out."""

    def browser(person=None, language="es"):
        made = signed_in(person) if person else Browser()
        made.raise_request_exception = False
        made.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return made

    return browser


STATES = {
    "open": {},
    "phone": {"format": Format.PHONE},
    "video": {"format": Format.VIDEO},
    "home visit": {"format": Format.HOME_VISIT},
    "couple": {"composition": Composition.COUPLE},
    "family": {"composition": Composition.FAMILY},
    "group": {"composition": Composition.GROUP},
    "child": {"age_band": AgeBand.UNDER_13},
    "teenager": {"age_band": AgeBand.TEEN},
    **{level: {} for level in ResponseLevel},
    **{ending: {} for ending in Ending},
    "gone": {},
    "break": {},
    "back": {},
    "abroad": {"format": Format.VIDEO},
    "dropped": {"format": Format.VIDEO},
    "hung up": {"format": Format.PHONE},
    "child gone": {"age_band": AgeBand.UNDER_13},
    "driving": {},
    "asked for help": {},
}


@pytest.fixture
def brought(departure, therapist):
    """Bring the departure into one of STATES."""

    def bring(state):
        usual = {"format": Format.IN_PERSON, "composition": Composition.INDIVIDUAL, "age_band": AgeBand.ADULT}
        departures.change_setting(departure, by=therapist, **(usual | STATES[state]))
        departure.refresh_from_db()
        if state in ResponseLevel:
            levels.set_level(departure, level=state, op_id=uuid.uuid4(), by=therapist)
        elif state in Ending:
            departures.end(departure, ending=state, by=therapist)
        elif state in ("gone", "dropped", "hung up", "child gone"):
            is_known = state == "hung up"
            departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist, has_hung_up=is_known)
        elif state in ("break", "back"):
            departures.take_break(departure, by=therapist)
            departure.refresh_from_db()
            departures.came_back(departure, by=therapist) if state == "back" else None
        elif state == "abroad":
            where = {"address_today": "Calle Mayor 1", "callback_number": "", "country_today": "ES"}
            departures.change_whereabouts(departure, by=therapist, **where)
            departure.refresh_from_db()
        elif state == "driving":
            facts = {"concerns": ["impaired_driving"]}
            checklist.note(departure, slug="check-safety", facts=facts, op_id=uuid.uuid4(), by=therapist)
        elif state == "asked for help":
            help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)
        return departure

    return bring


@pytest.mark.parametrize("state", STATES)
def test_the_live_page_and_its_plan_in_every_state(speaks, therapist, supervisor, brought, missing, state):
    departure, browser = brought(state), speaks(therapist)
    for name in ("departure", "plan", "end-departure", "now"):
        assert browser.get(reverse(name, args=[departure.pk] if name != "now" else [])).status_code == 200
    for step in editions.steps_of(departure.protocol_version_id):
        assert browser.get(reverse("note-details", args=[departure.pk, step.slug]), headers=HTMX).status_code == 200
    assert missing == set()


def test_the_fragments_of_the_live_page(speaks, therapist, supervisor, departure, missing):
    browser, op_id = speaks(therapist), str(uuid.uuid4())

    def post(name, *more, **data):
        return browser.post(reverse(name, args=[departure.pk, *more]), data, headers=HTMX)

    answers = [
        post("record-step", "stay-calm", outcome="done", op_id=op_id),
        post("record-step", "follow-up", outcome="done", op_id=op_id),
        post("record-step", "explore-reason", outcome="not_possible", reason="language"),
        post("record-step", "explore-reason", outcome="not_possible"),
        post("record-step", "stay-calm", outcome="not_applicable"),
        post("record-step", "stay-calm", outcome="perfect"),
        post("undo-step", "explore-reason"),
        post("set-level", level="elevated"),
        post("set-level", level="nonsense"),
        post("note-details", "explore-reason", **{"explore-reason-trigger-time": "half past"}),
        post("note-details", "check-safety", **{"check-safety-concerns": ["nonsense"]}),
        post("change-setting", **{"setting-format": "nonsense"}),
        post("give-resources"),
        post("end-departure", ending="left", ended_time="nonsense"),
        post("void-departure"),
        post("choose-client"),
        post("record-phase", "connect"),
        post("whereabouts", country_today="QQ"),
        browser.post(reverse("ask-for-help"), headers=HTMX),
        browser.get(reverse("my-help-call"), headers=HTMX),
    ]
    call = HelpCall.objects.get()
    answers.append(browser.post(reverse("call-again", args=[call.pk]), {"times_called": 1}, headers=HTMX))
    help_calls.answer(call, by=supervisor)
    answers.append(browser.get(reverse("my-help-call"), headers=HTMX))
    assert {answer.status_code for answer in answers} == {200, 409, 422}
    assert missing == set()
    assert json.loads(answers[0].headers["HX-Trigger"])["announce"]["value"] == "Paso 1, Hecho"
    assert json.loads(answers[6].headers["HX-Trigger"])["announce"]["value"] == "Paso 6, retirado"
    assert "Elija por qué no fue posible." in answers[3].content.decode()
    assert answers[1].content.decode().startswith("Este toque se usó para otra cosa.")


@pytest.fixture
def written(departure, supervisor, therapist, starter):
    """A departure of one of a couple, with a plan."""
    departures.change_setting(departure, format="in_person", composition="couple", age_band="adult", by=therapist)
    departure.refresh_from_db()
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    return departure


OF_THE_THERAPIST = [
    *("now", "me", "eleven-steps", "earlier-departure", "start-departure", "resources", "resource", "account_logout"),
    *("whereabouts", "others", "help-calls", "guide"),
    *("departure", "plan", "attempts", "report", "check-report", "choose-client", "end-departure", "void-departure"),
    *("give-resources", "clients", "add-client", "client", "session", "add-session", "account_change_password"),
    *("follow-ups", "record-contact", "move-follow-up", "drop-follow-up", "change-follow-up"),
    *("next-attempt", "ask-override", "letter", "decide-status", "waiting-for-second"),
]
REFUSED = ["add-client", "add-session", "record-contact", "move-follow-up", "drop-follow-up", "earlier-departure"]
REFUSED += ["ask-override", "letter", "decide-status", "next-attempt"]


def test_every_page_of_the_therapist(speaks, therapist, written, missing):
    call = written.follow_ups.exclude(channel="").first()
    known = {"client": written.client_id, "session": written.session_id, "resource": Resource.objects.first().pk}
    known |= dict.fromkeys(["record-contact", "move-follow-up", "drop-follow-up", "change-follow-up"], call.pk)
    known |= dict.fromkeys(["next-attempt", "ask-override"], call.pk)
    browser = speaks(therapist)
    for name in OF_THE_THERAPIST:
        try:
            address = reverse(name)
        except NoReverseMatch:
            address = reverse(name, args=[known.get(name, written.pk)])
        assert browser.get(address).status_code == 200
        if name in REFUSED:
            browser.post(address, {"starts_at_0": "nonsense", "began_at_0": "nonsense", "began_at_1": "x"})
        assert missing == set(), name


def test_what_a_supervisor_reads(speaks, therapist, supervisor, written, missing):
    report = reports.sign(reports.draft_for(written, by=therapist), by=therapist)
    browser = speaks(supervisor)
    help_calls.ask(id=uuid.uuid4(), by=therapist, departure=written)
    for name in ("review-queue", "follow-ups", "failed-deliveries", "eleven-steps", "help-calls", "help-asked"):
        assert browser.get(reverse(name), headers=HTMX if name == "help-asked" else {}).status_code == 200
    for method in (browser.get, browser.post):
        method(reverse("review", args=[report.departure_id]))
    speaks(therapist).get(reverse("report", args=[report.departure_id]))
    assert missing == set()


def test_pages_for_people_who_are_signed_out(speaks, db, therapist, missing):
    browser = speaks()
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "offline"):
        assert browser.get(reverse(name)).status_code == 200
    browser.get(reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "0-x"}))
    browser.post(reverse("account_login"), {"login": therapist.email, "password": "not this one"})
    browser.post(reverse("account_login"), {"login": "nobody"})
    browser.post(reverse("account_reset_password"), {"email": "nobody"})
    signed_in = speaks(therapist)
    signed_in.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "short", "password2": "x"}
    )
    assert missing == set()


def test_pages_about_errors(speaks, therapist, admin, missing, monkeypatch):
    browser = speaks(therapist)
    assert browser.get("/nowhere/").status_code == 404
    assert browser.get("/?q=%00").status_code == 400
    assert speaks(admin).get(reverse("clients")).status_code == 403
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(therapist)
    strict.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert "estuvo abierta mucho tiempo" in strict.post(reverse("me")).content.decode()
    monkeypatch.setattr("sessions_app.views.now.render", None)
    shown = browser.get(reverse("now"))
    assert (shown.status_code, '<html lang="es"' in shown.content.decode()) == (500, True)
    assert missing == set()


def test_a_string_without_spanish_is_seen(missing):
    with override("es"):
        trans_real.gettext("Hide screen")
        trans_real.gettext("A sentence nobody translated")
        trans_real.ngettext("%(number)s found", "%(number)s found", 2)
        trans_real.ngettext("%(n)s thing nobody translated", "%(n)s things", 2)
    assert missing == {"A sentence nobody translated", "%(n)s thing nobody translated"}


# Words that no gettext call sees --------------------------------------------------------------------------------


class Words(HTMLParser):
    """The words of a page: what is read, and what is read aloud or put together by scripts."""

    SPOKEN = ("aria-label", "alt", "title", "placeholder")

    def __init__(self, page):
        super().__init__()
        self.found, self.is_code = set(), False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.is_code = tag in ("script", "style")
        for name, value in attributes:
            if name in self.SPOKEN or (name.startswith("data-") and " " in (value or "")):
                self.found.add(value.strip())

    def handle_endtag(self, tag):
        self.is_code = False

    def handle_data(self, data):
        if re.search(r"[^\W\d_]{2}", data) and not self.is_code:
            self.found.add(" ".join(data.split()))


#: The same in both languages, or somebody's own words.
SHARED = {"Doorway", "Ana Reyes", "Sam Lindqvist", "Duty lead", "Riverside Clinic, Adults", "No", "Video", "Individual"}
SHARED |= {"Español", "English", "America/New_York", "Room 3", "ana.reyes@clinic.example"}


SEEN = ["open", "phone", "home visit", "couple", "group", "immediate", "gone", "stayed", "break", "child gone"]
SEEN += ["dropped", "driving", "asked for help"]


@pytest.mark.parametrize("state", SEEN)
def test_no_word_of_the_live_page_stays_english(speaks, therapist, supervisor, brought, state):
    departure = brought(state)
    for name in ("departure", "plan", "end-departure", "choose-client", "void-departure", "give-resources"):
        assert words_left_over(speaks, therapist, reverse(name, args=[departure.pk])) == set(), name


@pytest.mark.parametrize("name", ["now", "me", "offline", "eleven-steps", "follow-ups", "clients"])
def test_no_word_of_these_pages_stays_english(speaks, therapist, supervisor, written, name):
    assert words_left_over(speaks, therapist, reverse(name)) == set()


def words_left_over(speaks, person, address):
    """What reads the same in both languages and should not: not a name, a number, a date, or the directory's words."""
    pages = [Words(speaks(person, language).get(address).content.decode()).found for language in ("en-gb", "es")]
    of_the_directory = " ".join(map(str, Resource.objects.values_list("name", "contact_points__display")))
    both = {text for text in pages[0] & pages[1] if re.search(r"[a-z]{2}", text) and text not in of_the_directory}
    return {text for text in both - SHARED if not re.match(r"\d\d? [A-Z]|0417", text)}
