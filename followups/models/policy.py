"""Which response level asks for which tasks. A policy is a default until a clinical lead has adopted it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sessions_app.models import Channel, ResponseLevel


class FollowUpPolicy(models.Model):
    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    adopted_at = models.DateTimeField(_("adopted"), null=True, blank=True)
    adopted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="policy_is_adopted_by_someone",
                condition=Q(adopted_at=None, adopted_by=None) | Q(adopted_at__isnull=False, adopted_by__isnull=False),
            ),
        ]


class PolicyTask(models.Model):
    """One promise a level asks for: `after_minutes` from the moment the level was set."""

    class Rolls(models.TextChoices):
        """What happens to a due time outside working hours."""

        NOT = "not", _("stays")
        EARLIER = "earlier", _("earlier")
        LATER = "later", _("to the next working hour")

    class Owner(models.TextChoices):
        THERAPIST = "therapist", _("Therapist")
        SUPERVISOR = "supervisor", _("Supervisor")

    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="tasks")
    response_level = models.CharField(_("response level"), max_length=16, choices=ResponseLevel)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("task"), max_length=80)
    script = models.CharField(_("words to say"), max_length=240, blank=True)
    after_minutes = models.PositiveIntegerField(_("after, in minutes"))
    rolls = models.CharField(_("outside working hours"), max_length=7, choices=Rolls)
    owner = models.CharField(_("owner"), max_length=10, choices=Owner, default=Owner.THERAPIST)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    source = models.CharField(_("source"), max_length=160, help_text=_("Where the time comes from."))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "response_level", "position"], name="policy_task_position_once_per_level"
            ),
        ]
