"""The organisation's own changes to the words to weigh: written by an admin or a clinical lead, published by a lead."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit
from protocols import content
from protocols.signals import WORD_LIST, draft_answered, draft_waits, mark_of
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


class InThePast(ValueError):
    """A time from which it can hold lies ahead."""


class HasTakenEffect(Exception):
    """It holds by now. Another one can take its place."""


class AnotherIsWritten(Exception):
    """There is one draft at a time, and it comes first."""


def in_force():
    """The published one whose time came last, or None: then Doorway's own list holds as it is.

    Nothing has to run for one to hold from its time on: from that moment on it is what this finds.
    """
    return WordList.objects.in_effect().first()


def planned():
    """Published for a time that lies ahead, the next one first."""
    return WordList.objects.planned().select_related("published_by")


def every():
    """All of them, the newest first."""
    return WordList.objects.order_by("-number")


def content_of(found):
    """One version as plain data, or Doorway's own list as it is where there is none."""
    return {"added": found.added, "removed": found.removed} if found else {"added": [], "removed": {}}


def draft():
    return WordList.objects.filter(state=State.DRAFT).select_related("changed_by").first()


def standing():
    """What an editor begins with: the draft, else what is in force, as {"added", "removed"}."""
    return content_of(draft() or in_force())


@transaction.atomic
def change(words, *, was, by):
    """Write the draft, or begin one, of which the clinical leads are told once.

    `was` is the fingerprint of what was opened; raises ChangedMeanwhile.
    """
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
    draft_waits.send(WordList, what=WORD_LIST, row=found, mark=0, by=by)
    return found


@transaction.atomic
def publish(*, was, by, at=None, zone=""):
    """The draft holds from `at` on (aware), at once where that is missing. `zone` is the clock it was said on.

    `was` is the fingerprint of what was read: only that is published. Raises NotAClinicalLead, SamePerson,
    NothingToPublish, ChangedMeanwhile and InThePast.
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
    if at is not None and at <= timezone.now():
        raise InThePast
    found.state, found.published_by, found.published_at = State.PUBLISHED, by, at or Now()
    found.save(update_fields=["state", "published_by", "published_at"])
    found.refresh_from_db(fields=["published_at"])
    audit.record("word_list_published", found, by=by, **({"at": at.isoformat(), "zone": zone} if at else {}))
    facts = {"mark": mark_of(found.published_at), "author": found.changed_by, "by": by}
    draft_answered.send(WordList, what=WORD_LIST, row=found, **facts)
    return found


@transaction.atomic
def withdraw(found, *, by):
    """Before it holds: it is the draft again. Raises HasTakenEffect, NothingToPublish and AnotherIsWritten."""
    found = found and WordList.objects.select_for_update(of=["self"]).get(pk=found.pk)
    if found is None or found.state != State.PUBLISHED:
        raise NothingToPublish
    if found.published_at <= timezone.now():
        raise HasTakenEffect
    found.state, found.published_by, found.published_at = State.DRAFT, None, None
    try:
        with transaction.atomic():
            found.save(update_fields=["state", "published_by", "published_at"])
    except IntegrityError as error:
        raise AnotherIsWritten from error
    audit.record("word_list_withdrawn", found, by=by)
    return found
