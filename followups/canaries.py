"""A message to a mailbox of the clinic's own every five minutes: it goes the whole way that reminders go."""

from datetime import timedelta

from django.conf import settings

from followups import clock
from followups.models import Delivery, Reminder
from followups.models.deliveries import DeliveryChannel

EVERY = timedelta(minutes=5)
LATE_AFTER = timedelta(minutes=10)


def sweep():
    """One canary for each five minutes, however many sweeps ask. Without CANARY_ADDRESS there is none."""
    if not settings.CANARY_ADDRESS:
        return
    now = clock.now()
    key = f"canary:{int(now.timestamp() // EVERY.total_seconds())}"
    if not Delivery.objects.filter(key=key).exists():
        canary = Delivery(
            key=key,
            kind=Delivery.Kind.CANARY,
            channel=DeliveryChannel.EMAIL,
            lane=Reminder.Lane.ROUTINE,
            next_at=now,
        )
        Delivery.objects.bulk_create([canary], ignore_conflicts=True)


def is_newest(delivery):
    """After an outage one of them is enough; where the address was taken away, none is."""
    newer = Delivery.objects.filter(kind=Delivery.Kind.CANARY, pk__gt=delivery.pk)
    return bool(settings.CANARY_ADDRESS) and not newer.exists()


def last_sent_at(*, using="default"):
    """When the newest canary was handed to the mail server, or None."""
    sent = Delivery.objects.using(using).filter(key__startswith="canary:", state=Delivery.State.SENT)
    return sent.order_by("-pk").values_list("finished_at", flat=True).first()


def is_late(now, *, using="default"):
    """Whether canaries are sent here and none arrived lately. The first has as long as any other."""
    if not settings.CANARY_ADDRESS:
        return False
    first = Delivery.objects.using(using).filter(key__startswith="canary:").order_by("pk").first()
    since = last_sent_at(using=using) or (first.created_at if first else None)
    return since is not None and now - since > LATE_AFTER
