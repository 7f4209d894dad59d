"""The table is the queue. `sweep` turns due rows into deliveries; `followups.deliveries` sends them.

Losing, repeating or reordering a call of `sweep` changes nothing: what is due is a row, and a row that has
fired is locked, marked, and has a delivery with a unique key.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts import leaving as accounts_of_leavers
from followups import channels, clock, digests, due_times, ladders, recipients
from followups.models import Delivery, FollowUp, Heartbeat, Reminder
from sessions_app import hand_overs
from sessions_app.models import ResponseLevel

BATCH = 500  # rows per transaction: short enough that another sweep never waits long

URGENT_LEVELS = {ResponseLevel.IMMEDIATE, ResponseLevel.ELEVATED, ResponseLevel.UNABLE_TO_ASSESS}
State = Reminder.State


def schedule(follow_up):
    """Remind the owner when the follow-up is due, and make every step after it a row of its own. Returns the first.

    Steps count from the due time, and from now where that has passed: the owner is always asked before others.
    """
    plan, hours = follow_up.plan, due_times.WorkingHours.of(follow_up.departure.site)
    since = max(follow_up.due_at, clock.now())
    rows = [row(follow_up, due_at=follow_up.due_at)]
    for step in ladders.ladder(plan.policy, plan.response_level):
        facts = {each: getattr(step, each) for each in ("step", "told", "prompt", "repeat_minutes")}
        rows.append(row(follow_up, due_at=ladders.due(step, since=since, hours=hours), **facts))
    return Reminder.objects.bulk_create(rows)[0]


def row(follow_up, *, due_at, **facts):
    is_urgent = follow_up.plan.response_level in URGENT_LEVELS
    return timed(
        Reminder(
            follow_up=follow_up,
            recipient=follow_up.owner,
            lane=Reminder.Lane.URGENT if is_urgent else Reminder.Lane.ROUTINE,
            state=State.PRACTICE if follow_up.departure.is_practice else State.SCHEDULED,
            time_zone=follow_up.time_zone,
            **facts,
        ),
        due_at,
    )


def timed(reminder, due_at):
    """The reminder with another due time, as an instant and as what the clock on the wall shows then."""
    reminder.due_at = due_at
    reminder.due_on, reminder.due_wall_time = due_times.wall(due_at, ZoneInfo(reminder.time_zone))
    return reminder


def stop(follow_up):
    """Nothing more goes out about this follow-up.

    Reminders first, deliveries second: a sweep that holds the reminder is waited for, and the delivery it
    made is then seen and stopped as well. One that also tells of other follow-ups is left to `is_wanted`.
    """
    follow_up.reminders.waiting().update(state=State.STOPPED)
    own = Delivery.objects.filter(reminder__follow_up=follow_up, reminder__told_along=None).values_list("pk", flat=True)
    # By number: through the join, PostgreSQL would not look again at a row that a sender takes in this moment.
    waiting = Delivery.objects.filter(pk__in=list(own), state=Delivery.State.PENDING)
    waiting.update(state=Delivery.State.STOPPED, finished_at=clock.now())


def reschedule(follow_up):
    """The promise changed: what was to go out for the old one does not."""
    stop(follow_up)
    schedule(follow_up)


def pause(follow_up, *, until):
    """Nobody is told before `until`; then the owner is, and the steps that were to come go on in their old order.

    The caller holds the follow-up. Without a step to come the last one comes again: a pause never ends in silence.
    """
    waiting = follow_up.reminders.waiting().select_for_update().order_by("due_at", "step", "pk")
    to_come = list(waiting)
    stop(follow_up)
    if not to_come:
        last = follow_up.reminders.filter(step__gt=0).order_by("-step", "pk").first()
        to_come = [timed(last, until)] if last else []
    later = max(until - to_come[0].due_at, timedelta(0)) if to_come else timedelta(0)
    rows = [again(follow_up, each, due_at=each.due_at + later) for each in to_come]
    if not any(each.step == 0 for each in rows):
        rows.insert(0, row(follow_up, due_at=until))
    return Reminder.objects.bulk_create(sorted(rows, key=lambda each: each.step))


def again(follow_up, old, *, due_at):
    facts = {each: getattr(old, each) for each in ("step", "told", "prompt", "repeat_minutes")}
    return row(follow_up, due_at=due_at, **facts)


def is_wanted(reminder):
    """Whether the promise stands as it was when this reminder fired, or another it tells of does.

    Moving it, handing it on and saying "I am on it" all begin a new round, whose first row is younger than this.
    """
    return standing(reminder.pk).exists()


def standing(reminder_id):
    """Of this reminder and those it tells of, those whose promise stands as it was when they fired."""
    begun_since = Reminder.objects.filter(follow_up=OuterRef("follow_up"), step=0, pk__gt=OuterRef("pk"))
    told = Reminder.objects.filter(Q(pk=reminder_id) | Q(told_with=reminder_id), ~Exists(begun_since))
    return told.filter(follow_up__in=FollowUp.objects.open())


def sweep(*, clock_name):
    """Turn every due reminder into deliveries, however long ago it was due. Returns how many.

    Any number of sweeps may run at once: each locks the rows it takes and passes over those another holds.
    """
    from followups import (  # they build on this module
        absences,
        canaries,
        emergency_notices,
        help_escalation,
        leaving,
        review_reminders,
    )

    accounts_of_leavers.sweep()
    absences.sweep()
    canaries.sweep()
    help_escalation.sweep()
    review_reminders.sweep()
    emergency_notices.sweep()
    leaving.sweep()
    hand_overs.follow()
    fired = 0
    while batch := sweep_batch():
        fired += batch
    beat(clock_name)
    digests.sweep()
    return fired


@transaction.atomic
def sweep_batch(*, lanes=tuple(Reminder.Lane)):
    now = clock.now()
    due = list(
        Reminder.objects.due(now)
        .filter(lane__in=lanes)
        .select_for_update(of=["self"], skip_locked=True)
        .select_related(
            "recipient",
            "follow_up__owner",
            "follow_up__plan",
            "follow_up__departure__therapist",
            "follow_up__departure__site",
        )
        .order_by("lane", "due_at", "pk")[:BATCH]
    )
    wanted = [reminder for reminder in due if reminder.follow_up.is_open]
    fire(wanted, now=now)
    closed = [reminder.pk for reminder in due if not reminder.follow_up.is_open]
    Reminder.objects.filter(pk__in=closed).update(state=State.STOPPED)
    return len(due)


def fire(due, *, now):
    """Find who is told, put together what goes to one person, and make the deliveries."""
    first_of, heard, ways_to, made = {}, {}, {}, []
    for reminder in due:
        also_told = heard.setdefault(reminder.follow_up_id, set())
        reminder.meant_id = reminder.recipient_id
        person = recipients.resolve(reminder, also_told=also_told)
        also_told.add(person.pk)
        reminder.recipient = person
        first = first_of.setdefault(message_of(reminder), reminder)
        reminder.told_with = None if first is reminder else first
        if first is reminder:
            ways = ways_to.get(person.pk) or ways_to.setdefault(person.pk, channels.Ways.to(person))
            made += deliveries_for(reminder, ways, now=now)
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    mark(due, now=now)


def message_of(reminder):
    """What shares a message: all that is routine for one person; of what is urgent, one step and one person.

    What quiet hours may hold back never takes a step of escalation with it.
    """
    if reminder.lane == Reminder.Lane.ROUTINE:
        return reminder.recipient_id, reminder.step > 0
    return reminder.follow_up_id, reminder.step, reminder.recipient_id


def deliveries_for(reminder, ways, *, now):
    next_at = ways.not_before(reminder.due_at, now=now, waits=channels.wait_of(reminder))
    return [delivery_for(reminder, channel, next_at=next_at) for channel in ways.channels]


def delivery_for(reminder, channel, *, next_at):
    return Delivery(
        key=f"{reminder.pk}:{reminder.occurrence}:{channel}:{reminder.recipient_id}",
        reminder=reminder,
        recipient=reminder.recipient,
        channel=channel,
        lane=reminder.lane,
        next_at=next_at,
    )


def mark(due, *, now):
    """They have fired; one that repeats waits for its next time. The owner's own, nearly all, in one statement."""
    plain = [each for each in due if each.step == 0 and not each.told_with and each.recipient_id == each.meant_id]
    Reminder.objects.filter(pk__in=[each.pk for each in plain]).update(state=State.FIRED, told_at=now)
    done = {each.pk for each in plain}
    others = [each for each in due if each.pk not in done]
    for reminder in others:
        reminder.told_at, reminder.state = now, State.FIRED
        if reminder.repeat_minutes:
            wait_again(reminder, now=now)
    fields = ["state", "told_at", "recipient", "told_with", "occurrence", "due_at", "due_on", "due_wall_time"]
    Reminder.objects.bulk_update(others, fields)


def wait_again(reminder, *, now):
    """Its next time that lies ahead: after an outage it comes once, and not once for each time that was missed.

    The same row and no new one: a new one would have to lock its follow-up, after the reminder and not before.
    """
    pause = timedelta(minutes=reminder.repeat_minutes)
    missed = max(now - reminder.due_at, timedelta(0)) // pause
    timed(reminder, reminder.due_at + pause * (missed + 1))
    reminder.state, reminder.occurrence = State.SCHEDULED, reminder.occurrence + 1


def beat(clock_name):
    """Leave a sign that this clock swept."""
    facts = {"beat_at": clock.now(), "seconds_off": clock.seconds_off()}
    Heartbeat.objects.update_or_create(clock=clock_name, defaults=facts)
