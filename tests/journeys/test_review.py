"""Supervisor and author, one after the other in two browsers: returned with comments, answered, co-signed, closed."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Role
from followups import absences
from sessions_app import departures, levels, quality, reports, review_tasks
from sessions_app.models import DepartureEvent, DepartureReport, Ending, ResponseLevel, ReviewTask
from tests.journeys.conftest import LAPTOP, PHONE
from tests.journeys.thumbs import client_is_leaving, ends, note, set_level, write_and_sign

pytestmark = pytest.mark.journey
State = DepartureReport.State


@pytest.fixture
def signed(departure, therapist, supervisor):
    """The author was shaken; the report waits."""
    levels.set_level(departure, level=ResponseLevel.ELEVATED, op_id=uuid.uuid4(), by=therapist)
    report = reports.draft_for(departure, by=therapist)
    reports.save_draft(report, by=therapist, account="They stood up and left.", main_reason="overwhelmed")
    quality.keep_state(report, by=therapist, author_state="shaken")
    return reports.sign(report, by=therapist)


@pytest.mark.parametrize(
    ("size", "has_javascript"),
    [
        pytest.param(PHONE, True, id="phone"),
        pytest.param(LAPTOP, True, id="laptop"),
        pytest.param(PHONE, False, id="without-javascript"),
    ],
)
def test_returned_with_comments_answered_and_co_signed(
    open_window, therapist, supervisor, signed, size, has_javascript
):
    people.begin_training(therapist.email, by="test", on=timezone.localdate() - timedelta(days=9))
    ReviewTask.objects.update(needs_co_sign=True)
    ana = open_window(therapist, size=size, has_javascript=has_javascript)
    sam = open_window(supervisor, size=size, has_javascript=has_javascript)
    return_with_comments(sam)
    answer_each(ana)
    co_sign(sam)
    ana.go("/")
    ana.follow("0417 Your supervisor")
    ana.sees("Co-signed by")
    open_quality(ana)
    ana.sees("Thank you. Nothing to add.")
    ana.inspect()
    ana.click("I have read this")
    signed.refresh_from_db()
    assert signed.state == State.CLOSED
    open_again(sam, signed)


def return_with_comments(sam):
    sam.go("/review/")
    sam.sees("Trainee")
    sam.sees("due")
    sam.inspect()
    sam.follow("0417")
    first = sam.tab.locator("main legend").first.inner_text()
    assert first == "How is your colleague?"
    sam.sees("Talk with them first.")
    sam.click("I am reviewing this")
    sam.sees("You are on it until")
    sam.inspect()
    sam.tab.get_by_label("Debrief offered").check()
    sam.tab.get_by_text("Ask about a place of the report").click()
    for place, words in {
        "What happened": "Did they say where to?",
        "11 Plan the follow-up": "Who calls, and when?",
    }.items():
        sam.tab.locator("details details > summary", has_text=place).click()
        sam.tab.get_by_label(place, exact=True).fill(words)
    sam.tab.get_by_label("Message to the author").fill("Kind and quick. Two questions.")
    sam.inspect()
    sam.click("Return with a comment")
    sam.sees("Sent to Ana Reyes.")
    sam.follow("With the author")
    sam.sees("0417")
    sam.inspect()


def open_quality(ana):
    """What a supervisor wrote comes by itself, or is a link away."""
    if not ana.has_javascript:
        ana.follow("What your supervisor wrote")


def answer_each(ana):
    ana.go("/")
    ana.follow("0417 Returned")
    open_quality(ana)
    ana.sees("What your supervisor asks")
    ana.sees("Did they say where to?")
    ana.inspect()
    ana.follow("Answer the comments")
    ana.inspect()
    ana.click("Add the answers")
    ana.sees("Write an answer to one of the comments.")
    ana.inspect()
    ana.tab.get_by_label("Your answer on: What happened").fill("To their sister's.")
    ana.tab.get_by_label("Your answer on: 11 Plan the follow-up").fill("I do, at ten.")
    ana.click("Add the answers")
    ana.sees("Answered, and sent back.")
    ana.sees("To their sister's.")
    ana.inspect()


def co_sign(sam):
    sam.go("/review/")
    sam.follow("0417")
    sam.sees("I do, at ten.")
    sam.sees("Signing off is your co-signature.")
    assert not sam.tab.get_by_role("button", name="Close as read").is_visible()
    sam.tab.get_by_label("Appropriate", exact=True).check()
    sam.tab.get_by_label("Message to the author").fill("Thank you. Nothing to add.")
    sam.click("Co-sign")
    sam.sees("Sent to Ana Reyes.")
    sam.sees("Nothing waits for you.")


def open_again(sam, signed):
    sam.follow("All reports")
    sam.inspect()
    sam.tab.get_by_label("Client reference").fill("04")
    sam.click("Find")
    assert "04" not in sam.tab.url
    sam.inspect()
    sam.follow("0417")
    sam.tab.get_by_label("Why do you open it again?").fill("Their sister rang: they drove.")
    sam.click("Open again")
    sam.sees("It is in the queue again.")
    sam.inspect()
    signed.refresh_from_db()
    assert (signed.state, signed.review_task.co_signed_by) == (State.SUBMITTED, None)


def test_a_safety_event_leads_to_a_page_to_print(open_window, supervisor, signed, size):
    sam = open_window(supervisor, size=size)
    sam.go(f"/review/{signed.departure_id}/")
    sam.tab.get_by_label("Needs further action").check()
    sam.tab.get_by_label("Message to the author").fill("Well held. I report the door.")
    sam.tab.get_by_label("Yes", exact=True).check()
    sam.tab.get_by_text("Harm, and what to learn").click()
    sam.tab.get_by_label("Staff: harm to the mind").select_option("low")
    sam.tab.get_by_label("What should change here?").fill("The door of room 3 sticks.")
    sam.inspect()
    sam.click("Sign off")
    sam.sees("For the local safety system")
    sam.sees("Doorway sends this nowhere.")
    for words in ("They stood up", "Robin", "Well held", "sticks"):
        assert words not in sam.text()
    sam.tab.get_by_label("Number in the local system").fill("LF-77")
    sam.click("Save the number")
    sam.sees("LF-77")
    sam.inspect()
    sam.tab.emulate_media(media="print")
    assert not sam.tab.get_by_label("Number in the local system").is_visible()
    assert not sam.tab.get_by_text("Doorway sends this nowhere.").is_visible()


# 9 Break and return: closes as stayed, is counted apart, and may have a light report


def test_a_break_and_back_with_a_light_report(open_window, therapist, supervisor, session):
    ana, sam = open_window(therapist), open_window(supervisor)
    client_is_leaving(ana)
    ana.click("They take a break")
    ends(ana, "They came back", heading="They stayed")
    departure = DepartureEvent.objects.get()
    ana.go(f"/departures/{departure.pk}/report/")
    write_and_sign(ana, account="Five minutes outside, then we went on.")
    sam.go("/review/")
    sam.follow("0417")
    sam.sees("Took a break and returned")
    sam.tab.get_by_label("Message to the author").fill("Good break. Read.")
    sam.click("Close as read")
    sam.sees("Sent to Ana Reyes.")
    report = DepartureReport.objects.get()
    assert (departure.ending, report.state, report.reviews.get().decision) == (Ending.RETURNED, State.CLOSED, "read")
    assert departures.counted(DepartureEvent.objects.standing()) == {"happened": 0, "did_not_happen": 1}


# 10 Therapist felt threatened: staff first, a debrief is offered


def test_staff_come_first_when_the_therapist_felt_threatened(open_window, therapist, supervisor, session):
    ana, sam = open_window(therapist), open_window(supervisor)
    client_is_leaving(ana)
    note(ana, "check-safety", {"What is the concern about?": ["Your own safety"]})
    set_level(ana, "some_concern")
    ends(ana, "They have gone", heading="They have gone")
    ana.follow("Write the report")
    write_and_sign(ana, account="Stood over me, then left", author_state="Felt unsafe")
    sam.go("/review/")
    sam.follow("0417")
    sam.sees("Felt unsafe")
    sam.sees("Talk with them first. The report can wait.")
    colleague, report = sam.tab.locator("main .card").nth(0), sam.tab.locator("main .card").nth(1)
    assert colleague.bounding_box()["y"] < report.bounding_box()["y"]
    assert sam.tab.get_by_role("link", name="+1 555 0117").get_attribute("href") == "tel:+15550117"
    sam.tab.get_by_label("Debrief offered").check()
    sam.tab.get_by_label("Appropriate", exact=True).check()
    sam.tab.get_by_label("Message to the author").fill("You got out. I come by at four.")
    sam.click("Sign off")
    sam.sees("Sent to Ana Reyes.")
    assert DepartureReport.objects.get().reviews.get().colleague_state == "debrief"
    ana.go("/")
    ana.follow("0417 Your supervisor")
    ana.sees("I come by at four.")


# 14 Supervisor on leave: the cover gets the queue with the note, and who reviewed is said


def test_the_cover_reviews_in_place_of_who_is_away(open_window, therapist, supervisor, signed, hire):
    vera = hire("Vera Vice", Role.SUPERVISOR)
    today = timezone.localdate()
    days = {"starts_on": today, "ends_on": today + timedelta(days=3)}
    absences.enter(person=supervisor, cover=vera, note="Ana is new here: be gentle.", by=supervisor, **days)
    review_tasks.claim(signed, by=supervisor)
    window = open_window(vera)
    window.go("/review/")
    window.sees("You cover for Sam Lindqvist")
    window.sees("Ana is new here: be gentle.")
    window.sees("Sam Lindqvist is on it")
    window.inspect()
    window.follow("0417")
    window.click("Take it over")
    window.sees("You are on it until")
    window.tab.get_by_label("Appropriate", exact=True).check()
    window.tab.get_by_label("Message to the author").fill("Sam is away; I read it. Well held.")
    window.click("Sign off")
    window.sees("Sent to Ana Reyes.")
    sam = open_window(supervisor)
    sam.go(f"/review/{signed.departure_id}/")
    sam.sees("Vera Vice: signed off")
    sam.sees("Standing in for Sam Lindqvist")
    sam.inspect()
