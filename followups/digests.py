"""What the day holds, once a day: three numbers, at the hour each person chose on their own wall.

Nothing on days off unless something is late, and nothing when there is nothing. The row that says when the next one
is decided on is locked while it is; whatever runs at once or again finds it decided, and the key of the delivery
names the day: one message, however many sweeps.
"""

import logging
from datetime import time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Role, User
from followups import channels, clock, due_times
from followups.models import Delivery, FollowUp, NotificationPreferences, Reminder
from followups.models.channels import DIGEST_AT

logger = logging.getLogger("followups.digests")

BATCH = 200
WEEK = timedelta(days=7)


def sweep():
    """Decide on every digest whose hour has come. Returns how many messages it made; never raises.

    Reminders are swept and sent by the same programs: what can wait must not stop what cannot.
    """
    made = 0
    try:
        begin_for_everybody()
        while (batch := sweep_batch()) is not None:
            made += batch
    except Exception as error:
        logger.error("digests could not be made: %s", type(error).__name__)
    return made


def begin_for_everybody():
    """Whoever owns follow-ups gets a digest unless they said otherwise; a new colleague's first one lies ahead."""
    clinicians = User.objects.filter(roles__overlap=[Role.THERAPIST, Role.SUPERVISOR], is_active=True)
    missing = list(clinicians.filter(notification_preferences=None)[:BATCH])
    if missing:
        now = clock.now()
        rows = [
            NotificationPreferences(person=person, digest_due_at=next_at(person, DIGEST_AT, now=now))
            for person in missing
        ]
        NotificationPreferences.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def sweep_batch():
    """How many messages were made of the next batch; None when nobody's hour has come."""
    now = clock.now()
    due = list(
        NotificationPreferences.objects.filter(digest_due_at__lte=now)
        .select_for_update(of=["self"], skip_locked=True)
        .select_related("person__team__site")
        .order_by("digest_due_at", "pk")[:BATCH]
    )
    if not due:
        return None
    made = [delivery for each in due for delivery in deliveries_for(each, now=now)]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    for each in due:
        each.digest_due_at = next_at(each.person, each.digest_at, now=now)
    NotificationPreferences.objects.bulk_update(due, ["digest_due_at"])
    return len(made)


def deliveries_for(preferences, *, now):
    person = preferences.person
    if not (preferences.wants_digest and person.is_active and is_worth_it(person, now=now)):
        return []
    day = timezone.localdate(now, person.zone)
    return [
        Delivery(
            key=f"digest:{person.pk}:{day}:{channel}",
            kind=Delivery.Kind.DIGEST,
            recipient=person,
            channel=channel,
            lane=Reminder.Lane.ROUTINE,
            next_at=now,
        )
        for channel in channels.of(person)
    ]


def is_worth_it(person, *, now):
    """Something is there to say; on a day off of the person's site only what is late."""
    counts = counts_of(person, now=now)
    is_workday = due_times.WorkingHours.of(person.site).is_workday(timezone.localdate(now, person.zone))
    return any(counts.values()) if is_workday else counts["late"] > 0


def is_wanted(delivery, *, now):
    """Whether it is still the day it was made for, and there is still something to say."""
    person = delivery.recipient
    is_today = timezone.localdate(delivery.created_at, person.zone) == timezone.localdate(now, person.zone)
    return is_today and is_worth_it(person, now=now)


def counts_of(person, *, now):
    """How many of one's own promises are late, due today, and in the seven days after."""
    midnight = next_midnight(person, now=now)
    own = FollowUp.objects.real().open().owned_by(person)
    return own.aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=midnight)),
        week=Count("pk", filter=Q(due_at__gte=midnight, due_at__lt=midnight + WEEK)),
    )


def next_midnight(person, *, now):
    tomorrow = timezone.localdate(now, person.zone) + timedelta(days=1)
    return due_times.instant(tomorrow, time.min, person.zone)


def next_at(person, wall_time, *, now):
    """The first time after `now` that the person's wall shows `wall_time`, in UTC."""
    today = timezone.localdate(now, person.zone)
    days = (due_times.instant(today + timedelta(days=n), wall_time, person.zone) for n in range(3))
    return next(moment for moment in days if moment > now)
