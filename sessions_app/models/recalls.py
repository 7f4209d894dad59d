"""What became of an entry after it was given, and who has seen to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from sessions_app.models.responses import GivenResource


class RecallAnswer(models.Model):
    """Somebody has seen to it that an entry which was given has proved wrong."""

    class What(models.TextChoices):
        TOLD = "told", _("They have the right one now")
        NOT_NEEDED = "not_needed", _("Nothing was needed")

    given = models.OneToOneField(GivenResource, on_delete=models.PROTECT, related_name="recall_answer")
    what = models.CharField(_("what was done"), max_length=10, choices=What)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [append_only("recall_answer_is_append_only")]
