"""What the directory takes in and what it leaves out, in the organisation's own words."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User


class InclusionPolicy(models.Model):
    """One edition of the policy. The newest counts; the same words once more mean that somebody has looked again."""

    body = models.TextField(_("the policy"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("looked at"), default=timezone.now)

    class Meta:
        verbose_name_plural = "inclusion policies"
        ordering = ["at", "pk"]
        triggers = [append_only("inclusion_policy_is_append_only")]
