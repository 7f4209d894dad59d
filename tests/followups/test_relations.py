"""Where the work stands after a departure: people say it, it brings its tasks, and it closes no case by itself."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups import contact_attempts, decisions, follow_ups, policies, relations
from followups.models import FollowUp, PolicyOverlay, RelationshipStatus, Reminder, StatusDecision
from sessions_app import caseload, checklist, departures, levels, reports
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

HTMX = {"HX-Request": "true"}
TASKS = {
    "unclear": ["Clarify where the work stands"],
    "continuing": ["Confirm the next appointment"],
    "ended_by_client": ["Draft the closing letter", "Choose referrals, and say how to come back"],
    "transferring": ["Ask for consent, and name who takes over", "Hand over, once the client has said yes"],
}


@pytest.fixture
def say(departure, signed_in, therapist):
    """Say where the work stands, as the form does: `say("unclear")`; by somebody else: `by=supervisor`."""

    def post(status, *, by=None, why="As we spoke", headers=None, **facts):
        address = reverse("relationship", args=[departure.pk])
        return signed_in(by or therapist).post(address, {"status": status, "why": why, **facts}, headers=headers)

    return post


@pytest.fixture
def note(departure, therapist):
    """Note it at step 11, as the steps do: `note("unclear")`; an empty text takes it back."""

    def write(value, *, at=None):
        facts = {"relationship-status": value}
        checklist.note(departure, slug="follow-up", facts=facts, op_id=uuid.uuid4(), at=at, by=therapist)

    return write


def of_the_work(departure):
    """The open tasks that a status brought, in their order."""
    rows = departure.follow_ups.open().filter(situation__in=TASKS).order_by("situation", "position")
    return [each.title for each in rows]


def see(browser, name, key):
    answer = browser.get(reverse(name, args=[key]))
    assert answer.status_code == 200
    return answer.content.decode()


# Saying it --------------------------------------------------------------------------------------------------------


def test_until_somebody_says_it_it_is_not_said_yet(planned, signed_in, therapist):
    browser = signed_in(therapist)
    assert "Not said yet" in see(browser, "plan", planned.pk)
    assert "Not said yet" in see(browser, "relationship", planned.pk)
    assert relations.standing(planned) is None
    assert of_the_work(planned) == []


def test_what_is_noted_at_step_eleven_is_what_the_therapist_said(planned, note, therapist):
    note("unclear")
    row = RelationshipStatus.objects.get()
    assert (row.status, row.by, row.why) == ("unclear", therapist, "Noted at the steps")
    assert of_the_work(planned) == TASKS["unclear"]
    note("unclear")
    assert RelationshipStatus.objects.count() == 1


def test_it_is_noted_before_the_plan_and_its_tasks_come_with_the_plan(departure, note, set_level):
    note("continuing")
    assert of_the_work(departure) == []
    set_level("some_concern")
    assert of_the_work(departure) == TASKS["continuing"]


def test_what_was_noted_and_taken_back_is_not_said_any_more(planned, note):
    note("ended_by_client")
    note("")
    assert relations.standing(planned).status == "not_said"
    assert of_the_work(planned) == []
    assert RelationshipStatus.objects.count() == 2, "what was said once stays in the history"


def test_another_detail_of_the_steps_does_not_bring_back_what_was_noted_earlier(planned, note, say, therapist):
    note("unclear")
    say("continuing")
    facts = {"contact-time": "mornings"}
    checklist.note(planned, slug="respect-decision", facts=facts, op_id=uuid.uuid4(), by=therapist)
    assert relations.standing(planned).status == "continuing"


def test_a_note_that_was_long_on_its_way_does_not_overturn_what_was_said_since(planned, note, say):
    say("continuing")
    note("ended_by_client", at=timezone.now() - timedelta(hours=3))
    assert relations.standing(planned).status == "continuing"
    assert of_the_work(planned) == TASKS["continuing"]
    assert RelationshipStatus.objects.count() == 2


@pytest.mark.parametrize("status", TASKS)
def test_each_status_has_its_tasks_with_a_time_and_a_reminder(planned, say, status):
    assert say(status).status_code == 302
    assert of_the_work(planned) == TASKS[status]
    for task in planned.follow_ups.open().filter(situation=status):
        assert task.due_at > timezone.now()
        assert Reminder.objects.filter(follow_up=task, state=Reminder.State.SCHEDULED).exists()


def test_who_said_what_and_why_stands_on_the_page_and_never_changes(planned, say, signed_in, therapist, supervisor):
    say("unclear", why="They left without a word")
    say("continuing", why="They rang and booked", by=supervisor)
    html = see(signed_in(therapist), "relationship", planned.pk)
    for words in ("They left without a word", "Ana Reyes", "They rang and booked", "Sam Lindqvist"):
        assert words in html
    assert is_refused("UPDATE followups_relationshipstatus SET why = 'Other'")
    assert is_refused("DELETE FROM followups_relationshipstatus")


def test_without_a_reason_it_is_not_said_and_nothing_typed_is_lost(planned, say):
    answer = say("transferring", why="", receiving="Dr Okafor", consent="yes")
    assert answer.status_code == 422
    assert 'value="Dr Okafor"' in answer.content.decode()
    assert not RelationshipStatus.objects.exists()


def test_saying_the_same_again_adds_nothing(planned, say):
    for _again in range(3):
        say("unclear")
    assert RelationshipStatus.objects.count() == 1
    assert of_the_work(planned) == TASKS["unclear"]


def test_of_two_who_say_it_at_once_one_makes_the_tasks(transactional_db, planned, therapist, supervisor, monkeypatch):
    meet_after(monkeypatch, relations, "standing")
    said = {"status": "unclear", "why": "As we spoke"}
    both(
        lambda: relations.say(planned, by=therapist, **said),
        lambda: relations.say(planned, by=supervisor, **said),
    )
    assert RelationshipStatus.objects.count() == 1, "they said the same"
    assert of_the_work(planned) == TASKS["unclear"]


# What follows -----------------------------------------------------------------------------------------------------


def test_another_status_closes_what_the_one_before_asked_for(planned, say):
    say("ended_by_client")
    say("continuing")
    assert of_the_work(planned) == TASKS["continuing"]
    say("ended_by_client")
    assert of_the_work(planned) == TASKS["ended_by_client"], "and back again brings them again"


def test_clarify_is_done_by_saying_how_it_stands(planned, say, signed_in, therapist, supervisor):
    say("unclear")
    task = planned.follow_ups.open().get(situation="unclear")
    answer = signed_in(therapist).post(reverse("complete-follow-up", args=[task.pk]))
    assert answer.url == reverse("relationship", args=[planned.pk]), "a tap on Done does not make it clear"
    say("ended_by_client", by=supervisor)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == (FollowUp.State.DONE, supervisor)


@pytest.mark.parametrize("status", TASKS)
def test_no_status_closes_the_case(planned, say, status):
    before = set(planned.follow_ups.open().values_list("pk", flat=True))
    say(status)
    planned.refresh_from_db()
    assert before <= set(planned.follow_ups.open().values_list("pk", flat=True)), "calls stay until people act"
    assert planned.is_open
    assert not StatusDecision.objects.exists()


def test_what_was_done_for_what_the_client_decided_is_not_asked_again(planned, say, therapist):
    facts = {"decision-scope": "ending"}
    checklist.note(planned, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    follow_ups.complete(planned.follow_ups.get(title=TASKS["ended_by_client"][0]), by=therapist)
    say("ended_by_client")
    assert of_the_work(planned) == TASKS["ended_by_client"][1:]


def test_what_somebody_said_counts_more_than_what_was_noted_at_the_door(planned, say, therapist):
    facts = {"decision-scope": "ending"}
    checklist.note(planned, slug="discuss-implications", facts=facts, op_id=uuid.uuid4(), by=therapist)
    assert of_the_work(planned) == TASKS["ended_by_client"]
    say("continuing")
    assert of_the_work(planned) == TASKS["continuing"]


def test_another_level_has_a_new_plan_and_the_status_its_tasks_in_it(planned, say, therapist):
    say("unclear")
    levels.set_level(planned, level="immediate", op_id=uuid.uuid4(), by=therapist)
    assert of_the_work(planned) == TASKS["unclear"]


def test_a_policy_that_is_older_than_this_gets_the_default_s_tasks(adopted, admin, request, say):
    newer = policies.draft(by=admin)
    PolicyOverlay.objects.filter(policy=newer, situation="unclear").delete()
    policies.adopt(newer, by=adopted.adopted_by)
    departure = request.getfixturevalue("planned")
    say("unclear")
    task = departure.follow_ups.open().get(situation="unclear")
    assert (task.title, task.source) == (TASKS["unclear"][0], "Professional ethics codes; time: product default")


def test_without_a_policy_no_time_is_made_up(db, hire, client_0417, session, therapist, monkeypatch):
    monkeypatch.setattr(policies, "in_force", lambda: None)
    departure = departures.log(id=uuid.uuid4(), by=therapist, session=session)
    departures.they_have_gone(departure, op_id=uuid.uuid4(), by=therapist)
    relations.say(departure, status="unclear", why="Left without a word", by=therapist)
    assert relations.standing(departure).status == "unclear"
    assert of_the_work(departure) == []


# Handing over -----------------------------------------------------------------------------------------------------


def test_once_consent_is_given_and_somebody_named_the_hand_over_is_left(planned, say):
    say("transferring")
    say("transferring", receiving="Dr Okafor", consent="yes", why="They agree")
    assert of_the_work(planned) == ["Hand over, once the client has said yes"]
    assert relations.standing(planned).is_agreed_hand_over


def test_after_a_no_nothing_is_handed_over(planned, say):
    say("transferring", receiving="Dr Okafor", consent="no", why="They would rather not")
    assert of_the_work(planned) == []
    dropped = planned.follow_ups.get(title="Hand over, once the client has said yes")
    assert (dropped.state, dropped.changes.last().reason) == ("not_needed", "The client said no to handing over")


def test_who_takes_over_is_only_asked_where_somebody_does(planned, say):
    answer = say("continuing", receiving="Dr Okafor")
    assert answer.status_code == 422
    assert "Only if they move to someone else." in answer.content.decode()
    say("transferring", receiving="Dr Okafor")
    assert say("continuing", receiving="Dr Okafor").status_code == 302, "what was filled in by the page is let go"
    assert relations.standing(planned).receiving == ""


# Vignette 8: no contact ---------------------------------------------------------------------------------------------


@pytest.fixture
def silent(planned, client_0417, therapist):
    caseload.ask_for_no_contact(client_0417, by=therapist)
    return planned


@pytest.mark.parametrize(
    ("status", "left"),
    [
        ("unclear", ["Clarify where the work stands"]),
        ("continuing", []),
        ("transferring", ["Hand over, once the client has said yes"]),
        ("ended_by_client", []),
    ],
)
def test_with_no_contact_asked_for_no_task_leads_to_the_client(silent, say, status, left):
    say(status)
    assert of_the_work(silent) == left, "what is left is among staff"
    assert not silent.follow_ups.open().exclude(channel="").exists()


def test_a_last_letter_is_planned_only_where_letters_were_allowed(silent, say, allows):
    allows("letter", "practice_name")
    say("ended_by_client")
    assert of_the_work(silent) == TASKS["ended_by_client"]
    assert not silent.follow_ups.open().exclude(channel="").exists()


def test_a_plan_made_after_they_asked_keeps_to_it_too(client_0417, therapist, departure, note, set_level, supervisor):
    caseload.ask_for_no_contact(client_0417, by=therapist)
    note("ended_by_client")
    set_level("elevated")
    assert of_the_work(departure) == []


def test_they_ask_later_and_what_leads_to_them_goes(planned, say, client_0417, therapist):
    say("ended_by_client")
    caseload.ask_for_no_contact(client_0417, by=therapist)
    assert of_the_work(planned) == []
    say("transferring")
    caseload.allow_contact_again(client_0417, by=therapist)
    assert of_the_work(planned) == ["Hand over, once the client has said yes"]


def test_never_contact_me_again_through_the_front_door(call, say, allows, signed_in, therapist, supervisor):
    """Vignette 8. They say it on the phone; the last letter is sent by a person, and the supervisor sees it all."""
    allows("letter", "practice_name")
    departure, ana = call.departure, signed_in(therapist)
    data = {"op_id": str(uuid.uuid4()), "channel": "phone", "result": "reached_no_contact"}
    ana.post(reverse("record-contact", args=[call.pk]), data)
    say("ended_by_client", why="They asked never to be contacted again")
    assert of_the_work(departure) == TASKS["ended_by_client"]
    assert not departure.follow_ups.open().exclude(channel="").exists()
    assert "You asked not to be contacted." in see(ana, "letter", departure.pk)
    ana.post(reverse("letter", args=[departure.pk]), {"op_id": str(uuid.uuid4())})
    assert TASKS["ended_by_client"][0] not in of_the_work(departure), "the letter was the promise"
    sam = signed_in(supervisor)
    seen = see(sam, "attempts", departure.pk) + see(sam, "relationship", departure.pk)
    for words in ("This client asked for no contact.", "letter sent", "Ended by the client", "never to be contacted"):
        assert words in seen
    reviews = departure.follow_ups.open().filter(situation="no_contact")
    assert {each.owner for each in reviews} == {therapist, supervisor}


# Vignette 11 ------------------------------------------------------------------------------------------------------


def test_three_days_unreached_then_two_decide_and_say_where_the_work_stands(
    call, say, allows, signed_in, therapist, supervisor
):
    """Vignette 11, to its end: different days and ways, a letter, a decision of two, the status said by a person."""
    allows("text", "full"), allows("letter", "practice_name")
    departure, ana, sam = call.departure, signed_in(therapist), signed_in(supervisor)
    say("unclear", why="They left without a word")
    for days_ago, channel, result in (
        (3, "phone", "no_answer"),
        (2, "text", "sent_no_reply"),
        (1, "phone", "no_answer"),
    ):
        then = timezone.localtime(timezone=therapist.zone) - timedelta(days=days_ago, minutes=5)
        when = {"occurred_at_0": f"{then:%Y-%m-%d}", "occurred_at_1": f"{then:%H:%M}"}
        data = {"op_id": str(uuid.uuid4()), "channel": channel, "result": result, **when}
        assert ana.post(reverse("record-contact", args=[call.pk]), data).status_code == 302
    assert "Next: a letter" in see(ana, "next-attempt", call.pk)
    assert ana.post(reverse("letter", args=[departure.pk]), {"op_id": str(uuid.uuid4())}).status_code == 302
    said = {"choice": "open_door", "words": "Three days, two ways, a letter"}
    ana.post(reverse("decide-status", args=[departure.pk]), said)
    assert of_the_work(departure) == TASKS["unclear"], "a proposal settles nothing"
    decision = StatusDecision.objects.get()
    answer = sam.post(reverse("answer-decision", args=[decision.pk]), {"answer": "agree"})
    assert answer.url == reverse("relationship", args=[departure.pk]), "and now somebody says where the work stands"
    assert relations.standing(departure).status == "unclear", "which a decision does not do by itself"
    say("ended_by_client", by=supervisor, why="No answer for three days, and a letter")
    assert of_the_work(departure) == TASKS["ended_by_client"]


def test_a_proposal_waits_for_who_answers_for_the_therapist_and_for_no_other_supervisor(
    planned, therapist, supervisor, stranger
):
    decision = decisions.propose(planned, choice="open_door", words="Three days, two ways", by=therapist)
    assert decisions.waiting_for(supervisor) == [decision]
    assert decisions.waiting_for(stranger) == []


# Where it is asked ------------------------------------------------------------------------------------------------


def test_it_is_asked_where_one_is(call, signed_in, therapist, supervisor):
    departure, asked = call.departure, f'hx-get="{reverse("relationship", args=[call.departure_id])}"'
    link = f'href="{reverse("relationship", args=[departure.pk])}"'
    assert link in see(signed_in(supervisor), "attempts", departure.pk), "a panel of the page of a departure"
    assert link in see(signed_in(therapist), "plan", departure.pk), "and of the live one"
    assert asked in see(signed_in(therapist), "record-contact", call.pk)
    reports.sign(reports.draft_for(departure, by=therapist), by=therapist)
    assert asked in see(signed_in(therapist), "report", departure.pk)


def test_on_another_page_it_is_a_panel_that_answers_in_its_place(planned, say, signed_in, therapist):
    panel = signed_in(therapist).get(reverse("relationship", args=[planned.pk]), headers=HTMX).content.decode()
    assert "<html" not in panel
    assert "Not said yet" in panel
    answer = say("continuing", headers=HTMX)
    assert answer.status_code == 200
    assert re.search(r"<strong>\s*Goes on", answer.content.decode())
    assert say("", headers=HTMX).status_code == 422


def test_a_departure_that_was_a_mistake_has_no_status(departure, say, therapist):
    departures.void(departure, reason="By mistake", by=therapist)
    assert say("continuing").status_code == 404


def test_being_reached_settles_nothing_but_is_asked_for(planned, say, call, therapist):
    say("unclear")
    facts = {"channel": "phone", "result": "reached_needs_more"}
    contact_attempts.record(call, op_id=uuid.uuid4(), by=therapist, **facts)
    assert of_the_work(planned) == TASKS["unclear"]
