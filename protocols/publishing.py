"""From a draft to what departures begin with: sent by one person, read and published by a clinical lead.

Two people, always: who sends it stands for what was written, its words are fixed from then on, and somebody else reads
them. Nothing runs at the time that was set: from that moment on `editions.in_force` finds it.
"""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from protocols import content, rules
from protocols.drafts import Deed, HasAnother, locked, note
from protocols.models import Draft, ProtocolVersion, Retirement
from protocols.signals import PROTOCOL, draft_answered, draft_waits, mark_of


class NotAClinicalLead(PermissionError):
    """Only a clinical lead publishes and retires."""


class SamePerson(PermissionError):
    """Who sent it cannot be who publishes it."""


class NotWithTheLead(Exception):
    """It is not waiting to be read: still being written, or published already."""


class HasTakenEffect(Exception):
    """Departures begin with it by now: it can be retired, and not be withdrawn."""


class InThePast(ValueError):
    """A time at which it can take effect lies ahead."""


class LastOne(Exception):
    """Without it no departure could begin."""


class CannotStand(Exception):
    """Words of it are refused. `problems` says which, as (slug, path, words)."""

    def __init__(self, problems):
        super().__init__(str(len(problems)))
        self.problems = problems


@transaction.atomic
def send(version, *, by):
    """Send a draft to the clinical lead. From now on it does not change. Raises NotADraft and CannotStand."""
    version = locked(version.pk)
    if problems := rules.problems_in(content.of(version)):
        raise CannotStand(problems)
    save(version.draft, submitted_at=timezone.now(), submitted_by=by)
    note(version, Deed.SENT, by=by)
    draft_waits.send(ProtocolVersion, what=PROTOCOL, row=version, mark=mark_of(version.draft.submitted_at), by=by)
    return version


def tell_author(version, *, author, mark, by):
    draft_answered.send(ProtocolVersion, what=PROTOCOL, row=version, mark=mark, author=author, by=by)


def save(draft, **facts):
    for name, value in facts.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(facts))


def waiting(version_id):
    """A version that is with the clinical lead, held until the transaction ends; raises NotWithTheLead."""
    version = ProtocolVersion.objects.select_for_update(of=["self"], no_key=True).get(pk=version_id)
    found = Draft.objects.filter(version=version).first()
    if found is None or not found.submitted_at or version.published_at:
        raise NotWithTheLead
    return version


@transaction.atomic
def take_back(version, *, by):
    """Make it a draft again: its writers have more to say, or the clinical lead asks for it.

    Raises NotWithTheLead, and HasAnother when whoever began it is writing another one by now.
    """
    version = waiting(version.pk)
    author, mark = version.draft.submitted_by, mark_of(version.draft.submitted_at)
    try:
        with transaction.atomic():
            save(version.draft, submitted_at=None, submitted_by=None)
    except IntegrityError as error:
        raise HasAnother from error
    note(version, Deed.TAKEN_BACK, by=by)
    tell_author(version, author=author, mark=mark, by=by)
    return version


@transaction.atomic
def publish(version, *, by, at=None, zone=""):
    """A clinical lead has read it: departures begin with it from `at` on (aware), at once where that is missing.

    `zone` is the clock it was said on. Departures that are running keep theirs. Raises NotAClinicalLead, SamePerson,
    NotWithTheLead and InThePast.
    """
    if not by.is_clinical_lead:
        raise NotAClinicalLead
    version = waiting(version.pk)
    if version.draft.submitted_by_id == by.pk:
        raise SamePerson
    if at is not None and at <= timezone.now():
        raise InThePast
    save(version.draft, approved_at=timezone.now(), approved_by=by, zone=zone)
    version.published_at = at or Now()
    version.save(update_fields=["published_at"])
    version.refresh_from_db(fields=["published_at"])
    note(version, Deed.APPROVED, by=by, at=version.published_at.isoformat())
    tell_author(version, author=version.draft.submitted_by, mark=mark_of(version.draft.submitted_at), by=by)
    return version


@transaction.atomic
def withdraw(version, *, by):
    """Before it takes effect: it is with the clinical lead again. Raises HasTakenEffect and NotWithTheLead."""
    version = ProtocolVersion.objects.select_for_update(of=["self"], no_key=True).get(pk=version.pk)
    if version.published_at is None:
        raise NotWithTheLead
    if version.is_published:
        raise HasTakenEffect
    version.published_at = None
    version.save(update_fields=["published_at"])
    save(version.draft, approved_at=None, approved_by=None, zone="")
    note(version, Deed.WITHDRAWN, by=by)
    return version


@transaction.atomic
def retire(version, *, by):
    """No departure begins with it any more. Raises NotAClinicalLead, NotWithTheLead and LastOne.

    Whichever stood before it is in force again, if it was the one in force. Saying it again changes nothing.
    """
    if not by.is_clinical_lead:
        raise NotAClinicalLead
    # Whoever retires another one at this moment waits here, and then counts what is left.
    found = list(ProtocolVersion.objects.published().order_by("pk").select_for_update(of=["self"], no_key=True))
    standing = set(ProtocolVersion.objects.standing().values_list("pk", flat=True))
    if version.pk not in {each.pk for each in found}:
        raise NotWithTheLead
    if version.pk not in standing:
        return version
    if standing == {version.pk}:
        raise LastOne
    Retirement.objects.create(version=version, by=by)
    note(version, Deed.RETIRED, by=by)
    return version
