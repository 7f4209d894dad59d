"""How an organisation's own edition comes to be: written by some, read and put in force by a clinical lead.

An edition without a `Draft` came with Doorway. Nothing has to run for one to take effect: `published_at` of its
version is the moment it does, and may lie ahead; until then it can be withdrawn.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User

#: Their order too. Titles and words may be another edition's own; these never are.
ELEVEN = [
    "stay-calm",
    "check-safety",
    "express-empathy",
    "encourage-communication",
    "validate-feelings",
    "explore-reason",
    "offer-options",
    "discuss-implications",
    "provide-resources",
    "respect-decision",
    "follow-up",
]
REFUSED = "USING ERRCODE = 'integrity_constraint_violation'"

# What is written is fixed from the moment it is with the clinical lead, so that what was read is what takes effect.
# FOR SHARE: who sends it on and who edits at the same moment follow each other.
WRITTEN_FOR_GOOD = f"""
    PERFORM 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM protocols_protocolversion WHERE id IN (old_version, new_version) AND published_at IS NOT NULL
    ) OR EXISTS (
        SELECT 1 FROM protocols_draft WHERE version_id IN (old_version, new_version) AND submitted_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'A step of a published protocol version never changes.' {REFUSED};
    END IF;
"""  # nosec B608
OF_STEPS = f"""
    IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'The eleven steps stay: a step never changes into none.' {REFUSED}; END IF;
    old_version = OLD.version_id; new_version = NEW.version_id;
    {WRITTEN_FOR_GOOD}
    RETURN NEW;
"""  # nosec B608
OF_OWN_TASKS = f"""
    old_version = (SELECT version_id FROM protocols_protocolstep WHERE id = OLD.step_id);
    new_version = (SELECT version_id FROM protocols_protocolstep WHERE id = NEW.step_id);
    {WRITTEN_FOR_GOOD}
    RETURN COALESCE(NEW, OLD);
"""  # nosec B608
# What came with Doorway may be mended in its translation until somebody has reviewed it.
OF_TRANSLATIONS = f"""
    IF EXISTS (
        SELECT 1 FROM protocols_editiontranslation
        WHERE id IN (OLD.translation_id, NEW.translation_id) AND reviewed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'A step of a reviewed translation never changes.' {REFUSED};
    END IF;
    old_version = (SELECT d.version_id FROM protocols_editiontranslation t JOIN protocols_draft d USING (version_id)
                   WHERE t.id = OLD.translation_id);
    new_version = (SELECT d.version_id FROM protocols_editiontranslation t JOIN protocols_draft d USING (version_id)
                   WHERE t.id = NEW.translation_id);
    {WRITTEN_FOR_GOOD}
    RETURN COALESCE(NEW, OLD);
"""  # nosec B608
VERSIONS = [("old_version", "bigint"), ("new_version", "bigint")]


def written_for_good(name, func):
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=VERSIONS,
        func=func,
    )


ALL_ELEVEN = ", ".join(f"'{slug}'" for slug in ELEVEN)
OF_VERSIONS = f"""
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A protocol version is never deleted, so that its number is not used again.' {REFUSED};
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.published_at IS NOT NULL THEN
            RAISE EXCEPTION 'A protocol version begins unpublished.' {REFUSED};
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.published_at <= clock_timestamp() OR NEW.number <> OLD.number THEN
        RAISE EXCEPTION 'A published protocol version never changes.' {REFUSED};
    END IF;
    IF NEW.title <> OLD.title
       AND EXISTS (SELECT 1 FROM protocols_draft WHERE version_id = NEW.id AND submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'What is with the clinical lead does not change.' {REFUSED};
    END IF;
    IF NEW.published_at IS NOT NULL THEN
        IF (SELECT array_agg(slug::text ORDER BY position) FROM protocols_protocolstep WHERE version_id = NEW.id)
           IS DISTINCT FROM ARRAY[{ALL_ELEVEN}] THEN
            RAISE EXCEPTION 'A published protocol version has the eleven steps, in their order.' {REFUSED};
        END IF;
        IF EXISTS (SELECT 1 FROM protocols_draft WHERE version_id = NEW.id
                   AND (submitted_at IS NULL OR approved_at IS NULL)) THEN
            RAISE EXCEPTION 'Two people publish a protocol version.' {REFUSED};
        END IF;
    END IF;
    RETURN NEW;
"""  # nosec B608
OF_DRAFTS = f"""
    IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'Who wrote a protocol version is never forgotten.' {REFUSED}; END IF;
    IF EXISTS (SELECT 1 FROM protocols_protocolversion WHERE id IN (OLD.version_id, NEW.version_id)
               AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Who published a protocol version never changes.' {REFUSED};
    END IF;
    IF NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND NEW.approved_by_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_user WHERE id = NEW.approved_by_id AND is_active AND is_clinical_lead) THEN
        RAISE EXCEPTION 'That is for a clinical lead.' {REFUSED};
    END IF;
    RETURN NEW;
"""  # nosec B608
# The lock: two who retire two versions at once must not each count on the other one.
OF_RETIREMENTS = f"""
    PERFORM pg_advisory_xact_lock(hashtext('protocols.Retirement'));
    IF NOT EXISTS (SELECT 1 FROM protocols_protocolversion
                   WHERE id = NEW.version_id AND published_at <= clock_timestamp()) THEN
        RAISE EXCEPTION 'Only what is in use can be retired.' {REFUSED};
    END IF;
    IF NOT EXISTS (SELECT 1 FROM protocols_protocolversion
                   WHERE id <> NEW.version_id AND published_at <= clock_timestamp()
                   AND id NOT IN (SELECT version_id FROM protocols_retirement)) THEN
        RAISE EXCEPTION 'There is always a published protocol version.' {REFUSED};
    END IF;
    RETURN NEW;
"""  # nosec B608


def together(at, by):
    """A condition: both are there, or neither."""
    return Q(**{at: None, by: None}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False})


class Draft(models.Model):
    """What stands behind an edition of the organisation's own. It stays when the edition is published.

    `submitted_by` has sent it to the clinical lead, and its words are fixed since; `approved_by`, somebody else, has
    read it and said when it takes effect, on a clock of `zone`.
    """

    version = models.OneToOneField("protocols.ProtocolVersion", on_delete=models.PROTECT, primary_key=True)
    copy_of = models.ForeignKey("protocols.ProtocolVersion", null=True, on_delete=models.PROTECT, related_name="+")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=60, blank=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["drafted_by"], condition=Q(submitted_at=None, dropped_at=None), name="one_open_draft_per_person"
            ),
            models.CheckConstraint(name="draft_is_sent_by_someone", condition=together("submitted_at", "submitted_by")),
            models.CheckConstraint(name="draft_is_read_by_someone", condition=together("approved_at", "approved_by")),
            models.CheckConstraint(
                name="draft_is_published_by_two",
                condition=Q(approved_by=None) | (Q(submitted_by__isnull=False) & ~Q(approved_by=F("submitted_by"))),
            ),
            models.CheckConstraint(name="draft_is_dropped_unsent", condition=Q(dropped_at=None) | Q(submitted_at=None)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="draft_never_changes_once_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=OF_DRAFTS,
            )
        ]


class Retirement(models.Model):
    """From `at` on no departure begins with this edition. Those that began with it keep it."""

    version = models.OneToOneField("protocols.ProtocolVersion", on_delete=models.PROTECT, primary_key=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [
            append_only("retirement_is_append_only"),
            pgtrigger.Trigger(
                name="one_published_version_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=OF_RETIREMENTS,
            ),
        ]


class EditionDeed(models.Model):
    """Who did what to an edition, and when: what its page shows as its history."""

    class Deed(models.TextChoices):
        COPIED = "copied", _("Began it as a copy")
        BROUGHT_IN = "brought_in", _("Brought it in from a file")
        CHANGED = "changed", _("Changed words")
        SENT = "sent", _("Sent it to the clinical lead")
        TAKEN_BACK = "taken_back", _("Took it back to be changed")
        APPROVED = "approved", _("Read it and published it")
        WITHDRAWN = "withdrawn", _("Withdrew it before it took effect")
        DROPPED = "dropped", _("Put it aside")
        RETIRED = "retired", _("Retired it")

    version = models.ForeignKey("protocols.ProtocolVersion", on_delete=models.PROTECT, related_name="deeds")
    deed = models.CharField(max_length=10, choices=Deed)
    step = models.SlugField(max_length=30, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [append_only("deed_is_append_only")]


class OwnTask(models.Model):
    """What the organisation asks for at a step beside it. `key` stays the same task's from edition to edition.

    `translations` holds the words in other languages, by language.
    """

    step = models.ForeignKey("protocols.ProtocolStep", on_delete=models.PROTECT, related_name="own")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=13)
    words = models.CharField(max_length=160)
    translations = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["step", "position"], name="own_task_position_once_per_step"),
            models.UniqueConstraint(fields=["step", "key"], name="own_task_key_once_per_step"),
            models.CheckConstraint(name="own_task_key_is_told_apart", condition=Q(key__startswith="task-")),
        ]
        triggers = [written_for_good("own_task_of_published_version_never_changes", OF_OWN_TASKS)]
