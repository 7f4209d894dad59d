"""How the queue stands, in numbers: for machines that watch, and for the page that says the same in words.

Ages in seconds, and counts. Reads the tables of the queue and no other, so that no word and no number about a client is
near. What is counted is counted up to MOST, along a partial index; what went out is judged by the newest rows alone.
Whatever the tables hold, this takes some milliseconds.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count

from followups import canaries, clock, heartbeats
from followups.models import Delivery, DeliveryEnd, Heartbeat, Reminder
from followups.models.deliveries import DeliveryChannel

MOST = 10_000  # "10000" means that many or more
LATELY = timedelta(minutes=15)
NEWEST = 5_000  # tries, and messages, that are looked through for what happened lately
LANES = {Reminder.Lane.URGENT: "urgent", Reminder.Lane.ROUTINE: "routine"}
State = Delivery.State


def read():
    """Everything, as a dictionary of plain numbers. `now` is the database's."""
    now = clock.now()
    canary = canaries.last_sent_at() if settings.CANARY_ADDRESS else None
    return {
        "now": now,
        "lanes": {name: of_lane(lane, now) for lane, name in LANES.items()},
        "failed": count(Delivery.objects.filter(state=State.FAILED)),
        "signs": signs(now),
        "clocks_off": clocks_off(now),
        "canary_age": seconds(now - canary) if canary else None,
        "tries": tries(now),
        "urgent_seconds": urgent_seconds(now),
    }


def of_lane(lane, now):
    """Reminders past due that nobody picked up, and messages that could go out and have not."""
    overdue = Reminder.objects.due(now).filter(lane=lane)
    waiting = Delivery.objects.filter(state=State.PENDING, lane=lane, next_at__lte=now)
    return {
        "overdue": count(overdue),
        "oldest_overdue": age(overdue, "due_at", now),
        "waiting": count(waiting),
        "oldest_waiting": age(waiting, "next_at", now),
        "being_sent": count(Delivery.objects.filter(state=State.LEASED, lane=lane)),
    }


def count(rows):
    return rows.order_by()[:MOST].count()


def age(rows, field, now):
    """Seconds since the oldest of them; 0 where there is none."""
    oldest = rows.order_by(field).values_list(field, flat=True).first()
    return seconds(now - oldest) if oldest else 0


def seconds(span):
    return max(0, round(span.total_seconds()))


def signs(now):
    """{who leaves a sign of life: how old it is}."""
    return {sign.clock: seconds(now - sign.beat_at) for sign in Heartbeat.objects.order_by("clock")}


def clocks_off(now):
    """{program: seconds by which its own clock is ahead of the database's}, of those that swept lately; `web`: here."""
    lately = Heartbeat.objects.filter(clock__in=heartbeats.CLOCKS, beat_at__gte=now - LATELY)
    return dict(lately.values_list("clock", "seconds_off")) | {"web": clock.seconds_off()}


def tries(now):
    """{(channel, result): how many tries ended so in the last quarter of an hour}, each pair there is."""
    newest = DeliveryEnd.objects.order_by("-pk").values("pk")[:NEWEST]
    found = DeliveryEnd.objects.filter(pk__in=newest, at__gte=now - LATELY).order_by()
    counted = found.values_list("start__delivery__channel", "result").annotate(Count("pk"))
    none = {(channel, result): 0 for channel in DeliveryChannel.values for result in DeliveryEnd.Result.values}
    return none | {(channel, result): number for channel, result, number in counted}


def urgent_seconds(now):
    """{share: seconds} that urgent messages of the last quarter took from being made to being handed over, sorted out.

    Half of them took no longer than 0.5 says, all of them no longer than 1 says. Empty where none went out.
    """
    newest = Delivery.objects.order_by("-pk").values("pk")[:NEWEST]
    sent = Delivery.objects.filter(pk__in=newest, lane=Reminder.Lane.URGENT, state=State.SENT).order_by()
    spans = sent.filter(finished_at__gte=now - LATELY).values_list("created_at", "finished_at")
    took = sorted((end - start).total_seconds() for start, end in spans)
    return {share: took[round((len(took) - 1) * share)] for share in (0.5, 0.95, 1.0)} if took else {}
