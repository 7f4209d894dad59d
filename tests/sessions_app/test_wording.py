"""Words to weigh: suggestions that explain themselves, can be put aside, and stop nothing."""

import pytest
from django.urls import reverse

from sessions_app import wording
from sessions_app.models import DepartureReport
from tests.sessions_app.conftest import HTMX

pytestmark = pytest.mark.django_db


def found(text, **more):
    return [(each.found, each.kind) for each in wording.weigh(text, **more)]


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("She refused to stay.", "refused", "blame"),
        ("He was Non-Compliant today.", "Non-Compliant", "blame"),
        ("noncompliant with the plan", "noncompliant", "blame"),
        ("She claims her sister is ill.", "claims", "doubt"),
        ("He is manipulative.", "manipulative", "motive"),
        ("This was attention seeking", "attention seeking", "motive"),
        ("They did it on  purpose", "on  purpose", "motive"),
        ("An addict, by all accounts", "addict", "label"),
        ("He ran\naway.", "ran\naway", "blame"),
        ("I filed an incident report.", "incident report", "elsewhere"),
        ("Left AMA at noon", "AMA", "blame"),
    ],
)
def test_blame_guesses_doubt_and_labels_are_found_however_they_are_written(text, word, kind):
    assert found(text) == [(word, kind)]


def test_each_suggestion_says_what_else_and_why():
    for entry in wording.read()["en"]:
        for words in entry["words"]:
            [each] = [each for each in wording.weigh(f"x {words} x") if wording.key_of(words) == each.key]
            assert each.instead.strip(), words
            assert str(each.why).endswith("."), words
            assert str(each.kind_words), words


@pytest.mark.parametrize(
    "text",
    [
        "She said “he refused and claims it was me”.",
        'She said "I am crazy, I am an addict".',
        "She said 'I can't, they're manipulative' and stood up.",
        "Dijo «estoy loca» y salió.",
        "She said “they refused and I",  # still being typed
        "She was admitted to the ward in March.",
        "Her insurance claims were paid.",
        "An amazing amalgam; drama class; the classic.",
        "He is on a purposeful path.",
        "They stood up, said goodbye and left at ten.",
        "",
    ],
)
def test_the_clients_own_words_and_ordinary_ones_are_left_alone(text):
    assert found(text) == []


def test_an_apostrophe_opens_no_quotation():
    assert found("The client's mother refused, and the clients' room was full.") == [("refused", "blame")]


def test_a_quotation_that_was_not_closed_ends_with_its_paragraph():
    assert found("“I have to go\nShe refused a break.") == [("refused", "blame")]


def test_the_same_word_is_suggested_once_and_the_first_place_is_shown():
    [each] = wording.weigh("First she refused. Then she Refused again, for a long time, until she left the room.")
    assert (each.key, each.times) == ("refused", 2)
    assert (each.before, each.after) == ("First she ", ". Then she Refused again, for …")


def test_the_longer_wording_wins():
    assert found("a failed suicide attempt") == [("failed suicide attempt", "label")]


def test_spanish_writers_have_a_list_of_their_own_and_others_the_english():
    assert found("Se negó a quedarse y alega dolor.", language="es-mx") == [("Se negó", "blame"), ("alega", "doubt")]
    assert found("se nego\u0301", language="es") == [("se negó", "blame")], "however the accent was typed"
    assert found("refused", language="es") == []
    assert found("refused", language="fr") == [("refused", "blame")]


def test_every_word_of_the_list_has_a_kind_and_no_two_rules_share_one():
    for language, entries in wording.read().items():
        words = [wording.key_of(each) for entry in entries for each in entry["words"]]
        assert len(words) == len(set(words)), language
        assert {entry["kind"] for entry in entries} <= set(wording.WHY) == set(wording.KINDS)


def test_what_doorway_writes_itself_needs_no_second_look(departure, therapist, set_level, browser):
    set_level("some_concern")
    browser.post(reverse("gone", args=[departure.pk]), {})
    browser.post(reverse("report", args=[departure.pk]), {"account": "Gone."})
    html = browser.get(reverse("check-report", args=[departure.pk])).content.decode()
    assert "Words to weigh" not in html


@pytest.fixture
def at(departure):
    return lambda name: reverse(name, args=[departure.pk])


def test_a_draft_that_saves_itself_brings_suggestions_and_is_saved_whatever_they_say(browser, at):
    answer = browser.post(at("save-draft"), {"account": "She refused a break."}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.strip().startswith('<p class="small muted" id="saved"')
    assert 'id="wording"' in html
    assert 'hx-swap-oob="true"' in html
    assert "said no to" in html
    assert "It can read as blame." in html
    assert DepartureReport.objects.get().account == "She refused a break."


def test_a_suggestion_goes_away_with_its_word(browser, at):
    browser.post(at("save-draft"), {"account": "She refused a break."}, headers=HTMX)
    html = browser.post(at("save-draft"), {"account": "She said no to a break."}, headers=HTMX).content.decode()
    assert "It can read as blame." not in html
    assert 'id="wording"' in html, "the place stays, emptied"


def test_suggestions_that_are_on_the_page_already_are_not_sent_again(browser, at):
    words = {"account": "She refused a break.", "weighed": "refused;"}
    assert 'id="wording"' not in browser.post(at("save-draft"), words, headers=HTMX).content.decode()
    words["account"] += " He claims so."
    assert 'id="wording"' in browser.post(at("save-draft"), words, headers=HTMX).content.decode()


def test_one_is_kept_and_the_others_stay_for_the_rest_of_the_draft(browser, at):
    words = {"account": "She refused. He claims so.", "keep": "refused"}
    answer = browser.post(at("keep-words"), words, headers=HTMX).content.decode()
    assert 'value="claims"' in answer
    assert 'value="refused"' not in answer
    html = browser.post(at("save-draft"), {"account": "She refused. He claims so!"}, headers=HTMX).content.decode()
    assert 'value="refused"' not in html
    assert 'value="claims"' in html
    assert DepartureReport.objects.get().words_kept == ["refused"]


def test_keeping_a_word_without_javascript_saves_what_was_typed(browser, at):
    answer = browser.post(at("keep-words"), {"account": "She refused.", "main_reason": "unwell", "keep": "refused"})
    assert answer.url == at("report") + "#wording"
    report = DepartureReport.objects.get()
    assert (report.account, report.main_reason, report.words_kept) == ("She refused.", "unwell", ["refused"])


def test_the_check_page_has_them_without_javascript_and_signing_is_not_held_up(browser, at):
    browser.post(at("report"), {"account": "She refused. He claims so."})
    html = browser.get(at("check-report")).content.decode()
    assert "refused" in html[html.index('id="wording"') :]
    assert browser.post(at("keep-words"), {"keep": "refused"}).url == at("check-report") + "#wording"
    assert DepartureReport.objects.get().account == "She refused. He claims so.", "keeping a word changes no other"
    assert browser.post(at("check-report"), {}).url == at("report")
    report = DepartureReport.objects.get()
    assert report.is_signed
    assert "words_kept" not in str(report.content)


def test_notes_of_the_steps_are_weighed_too_but_not_the_clients_words(browser, at, departure):
    address = reverse("note-details", args=[departure.pk, "check-safety"])
    browser.post(address, {"check-safety-asked": "rationale", "check-safety-rationale": "He is manipulative"})
    address = reverse("note-details", args=[departure.pk, "express-empathy"])
    browser.post(address, {"express-empathy-asked": "quote", "express-empathy-quote": "They are crazy"})
    html = browser.get(at("check-report")).content.decode()
    words = html[html.index("In your notes") : html.index('id="missing"')]
    assert "manipulative" in words
    assert "crazy" not in words


def test_nobody_keeps_words_in_a_report_that_is_signed(signed, browser, at):
    assert browser.post(at("keep-words"), {"keep": "refused"}).url == at("report")
    signed.refresh_from_db()
    assert signed.words_kept == []
