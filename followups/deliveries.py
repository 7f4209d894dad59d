"""Sending what the sweep made. Twice is acceptable here when it is marked; never is not.

A delivery is claimed under a lease; before the first byte leaves, a start row is committed; the end is written
under the same lease token. A sender that dies leaves a start without an end: the next one marks its message
as a possible repeat. A sender that wakes after its lease ran out finds another token and writes nothing.
"""

import logging
import os
import random
import socket
import uuid
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q

from followups import (
    canaries,
    channels,
    clock,
    digests,
    draft_notices,
    emergency_notices,
    escalations,
    express,
    life_signs,
    reminders,
    review_reminders,
    second_people,
)
from followups.deadlines import deadline
from followups.models import Delivery, DeliveryEnd, DeliveryStart, Reminder
from followups.post import Post, Verdict
from sessions_app.models import HelpCall

LONGEST_TALK = 60  # seconds for one message, however often the other side uses up EMAIL_TIMEOUT
LEASE = timedelta(seconds=2 * LONGEST_TALK)
BATCH = 50
MOST_STARTS = 8
MOST_LOST_STARTS = 3  # a message that kills its sender three times is set aside
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)

Result = DeliveryEnd.Result
State = Delivery.State

logger = logging.getLogger("followups.deliveries")


def drain(*, lanes=tuple(Reminder.Lane), when_full=None):
    """Send everything that is due in these lanes, urgent first. Any number of senders may do so at once.

    What became urgent meanwhile is swept between two batches, so that it never waits behind all that is routine.
    `when_full` is called once when there is more than one batch, to bring in another sender.
    """
    sent = 0
    with Post() as post:
        while batch := claim(lanes=lanes):
            if when_full and len(batch) == BATCH:
                when_full()
                when_full = None
            for delivery in batch:
                sent += deliver(delivery, post=post)
            reminders.sweep_batch(lanes=[Reminder.Lane.URGENT])
    return sent


@transaction.atomic
def claim(*, lanes=tuple(Reminder.Lane)):
    """Take a batch under one fresh lease token: what waits and is due, and what a dead sender left behind."""
    now = clock.now()
    free = Q(state=State.PENDING, next_at__lte=now) | Q(state=State.LEASED, lease_until__lt=now)
    batch = list(
        Delivery.objects.filter(free, lane__in=lanes)
        .select_for_update(of=["self"], skip_locked=True)
        .select_related("recipient", "reminder__follow_up", "help_call__by", "help_call__site")
        .order_by("lane", "next_at", "pk")[:BATCH]
    )
    close_lost_starts(batch, now=now)
    lease = {"state": State.LEASED, "lease_token": uuid.uuid4(), "lease_until": now + LEASE}
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).update(**lease)
    for delivery in batch:
        delivery.state, delivery.lease_token, delivery.lease_until = lease.values()
    return batch


def close_lost_starts(batch, *, now):
    """A start without an end means its sender died, perhaps after the server had accepted."""
    lost = DeliveryStart.objects.filter(delivery__in=batch, end=None)
    ends = [DeliveryEnd(start=start, result=Result.LOST, at=now) for start in lost]
    DeliveryEnd.objects.bulk_create(ends)
    in_doubt = {end.start.delivery_id for end in ends}
    Delivery.objects.filter(pk__in=in_doubt).update(may_be_repeat=True)
    for delivery in batch:
        delivery.may_be_repeat = delivery.may_be_repeat or delivery.pk in in_doubt


def doubt_what_waits():
    """The data were put back from a copy: what is due or waits may have gone out since it was made. Returns how many.

    Each of those messages says so. Senders must not run meanwhile; what the copy knows as sent is not sent again.
    """
    while reminders.sweep_batch():
        pass
    return Delivery.objects.filter(state__in=[State.PENDING, State.LEASED]).update(may_be_repeat=True)


def deliver(delivery, *, post):
    """Start, send and finish one claimed delivery. Returns 1 when it was handed over, else 0."""
    life_signs.give()
    start = begin(delivery)
    if start is None:
        return 0
    verdict = send(delivery, post=post)
    finish(delivery, start=start, verdict=verdict)
    return int(verdict.result == Result.SENT)


def send(delivery, *, post):
    """Say what came of it, within LONGEST_TALK.

    A message that breaks its sender counts as lost, and keeps no other from going out: not even by the connection,
    on which it may have begun to talk.
    """
    try:
        with deadline(LONGEST_TALK):
            return post.send(delivery)
    except Exception as error:
        post.reset()
        return Verdict(Result.LOST, f"The sender broke: {type(error).__name__}")


def begin(delivery):
    """Commit the start row before the first byte; None when there is nothing to send any more.

    Checks again: is the lease still ours, is there still something to say, does the recipient still work here, and
    has this message not killed its sender too often. Renews the lease, so that it covers this talk whole.
    """
    return express.begin(delivery, lease=LEASE, worker=me()) or begin_at_length(delivery)


@transaction.atomic
def begin_at_length(delivery):
    if not change(delivery, lease_until=clock.Now() + LEASE):
        return None
    if not is_wanted(delivery):
        settle(delivery, State.STOPPED)
    elif delivery.recipient and not delivery.recipient.is_active:
        fail(delivery, problem="The recipient has no account any more.")
    elif has_killed_too_often(delivery):
        fail(delivery, problem="Set aside: the sender died on it three times.")
    else:
        facts = {"lease_token": delivery.lease_token, "worker": me(), "at": clock.Now()}
        return DeliveryStart.objects.create(delivery=delivery, **facts)
    return None


def change(delivery, **facts):
    """Write to the row, if the lease is still ours. True when it is; the row is then held until the commit."""
    return Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token).update(**facts) == 1


def has_killed_too_often(delivery):
    lost = delivery.starts.filter(end__result=Result.LOST)
    return delivery.may_be_repeat and lost.count() >= MOST_LOST_STARTS


def is_wanted(delivery):
    """Whether there is still something to say: the promise stands as it was, or nobody has answered the call."""
    if delivery.kind == Delivery.Kind.CANARY:
        return canaries.is_newest(delivery)
    if not channels.is_open(delivery):
        return False
    if asked := ASKED.get(delivery.kind):
        return asked(delivery)
    if delivery.help_call_id:
        return HelpCall.objects.open().filter(pk=delivery.help_call_id, answered_at=None).exists()
    return delivery.reminder is None or reminders.is_wanted(delivery.reminder)


#: Who knows whether there is still something to say of it.
ASKED = {
    Delivery.Kind.DIGEST: lambda delivery: digests.is_wanted(delivery, now=clock.now()),
    Delivery.Kind.SECOND: second_people.is_wanted,
    Delivery.Kind.REVIEW: review_reminders.is_wanted,
    Delivery.Kind.EMERGENCY: emergency_notices.is_wanted,
    Delivery.Kind.DRAFT: draft_notices.is_wanted,
}


def settle(delivery, state, *, problem=""):
    """Give the delivery its last state, if the lease is still ours. True when it is."""
    facts = {"state": state, "finished_at": clock.Now(), "last_problem": problem[:200]}
    return change(delivery, **facts, lease_token=None, lease_until=None)


def fail(delivery, *, problem):
    """It will never arrive. In the same transaction somebody else is told, on each of their channels."""
    if is_ours := settle(delivery, State.FAILED, problem=problem):
        tell_another(delivery)
    return is_ours


def tell_another(delivery):
    """Where that breaks, the row fails all the same: else it would break each sender in turn. The auditor finds it."""
    try:
        with transaction.atomic():
            escalations.could_not_tell(delivery)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as problem:
        logger.error("nobody was told of delivery %s: %s", delivery.pk, type(problem).__name__)


def finish(delivery, *, start, verdict):
    """Write the end of a start, if the lease is still ours; a late finisher changes nothing."""
    if verdict.result == Result.SENT:
        express.accepted(delivery, start=start)
    else:
        finish_at_length(delivery, start=start, verdict=verdict)


@transaction.atomic
def finish_at_length(delivery, *, start, verdict):
    if move_on(delivery, verdict):
        DeliveryEnd.objects.create(start=start, result=verdict.result, detail=verdict.detail, at=clock.Now())


def move_on(delivery, verdict):
    """Give the delivery the state that follows from a try in vain. False when the lease is not ours any more."""
    starts = delivery.starts.count()
    if verdict.result == Result.PERMANENT or starts >= MOST_STARTS:
        return fail(delivery, problem=verdict.detail)
    return try_again(delivery, verdict, starts=starts)


def try_again(delivery, verdict, *, starts):
    """Put it back with a growing pause, spread a little so that many do not come back at once."""
    pause = min(FIRST_PAUSE * 2 ** (starts - 1), LONGEST_PAUSE) * random.uniform(1.0, 1.25)  # noqa: S311 nosemgrep: secrets-are-random
    is_in_doubt = verdict.result in (Result.AMBIGUOUS, Result.LOST)
    return change(
        delivery,
        state=State.PENDING,
        lease_token=None,
        lease_until=None,
        next_at=clock.Now() + pause,
        last_problem=verdict.detail,
        may_be_repeat=delivery.may_be_repeat or is_in_doubt,
    )


def me():
    return f"{socket.gethostname()}:{os.getpid()}"[:80]
