"""What a therapist wants to see, or not, of what their own departures have in common."""

from django.db import models

from accounts.audit import append_only
from accounts.models import User


class PromptChoice(models.Model):
    """A therapist said that a prompt is not to be shown again, or may be. Added, never edited; the newest stands.

    `code` names the kind of prompt and no client. Nobody but `person` is ever shown these rows.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=40)
    is_hidden = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("prompt_choice_is_append_only")]
        indexes = [models.Index(fields=["person", "code", "-id"], name="prompt_choice_newest")]
