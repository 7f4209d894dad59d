"""The words of a letter are changed and sent by a person; each version is kept, and Doorway sends nothing."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from followups import letter_drafts, letters, relations
from followups.models import ContactAttempt, Delivery, LetterSent, LetterVersion
from resources.models import Resource
from sessions_app import checklist, quality, reports, reviews
from tests.followups.races import both, meet_after
from tests.followups.test_letters import CONDITIONS
from tests.refusals import is_refused


@pytest.fixture
def ana(signed_in, therapist):
    return signed_in(therapist)


@pytest.fixture
def change(call, ana):
    """Write other words: `change("Hello, Robin.")`."""
    return lambda body: ana.post(reverse("change-letter", args=[call.departure_id]), {"body": body})


@pytest.fixture
def send(call, ana):
    def post(op_id=None, **facts):
        data = {"op_id": str(op_id or uuid.uuid4()), **facts}
        return ana.post(reverse("letter", args=[call.departure_id]), data)

    return post


@pytest.fixture
def printed(call, ana, starter):
    """What of the letter's page is printed."""

    def look():
        html = ana.get(reverse("letter", args=[call.departure_id])).content.decode()
        return html.partition("<article")[2].partition("</article>")[0]

    return look


def test_words_that_were_changed_are_printed_and_every_version_is_kept(change, printed, allows, therapist):
    allows("letter", "practice_name")
    assert change("Hello Robin,\n\nI think of you.").status_code == 302
    assert "I think of you." in printed()
    assert change("Hello Robin,\n\nWrite when you like.").status_code == 302
    change("Hello Robin,\n\nWrite when you like.")
    assert "Write when you like." in printed()
    assert "I think of you." not in printed()
    assert list(LetterVersion.objects.values_list("number", "by")) == [(1, therapist.pk), (2, therapist.pk)]
    assert is_refused("UPDATE followups_letterversion SET body = 'Other'")
    assert is_refused("DELETE FROM followups_letterversion")


def test_it_begins_with_words_that_ask_how_it_stands_and_blame_nobody(printed, allows):
    allows("letter", "call_back_only")
    words = printed()
    assert "Would you like to go on, to stop, or to turn to somebody else?" in words
    assert not re.search(CONDITIONS, words, re.IGNORECASE), words


def test_the_practice_is_named_only_where_that_was_allowed(change, allows):
    allows("letter", "call_back_only")
    answer = change("Hello Robin, this is riverside clinic.")
    assert answer.status_code == 422
    assert "The client did not allow the name of the practice." in answer.content.decode()
    assert "this is riverside clinic" in answer.content.decode(), "nothing typed is lost"
    allows("letter", "practice_name")
    assert change("Hello Robin, this is Riverside Clinic.").status_code == 302


def test_words_written_when_more_was_allowed_are_not_printed(change, printed, call, ana, allows):
    allows("letter", "practice_name")
    change("Hello Robin, this is Riverside Clinic.")
    allows("letter", "call_back_only")
    assert "Riverside" not in printed()
    assert "What the client allows has changed" in ana.get(reverse("letter", args=[call.departure_id])).content.decode()


def test_words_that_tell_what_it_is_about_are_pointed_out_and_a_person_decides(change, call, ana, allows):
    allows("letter", "practice_name")
    change("Hello Robin, our therapy sessions can go on.")
    html = ana.get(reverse("letter", args=[call.departure_id])).content.decode()
    assert "These words may tell others what it is about:" in html
    assert "<strong>therapy, sessions</strong>" in html


def test_without_a_yes_to_letters_there_are_no_words_to_change(change, call, ana):
    assert change("Hello").url == reverse("letter", args=[call.departure_id])
    assert not LetterVersion.objects.exists()


def test_of_two_who_save_at_once_both_are_kept(transactional_db, call, allows, therapist, supervisor, monkeypatch):
    allows("letter", "practice_name")
    letter = letters.letter_of(call.departure, by=therapist)
    meet_after(monkeypatch, letter_drafts, "newest")
    both(
        lambda: letter_drafts.save(letter, body="One", by=therapist),
        lambda: letter_drafts.save(letter, body="Two", by=supervisor),
    )
    assert sorted(LetterVersion.objects.values_list("number", flat=True)) == [1, 2]


# Sent ---------------------------------------------------------------------------------------------------------------


def test_the_day_the_way_and_who_sent_it_become_an_attempt(send, call, allows, therapist):
    allows("letter", "practice_name")
    began = call.departure.began_at - timedelta(days=5)
    type(call.departure).objects.filter(pk=call.departure_id).update(began_at=began)
    day = timezone.localdate(timezone=call.departure.site.zone) - timedelta(days=2)
    op_id = uuid.uuid4()
    for _again in range(2):
        assert send(op_id, sent_on=f"{day:%Y-%m-%d}", way="tracked").status_code == 302
    sent, attempt = LetterSent.objects.get(), ContactAttempt.objects.get()
    assert (sent.sent_on, sent.way, sent.by, sent.attempt) == (day, "tracked", therapist, attempt)
    assert attempt.result == "letter_sent"
    assert attempt.occurred_at.astimezone(call.departure.site.zone).date() == day
    assert is_refused("UPDATE followups_lettersent SET way = 'post'")


def test_the_words_as_they_were_sent_are_kept_although_nobody_changed_them(send, call, ana, allows, starter):
    allows("letter", "practice_name")
    send()
    body = LetterSent.objects.get().version.body
    assert "The door stays open." in body
    assert "988" in body
    assert "Sent so far" in ana.get(reverse("letter", args=[call.departure_id])).content.decode()


@pytest.mark.parametrize("days", [-40, -1, 1], ids=["long ago", "before the departure", "tomorrow"])
def test_a_day_that_cannot_be_is_refused(send, call, allows, days):
    allows("letter", "practice_name")
    day = timezone.localdate(timezone=call.departure.site.zone) + timedelta(days=days)
    answer = send(sent_on=f"{day:%Y-%m-%d}", way="tracked")
    assert answer.status_code == 422
    assert "Give a day between the departure and today" in answer.content.decode()
    assert 'value="tracked"' in answer.content.decode()
    assert not ContactAttempt.objects.exists()


def test_doorway_itself_sends_nothing(change, send, allows):
    allows("letter", "full")
    before = Delivery.objects.count()
    change("Hello Robin")
    send()
    assert (Delivery.objects.count(), mail.outbox) == (before, [])


# The closing letter ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ended(call, therapist):
    return relations.say(call.departure, status="ended_by_client", why="They said so", by=therapist)


def test_who_ended_gets_a_closing_letter_with_referrals_and_an_open_door(ended, call, printed, allows, therapist):
    allows("letter", "full")
    given = Resource.objects.with_contacts().get(slug__contains="domestic-violence", country="US")
    said = {"way": "card", "taken": "yes", "safe_at_home": "yes"}
    checklist.give(call.departure, resources=[given], **said, op_id=uuid.uuid4(), by=therapist)
    words = printed()
    assert "You told me that you would like to stop. I respect that." in words
    assert "The door stays open." in words
    assert (
        words.index("Others you can turn to:") < words.index(given.name) < words.index("If you need somebody at once")
    )
    assert "988" in words


def test_the_closing_letter_keeps_within_what_was_allowed(ended, printed, allows):
    allows("letter", "call_back_only")
    words = printed()
    assert "Riverside" not in words
    assert not re.search(CONDITIONS, words, re.IGNORECASE), words


def test_sending_it_keeps_the_promise_to_write_it_and_no_other(ended, call, send, allows):
    allows("letter", "full")
    send()
    titles = set(call.departure.follow_ups.open().values_list("title", flat=True))
    assert "Draft the closing letter" not in titles
    assert {"Choose referrals, and say how to come back", call.title} <= titles


def test_nothing_of_a_review_a_report_or_a_private_answer_is_in_it(
    ended, call, printed, allows, ana, therapist, supervisor
):
    allows("letter", "full")
    report = reports.draft_for(call.departure, by=therapist)
    reports.save_draft(report, account="Quokkaword in the account", by=therapist)
    quality.keep_state(report, author_state="shaken", by=therapist)
    reports.sign(report, by=therapist)
    reviews.return_to_author(report, message="Pangolinword for the author", by=supervisor)
    facts = {"contact-time": "Axolotlword"}
    checklist.note(call.departure, slug="respect-decision", facts=facts, op_id=uuid.uuid4(), by=therapist)
    page = ana.get(reverse("change-letter", args=[call.departure_id])).content.decode()
    for word in ("Quokkaword", "Pangolinword", "Axolotlword", "shaken", "They said so"):
        assert word not in printed(), word
        assert word not in page, word
