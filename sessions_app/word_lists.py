"""The organisation's own changes to the words to weigh: written by an admin or a clinical lead, published by a lead."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from protocols import content
from sessions_app.models import WordList

State = WordList.State


class NotAClinicalLead(PermissionError):
    """Only a clinical lead publishes."""


class SamePerson(PermissionError):
    """Who changed it last cannot be who publishes it."""


class NothingToPublish(LookupError):
    """No draft waits: somebody was quicker."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed it since it was opened."""


def in_force():
    """The published one with the highest number, or None: then Doorway's own list holds as it is."""
    return WordList.objects.filter(state=State.PUBLISHED).order_by("-number").first()


def draft():
    return WordList.objects.filter(state=State.DRAFT).select_related("changed_by").first()


def standing():
    """What an editor begins with: the draft, else what is in force, as {"added", "removed"}."""
    found = draft() or in_force()
    return {"added": found.added, "removed": found.removed} if found else {"added": [], "removed": {}}


@transaction.atomic
def change(words, *, was, by):
    """Write the draft, or begin one. `was` is the fingerprint of what was opened; raises ChangedMeanwhile."""
    list(WordList.objects.select_for_update().order_by("pk"))  # two editors follow each other
    if content.fingerprint(standing()) != was:
        raise ChangedMeanwhile
    found = draft()
    if found is None:
        number = (WordList.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1
        found = WordList(number=number)
    found.added, found.removed, found.changed_by = words["added"], words["removed"], by
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:  # the very first one, by two at once: there was no row to wait for
        raise ChangedMeanwhile from error
    audit.record("word_list_changed", found, by=by)
    return found


@transaction.atomic
def publish(*, was, by):
    """The draft holds from now on. `was` is the fingerprint of what was read: only that is published.

    Raises NotAClinicalLead, SamePerson, NothingToPublish and ChangedMeanwhile.
    """
    if not by.is_clinical_lead:
        raise NotAClinicalLead
    found = WordList.objects.select_for_update(of=["self"]).filter(state=State.DRAFT).first()
    if found is None:
        raise NothingToPublish
    if found.changed_by_id == by.pk:
        raise SamePerson
    if content.fingerprint(standing()) != was:
        raise ChangedMeanwhile
    found.state, found.published_by, found.published_at = State.PUBLISHED, by, timezone.now()
    found.save(update_fields=["state", "published_by", "published_at"])
    audit.record("word_list_published", found, by=by)
    return found
