"""Editions of the eleven steps. Once published, nothing in an edition changes: the database refuses."""

from itertools import chain

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from protocols.models_of_adoption import Adoption
from protocols.models_of_change import (
    OF_STEPS,
    OF_TRANSLATIONS,
    OF_VERSIONS,
    Draft,
    EditionDeed,
    OwnTask,
    Retirement,
    written_for_good,
)

__all__ = ["Adoption", "Draft", "EditionDeed", "OwnTask", "Retirement"]


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
        """What has taken effect, by the database's clock, whether it was retired since or not."""
        return self.filter(published_at__lte=Now())

    def standing(self):
        """What a departure may begin with, the one in force first."""
        return self.published().filter(retirement=None).order_by("-published_at", "-number")

    def with_steps(self):
        return self.prefetch_related("steps")


class ProtocolVersion(models.Model):
    """One edition. A departure is pinned to the edition it began with, for ever.

    `published_at` is the moment it takes effect, which may lie ahead.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        triggers = [
            pgtrigger.Trigger(
                name="published_version_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=OF_VERSIONS,
            )
        ]

    @property
    def is_published(self):
        """Whether it has taken effect; one that will, at a time that was set, has not."""
        return self.published_at is not None and self.published_at <= timezone.now()


class Setting(models.TextChoices):
    """What makes a step sound different. Where they call for different things, the first of them decides."""

    REMOTE = "remote", _("On video or phone")
    HOME_VISIT = "home_visit", _("Home visit")
    GROUP = "group", _("Group")
    COUPLE_OR_FAMILY = "couple_or_family", _("Couple or family")
    MINOR = "minor", _("Under 18")


class ProtocolStep(models.Model):
    """One of the eleven. `slug` is permanent; title and words may differ between editions.

    A setting may change a step. `variants` holds the lines it adds; `by_setting` what else is different, as
    `{setting: {"prompt": another one, "without": numbers of usual lines that make no sense there, counted from one,
    "captures": what only it captures, "not_asked": usual captures that make no sense there}}`, all of it optional.
    Below, `setting` is any collection of `Setting` values: a session may be on video and with somebody under 18.
    """

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
    by_setting = models.JSONField(_("what else differs by setting"), default=dict)

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
        triggers = [written_for_good("step_of_published_version_never_changes", OF_STEPS)]

    @cached_property
    def own_tasks(self):
        """The organisation's own tasks at this step, in order, as (key, words)."""
        return [(task.key, task.words) for task in self.own.all()]

    def changes_for(self, setting):
        """What differs in these settings, in their fixed order."""
        return [self.by_setting[name] for name in Setting.values if name in setting and name in self.by_setting]

    def prompt_for(self, setting):
        return next((change["prompt"] for change in self.changes_for(setting) if "prompt" in change), self.prompt)

    def lines_for(self, setting):
        """The usual lines, but for those that make no sense in one of these settings."""
        without = set(chain.from_iterable(change.get("without", []) for change in self.changes_for(setting)))
        return [line for number, line in enumerate(self.say_or_do, start=1) if number not in without]

    def words_for(self, setting):
        """The lines that these settings add, as (setting, lines), in their fixed order."""
        return [(name, self.variants[name]) for name in Setting.values if name in setting and name in self.variants]

    def captures_for(self, setting):
        """What is asked in these settings: the usual, then what only they ask."""
        changes = self.changes_for(setting)
        not_asked = set(chain.from_iterable(change.get("not_asked", []) for change in changes))
        added = chain.from_iterable(change.get("captures", []) for change in changes)
        return [name for name in dict.fromkeys([*self.captures, *added]) if name not in not_asked]

    @property
    def in_each_setting(self):
        """What each setting says differently, to read beforehand: (setting, another prompt or "", added lines)."""
        return [
            (each, self.by_setting.get(each, {}).get("prompt", ""), self.variants.get(each, []))
            for each in Setting
            if each in self.variants or "prompt" in self.by_setting.get(each, {})
        ]

    @property
    def every_capture(self):
        """What the step captures in one setting or another: a value stays what it is when the setting is changed."""
        added = chain.from_iterable(change.get("captures", []) for change in self.by_setting.values())
        own = (key for key, _words in self.own_tasks)
        return list(dict.fromkeys([*self.captures, *added, *own]))


class EditionTranslation(models.Model):
    """An edition in another language. It can be mended until a clinician has read it; from then on it stands."""

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="translation_once_per_version_and_language"),
            models.CheckConstraint(
                name="translation_is_reviewed_by_someone_at_some_time",
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="reviewed_translation_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__reviewed_at__isnull=False),
            )
        ]

    @property
    def is_reviewed(self):
        return self.reviewed_at is not None

    @property
    def language_name(self):
        """The language in its own words, as the page offers it."""
        return dict(settings.LANGUAGES).get(self.language, self.language)


class StepTranslation(models.Model):
    """The words of one step in another language: as many lines as the step has. Slugs and captures stay the step's."""

    translation = models.ForeignKey(EditionTranslation, on_delete=models.PROTECT, related_name="steps")
    step = models.ForeignKey(ProtocolStep, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=40)
    prompt = models.CharField(_("prompt"), max_length=160)
    say_or_do = ArrayField(models.CharField(max_length=240), verbose_name=_("things to say or do"))
    variants = models.JSONField(_("words by setting"), default=dict)
    prompts = models.JSONField(_("prompts by setting"), default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["translation", "step"], name="step_once_per_translation")]
        triggers = [written_for_good("step_of_reviewed_translation_never_changes", OF_TRANSLATIONS)]
