"""What an admin says of the organisation before people work here, and the proof that its mail arrives."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """Whose installation this is. One row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        constraints = [models.CheckConstraint(name="organisation_is_one", condition=Q(pk=1))]


class MailTest(models.Model):
    """A mail that an admin sent to themselves. Of its link only a fingerprint is kept, and none before it is sent."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - none before it is sent
    arrived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_test_arrives_in_time_by_its_link",
                condition=Q(arrived_at=None)
                | Q(arrived_at__lte=F("expires_at"), arrived_at__gte=F("asked_at"), token_hash__isnull=False),
            )
        ]
