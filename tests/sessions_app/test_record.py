"""What is signed: twelve elements from captured facts, the plan and every attempt inside, and nothing else."""

import json
import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from followups import contact_attempts
from resources.models import Resource
from sessions_app import captures, checklist, departures, elements, missing_facts, record, reports
from sessions_app.models import DepartureEvent, DepartureReport


@pytest.fixture
def at(departure):
    return lambda name, *more: reverse(name, args=[departure.pk, *more])


@pytest.fixture
def note(browser, at):
    """Note more at a step, as its form does: `note("check-safety", capacity="no_doubt")`."""

    def send(slug, **facts):
        names = [name.replace("_", "-") for name in facts]
        data = {f"{slug}-{name}": value for name, value in zip(names, facts.values(), strict=True)}
        return browser.post(at("note-details", slug), {f"{slug}-asked": " ".join(names), **data})

    return send


@pytest.fixture
def reasons(browser, at):
    """Note reasons with how each is known: `reasons(privacy="stated", overwhelmed="")`."""

    def send(**sources):
        facts = {f"explore-reason-reasons-source-{each}": source for each, source in sources.items()}
        asked = {"explore-reason-asked": "reasons reasons-source", "explore-reason-reasons": list(sources)}
        return browser.post(at("note-details", "explore-reason"), facts | asked)

    return send


def signed_content(browser, at, **answers):
    """Write, sign, and what stands signed."""
    browser.post(at("report"), answers)
    browser.post(at("check-report"), {})
    return DepartureReport.objects.get().content


def rows(content, name):
    """The rows of one element, as (label, words, source)."""
    [found] = [each["rows"] for each in content["record"] if each["element"] == name]
    return [(row["label"], row["words"], row["source"]) for row in found]


def words_of(content, name):
    return {label: words for label, words, _source in rows(content, name)}


def test_whatever_can_be_noted_has_one_place_in_the_record_and_what_stays_private_has_none():
    placed = [name for names in elements.CAPTURED.values() for name in names]
    private = {name for name, capture in captures.CAPTURES.items() if capture.is_private}
    assert len(placed) == len(set(placed))
    assert set(placed) == set(captures.CAPTURES) - private
    assert len(elements.CAPTURED) == len(elements.TITLES) == 12
    assert {gap.element for gap in missing_facts.GAPS} <= set(elements.CAPTURED)


def test_all_twelve_elements_are_in_what_is_signed(departure, browser, at, note, reasons, set_level, starter):
    set_level("some_concern")
    note("express-empathy", presentation=["tearful"], quote="I can't do this")
    note("check-safety", concerns=["self_harm"], basis=["said"], capacity="no_doubt", actions_taken=["consultation"])
    reasons(overwhelmed="inferred")
    note("offer-options", options_accepted=["reschedule"], options_declined=["short_break"])
    note("discuss-implications", concerns_told="the way home", understanding="own_words", decision_scope="today")
    line = Resource.objects.with_contacts().get(slug="us-988-lifeline")
    checklist.give(departure, resources=[line], way="card", taken="yes", op_id=uuid.uuid4(), by=departure.therapist)
    browser.post(at("gone"), {})
    note("respect-decision", left_with="alone", left_how="foot", permission_to_contact="yes")
    call = departure.follow_ups.exclude(channel="").first()
    contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=departure.therapist)
    content = signed_content(
        browser, at, account="They stood up.", main_reason="overwhelmed", main_reason_source="inferred"
    )

    assert content["version"] == 2
    assert {"Session began", "Wish to leave voiced", "Time out", "Minutes of service"} <= set(
        words_of(content, "times")
    )
    assert ("What you saw", "Tearful", "Observed") in rows(content, "said")
    assert ("In the client's words", "I can't do this", "Stated") in rows(content, "said")
    assert words_of(content, "said")["What happened"] == "They stood up."
    assert words_of(content, "safety")["Response level"].startswith("Some concern, ")
    assert words_of(content, "safety")["What is that based on?"] == "The client said it"
    assert words_of(content, "capacity") == {"Capacity to decide": "No reason to doubt"}
    assert words_of(content, "concerns")["Concerns you told the client"] == "the way home"
    assert words_of(content, "concerns")["What the client understood"] == "Said it in own words"
    assert words_of(content, "alternatives")["Another time"] == "Offered and accepted"
    assert words_of(content, "alternatives")["Short break here"] == "Offered and declined"
    [(_given, how, _source)] = [row for row in rows(content, "resources") if "988" in row[0]]
    assert how == "on a card, taken"
    assert ("Main reason", "Strong feelings (inferred)", "Inferred") in rows(content, "decision")
    assert words_of(content, "decision")["What the decision is about"] == "Today only"
    assert words_of(content, "leaving")["How did they leave?"] == "On foot"
    assert words_of(content, "told")["What was done?"] == "Consulted a colleague"
    assert words_of(content, "plan")["Call by the next working day"].startswith("Ana Reyes, Phone call, ")
    assert words_of(content, "plan")["No answer"].startswith("Phone call, ")
    assert words_of(content, "author")["Author"] == "Ana Reyes"
    assert content["attempts"][0]["is_reached"] is False


def test_the_chart_holds_neither_how_the_author_is_nor_what_stays_private(departure, browser, at, note):
    note("discuss-implications", stays_private="narwhal")
    assert captures.values(departure)["stays-private"] == "narwhal"
    browser.post(at("report"), {"account": "They left."})
    browser.post(at("check-report"), {"author_state": "felt_unsafe"})
    content = json.dumps(DepartureReport.objects.get().content)
    for words in ("narwhal", "author_state", "kept_private", "felt_unsafe", "Felt unsafe", "stays private"):
        assert words not in content


def test_what_follows_after_signing_does_not_change_what_was_signed(departure, browser, at, set_level):
    set_level("some_concern")
    browser.post(at("gone"), {})
    before = signed_content(browser, at, account="They left.")
    call = departure.follow_ups.exclude(channel="").first()
    contact_attempts.record(call, channel="phone", result="no_answer", op_id=uuid.uuid4(), by=departure.therapist)
    report = DepartureReport.objects.get()
    assert report.content == before
    assert before["attempts"] == []
    assert reports.is_intact(report)


def test_what_staff_talk_about_among_themselves_is_no_part_of_the_chart(departure, supervisor, browser, at, set_level):
    set_level("some_concern")
    assert departure.follow_ups.filter(title="Talk about it in review").exists()
    content = signed_content(browser, at, account="They left.")
    assert [each["task"] for each in content["plan"]]
    assert "review" not in json.dumps(content).lower()


def test_a_plan_nobody_keeps_leaves_the_record_whole(departure, monkeypatch, therapist):
    monkeypatch.setattr(record.signals.what_follows, "receivers", [])
    monkeypatch.setattr(record.signals.what_follows, "sender_receivers_cache", {})
    signed = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert (signed.content["plan"], signed.content["attempts"]) == ([], [])


def test_what_is_signed_is_in_english_whoever_signs_it(departure, browser, at, therapist, reasons):
    reasons(overwhelmed="inferred")
    therapist.language = "es"
    therapist.save()
    with translation.override("es"):
        content = signed_content(browser, at, main_reason="overwhelmed", main_reason_source="inferred")
    assert content["answers"]["main_reason"] == "Strong feelings (inferred)"
    assert content["record"][0]["title"] == "Times and setting"
    assert content["plan"] == []


# Reasons and how they are known


def test_each_reason_has_a_source_of_its_own(departure, browser, at, reasons):
    reasons(overwhelmed="inferred", privacy="stated", unwell="")
    known = "Strong feelings (inferred), Worry about privacy (stated), Physical need or illness (source not recorded)"
    assert captures.describe(departure) == [("What set it off?", known)]
    shown = [entry.words for entry in browser.get(at("report")).context["timeline"]]
    assert f"What set it off? {known}" in shown
    content = signed_content(browser, at, account="They left.")
    assert ("Reason noted at the time", "Strong feelings (inferred)", "Inferred") in rows(content, "decision")
    assert ("Reason noted at the time", "Worry about privacy (stated)", "Stated") in rows(content, "decision")
    assert ["What set it off?", known] in content["noted"]


def test_a_source_without_its_reason_is_not_kept_and_an_unknown_one_is_refused(departure, browser, at):
    address, words = at("note-details", "explore-reason"), {"explore-reason-asked": "reasons reasons-source"}
    facts = {"explore-reason-reasons": ["privacy"], "explore-reason-reasons-source-unwell": "stated"}
    browser.post(address, words | facts)
    assert "reasons-source" not in captures.values(departure)
    refused = browser.post(address, words | {"explore-reason-reasons-source-privacy": "guessed"})
    assert refused.status_code == 422
    assert "Choose one of the answers." in refused.content.decode()


def test_what_was_noted_with_one_source_for_all_still_reads(departure, therapist, browser, at):
    facts = {"reasons": ["privacy", "unwell"], "reasons-source": "inferred"}
    checklist.note(departure, slug="explore-reason", facts=facts, op_id=uuid.uuid4(), by=therapist)
    [(_label, words)] = captures.describe(departure)
    assert words == "Worry about privacy (inferred), Physical need or illness (inferred)"
    html = browser.get(at("note-details", "explore-reason")).content.decode()
    assert html.count('<option value="inferred" selected>') == 2


def test_the_report_takes_over_the_one_reason_with_its_source(browser, at, reasons):
    reasons(outside_event="stated")
    form = browser.get(at("report")).context["form"]
    assert (form["main_reason"].value(), form["main_reason_source"].value()) == ("outside_event", "stated")


def test_an_inferred_reason_says_so_wherever_it_is_read(departure, browser, at, supervisor, signed_in):
    browser.post(at("report"), {"main_reason": "overwhelmed", "main_reason_source": "inferred"})
    assert "Strong feelings (inferred)" in browser.get(at("check-report")).content.decode()
    browser.post(at("check-report"), {})
    assert "Strong feelings (inferred)" in browser.get(at("report")).content.decode()
    assert "Strong feelings (inferred)" in signed_in(supervisor).get(at("review")).content.decode()


def test_a_reason_that_was_not_stated_needs_no_source(browser, at):
    content = signed_content(browser, at, main_reason="not_known", main_reason_source="inferred")
    assert content["answers"]["main_reason"] == "Not stated"
    assert content["answers"]["main_reason_source"] == ""


# Missing facts


def missing_on(browser, at):
    return {each.code: each for each in browser.get(at("check-report")).context["missing"]}


def test_every_missing_fact_says_why_and_leads_to_where_it_can_be_noted(browser, at, departure):
    browser.post(reverse("start-departure"), {})
    bare = DepartureEvent.objects.exclude(pk=departure.pk).get()
    found = missing_on(browser, lambda name: reverse(name, args=[bare.pk]))
    assert len(found) > 10
    for each in found.values():
        page, _hash, anchor = each.address.partition("#")
        html = browser.get(page).content.decode()
        assert str(each.why).endswith("."), each.code
        assert not anchor or f'id="{anchor}"' in html, f"{each.code}: {each.address}"


def test_what_is_noted_from_the_list_leads_back_to_it(browser, at):
    address = missing_on(browser, at)["capacity"].address
    assert 'name="from" value="report"' in browser.get(address.partition("#")[0]).content.decode()
    facts = {"check-safety-asked": "capacity", "check-safety-capacity": "no_doubt", "from": "report"}
    assert browser.post(at("note-details", "check-safety"), facts).url == at("check-report") + "#missing"
    assert "capacity" not in missing_on(browser, at)


def test_not_provided_is_an_answer_that_is_kept_shown_and_can_be_taken_back(browser, at):
    answer = browser.post(at("not-provided"), {"code": "capacity"})
    assert answer.url == at("check-report") + "#missing"
    assert missing_on(browser, at)["capacity"].is_said
    browser.post(at("not-provided"), {"code": "capacity", "undo": "1"})
    assert not missing_on(browser, at)["capacity"].is_said
    browser.post(at("not-provided"), {"code": "capacity"})
    browser.post(at("not-provided"), {"code": "capacity"})
    browser.post(at("check-report"), {})
    content = DepartureReport.objects.get().content
    assert content["not_provided"] == ["capacity"]
    assert words_of(content, "capacity") == {"Capacity to decide": "Not provided, as the author says"}
    assert words_of(content, "concerns")["Concerns you told the client"] == "Not provided"
    assert "Not provided, as the author says" in browser.get(at("report")).content.decode()


def test_one_tap_swaps_the_list_alone(browser, at):
    html = browser.post(at("not-provided"), {"code": "capacity"}, headers={"HX-Request": "true"}).content.decode()
    assert html.strip().startswith('<section class="card gap-top stack" id="missing"')
    assert "<html" not in html


def test_what_nobody_looks_for_cannot_be_answered(browser, at):
    assert browser.post(at("not-provided"), {"code": "bogus"}).status_code == 404


def test_the_list_counts_nothing(browser, at):
    html = browser.get(at("check-report")).content.decode()
    part = html[html.index('id="missing"') : html.index("</section>", html.index('id="missing"'))]
    words = unescape(re.sub(r"<[^>]*>", " ", part))
    assert len(words) > 200
    assert not re.search(r"[0-9%]", words)
    assert "<progress" not in part


def test_what_a_step_says_could_not_be_is_no_gap(departure, browser, at):
    assert {"concerns-told", "alternatives", "scope"} <= set(missing_on(browser, at))
    browser.post(at("gone"), {})
    assert not {"concerns-told", "alternatives", "scope"} & set(missing_on(browser, at))
    content = signed_content(browser, at, account="They left.")
    assert words_of(content, "concerns")["Discuss the implications"] == "Not possible: Client had left"


def test_telling_somebody_outside_asks_for_its_legal_basis(browser, at, note):
    assert "legal-basis" not in missing_on(browser, at)
    note("check-safety", actions_taken=["emergency_contact"])
    assert "legal-basis" in missing_on(browser, at)
    note("check-safety", actions_taken=["emergency_contact"], actions_basis="Serious and near danger")
    assert "legal-basis" not in missing_on(browser, at)


# How a report begins, and what was signed before


def test_a_report_begins_with_what_was_recorded(departure, browser, at, note, reasons, set_level, session):
    set_level("none_identified")
    reasons(outside_event="stated")
    departures.end(departure, ending="left", at=session.starts_at + timedelta(minutes=22), by=departure.therapist)
    note("respect-decision", left_how="foot", left_with="alone")
    account = browser.get(at("report")).context["form"]["account"].value()
    assert "after 22 minutes." in account
    assert "Reason the client gave: something outside, or an urgent call." in account
    assert "Response level: none identified." in account
    assert "They left: alone, on foot." in account
    assert not DepartureReport.objects.exists(), "nothing is written by looking"


def test_what_is_shown_before_signing_is_what_is_signed(departure, browser, at, set_level):
    set_level("none_identified")
    browser.post(at("gone"), {})
    shown = browser.get(at("check-report")).context["report"].account
    browser.post(at("check-report"), {})
    assert shown
    assert DepartureReport.objects.get().content["answers"]["account"] == shown


def test_a_cleared_account_stays_cleared(browser, at, set_level):
    set_level("none_identified")
    browser.post(at("gone"), {})
    browser.post(at("report"), {"account": ""})
    assert not browser.get(at("report")).context["form"]["account"].value()


def test_a_late_entry_is_marked_as_one(therapist, browser, client_0417):
    made = departures.log(id=uuid.uuid4(), by=therapist, client=client_0417)
    DepartureEvent.objects.filter(pk=made.pk).update(is_late_entry=True)
    signed = reports.sign(reports.draft_for(made, by=therapist), by=therapist)
    assert signed.content["is_late_entry"] is True
    assert words_of(signed.content, "author")["Late entry"].startswith("The departure was written down later, on ")


OF_THE_FIRST_VERSION = {
    "version": 1,
    "departure": "x",
    "author": "Ana Reyes",
    "signed_at": "2026-01-05T10:00:00+00:00",
    "answers": {"main_reason": "Strong feelings", "account": "They stood up.", "check_in_at": ""},
    "author_state": "Shaken",
    "facts": [["Ending", "Left"]],
    "steps": [],
    "noted": [["How did they leave?", "On foot"]],
    "kept_private": [["What stays private for this young person?", "narwhal"]],
    "given": [],
    "timeline": [],
}


def test_what_was_signed_in_the_first_version_still_reads_the_same(
    departure, therapist, supervisor, browser, at, signed_in, monkeypatch
):
    monkeypatch.setattr(record, "content_of", lambda report, *, signed_at: OF_THE_FIRST_VERSION)
    signed = reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert reports.is_intact(signed)
    for page in (browser.get(at("report")), signed_in(supervisor).get(at("review"))):
        html = page.content.decode()
        for words in ("Strong feelings", "They stood up.", "On foot", "The signed words are unchanged"):
            assert words in html
        assert "narwhal" not in html, "it never belonged to the chart"
