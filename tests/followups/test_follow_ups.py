"""Keeping, moving and dropping a promise, on the pages where it is done."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Supervision
from followups import contact_attempts, follow_ups
from followups.models import ContactAttempt, Delivery, FollowUp, Reminder
from sessions_app.models import Channel

Result = ContactAttempt.Result


@pytest.fixture
def browser(signed_in, therapist):
    return signed_in(therapist)


def contact(follow_up, result, **more):
    return {"op_id": str(uuid.uuid4()), "channel": Channel.PHONE, "result": result, "note": "", **more}


def record(browser, follow_up, result, **more):
    return browser.post(reverse("record-contact", args=[follow_up.pk]), contact(follow_up, result, **more))


def in_two_days(therapist, **more):
    to = timezone.now().astimezone(therapist.zone) + timedelta(days=2)
    return {"to_0": to.strftime("%Y-%m-%d"), "to_1": "09:30", "reason": "They asked for Thursday", **more}


def scheduled(follow_up):
    return follow_up.reminders.filter(state=Reminder.State.SCHEDULED, step=0)


def section(response, name):
    return list(response.context[name])


def test_promises_are_listed_as_late_for_today_and_coming(planned, therapist, browser):
    own = planned.follow_ups.filter(owner=therapist).order_by("pk")
    late, today, *coming = own
    tonight = timezone.localtime(timezone=therapist.zone).replace(hour=23, minute=59, second=59)
    FollowUp.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    FollowUp.objects.filter(pk=today.pk).update(due_at=tonight)
    FollowUp.objects.filter(pk__in=[each.pk for each in coming]).update(due_at=tonight + timedelta(days=2))
    shown = browser.get(reverse("follow-ups"))
    assert section(shown, "late") == [late]
    assert section(shown, "today") == [today]
    assert section(shown, "coming") == coming


def test_a_supervisor_sees_what_the_team_is_late_with(call, supervisor, stranger, signed_in):
    FollowUp.objects.filter(pk=call.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert section(signed_in(supervisor).get(reverse("follow-ups")), "team_late") == [call]
    assert section(signed_in(stranger).get(reverse("follow-ups")), "team_late") == []


def test_reaching_the_client_keeps_the_promise_and_stops_its_reminder(call, browser, therapist):
    answer = record(browser, call, Result.REACHED_SAFE, note="Sounded tired")
    assert answer.url == reverse("follow-ups")
    call.refresh_from_db()
    assert (call.state, call.closed_by) == (FollowUp.State.DONE, therapist)
    assert call.attempts.get().note == "Sounded tired"
    assert not scheduled(call).exists()


def test_no_answer_keeps_the_promise_open_and_asks_when_to_try_again(call, browser):
    answer = record(browser, call, Result.NO_ANSWER)
    assert answer.url == reverse("next-attempt", args=[call.pk])
    call.refresh_from_db()
    assert call.is_open
    assert scheduled(call).exists()
    assert "Do it then" in browser.get(answer.url).content.decode()


def test_a_channel_that_is_not_allowed_is_refused_and_the_words_are_kept(call, browser):
    answer = record(browser, call, Result.VOICEMAIL_LEFT, channel=Channel.VOICEMAIL, note="Left my first name")
    assert answer.status_code == 422
    assert "The client did not allow this channel" in answer.content.decode()
    assert "Left my first name" in answer.content.decode()
    assert not call.attempts.exists()


def test_that_a_channel_was_not_allowed_can_be_written_down(call, browser):
    record(browser, call, Result.BLOCKED, channel=Channel.VOICEMAIL)
    assert call.attempts.get().result == Result.BLOCKED


def test_a_client_who_asks_for_no_contact_gets_no_further_call(call, planned, browser, client_0417):
    record(browser, call, Result.REACHED_NO_CONTACT)
    client_0417.refresh_from_db()
    assert client_0417.asked_for_no_contact
    left = planned.follow_ups.open()
    titles = {"Review: asked for no contact", "Give your view: the client asked for no contact"}
    assert {each.title for each in left} == titles | {"Review with the therapist"}
    dropped = planned.follow_ups.filter(state=FollowUp.State.NOT_NEEDED)
    assert {each.changes.get().reason for each in dropped} == {"The client asked for no contact"}
    assert not Reminder.objects.filter(follow_up__in=dropped, state=Reminder.State.SCHEDULED).exists()


def test_sending_the_form_twice_adds_one_attempt(call, browser):
    op_id = str(uuid.uuid4())
    for _again in range(2):
        assert record(browser, call, Result.NO_ANSWER, op_id=op_id).status_code == 302
    assert ContactAttempt.objects.count() == 1


def test_an_operation_of_somebody_else_is_refused(call, therapist, supervisor, signed_in):
    op_id = uuid.uuid4()
    contact_attempts.record(call, channel="phone", result=Result.NO_ANSWER, op_id=op_id, by=therapist)
    answer = record(signed_in(supervisor), call, Result.REACHED_SAFE, op_id=str(op_id))
    assert answer.status_code == 409
    assert ContactAttempt.objects.get().by == therapist


def test_an_operation_of_another_follow_up_is_refused(call, planned, therapist, browser):
    other = planned.follow_ups.open().exclude(channel="").exclude(pk=call.pk).first()
    op_id = uuid.uuid4()
    contact_attempts.record(other, channel="phone", result=Result.NO_ANSWER, op_id=op_id, by=therapist)
    assert record(browser, call, Result.NO_ANSWER, op_id=str(op_id)).status_code == 409


def test_an_attempt_after_the_promise_was_kept_is_still_written_down(call, browser):
    record(browser, call, Result.REACHED_SAFE)
    record(browser, call, Result.REACHED_NEEDS_MORE)
    assert call.attempts.count() == 2


def test_moving_a_promise_moves_its_reminder(call, browser, therapist):
    answer = browser.post(reverse("move-follow-up", args=[call.pk]), in_two_days(therapist))
    assert answer.status_code == 302
    before = call.due_at
    call.refresh_from_db()
    assert call.due_at.astimezone(therapist.zone).strftime("%H:%M") == "09:30"
    assert scheduled(call).get().due_at == call.due_at
    moved = call.changes.get()
    assert (moved.reason, moved.due_before, moved.due_after) == ("They asked for Thursday", before, call.due_at)


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"to_0": "2020-01-01"}, {"to_0": "2099-01-01"}, {"to_0": ""}])
def test_moving_needs_a_reason_and_a_time_ahead(call, browser, therapist, wrong):
    before = call.due_at
    answer = browser.post(reverse("move-follow-up", args=[call.pk]), in_two_days(therapist, **wrong))
    assert answer.status_code == 422
    call.refresh_from_db()
    assert call.due_at == before


def test_dropping_needs_a_reason(call, browser):
    address = reverse("drop-follow-up", args=[call.pk])
    assert browser.post(address, {"reason": "  "}).status_code == 422
    assert browser.post(address, {"reason": "Back in care"}).status_code == 302
    call.refresh_from_db()
    assert call.state == FollowUp.State.NOT_NEEDED
    assert call.changes.get().reason == "Back in care"
    assert not scheduled(call).exists()


def test_a_task_among_staff_is_closed_with_one_tap(planned, supervisor, signed_in):
    review = planned.follow_ups.get(channel="")
    signed_in(supervisor).post(reverse("complete-follow-up", args=[review.pk]))
    review.refresh_from_db()
    assert (review.state, review.closed_by) == (FollowUp.State.DONE, supervisor)


def test_a_call_is_not_done_until_the_contact_is_recorded(call, browser):
    answer = browser.post(reverse("complete-follow-up", args=[call.pk]))
    assert answer.url == reverse("record-contact", args=[call.pk])
    call.refresh_from_db()
    assert call.is_open


def test_a_promise_can_be_handed_to_the_supervisor(call, browser, supervisor):
    browser.post(reverse("change-follow-up", args=[call.pk]), {"owner": supervisor.pk, "channel": "text"})
    call.refresh_from_db()
    assert (call.owner, call.channel) == (supervisor, "text")
    assert scheduled(call).get().recipient == supervisor


def test_a_promise_stays_its_owners_when_nothing_else_ties_them_to_the_client_any_more(
    call, browser, supervisor, signed_in
):
    """The others of the same departure do not."""
    browser.post(reverse("change-follow-up", args=[call.pk]), {"owner": supervisor.pk, "channel": "text"})
    Supervision.objects.all().delete()
    other = call.departure.follow_ups.exclude(pk=call.pk).exclude(owner=supervisor).first()
    left = signed_in(supervisor)
    pages = {each.pk: left.get(reverse("record-contact", args=[each.pk])).status_code for each in (call, other)}
    assert pages == {call.pk: 200, other.pk: 404}


def test_a_promise_is_not_handed_to_just_anybody(call, browser, stranger, therapist):
    answer = browser.post(reverse("change-follow-up", args=[call.pk]), {"owner": stranger.pk, "channel": "phone"})
    assert answer.status_code == 422
    assert "Choose somebody from the list" in answer.content.decode()
    call.refresh_from_db()
    assert call.owner == therapist


@pytest.mark.parametrize("door", ["move-follow-up", "drop-follow-up", "change-follow-up"])
def test_a_promise_closed_in_the_meantime_says_so_and_stays_closed(door, call, browser, therapist):
    follow_ups.complete(call, by=therapist)
    facts = in_two_days(therapist, owner=therapist.pk, channel="phone")
    shown = browser.post(reverse(door, args=[call.pk]), facts, follow=True).content.decode()
    assert "It was closed in the meantime" in shown
    call.refresh_from_db()
    assert call.state == FollowUp.State.DONE
    assert not scheduled(call).exists()


DOORS = ["record-contact", "move-follow-up", "drop-follow-up", "change-follow-up"]


@pytest.mark.parametrize("door", DOORS)
def test_the_supervisor_opens_a_follow_up_of_a_supervisee(door, call, supervisor, signed_in):
    assert signed_in(supervisor).get(reverse(door, args=[call.pk])).status_code == 200


@pytest.mark.parametrize("door", DOORS)
def test_other_clinicians_do_not_find_a_follow_up(door, call, stranger, former_supervisor, signed_in):
    for person in (stranger, former_supervisor):
        assert signed_in(person).get(reverse(door, args=[call.pk])).status_code == 404


@pytest.mark.parametrize("door", DOORS)
def test_an_admin_opens_no_follow_up(door, call, admin, signed_in):
    assert signed_in(admin).get(reverse(door, args=[call.pk])).status_code == 403


@pytest.fixture
def could_not_be_sent():
    """`could_not_be_sent(follow_up)`: its reminder failed for good."""

    def fail(follow_up):
        reminder = follow_up.reminders.get(step=0)
        return Delivery.objects.create(
            key=f"{reminder.pk}:email:{reminder.recipient_id}",
            reminder=reminder,
            recipient=reminder.recipient,
            channel="email",
            lane=reminder.lane,
            state=Delivery.State.FAILED,
            next_at=timezone.now(),
            finished_at=timezone.now(),
            last_problem="The mail server answered 550",
        )

    return fail


def test_a_supervisor_sees_which_reminders_could_not_be_sent(call, could_not_be_sent, supervisor, therapist, signed_in):
    could_not_be_sent(call)
    shown = signed_in(supervisor).get(reverse("failed-deliveries")).content.decode()
    assert therapist.name in shown
    assert "answered 550" in shown


def test_failed_reminders_of_other_peoples_staff_stay_theirs(
    call, could_not_be_sent, stranger, former_supervisor, signed_in
):
    could_not_be_sent(call)
    for person in (stranger, former_supervisor):
        shown = signed_in(person).get(reverse("failed-deliveries")).content.decode()
        assert call.owner.name not in shown
    assert signed_in(call.owner).get(reverse("failed-deliveries")).status_code == 403
