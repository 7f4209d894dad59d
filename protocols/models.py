"""Published editions of the eleven steps. Once published, nothing in an edition changes: the database refuses."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """The four groups on the page. The order is suggested, never enforced."""

    STEADY = "steady", _("Steady")
    CONNECT = "connect", _("Connect")
    CHOICES = "choices", _("Choices")
    AFTERWARDS = "afterwards", _("Afterwards")


class Outcome(models.TextChoices):
    """What came of a step. No row at all means *not recorded*, which is never read as *not done*."""

    DONE = "done", _("Done")
    PARTLY = "partly", _("Partly")
    DECLINED = "declined", _("Declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")
    NOT_APPLICABLE = "not_applicable", _("Not needed")
    NOT_RECORDED = "not_recorded", _("Not recorded")  # takes an earlier answer back


class ProtocolVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def with_steps(self):
        return self.prefetch_related("steps")


class ProtocolVersion(models.Model):
    """One edition. A departure is pinned to the edition it began with, for ever."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        triggers = [
            pgtrigger.Protect(
                name="published_version_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]


STEP_OF_A_PUBLISHED_VERSION = """
    IF EXISTS (
        SELECT 1 FROM protocols_protocolversion
        WHERE id IN (OLD.version_id, NEW.version_id) AND published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'A step of a published protocol version never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


class ProtocolStep(models.Model):
    """One of the eleven. `slug` is permanent; title and words may differ between editions."""

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    slug = models.SlugField(_("slug"), max_length=30)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    title = models.CharField(_("title"), max_length=40)
    prompt = models.CharField(_("prompt"), max_length=160)
    say_or_do = ArrayField(models.CharField(max_length=240), verbose_name=_("things to say or do"))
    outcomes = ArrayField(models.CharField(max_length=15, choices=Outcome), verbose_name=_("outcomes"))
    captures = ArrayField(models.SlugField(max_length=40), verbose_name=_("what it captures"), default=list)
    variants = models.JSONField(_("words by setting"), default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="step_position_once_per_version"),
            models.UniqueConstraint(fields=["version", "slug"], name="step_slug_once_per_version"),
            models.CheckConstraint(
                name="safety_is_never_not_applicable",
                condition=~Q(slug="check-safety") | ~Q(outcomes__contains=[Outcome.NOT_APPLICABLE.value]),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="step_of_published_version_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=STEP_OF_A_PUBLISHED_VERSION,
            )
        ]

    def words_for(self, setting):
        """Extra lines for the settings of a session, in a fixed order: remote, group, couple or family, minor."""
        return [(name, self.variants[name]) for name in Setting.values if name in setting and name in self.variants]


class Setting(models.TextChoices):
    """What makes a step sound different."""

    REMOTE = "remote", _("On video or phone")
    GROUP = "group", _("Group")
    COUPLE_OR_FAMILY = "couple_or_family", _("Couple or family")
    MINOR = "minor", _("Under 18")
