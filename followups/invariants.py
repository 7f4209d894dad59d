"""Rows that should have moved on by themselves and have not; states that no row should be in. Counts, nothing else.

Each reads the tables of the queue alone, so that a role without a right to any clinical word can ask.
"""

from datetime import timedelta

from django.db.models import Q

from followups import channels
from followups.models import Delivery, DeliveryEnd, DeliveryStart, HelpEscalation, Reminder, ReviewEscalation

GRACE = timedelta(seconds=60)
UNSENT = timedelta(minutes=5)  # urgent and not handed over by then: every try fails, or nobody tries
ROUTINE_UNSENT = timedelta(minutes=15)  # 100,000 at once take six minutes and more
FARTHEST_TRY = timedelta(days=2)  # quiet hours end within a day; no pause between two tries is longer
LATELY = timedelta(days=1)  # what went wrong before was told of then

State, Lane, Kind = Delivery.State, Reminder.Lane, Delivery.Kind


def broken(now, *, using):
    """{code: how many}; a 0 is well."""
    reminders, deliveries = Reminder.objects.using(using), Delivery.objects.using(using)
    help_steps = HelpEscalation.objects.using(using)
    review_steps = ReviewEscalation.objects.using(using)
    return {
        "reminders_overdue": reminders.due(now - GRACE).count(),
        "help_steps_overdue": help_steps.filter(due_at__lt=now - GRACE).count(),
        "review_steps_overdue": review_steps.filter(due_at__lt=now - GRACE).count(),
        "leases_expired": deliveries.filter(state=State.LEASED, lease_until__lt=now - GRACE).count(),
        "urgent_not_sent": not_sent(deliveries.filter(lane=Lane.URGENT), since=now - UNSENT),
        "routine_not_sent": not_sent(deliveries.filter(lane=Lane.ROUTINE), since=now - ROUTINE_UNSENT),
        "next_try_too_far": deliveries.filter(state=State.PENDING, next_at__gt=now + FARTHEST_TRY).count(),
        "starts_without_lease": open_starts(using).exclude(delivery__state=State.LEASED).count(),
        "fired_without_message": fired_into_nothing(reminders, since=now - LATELY),
        "failed_and_nobody_told": len(untold(deliveries, since=now - LATELY)),
        "unaccounted": unaccounted(deliveries, since=now - LATELY),
    }


def not_sent(deliveries, *, since):
    """Not handed over although it could have been since then. One that quiet hours hold back could not.

    A canary has its own finding, and a newer one takes its place.
    """
    never_tried = Q(starts=None, next_at__lt=since, created_at__lt=since)
    tried_in_vain = Q(starts__at__lt=since)
    waiting = deliveries.filter(never_tried | tried_in_vain, state__in=[State.PENDING, State.LEASED])
    return waiting.exclude(kind=Kind.CANARY).distinct().count()


def open_starts(using):
    return DeliveryStart.objects.using(using).filter(end=None)


def fired_into_nothing(reminders, *, since):
    fired = reminders.filter(state=Reminder.State.FIRED, told_at__gte=since, told_with=None)
    return fired.filter(deliveries=None).count()


def untold(deliveries, *, since):
    """Failed messages of which nobody else was told, and will not be: the chain of `could_not_tell` ends in nothing."""
    failed = deliveries.filter(state=State.FAILED, finished_at__gte=since).exclude(kind=Kind.CANARY)
    failed = list(failed.only("kind", "key", "channel"))
    carried = channels.carried_by_mail(failed, using=deliveries.db)
    origins = {origin_of(each.pk, each.kind, each.key) for each in failed if each.pk not in carried}
    instead = deliveries.filter(kind=Kind.NOT_SENT, created_at__gte=since - LATELY).exclude(state=State.FAILED)
    told = {origin_of(*each) for each in instead.values_list("pk", "kind", "key")}
    return origins - told


def origin_of(pk, kind, key):
    """The number of the message it is about: its own, or the one in the key of `not_sent:number:…`."""
    return int(key.split(":")[1]) if kind == Kind.NOT_SENT else pk


def unaccounted(deliveries, *, since):
    """What is called sent without a mail server having said so. A state that nobody knows, a constraint refuses."""
    sent = deliveries.filter(state=State.SENT, finished_at__gte=since)
    return sent.exclude(starts__end__result=DeliveryEnd.Result.SENT).count()
