"""What the organisation adds to Doorway's words to weigh, and what it takes out of them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# What was published stands. Until its time has come it can be made a draft again, and nothing else of it changes.
STANDS_ONCE_PUBLISHED = """
    IF TG_OP = 'UPDATE' AND OLD.published_at > clock_timestamp() AND NEW.state = 'draft'
       AND (NEW.id, NEW.number, NEW.added, NEW.removed, NEW.changed_by_id)
           IS NOT DISTINCT FROM (OLD.id, OLD.number, OLD.added, OLD.removed, OLD.changed_by_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published word list never changes.' USING ERRCODE = 'integrity_constraint_violation';
"""


class WordListQuerySet(models.QuerySet):
    def in_effect(self):
        """Those that hold or held, the one whose time came last first."""
        return self.filter(published_at__lte=Now()).order_by("-published_at", "-number")

    def planned(self):
        return self.filter(published_at__gt=Now()).order_by("published_at")


class WordList(models.Model):
    """One version of an organisation's own changes. Published by somebody else than who changed it last, it stands.

    `added` holds rows as `words_to_weigh.json` has them, each with its language; `removed` words of that file, by
    language. The one whose `published_at` came last holds; it may lie ahead, and nothing has to run at that time.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    added = models.JSONField(default=list)
    removed = models.JSONField(default=dict)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = WordListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="draft"), name="one_draft_of_the_word_list"),
            models.CheckConstraint(
                name="word_list_is_published_by_two",
                condition=Q(state="draft", published_by=None, published_at=None)
                | (
                    Q(state="published", published_by__isnull=False, published_at__isnull=False)
                    & ~Q(published_by=F("changed_by"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_word_list_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
                func=STANDS_ONCE_PUBLISHED,
            )
        ]
