"""Which response level asks for which tasks, and what a situation adds to them.

A policy is a draft until a clinical lead has adopted it. From then on it stands, and so do its rows: the database
refuses to change them. A newer version begins as a copy.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sessions_app.models import Channel, ResponseLevel


class Situation(models.TextChoices):
    """What makes a plan different from what its level alone asks for."""

    REMOTE_DROPPED = "remote_dropped", _("Remote session dropped")
    MINOR = "minor", _("Under 18")
    MINOR_ALONE = "minor_alone", _("Under 18, left without an adult in charge")
    COUPLE_OR_FAMILY = "couple_or_family", _("Couple or family")
    GROUP = "group", _("Group")
    IMPAIRED_DRIVING = "impaired_driving", _("Impaired and driving")
    NO_CONTACT = "no_contact", _("Asked for no contact")
    UNREACHED = "unreached", _("Not reached")
    ENDED_BY_CLIENT = "ended_by_client", _("Ended by the client")
    UNCLEAR = "unclear", _("Not clear where the work stands")
    TRANSFERRING = "transferring", _("Moving to someone else")
    CONTINUING = "continuing", _("The work goes on")
    OFF_HOURS = "off_hours", _("Off hours and holidays")
    CLINICIAN_AWAY = "clinician_away", _("Clinician away")
    NO_POLICY = "no_policy", _("No policy in force")


class FollowUpPolicyQuerySet(models.QuerySet):
    def adopted(self):
        """Signed by a clinical lead; the time from which one of them holds may lie ahead."""
        return self.filter(adopted_at__isnull=False)

    def in_effect(self, now):
        """Those that hold or held, the one that took effect last first. What has no time of its own held at once."""
        begun = Q(takes_effect_at=None) | Q(takes_effect_at__lte=now)
        since = Coalesce("takes_effect_at", "adopted_at")
        return self.adopted().filter(begun).order_by(since.desc(), "-number")

    def with_rows(self):
        return self.select_related("adopted_by", "sent_by").prefetch_related("tasks", "overlays")


# What a clinical lead has signed stands. Until it takes effect the signature can be taken off again, and no more.
STANDS_ONCE_ADOPTED = """
    IF TG_OP = 'UPDATE' AND OLD.takes_effect_at > clock_timestamp() AND NEW.adopted_at IS NULL
       AND (NEW.id, NEW.number, NEW.title) IS NOT DISTINCT FROM (OLD.id, OLD.number, OLD.title) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An adopted policy never changes.' USING ERRCODE = 'integrity_constraint_violation';
"""


class FollowUpPolicy(models.Model):
    """`sent_by` asks a clinical lead to read it, and its words are fixed since. `adopted_by` has signed it.

    It holds from `takes_effect_at` on, or from `adopted_at` where that is missing. Nothing has to run at that time.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    adopted_at = models.DateTimeField(_("adopted"), null=True, blank=True)
    adopted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    takes_effect_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = FollowUpPolicyQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="policy_is_adopted_by_someone",
                condition=Q(adopted_at=None, adopted_by=None) | Q(adopted_at__isnull=False, adopted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_takes_effect_once_adopted",
                condition=Q(takes_effect_at=None) | Q(adopted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_is_sent_by_someone",
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="adopted_policy_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__adopted_at__isnull=False),
                func=STANDS_ONCE_ADOPTED,
            )
        ]

    @property
    def is_adopted(self):
        return self.adopted_at is not None

    @property
    def since(self):
        """From when on it holds or will hold; None while nobody has adopted it."""
        return self.takes_effect_at or self.adopted_at

    @property
    def name(self):
        """The title in the language of the page; what a clinic called its own policy stays as it is."""
        return gettext(self.title)


# An older Doorway made plans from a policy that nobody had adopted, so being used is asked as well. FOR SHARE: who
# adopts and who edits at the same moment follow each other.
ROW_OF_A_POLICY_THAT_STANDS = """
    PERFORM 1 FROM followups_followuppolicy WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM followups_followuppolicy
        WHERE id IN (OLD.policy_id, NEW.policy_id) AND (adopted_at IS NOT NULL OR sent_at IS NOT NULL)
    ) OR EXISTS (
        SELECT 1 FROM followups_followupplan WHERE policy_id IN (OLD.policy_id, NEW.policy_id)
    ) THEN
        RAISE EXCEPTION 'A row of a policy that was sent, adopted or used never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


def row_of_a_policy_stands(name):
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=ROW_OF_A_POLICY_THAT_STANDS,
    )


class Rolls(models.TextChoices):
    """What happens to a due time outside working hours."""

    NOT = "not", _("stays")
    EARLIER = "earlier", _("earlier")
    LATER = "later", _("to the next working hour")


class Owner(models.TextChoices):
    THERAPIST = "therapist", _("Therapist")
    SUPERVISOR = "supervisor", _("Supervisor")


class InWords:
    """Title, words to say and source of a task in the language of the page; what a clinic wrote stays as it is."""

    @property
    def task(self):
        return gettext(self.title)

    @property
    def words_to_say(self):
        return gettext(self.script) if self.script else ""

    @property
    def where_from(self):
        return gettext(self.source) if self.source else ""


class TaskFacts(InWords, models.Model):
    """What a row of a policy asks for: `after_minutes` from the moment that it counts from."""

    Rolls, Owner = Rolls, Owner

    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("task"), max_length=80)
    script = models.CharField(_("words to say"), max_length=240, blank=True)
    after_minutes = models.PositiveIntegerField(_("after, in minutes"))
    rolls = models.CharField(_("outside working hours"), max_length=7, choices=Rolls)
    owner = models.CharField(_("owner"), max_length=10, choices=Owner, default=Owner.THERAPIST)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    source = models.CharField(_("source"), max_length=160, help_text=_("Where the time comes from."))

    class Meta:
        abstract = True


class PolicyTask(TaskFacts):
    """One promise a level asks for, counted from the moment the level was set."""

    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="tasks")
    response_level = models.CharField(_("response level"), max_length=16, choices=ResponseLevel)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "response_level", "position"], name="policy_task_position_once_per_level"
            ),
        ]
        triggers = [row_of_a_policy_stands("task_of_a_policy_that_stands_never_changes")]

    situation = ""  # what a task is there for beside its level: nothing


class PolicyOverlay(TaskFacts):
    """What a situation changes, at `levels` (none named: at every level).

    *Adds* is a task beside those of the level, counted from the moment the situation is known. *Instead* is a task in
    place of those that contact the client. *Rule* is no task: it is kept by another part of Doorway, which reads its
    numbers here where it has some, and stands in the policy so that people read it and know where it comes from.
    """

    class Effect(models.TextChoices):
        ADDS = "adds", _("Adds a task")
        INSTEAD = "instead", _("In place of contact")
        RULE = "rule", _("Rule")

    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="overlays")
    situation = models.CharField(_("situation"), max_length=16, choices=Situation)
    effect = models.CharField(_("what it does"), max_length=7, choices=Effect)
    levels = ArrayField(
        models.CharField(max_length=16, choices=ResponseLevel),
        verbose_name=_("at which levels"),
        default=list,
        blank=True,
    )
    least_days = models.PositiveSmallIntegerField(_("on at least so many days"), null=True, blank=True)
    least_channels = models.PositiveSmallIntegerField(_("on at least so many channels"), null=True, blank=True)

    class Meta:
        ordering = ["situation", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "situation", "position"], name="policy_overlay_position_once_per_situation"
            ),
            models.CheckConstraint(
                name="policy_overlay_only_rules_have_limits",
                condition=Q(effect="rule") | Q(least_days=None, least_channels=None),
            ),
        ]
        triggers = [row_of_a_policy_stands("overlay_of_a_policy_that_stands_never_changes")]

    def is_for(self, level):
        return not self.levels or level in self.levels
