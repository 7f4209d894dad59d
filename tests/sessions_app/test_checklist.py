"""Answering the eleven: any order, one tap each, nothing ever edited."""

import json
import uuid

import pytest
from django.urls import reverse

from protocols.models import Outcome, ProtocolStep
from sessions_app import departures
from sessions_app.models import CapturedFact, StepResponse
from tests.refusals import is_refused
from tests.sessions_app.conftest import HTMX


@pytest.fixture
def said(departure):
    """The standing answers as {slug: outcome}."""
    return lambda: dict(departure.step_responses.standing().values_list("step__slug", "outcome"))


@pytest.fixture
def undo(browser, departure):
    """Tap *Undo* at a step."""

    def say(slug, **facts):
        return browser.post(reverse("undo-step", args=[departure.pk, slug]), facts)

    return say


@pytest.fixture
def note(browser, departure):
    """Save the notes of a step as its form does: `note("check-safety", concerns=["medical"])`."""

    def save(slug, *, op_id=None, headers=None, **facts):
        data = {f"{slug}-{name.replace('_', '-')}": value for name, value in facts.items()}
        data[f"{slug}-op_id"] = op_id or str(uuid.uuid4())
        return browser.post(reverse("note-details", args=[departure.pk, slug]), data, headers=headers)

    return save


def test_done_is_one_tap(tap, said, departure, therapist):
    answer = tap("stay-calm")
    assert answer.url == reverse("departure", args=[departure.pk]) + "#stay-calm"
    assert said() == {"stay-calm": Outcome.DONE}
    assert StepResponse.objects.get().by == therapist


def test_steps_can_be_answered_in_any_order(tap, said):
    order = ["follow-up", "stay-calm", "offer-options"]
    assert [tap(slug).status_code for slug in order] == [302] * 3
    assert set(said()) == set(order)


def test_changing_your_mind_adds_a_newer_answer(tap, said, departure):
    tap("offer-options")
    tap("offer-options", outcome="declined")
    assert said() == {"offer-options": Outcome.DECLINED}
    assert list(departure.step_responses.values_list("outcome", flat=True)) == [Outcome.DONE, Outcome.DECLINED]


def test_the_same_tap_sent_twice_adds_nothing(tap, departure):
    op_id = str(uuid.uuid4())
    assert [tap("stay-calm", op_id=op_id).status_code for _ in range(2)] == [302, 302]
    assert departure.step_responses.count() == 1


def test_two_clicks_at_once_are_one_answer(tap, departure):
    tap("stay-calm")
    tap("stay-calm")
    assert departure.step_responses.count() == 1


def test_a_late_repeat_of_an_earlier_tap_does_not_overturn_the_newer_answer(tap, said):
    op_id = str(uuid.uuid4())
    tap("offer-options", op_id=op_id)
    tap("offer-options", outcome="declined")
    tap("offer-options", op_id=op_id)
    assert said() == {"offer-options": Outcome.DECLINED}


def test_a_tap_used_for_another_step_is_refused(tap, said):
    op_id = str(uuid.uuid4())
    tap("stay-calm", op_id=op_id)
    answer = tap("follow-up", op_id=op_id)
    assert answer.status_code == 409
    assert said() == {"stay-calm": Outcome.DONE}


def test_a_tap_used_by_somebody_else_is_refused(tap, signed_in, stranger, departure):
    op_id = str(uuid.uuid4())
    tap("stay-calm", op_id=op_id)
    theirs = departures.log(id=uuid.uuid4(), by=stranger)
    address = reverse("record-step", args=[theirs.pk, "stay-calm"])
    assert signed_in(stranger).post(address, {"outcome": "done", "op_id": op_id}).status_code == 409
    assert not theirs.step_responses.exists()


def test_undo_takes_the_answer_back_and_keeps_it_in_the_history(tap, undo, said, departure):
    tap("stay-calm")
    undo("stay-calm", op_id=str(uuid.uuid4()))
    assert said() == {}
    assert list(departure.step_responses.values_list("outcome", flat=True)) == [Outcome.DONE, Outcome.NOT_RECORDED]


def test_undo_of_nothing_adds_nothing(undo, departure):
    assert undo("stay-calm").status_code == 302
    assert not departure.step_responses.exists()


def test_not_possible_needs_a_reason(tap, said):
    answer = tap("explore-reason", outcome="not_possible")
    assert answer.status_code == 422
    assert "Choose why it was not possible." in answer.content.decode()
    assert said() == {}
    assert tap("explore-reason", outcome="not_possible", reason="language").status_code == 302
    assert said() == {"explore-reason": Outcome.NOT_POSSIBLE}


def test_not_needed_needs_a_few_words(tap, said):
    assert tap("stay-calm", outcome="not_applicable").status_code == 422
    tap("stay-calm", outcome="not_applicable", note="Calm throughout")
    assert said() == {"stay-calm": Outcome.NOT_APPLICABLE}


def test_what_was_typed_is_kept_when_it_is_refused(tap):
    answer = tap("stay-calm", outcome="not_applicable", note="x" * 300)
    assert answer.status_code == 422
    assert "x" * 300 in answer.content.decode()


@pytest.mark.parametrize("outcome", ["not_applicable", "not_recorded", "perfect", ""])
def test_answers_a_step_does_not_have_are_refused(tap, said, outcome):
    assert tap("check-safety", outcome=outcome, note="No need").status_code == 422
    assert said() == {}


def test_safety_offers_no_not_needed(live):
    html = live()
    assert 'id="stay-calm-note"' in html
    assert 'id="check-safety-note"' not in html


def test_a_step_that_does_not_exist_is_not_found(tap, departure):
    assert tap("twelfth-step").status_code == 404


@pytest.mark.parametrize("table", ["stepresponse", "capturedfact"])
def test_the_database_refuses_to_edit_or_erase_what_was_said(tap, note, table):
    tap("stay-calm")
    note("stay-calm", help_summoned="yes")
    assert is_refused(f"UPDATE sessions_app_{table} SET occurred_at = now()")
    assert is_refused(f"DELETE FROM sessions_app_{table}")


def test_notes_are_kept_when_they_change_and_only_then(note, departure):
    note("check-safety", concerns=["medical"], rationale="Shaking")
    note("check-safety", concerns=["medical"], rationale="Shaking, pale")
    assert [(each.name, each.value) for each in departure.captured_facts.all()] == [
        ("concerns", ["medical"]),
        ("rationale", "Shaking"),
        ("rationale", "Shaking, pale"),
    ]


def test_a_note_can_be_emptied_again(note, departure, live):
    note("check-safety", rationale="Wrong client")
    note("check-safety", rationale="")
    assert CapturedFact.objects.current().get(name="rationale").value == ""
    assert "Wrong client" not in live()


def test_the_same_notes_sent_twice_add_nothing(note, departure):
    op_id = str(uuid.uuid4())
    for words in ("First", "Second"):
        note("check-safety", op_id=op_id, rationale=words)
    assert departure.captured_facts.get().value == "First"


def test_notes_that_cannot_be_read_keep_what_was_typed_at_their_step(note):
    answer = note("explore-reason", trigger_time="half past", could_change_note="The clock")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="half past"' in html
    assert 'value="The clock"' in html


def test_a_tap_answers_with_its_step_and_the_progress_and_says_which_one_opens(tap):
    answer = tap("stay-calm", headers=HTMX)
    html = answer.content.decode()
    assert html.strip().startswith("<article")
    assert html.count("<article") == 1
    assert "1 of 11" in html
    assert json.loads(answer["HX-Trigger"]) == {
        "announce": {"value": "Step 1, Done"},
        "next-step": {"value": "check-safety"},
    }


def test_undo_says_so(tap, undo, browser, departure):
    tap("follow-up")
    answer = browser.post(reverse("undo-step", args=[departure.pk, "follow-up"]), headers=HTMX)
    assert "Step 11, taken back" in answer["HX-Trigger"]
    assert "0 of 11" in answer.content.decode()


def test_a_refused_tap_replaces_the_whole_page(tap):
    answer = tap("explore-reason", outcome="not_possible", headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "body")
    assert "<html" in answer.content.decode()


def test_the_last_answer_leaves_no_next_step(tap):
    *others, last = ProtocolStep.objects.exclude(slug="check-safety").values_list("slug", flat=True)
    tap("check-safety")
    for slug in others:
        tap(slug)
    answer = tap(last, headers=HTMX)
    html = answer.content.decode()
    assert html.count("<article") == 1
    assert "11 of 11" in html
    assert "next-step" not in answer["HX-Trigger"]


def test_only_the_therapist_of_the_departure_answers_its_steps(departure, supervisor, stranger, signed_in):
    address = reverse("record-step", args=[departure.pk, "stay-calm"])
    assert signed_in(stranger).post(address, {"outcome": "done"}).status_code == 404
    assert signed_in(supervisor).post(address, {"outcome": "done"}).status_code == 403
