"""When a person wants to hear what can wait."""

from django.db import transaction

from accounts import audit
from followups import clock, digests
from followups.models import NotificationPreferences
from followups.models.channels import DIGEST_AT


def of(person):
    """Their preferences, as they stand or as they are until somebody chooses."""
    known = NotificationPreferences.objects.filter(person=person).first()
    return known or NotificationPreferences(person=person, digest_at=DIGEST_AT)


@transaction.atomic
def choose(*, wants_digest, digest_at, quiet_from, quiet_until, by):
    """From now on `by` hears what can wait at these hours, on their own wall. The next digest lies ahead."""
    preferences, _is_new = NotificationPreferences.objects.update_or_create(
        person=by,
        defaults={
            "wants_digest": wants_digest,
            "digest_at": digest_at,
            "digest_due_at": digests.next_at(by, digest_at, now=clock.now()),
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
        },
    )
    audit.record("notification_hours_chosen", preferences, by=by)
    return preferences
