"""How each person wants to be told: their devices, their calendar, their hours."""

import base64
import hashlib
from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

DIGEST_AT = time(7, 30)  # product default, on the person's own wall


class PushSubscriptionQuerySet(models.QuerySet):
    def live(self):
        return self.filter(gone_at=None)


class PushSubscription(models.Model):
    """A browser on one device that takes notifications for one person.

    `endpoint` is an address at the browser maker's push service; whoever knows it can send nothing without our key.
    `p256dh` and `auth` (base64url) are the device's: what is encrypted with them can be read only there.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="push_subscriptions")
    endpoint = models.URLField(max_length=1_000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_ok_at = models.DateTimeField(_("last message"), null=True, blank=True)
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["person"], name="push_live_by_person", condition=Q(gone_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["endpoint"], condition=Q(gone_at=None), name="one_person_per_device"),
        ]

    @property
    def mark(self):
        """By which the browser on the device itself finds it in a list (static/push.js)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.endpoint.encode()).digest()).decode().rstrip("=")


class CalendarFeed(models.Model):
    """An address at which a calendar program reads when this person's follow-ups are due.

    Only a digest of the token is kept: a copy of this table opens no calendar.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last read"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(revoked_at=None), name="one_calendar_per_person"),
        ]


class NotificationPreferences(models.Model):
    """When a person wants to hear what can wait, on their own wall.

    Quiet hours may pass midnight. `digest_due_at` (UTC) is when the next digest is decided on; nothing else counts.
    """

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="notification_preferences")
    wants_digest = models.BooleanField(_("a summary on working days"), default=True)
    digest_at = models.TimeField(_("at"), default=DIGEST_AT)
    digest_due_at = models.DateTimeField()
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["digest_due_at"], name="digest_due")]
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until"))),
            ),
        ]
