"""The therapist's account: nothing required, nothing typed lost, locked once signed."""

import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import checklist, departures, record, reports
from sessions_app.models import DepartureEvent, DepartureReport
from sessions_app.views import reports as report_views
from tests.forging import forge_content
from tests.refusals import is_refused
from tests.sessions_app.conftest import HTMX

State = DepartureReport.State


@pytest.fixture
def at(departure):
    """Where things are: `at("report")`, `at("check-report")`."""
    return lambda name: reverse(name, args=[departure.pk])


@pytest.fixture
def report():
    """The one report there is, as it now stands in the database."""
    return DepartureReport.objects.get


def note_reasons(departure, *reasons):
    facts = {"reasons": list(reasons)}
    checklist.note(departure, slug="explore-reason", facts=facts, op_id=uuid.uuid4(), by=departure.therapist)


def what_is_missing(departure):
    found = DepartureEvent.objects.for_page().get(pk=departure.pk)
    made = record.Record(found, reports.blank_for(found, by=found.therapist))
    return [str(each.what) for each in made.missing]


@pytest.mark.parametrize(
    ("noted", "main"),
    [(["privacy"], "privacy"), (["privacy", "unwell"], ""), ([], "")],
)
def test_the_main_reason_is_taken_from_step_six_when_it_is_one(departure, browser, at, noted, main):
    note_reasons(departure, *noted)
    assert browser.get(at("report")).context["form"]["main_reason"].value() == main


def test_looking_begins_nothing_and_the_first_word_begins_the_report(browser, at, report):
    browser.get(at("report"))
    assert not DepartureReport.objects.exists()
    browser.post(at("save-draft"), {"account": "They"})
    browser.post(at("save-draft"), {"account": "They stood up"})
    assert report().account == "They stood up"


def test_a_draft_saves_itself_and_says_when(browser, at, report):
    answer = browser.post(at("save-draft"), {"account": "They stood up"}, headers=HTMX)
    html = answer.content.decode()
    assert "Saved at" in html
    assert html.strip().startswith('<p class="small muted" id="saved"')
    assert (report().account, report().state) == ("They stood up", State.DRAFT)


def test_a_draft_can_be_saved_without_javascript(browser, at):
    answer = browser.post(at("save-draft"), {"account": "They stood up"})
    assert answer.url == at("report")
    assert "They stood up" in browser.get(answer.url).content.decode()


@pytest.mark.parametrize("name", ["save-draft", "report"])
def test_what_could_be_read_is_kept_when_another_answer_is_wrong(browser, at, report, name):
    wrong = {"check_in": "at_another_time", "check_in_at_0": "soon", "check_in_at_1": "", "main_reason": "bored"}
    answer = browser.post(at(name), {"account": "They stood up", **wrong}, headers=HTMX)
    assert answer.status_code == 422
    assert (report().account, report().main_reason, report().check_in_at) == ("They stood up", "", None)


def test_a_wrong_time_stands_on_the_page_again(browser, at):
    wrong = {"check_in": "at_another_time", "check_in_at_0": "2001-01-01", "check_in_at_1": "10:00"}
    html = browser.post(at("report"), wrong).content.decode()
    assert 'value="2001-01-01"' in html
    assert "lies ahead" in html


def test_another_time_to_check_in_is_kept_in_the_own_zone(browser, at, report, therapist):
    there = (timezone.now() + timedelta(days=2)).astimezone(therapist.zone).replace(second=0, microsecond=0)
    chosen = {"check_in_at_0": f"{there:%Y-%m-%d}", "check_in_at_1": f"{there:%H:%M}"}
    assert browser.post(at("report"), {"check_in": "at_another_time", **chosen}).url == at("check-report")
    assert report().check_in_at == there
    browser.post(at("report"), {"check_in": "as_planned", **chosen})
    assert report().check_in_at is None


def test_nothing_is_required(browser, at, report):
    assert browser.post(at("report"), {"account": ""}).url == at("check-report")
    assert browser.post(at("check-report"), {"author_state": ""}).url == at("report")
    assert report().state == State.SUBMITTED
    assert "Not provided" in browser.get(at("report")).content.decode()


def test_before_sending_the_missing_facts_are_a_list_and_no_score(browser, at, departure):
    browser.post(reverse("start-departure"), {})
    bare = DepartureEvent.objects.exclude(pk=departure.pk).get()
    missing = what_is_missing(bare)
    assert {"Which client it was", "How soon we must act", "How it ended"} <= set(missing)
    html = unescape(browser.get(reverse("check-report", args=[bare.pk])).content.decode())
    assert all(what in html for what in missing)
    assert "%" not in html[html.index("<main") :]


def test_facts_that_are_known_are_not_missed(departure, set_level, browser, at):
    set_level("elevated")
    departure.refresh_from_db()
    missing = what_is_missing(departure)
    assert "Which client it was" not in missing
    assert "How soon we must act" not in missing


def test_signing_tells_who_will_read_it_and_how_the_author_is(browser, at, report, supervisor):
    answer = browser.post(at("check-report"), {"author_state": "shaken"}, follow=True)
    assert f"{supervisor.name} will read it" in answer.content.decode()
    assert (report().quality_note.author_state, report().state) == ("shaken", State.SUBMITTED)
    assert report().submitted_at == report().signed_at


@pytest.mark.parametrize("column", ["account = 'Other'", "content = '{}'", "content_hash = 'x'", "signed_at = now()"])
def test_a_signed_report_is_locked_by_the_database(signed, column):
    assert is_refused(f"UPDATE sessions_app_departurereport SET {column}")


def test_no_report_is_ever_erased(departure, therapist):
    reports.draft_for(departure, by=therapist)
    assert is_refused("DELETE FROM sessions_app_departurereport")


def test_a_draft_arriving_after_the_signature_changes_nothing(signed, browser, at, report):
    answer = browser.post(at("save-draft"), {"account": "Something else"}, headers=HTMX)
    assert answer["HX-Redirect"] == at("report")
    assert browser.post(at("report"), {"account": "Something else"}).status_code == 200
    assert report().account == "They stood up and left."


@pytest.mark.parametrize(
    ("name", "facts"), [("report", {"account": "Else"}), ("check-report", {"author_state": "shaken"})]
)
def test_what_was_signed_in_another_window_meanwhile_leads_to_the_signed_page(
    departure, browser, at, report, monkeypatch, name, facts
):
    find = report_views.own_report

    def find_while_the_other_window_signs(*args):
        found = find(*args)
        reports.sign(found, by=departure.therapist)
        return found

    monkeypatch.setattr(report_views, "own_report", find_while_the_other_window_signs)
    assert browser.post(at(name), facts).url == at("report")
    assert (report().account, report().quality_note.author_state) == ("", "")


def test_the_signed_words_carry_their_hash(signed, browser, at):
    assert reports.is_intact(signed)
    html = browser.get(at("report")).content.decode()
    assert signed.content_hash in html
    assert "The signed words are unchanged" in html


def test_words_changed_behind_the_locks_are_found_out(signed, browser, at, report):
    forge_content(author="Max")
    assert not reports.is_intact(report())
    assert "are not what was signed" in browser.get(at("report")).content.decode()


def test_what_happens_later_does_not_change_what_was_signed(signed, departure, therapist, report):
    departures.end(departure, ending="left", by=therapist)
    assert reports.is_intact(report())
    assert ["Ending", "Not provided"] in report().content["facts"]


def test_signing_twice_is_signing_once(signed, browser, at, report):
    assert browser.post(at("check-report"), {"author_state": "steady"}).url == at("report")
    assert report().signed_at == signed.signed_at


def test_what_stays_private_is_kept_apart_from_the_chart(departure, therapist, supervisor, signed_in):
    facts = {"stays-private": "told-in-confidence", "concerns-told": "the way home"}
    checklist.note(departure, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    signed = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    kept = [["What stays private for this young person?", "told-in-confidence"]]
    assert signed.quality_note.kept_private == kept
    assert "told-in-confidence" not in str(signed.content), "neither among the facts nor in the timeline"
    assert "the way home" in str(signed.content["noted"])
    assert reports.is_intact(signed)
    html = signed_in(supervisor).get(reverse("review", args=[departure.pk])).content.decode()
    assert html.count("told-in-confidence") == 1


def test_an_addendum_stands_below_the_signed_words(signed, browser, at, report):
    assert browser.post(at("add-addendum"), {"text": "They rang in the evening."}).url == at("report")
    html = browser.get(at("report")).content.decode()
    assert html.index("They stood up and left.") < html.index("They rang in the evening.")
    assert reports.is_intact(report())
    assert is_refused("UPDATE sessions_app_reportaddendum SET text = 'Nothing'")
    assert is_refused("DELETE FROM sessions_app_reportaddendum")


def test_an_empty_addendum_is_refused(signed, browser, at, report):
    assert browser.post(at("add-addendum"), {"text": "  "}).status_code == 422
    assert not report().addenda.exists()


def test_the_timeline_is_in_order(departure, tap, set_level, browser, at):
    began = departure.began_at
    for slug, minutes in (("offer-options", 4), ("stay-calm", 1)):
        checklist.record(
            departure,
            slug=slug,
            outcome="done",
            by=departure.therapist,
            op_id=uuid.uuid4(),
            at=began + timedelta(minutes=minutes),
        )
    departures.end(departure, ending="left", at=began + timedelta(minutes=6), by=departure.therapist)
    shown = [entry.words for entry in browser.get(at("report")).context["timeline"]]
    assert shown == ["Started", "Stay calm: done", "Offer options: done", "Left"]


@pytest.mark.parametrize("name", ["report", "check-report"])
def test_only_the_author_writes_it(departure, at, signed_in, supervisor, stranger, name):
    assert signed_in(stranger).get(at(name)).status_code == 404
    assert signed_in(supervisor).get(at(name)).status_code == 403
    assert not DepartureReport.objects.exists()
