"""Nobody answers: the next person is told, at the minute the ladder says, until somebody is on it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Site, Supervision, Team, User
from followups import absences, deliveries, escalations, follow_ups, ladders, on_call, policies, recipients, reminders
from followups.models import Acknowledgement, Delivery, FollowUpPolicy, PolicyEscalation, Reminder
from followups.post import Post
from sessions_app.models import ResponseLevel
from tests.followups.races import Held, both

State = Reminder.State


def minutes(count):
    return timedelta(minutes=count)


def pass_time(count):
    """Let so many minutes go by, as far as reminders and answers can tell."""
    for reminder in Reminder.objects.filter(state=State.SCHEDULED):
        Reminder.objects.filter(pk=reminder.pk).update(due_at=reminder.due_at - minutes(count))


def told():
    """Sweep, and say who gets a message by it, by name."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    reminders.sweep(clock_name="test")
    return sorted(each.recipient.name for each in Delivery.objects.exclude(pk__in=before))


@pytest.fixture
def dora(hire, site):
    """On call now."""
    person = hire("Dora Duty", Role.THERAPIST)
    now = timezone.now()
    on_call.add(site=site, person=person, starts_at=now - minutes(60), ends_at=now + timedelta(days=1), by=person)
    return person


@pytest.fixture
def lead(hire):
    return hire("Cleo Lead", Role.SUPERVISOR, is_clinical_lead=True)


@pytest.fixture
def call(set_level, therapist):
    """Make the first call of a plan the only thing to do, due at this moment: `call("immediate")`."""

    def make(level):
        first = set_level(level).follow_ups.open().filter(owner=therapist).order_by("due_at").first()
        for other in first.departure.follow_ups.open().exclude(pk=first.pk):
            follow_ups.drop(other, reason="Only one in this story", by=therapist)
        return follow_ups.move(first, to=timezone.now(), reason="Now", by=therapist)

    return make


def test_immediate_climbs_at_its_minutes_and_repeats_until_somebody_is_on_it(call, therapist, supervisor, dora, lead):
    follow_up = call("immediate")
    assert told() == ["Ana Reyes"]
    pass_time(14)
    assert told() == []
    pass_time(1.5)
    assert told() == ["Dora Duty"]
    pass_time(13)
    assert told() == []
    pass_time(2)
    assert told() == ["Cleo Lead"]
    for _again in range(3):
        pass_time(15)
        assert {"Ana Reyes", "Dora Duty"} <= set(told())
    escalations.acknowledge(follow_up, by=supervisor)
    pass_time(14)
    assert told() == []


@pytest.mark.parametrize("level", ["elevated", "unable_to_assess"])
def test_elevated_tells_the_supervisor_after_an_hour_and_asks_for_a_decision_after_four(call, supervisor, level):
    follow_up = call(level)
    assert told() == ["Ana Reyes"]
    pass_time(61)
    assert told() == ["Sam Lindqvist"], "cover and supervisor are one person here: one message"
    pass_time(178)
    assert told() == []
    pass_time(2)
    assert told() == ["Sam Lindqvist"]
    assert follow_up.reminders.filter(told_at__isnull=False).exclude(prompt="").count() == 1


@pytest.mark.parametrize(("level", "steps"), [("some_concern", [1, 1]), ("none_identified", [2, 5])])
def test_lower_levels_count_in_working_days(call, therapist, supervisor, level, steps):
    follow_up = call(level)
    rungs = follow_up.reminders.filter(state=State.SCHEDULED, step__gt=0).order_by("step", "pk")
    days = {rung.told: rung.due_on for rung in rungs}
    assert list(days) == ["owner", "supervisor"]
    for (_told, day), count in zip(days.items(), steps, strict=True):
        assert day >= follow_up.due_on + timedelta(days=count)
        assert day.weekday() < 5


def test_a_running_plan_keeps_its_ladder_whatever_the_next_policy_says(call, adopted, admin):
    follow_up = call("immediate")
    before = list(follow_up.reminders.filter(state=State.SCHEDULED).values_list("step", "due_at"))
    newer = policies.draft(by=admin)
    newer.escalations.all().delete()
    policies.adopt(newer, by=adopted.adopted_by)
    assert list(follow_up.reminders.filter(state=State.SCHEDULED).values_list("step", "due_at")) == before


def test_the_clinical_leads_are_told_and_where_nobody_leads_the_supervisors(site, hire, lead, supervisor):
    elsewhere = Site.objects.create(name="Hill House", country="US", time_zone="America/New_York")
    far = hire("Faye Far", Role.SUPERVISOR, is_clinical_lead=True, team=Team.objects.create(site=elsewhere, name="A"))
    assert recipients.clinical_leads(site) == [lead]
    today = timezone.localdate()
    absences.enter(person=lead, cover=supervisor, starts_on=today, ends_on=today, note="In a drawer.", by=lead)
    assert recipients.clinical_leads(site) == [supervisor, lead], "of the supervisors those first who are here"
    lead.is_clinical_lead = False
    lead.save()
    assert recipients.clinical_leads(site) == [supervisor, lead]
    User.objects.filter(pk__in=[lead.pk, supervisor.pk]).update(is_active=False)
    assert recipients.clinical_leads(site) == [far], "before nobody at all, one who works elsewhere"


def test_each_level_has_a_ladder_with_its_source(db):
    policy = FollowUpPolicy.objects.get(number=1)
    for level in ResponseLevel.values:
        assert [each.step for each in escalations.ladder(policy, level)]
        assert all(each.source for each in escalations.ladder(policy, level))
    PolicyEscalation.objects.all().delete()
    for without in (FollowUpPolicy.objects.get(number=1), None):
        assert ladders.ladder(without, "elevated"), "where no steps are written the product's own hold"


def test_an_acknowledgement_during_a_send_cancels_it_and_nothing_is_sent_after(call, supervisor):
    follow_up = call("immediate")
    reminders.sweep(clock_name="test")
    [held] = deliveries.claim()
    escalations.acknowledge(follow_up, by=supervisor)
    with Post() as post:
        assert deliveries.deliver(held, post=post) == 0
    assert told() == []
    deliveries.drain()
    assert mail.outbox == []


def test_an_acknowledgement_expires_and_the_ladder_goes_on(call, therapist, supervisor, dora):
    follow_up = call("immediate")
    told()
    made = escalations.acknowledge(follow_up, by=therapist)
    assert made.until - made.at == minutes(15)
    pass_time(14)
    assert told() == []
    pass_time(2)
    assert told() == ["Ana Reyes", "Dora Duty"]
    pass_time(15)
    assert told() == ["Sam Lindqvist"], "and the steps after it keep their distance"


def test_an_acknowledgement_after_the_last_step_does_not_end_in_silence(call, therapist, supervisor):
    follow_up = call("elevated")
    told()
    pass_time(300)
    told()
    escalations.acknowledge(follow_up, by=supervisor)
    pass_time(61)
    assert told() == ["Ana Reyes", "Sam Lindqvist"]


def test_who_has_left_or_lost_the_right_is_passed_over_for_the_next(call, therapist, supervisor, lead):
    call("elevated")
    told()
    Supervision.objects.filter(supervisor=supervisor).update(ends_on=timezone.localdate() - timedelta(days=1))
    supervisor.is_active = False
    supervisor.save()
    pass_time(61)
    assert told() == ["Cleo Lead"]
    lead.roles = []
    lead.save()
    pass_time(180)
    assert told() == ["Ana Reyes"], "nobody else is left, and nobody at all is no answer"


def test_who_is_told_may_see_it_while_it_is_open(call, therapist, supervisor, dora, signed_in):
    follow_up = call("immediate")
    address = reverse("record-contact", args=[follow_up.pk])
    assert signed_in(dora).get(address).status_code == 404
    told()
    pass_time(16)
    told()
    assert signed_in(dora).get(address).status_code == 200
    follow_ups.complete(follow_up, by=therapist)
    assert signed_in(dora).get(address).status_code == 404


def test_a_closed_one_never_wakes(call, therapist, supervisor):
    follow_up = call("immediate")
    told()
    escalations.acknowledge(follow_up, by=therapist)
    follow_ups.complete(follow_up, by=therapist)
    pass_time(600)
    assert told() == []
    assert not follow_up.reminders.filter(state=State.SCHEDULED).exists()
    with pytest.raises(follow_ups.FollowUpIsClosed):
        escalations.acknowledge(follow_up, by=therapist)


def test_immediate_cannot_be_put_off(call, therapist):
    with pytest.raises(escalations.SnoozeRefused):
        escalations.snooze(call("immediate"), lasts=minutes(1), by=therapist)


def test_elevated_may_be_put_off_twice_and_for_half_an_hour(call, therapist):
    follow_up = call("elevated")
    with pytest.raises(escalations.SnoozeRefused):
        escalations.snooze(follow_up, lasts=minutes(31), by=therapist)
    for _time in range(2):
        escalations.snooze(follow_up, lasts=minutes(30), by=therapist)
    with pytest.raises(escalations.SnoozeRefused):
        escalations.snooze(follow_up, lasts=minutes(5), by=therapist)
    assert Acknowledgement.objects.count() == 2


def test_some_concern_may_be_put_off_for_a_day(call, therapist):
    follow_up = call("some_concern")
    with pytest.raises(escalations.SnoozeRefused):
        escalations.snooze(follow_up, lasts=timedelta(days=2), by=therapist)
    escalations.snooze(follow_up, lasts=timedelta(days=1), by=therapist)
    assert told() == []


def test_a_message_that_cannot_be_sent_tells_the_next_and_the_next_but_nobody_twice(call, therapist, supervisor, lead):
    call("immediate")
    told()
    first = Delivery.objects.get()
    assert escalations.could_not_tell(first) == supervisor
    assert escalations.could_not_tell(Delivery.objects.get(recipient=supervisor)) == lead
    assert escalations.could_not_tell(Delivery.objects.get(recipient=lead)) is None
    others = Delivery.objects.filter(kind=Delivery.Kind.NOT_SENT)
    assert (others.count(), set(others.values_list("lane", flat=True))) == (2, {Reminder.Lane.URGENT})


def test_a_hundred_due_for_one_person_are_one_message_and_urgent_ones_single(call, therapist, supervisor):
    follow_up = call("some_concern")
    Reminder.objects.all().update(state=State.STOPPED)
    now = timezone.now()
    rows = [reminders.row(follow_up, due_at=now - minutes(1)) for _each in range(100)]
    Reminder.objects.bulk_create(rows)
    assert told() == ["Ana Reyes"]
    fired = Reminder.objects.filter(state=State.FIRED)
    lead = fired.get(told_with=None)
    assert (fired.count(), lead.told_along.count(), lead.deliveries.count()) == (100, 99, 1)


def test_closing_one_of_many_leaves_the_message_about_the_others(set_level, therapist, supervisor):
    departure = set_level(ResponseLevel.NONE_IDENTIFIED, ago=timedelta(days=30))
    reminders.sweep(clock_name="test")
    delivery = Delivery.objects.get(recipient=therapist)
    first, *others = [delivery.reminder, *delivery.reminder.told_along.all()]
    assert others
    follow_ups.drop(first.follow_up, reason="Not this one", by=therapist)
    deliveries.drain()
    assert Delivery.objects.get(pk=delivery.pk).state == Delivery.State.SENT
    assert departure.follow_ups.open().exists()


@pytest.fixture
def committed(transactional_db, call):
    return call


def test_two_acknowledgements_at_once_are_one(committed, therapist):
    follow_up = committed("immediate")
    both(lambda: escalations.acknowledge(follow_up, by=therapist))
    assert Acknowledgement.objects.count() == 1


def test_an_acknowledgement_during_a_sweep_stops_what_it_makes(committed, therapist, monkeypatch):
    follow_up = committed("immediate")
    held = Held(monkeypatch, reminders, "delivery_for", seconds=1)  # the sweep holds the reminder

    def say_so():
        held.reached.wait(5)
        try:
            escalations.acknowledge(follow_up, by=therapist)
        finally:
            held.let_go.set()

    both(lambda: reminders.sweep(clock_name="test"), say_so)
    assert Delivery.objects.get().state == Delivery.State.STOPPED
    assert not follow_up.reminders.filter(state=State.SCHEDULED, due_at__lte=timezone.now()).exists()


# On the card


def test_the_card_says_who_is_on_it_and_until_when(call, therapist, supervisor, signed_in):
    follow_up, browser = call("immediate"), signed_in(therapist)
    browser.post(reverse("acknowledge-follow-up", args=[follow_up.pk]))
    until = Acknowledgement.objects.get().until.astimezone(therapist.zone).strftime("%H:%M")
    for page in (reverse("follow-ups"), reverse("plan", args=[follow_up.departure_id])):
        shown = browser.get(page).content.decode()
        assert "Ana Reyes is on it until" in shown
        assert until in shown


def test_the_card_of_an_immediate_one_offers_no_delay_and_refuses_one_with_the_reason(call, therapist, signed_in):
    follow_up, browser = call("immediate"), signed_in(therapist)
    assert "Remind me later" not in browser.get(reverse("follow-ups")).content.decode()
    answer = browser.post(reverse("snooze-follow-up", args=[follow_up.pk]), follow=True)
    assert "cannot be put off" in answer.content.decode()
    assert not Acknowledgement.objects.exists()


def test_a_supervisor_who_is_asked_to_decide_sees_it_on_the_plan(call, therapist, supervisor, signed_in):
    follow_up = call("elevated")
    pass_time(241)
    told()
    shown = signed_in(supervisor).get(reverse("plan", args=[follow_up.departure_id])).content.decode()
    assert "welfare" in shown
