"""Entries that colleagues miss in the directory. A proposal is a draft that curators take over or decline."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from resources import checking, curation, unlisted
from resources.checking import locked
from resources.models import Evidence, Resource

Status = Resource.Status
LONGEST_REASON = Resource._meta.get_field("status_reason").max_length


class IsDecided(Exception):
    """Somebody has taken the proposal over or declined it already. `now` is the entry as it stands."""

    def __init__(self, now):
        super().__init__()
        self.now = now


class CannotBeReached(Exception):
    """Without a number or page nobody can be told how to reach it: add a contact first."""


@transaction.atomic
def propose(*, name, country, why, by, number=None, shown="", url=""):
    """`by` misses this entry. Returns the draft; a number (`phones.Number`) becomes its contact. Raises NotToBeListed.

    Why it is missed stands as the reason of the draft, for whoever decides. A short number that nobody knows stands
    there too and is no contact yet: a curator has to dial it first.
    """
    is_known = number is not None and number.is_known
    contacts = [contact_of(number, country, shown)] if is_known else []
    if number and not is_known:
        numbers = [(getattr(number, "region", "") or country, number.dial)]
        unlisted.refuse(numbers=numbers)
        why = f"{shown}: {why}"[:LONGEST_REASON]
    facts = {"name": name, "country": country, "url": url, "status_reason": why, "contacts": contacts}
    if url:
        facts["evidence"] = [{"url": url, "kind": Evidence.Kind.OPERATOR, "seen_on": timezone.localdate()}]
    return curation.add(facts, by=by, status=Status.DRAFT, proposed_by=by)


def contact_of(number, country, shown):
    return {
        "kind": "voice",
        "dial_region": getattr(number, "region", "") or country,
        "dial": number.dial,
        "e164": number.e164,
        "extension": number.extension,
        "display": shown[:60],
    }


@transaction.atomic
def take_over(proposal, *, by):
    """The draft goes into the lists, unchecked. Raises IsDecided, CannotBeReached."""
    found = undecided(proposal)
    if not found.contact_points.current().exists():
        raise CannotBeReached
    found.status, found.status_reason = Status.IN_REVIEW, ""
    found.save(update_fields=["status", "status_reason", "updated_at"])
    audit.record("proposal_taken_over", found, by=by)
    checking.settle(found.pk)


@transaction.atomic
def decline(proposal, *, reason, by, for_good=False):
    """It does not come into the lists; whoever proposed it reads the reason. `for_good`: nor may it come back.

    Raises IsDecided, and StatusNeedsReason without one.
    """
    found = undecided(proposal)
    checking.set_status(found, Status.DO_NOT_LIST if for_good else Status.RETIRED, reason=reason, by=by)
    audit.record("proposal_declined", found, by=by, for_good=for_good)


def undecided(proposal):
    found = locked(proposal.pk)
    if found.status != Status.DRAFT:
        raise IsDecided(found)
    return found


def waiting():
    """Proposals nobody has decided on, the oldest first."""
    return Resource.objects.proposed().select_related("proposed_by").order_by("created_at", "pk")


def of(user):
    """What this person proposed, the newest first."""
    own = Resource.objects.filter(proposed_by=user).select_related("successor")
    return own.order_by("-created_at", "pk")
