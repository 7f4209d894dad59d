"""What an entry is called elsewhere: names and numbers it had, and its keys in other people's files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Alias(models.Model):
    """Another name, or a number it once had: people search for what they remember. Never shown as a way to reach it."""

    class Kind(models.TextChoices):
        ALSO = "also", _("Also called")
        FORMER = "former", _("Once called")
        FORMER_NUMBER = "former_number", _("Once had the number")

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="aliases")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.ALSO)
    words = models.CharField(_("name or number"), max_length=255)
    digits = models.CharField(_("digits"), max_length=20, blank=True, help_text=_("Of a number, as dialled."))

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["kind", "words"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "kind", "words"], name="alias_once_per_resource"),
        ]


class ExternalId(models.Model):
    """What an entry is called in a source it was imported from, and what that source said last.

    `said` is the entry's facts as that source gave them when they were last taken over: where ours differ from it,
    somebody here has changed them since, and an import must not change them back.
    """

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="external_ids")
    source = models.CharField(_("source"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    said = models.JSONField(default=dict)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="external_id_once_per_source")]
