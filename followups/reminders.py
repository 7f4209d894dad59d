"""The table is the queue. `sweep` turns due rows into deliveries; `followups.deliveries` sends them.

Losing, repeating or reordering a call of `sweep` changes nothing: what is due is a row, and a row that has
fired is locked, marked, and has a delivery with a unique key.
"""

from django.db import transaction

from accounts.supervision import supervisors_of
from followups import clock
from followups.models import Delivery, Heartbeat, Reminder
from followups.models.deliveries import DeliveryChannel
from sessions_app import help_calls
from sessions_app.models import ResponseLevel

BATCH = 500  # rows per transaction: short enough that another sweep never waits long

URGENT_LEVELS = {ResponseLevel.IMMEDIATE, ResponseLevel.ELEVATED, ResponseLevel.UNABLE_TO_ASSESS}


def schedule(follow_up):
    """Remind the owner when the follow-up is due."""
    is_urgent = follow_up.plan.response_level in URGENT_LEVELS
    return Reminder.objects.create(
        follow_up=follow_up,
        recipient=follow_up.owner,
        lane=Reminder.Lane.URGENT if is_urgent else Reminder.Lane.ROUTINE,
        due_on=follow_up.due_on,
        due_wall_time=follow_up.due_wall_time,
        time_zone=follow_up.time_zone,
        due_at=follow_up.due_at,
    )


def stop(follow_up):
    """Nothing more goes out about this follow-up.

    Reminders first, deliveries second: a sweep that holds the reminder is waited for, and the delivery it
    made is then seen and stopped as well.
    """
    follow_up.reminders.filter(state=Reminder.State.SCHEDULED).update(state=Reminder.State.STOPPED)
    Delivery.objects.filter(reminder__follow_up=follow_up, state=Delivery.State.PENDING).update(
        state=Delivery.State.STOPPED, finished_at=clock.now()
    )


def reschedule(follow_up):
    """The promise changed: what was to go out for the old one does not."""
    stop(follow_up)
    schedule(follow_up)


def tell_at_once(call):
    """A colleague asks for help: a message to each who is to hear it, sent as soon as this transaction stands.

    The sweeper is woken by the database itself; without it the next round of either clock sends them.
    """
    now = clock.now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                key=f"help:{call.pk}:{call.times_called}:{DeliveryChannel.EMAIL}:{person.pk}",
                kind=Delivery.Kind.HELP,
                help_call=call,
                recipient=person,
                channel=DeliveryChannel.EMAIL,
                lane=Reminder.Lane.URGENT,
                next_at=now,
            )
            for person in help_calls.who_is_told(call.by)
        ],
        ignore_conflicts=True,
    )
    clock.wake()


def sweep(*, clock_name):
    """Turn every due reminder into deliveries, however long ago it was due. Returns how many.

    Any number of sweeps may run at once: each locks the rows it takes and passes over those another holds.
    """
    fired = 0
    while batch := sweep_batch():
        fired += batch
    beat(clock_name)
    return fired


@transaction.atomic
def sweep_batch():
    due = list(
        Reminder.objects.due(clock.now())
        .select_for_update(of=["self"], skip_locked=True)
        .select_related("follow_up", "recipient")
        .order_by("lane", "due_at", "pk")[:BATCH]
    )
    wanted = [reminder for reminder in due if reminder.follow_up.is_open]
    Delivery.objects.bulk_create([delivery_for(reminder) for reminder in wanted], ignore_conflicts=True)
    fired = [reminder.pk for reminder in wanted]
    Reminder.objects.filter(pk__in=fired).update(state=Reminder.State.FIRED)
    Reminder.objects.filter(pk__in=[each.pk for each in due]).exclude(pk__in=fired).update(state=Reminder.State.STOPPED)
    return len(due)


def delivery_for(reminder):
    recipient = reader_of(reminder)
    return Delivery(
        key=f"{reminder.pk}:{DeliveryChannel.EMAIL}:{recipient.pk}",
        reminder=reminder,
        recipient=recipient,
        channel=DeliveryChannel.EMAIL,
        lane=reminder.lane,
        next_at=reminder.due_at,
    )


def reader_of(reminder):
    """The recipient, or a supervisor where the recipient has left: a reminder is never sent to nobody."""
    if reminder.recipient.is_active:
        return reminder.recipient
    return next(iter(supervisors_of(reminder.recipient)), reminder.recipient)


def beat(clock_name):
    """Leave a sign that this clock swept."""
    Heartbeat.objects.update_or_create(clock=clock_name, defaults={"beat_at": clock.now()})
