"""Writing the organisation's own edition: begun as a copy, changed step by step, by admins and clinical leads.

What is with the clinical lead, and what is published, does not change any more: the verbs raise NotADraft, and the
database refuses as well.
"""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from protocols import content, rules
from protocols.models import Draft, EditionDeed, ProtocolVersion

Deed = EditionDeed.Deed


class NotADraft(Exception):
    """It is with the clinical lead, published or put aside, and does not change."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the step since it was opened. `theirs` is the step as it stands now."""

    def __init__(self, theirs):
        super().__init__(theirs["slug"])
        self.theirs = theirs


class Refused(ValueError):
    """The words cannot stand. `problems` says where, as (path from the step, words)."""

    def __init__(self, problems):
        super().__init__(str(len(problems)))
        self.problems = problems


class HasAnother(Exception):
    """Whoever began it is writing another one by now, and nobody writes two."""


def may_write(user):
    return user.is_active and (user.is_admin or user.is_clinical_lead)


def open_of(person):
    """The draft that this person is writing, or None."""
    own = ProtocolVersion.objects.filter(draft__drafted_by=person)
    return own.filter(draft__submitted_at=None, draft__dropped_at=None).first()


def begin(source, *, by):
    """A draft with every word of `source`, to be changed. Whoever is writing one already goes on with that."""
    if found := open_of(by):
        return found
    try:
        return begin_from(content.of(source), copy_of=source, deed=Deed.COPIED, by=by)
    except HasAnother:  # a double tap: the first of the two made it
        return open_of(by)


@transaction.atomic
def begin_from(words, *, by, deed=Deed.BROUGHT_IN, copy_of=None):
    """A draft with these words, which were checked. Raises HasAnother. Its number was never used before."""
    # The newest row is the gate: the second of two at once waits, and takes the number after the first one's. Nobody
    # who logs a departure waits for it: that only needs the row's key.
    ProtocolVersion.objects.order_by("-number").select_for_update(no_key=True).first()
    number = ProtocolVersion.objects.aggregate(highest=Max("number"))["highest"] + 1
    made = ProtocolVersion.objects.create(number=number, title=words["title"])
    try:
        with transaction.atomic():
            Draft.objects.create(version=made, copy_of=copy_of, drafted_by=by)
    except IntegrityError as error:
        raise HasAnother from error
    content.write(made, words)
    note(made, deed, by=by, copy_of=copy_of.number if copy_of else None)
    return made


def note(version, deed, *, by, step="", **facts):
    """Into the history that is shown, and into the audit trail."""
    EditionDeed.objects.create(version=version, deed=deed, step=step, by=by)
    audit.record(f"protocol_{deed}", version, by=by, **({"step": step} if step else {}), **facts)


def locked(version_id):
    """The version with its draft, held until the transaction ends; raises NotADraft when it does not change any more.

    One that came with Doorway has none and is published: it is no draft either.
    """
    version = ProtocolVersion.objects.select_for_update(of=["self"], no_key=True).get(pk=version_id)
    found = Draft.objects.filter(version=version).first()
    if found is None or found.submitted_at or found.dropped_at:
        raise NotADraft
    return version


@transaction.atomic
def change_step(version, data, *, was, by):
    """Write one step anew. What says what it said is not written.

    `was` is the fingerprint of the step as it was opened: raises ChangedMeanwhile when it is another one by now, so
    that nobody's words go unseen. Raises NotADraft, and Refused for words that cannot stand.
    """
    version = locked(version.pk)
    standing = content.of_step(version, data["slug"])
    if content.fingerprint(standing) != was:
        raise ChangedMeanwhile(standing)
    if problems := rules.problems_of(data):
        raise Refused(problems)
    if data != standing:
        content.rewrite(version, data)
        note(version, Deed.CHANGED, by=by, step=data["slug"])
    return version


@transaction.atomic
def rename(version, title, *, by):
    """Another title for a draft. Raises NotADraft."""
    version = locked(version.pk)
    if version.title != title:
        version.title = title
        version.save(update_fields=["title"])
        note(version, Deed.CHANGED, by=by)
    return version


@transaction.atomic
def drop(version, *, by):
    """Put a draft aside for good. It stays to be read, and its number is not used again. Raises NotADraft."""
    version = locked(version.pk)
    version.draft.dropped_at = timezone.now()
    version.draft.save(update_fields=["dropped_at"])
    note(version, Deed.DROPPED, by=by)
    return version
