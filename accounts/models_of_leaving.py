"""That somebody leaves the organisation, from when an admin says so until their account is closed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LeavingQuerySet(models.QuerySet):
    def ahead(self):
        """Said, and neither taken back nor carried out."""
        return self.filter(taken_back_at=None, closed_at=None)


class Leaving(models.Model):
    """`leaves_on` is the last day on which the person signs in, on their own wall. Staff only, and no reason."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="leavings")
    leaves_on = models.DateField(_("last day"))
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(taken_back_at=None, closed_at=None), name="person_leaves_once_at_a_time"
            ),
            models.CheckConstraint(
                name="leaving_is_taken_back_or_carried_out",
                condition=Q(taken_back_at=None) | Q(closed_at=None),
            ),
        ]
