"""What a supervisor gives back: safety first, and never without words to the author."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Supervision
from sessions_app import departures, levels, quality, reports
from sessions_app.models import DepartureReport, ResponseLevel, Review, ReviewTask
from tests.refusals import is_refused

QUEUE = "/review/"
State = DepartureReport.State
SIGN_OFF = {"decision": "signed_off", "outcome": "appropriate", "message": "Clear and kind."}
RETURN = {"decision": "returned", "message": "What did they say about getting home?"}


@pytest.fixture
def desk(signed_in, supervisor):
    """The supervisor's browser."""
    return signed_in(supervisor)


@pytest.fixture
def decide(desk, signed):
    """Send the review form: `decide(SIGN_OFF)`."""
    return lambda facts: desk.post(reverse("review", args=[signed.departure_id]), facts)


@pytest.fixture
def waiting_report(hire, supervisor):
    """A signed report of some therapist: `waiting_report("elevated", hours=3)`."""

    def make(level, *, hours, author=None):
        author = author or hire(f"T {level or 'none'} {hours}", Role.THERAPIST)
        Supervision.objects.get_or_create(
            supervisor=supervisor, supervisee=author, defaults={"starts_on": timezone.localdate() - timedelta(days=9)}
        )
        departure = departures.log(id=uuid.uuid4(), by=author)
        if level:
            levels.set_level(departure, level=level, op_id=uuid.uuid4(), by=author)
        report = reports.sign(reports.draft_for(departure, by=author), by=author)
        ReviewTask.objects.filter(pk=report.pk).update(due_at=timezone.now() - timedelta(hours=hours))
        return report

    return make


def queued(browser):
    return list(browser.get(QUEUE).context["waiting"])


def test_safety_comes_first_then_what_is_due_first(desk, waiting_report):
    fine = waiting_report(ResponseLevel.NONE_IDENTIFIED, hours=90)
    some = waiting_report(ResponseLevel.SOME_CONCERN, hours=80)
    elevated = waiting_report(ResponseLevel.ELEVATED, hours=5)
    unable = waiting_report(ResponseLevel.UNABLE_TO_ASSESS, hours=6)
    unknown = waiting_report("", hours=7)
    immediate = waiting_report(ResponseLevel.IMMEDIATE, hours=1)
    assert queued(desk) == [immediate, unknown, unable, elevated, some, fine]


def test_drafts_mistakes_and_reports_of_others_do_not_wait_here(desk, waiting_report, stranger, therapist, departure):
    reports.draft_for(departure, by=therapist)
    mistake = waiting_report("", hours=1)
    departures.void(mistake.departure, reason="Wrong room", by=mistake.author)
    theirs = departures.log(id=uuid.uuid4(), by=stranger)
    reports.sign(reports.draft_for(theirs, by=stranger), by=stranger)
    assert queued(desk) == []
    assert "Nothing waits for you." in desk.get(QUEUE).content.decode()


def test_nobody_finds_their_own_report_in_the_queue_or_reviews_it(signed_in, signed, therapist):
    therapist.roles = [Role.THERAPIST, Role.SUPERVISOR]
    therapist.save()
    therapist.team.covers.create(supervisor=therapist, starts_on=timezone.localdate() - timedelta(days=1))
    browser = signed_in(therapist)
    assert queued(browser) == []
    assert browser.post(reverse("review", args=[signed.departure_id]), SIGN_OFF).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "former_supervisor"])
def test_who_does_not_supervise_the_author_finds_nothing(request, signed_in, signed, who):
    browser = signed_in(request.getfixturevalue(who))
    address = reverse("review", args=[signed.departure_id])
    assert queued(browser) == []
    assert browser.get(address).status_code == 404
    assert browser.post(address, SIGN_OFF).status_code == 404
    assert not Review.objects.exists()


def test_one_report_shows_how_the_author_is_and_what_was_signed(desk, departure, therapist):
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.")
    quality.keep_state(report, author_state="shaken", by=therapist)
    reports.sign(report, by=therapist)
    html = desk.get(reverse("review", args=[departure.pk])).content.decode()
    for words in ("They stood up and left.", "Shaken", "How is your colleague?", "Started"):
        assert words in html


def test_a_returned_report_waits_for_its_author_on_now(decide, signed, desk, browser):
    assert decide(RETURN).url == QUEUE
    signed.refresh_from_db()
    assert signed.state == State.RETURNED
    assert queued(desk) == []
    assert "Returned to you" in browser.get("/").content.decode()
    assert RETURN["message"] in browser.get(reverse("quality", args=[signed.departure_id])).content.decode()
    assert "Add and send back" in browser.get(reverse("report", args=[signed.departure_id])).content.decode()


def test_an_addendum_sends_it_back_to_the_queue(decide, signed, desk, browser):
    decide(RETURN)
    browser.post(reverse("add-addendum", args=[signed.departure_id]), {"text": "A friend drove them."})
    assert queued(desk) == [signed]
    assert "A friend drove them." in desk.get(reverse("review", args=[signed.departure_id])).content.decode()


def test_an_addendum_to_a_closed_report_leaves_it_closed(decide, signed, browser):
    decide(SIGN_OFF)
    browser.post(reverse("add-addendum", args=[signed.departure_id]), {"text": "A friend drove them."})
    signed.refresh_from_db()
    assert signed.state == State.CLOSED


@pytest.mark.parametrize(
    ("missing", "words"),
    [("outcome", "Choose what you find before you sign off."), ("message", "Write a few words to the author.")],
)
def test_signing_off_needs_a_finding_and_words_and_keeps_what_was_typed(decide, signed, missing, words):
    answer = decide({**SIGN_OFF, missing: ""})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    kept = answer.context["form"]["message" if missing == "outcome" else "outcome"].value()
    assert kept == ("Clear and kind." if missing == "outcome" else "appropriate")
    assert not Review.objects.exists()


def test_returning_needs_words_as_well(decide, signed):
    assert decide({"decision": "returned", "message": "   "}).status_code == 422
    assert not Review.objects.exists()


@pytest.mark.parametrize("decision", ["", "approved"])
def test_a_decision_that_does_not_exist_is_refused(decide, decision):
    assert decide({**SIGN_OFF, "decision": decision}).status_code == 422
    assert not Review.objects.exists()


def test_feedback_stands_on_now_until_it_was_read(decide, signed, browser):
    decide({**SIGN_OFF, "colleague_state": "supervision"})
    assert "Your supervisor wrote to you" in browser.get("/").content.decode()
    page = browser.get(reverse("quality", args=[signed.departure_id])).content.decode()
    assert "Clear and kind." in page
    assert "I have read this" in page
    assert browser.post(reverse("feedback-seen", args=[signed.departure_id])).url == "/"
    assert "Your supervisor wrote to you" not in browser.get("/").content.decode()


def test_two_supervisors_at_once_make_one_decision_and_the_other_keeps_their_words(
    decide, signed, signed_in, hire, therapist
):
    pat = hire("Pat Quist", Role.SUPERVISOR)
    Supervision.objects.create(supervisor=pat, supervisee=therapist, starts_on=timezone.localdate() - timedelta(days=2))
    decide(SIGN_OFF)
    answer = signed_in(pat).post(reverse("review", args=[signed.departure_id]), RETURN)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "reviewed this report in the meantime" in html
    assert RETURN["message"] in html
    assert Review.objects.get().message == "Clear and kind."
    signed.refresh_from_db()
    assert signed.state == State.CLOSED


def test_the_same_decision_sent_twice_is_one_review(decide, signed):
    decide(SIGN_OFF)
    decide(SIGN_OFF)
    assert Review.objects.count() == 1


def test_a_review_can_be_neither_edited_nor_erased(decide):
    decide(SIGN_OFF)
    assert is_refused("UPDATE sessions_app_review SET message = 'Other'")
    assert is_refused("DELETE FROM sessions_app_review")


def test_what_was_reviewed_lately_can_be_found_again(decide, signed, desk):
    decide(SIGN_OFF)
    page = desk.get(f"{QUEUE}?tab=all")
    assert page.context["waiting"] == [signed]
    assert "Closed" in page.content.decode()


def test_the_queue_refreshes_only_itself(desk, signed):
    html = desk.get(QUEUE, headers={"HX-Request": "true"}).content.decode()
    assert html.strip().startswith('<div id="waiting"')
    assert "<html" not in html


def test_it_can_be_closed_as_read_but_never_without_words(decide, signed):
    assert decide({"decision": "read", "message": ""}).status_code == 422
    decide({"decision": "read", "message": "Read, thank you."})
    signed.refresh_from_db()
    assert signed.state == State.CLOSED
    assert signed.reviews.get().decision == Review.Decision.READ


def test_what_the_author_added_meanwhile_is_read_before_it_is_signed_off(decide, signed, desk, therapist):
    address = reverse("review", args=[signed.departure_id])
    assert 'name="seen" value="0"' in desk.get(address).content.decode()
    reports.add_addendum(signed, text="A friend drove them.", by=therapist)
    answer = decide({**SIGN_OFF, "seen": "0"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The author has added to it" in html
    assert SIGN_OFF["message"] in html
    assert "A friend drove them." in html
    assert decide({**SIGN_OFF, "seen": "1"}).status_code == 302


# Opened again


def test_a_closed_report_is_opened_again_for_a_reason_the_author_reads(decide, signed, desk, browser):
    decide(SIGN_OFF)
    address = reverse("reopen-review", args=[signed.departure_id])
    assert desk.post(address, {"reason": " "}).status_code == 422
    desk.post(address, {"reason": "The sister called: they drove."})
    signed.refresh_from_db()
    assert signed.state == State.SUBMITTED
    assert queued(desk) == [signed]
    assert signed.review_task.due_at is not None
    page = browser.get(reverse("quality", args=[signed.departure_id])).content.decode()
    assert "The sister called: they drove." in page
    assert decide(SIGN_OFF).status_code == 302
    assert [each.decision for each in signed.reviews.all()] == ["signed_off", "reopened", "signed_off"]


def test_what_waits_cannot_be_opened_again_and_keeps_the_words(signed, desk):
    answer = desk.post(reverse("reopen-review", args=[signed.departure_id]), {"reason": "Once more"})
    assert answer.status_code == 422
    assert "It is with a supervisor already" in answer.content.decode()
    assert "Once more" in answer.content.decode()


def test_one_that_the_author_has_can_be_taken_back(decide, signed, desk):
    decide(RETURN)
    desk.post(reverse("reopen-review", args=[signed.departure_id]), {"reason": "Ana is ill; I asked by phone."})
    assert queued(desk) == [signed]


# What supervisors keep to themselves


def test_what_one_takes_away_oneself_is_shown_to_nobody_else(decide, signed, desk, browser, hire, signed_in, therapist):
    decide({**SIGN_OFF, "learning": "Ask earlier.", "system_change": "A phone in room 3."})
    address = reverse("review", args=[signed.departure_id])
    assert "Ask earlier." in desk.get(address).content.decode()
    author = browser.get(reverse("report", args=[signed.departure_id])).content.decode()
    assert "Ask earlier." not in author
    assert "A phone in room 3." not in author
    pat = hire("Pat Quist", Role.SUPERVISOR)
    Supervision.objects.create(supervisor=pat, supervisee=therapist, starts_on=timezone.localdate() - timedelta(days=2))
    other = signed_in(pat).get(address).content.decode()
    assert "Ask earlier." not in other
    assert "A phone in room 3." in other
