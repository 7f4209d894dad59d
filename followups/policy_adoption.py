"""From a draft of a policy to what plans are made from: sent to a clinical lead, signed for a time, or given back.

Nothing runs at the time that was set: from that moment on `policies.in_force` finds it. Plans that were made before it
keep theirs, and their ladders of waiting reminders with them.
"""

from django.db import transaction

from accounts import audit
from followups import clock, draft_notices
from followups.models import FollowUpPolicy
from protocols.signals import POLICY, mark_of
from sessions_app.models import ResponseLevel


class PolicyIsIncomplete(Exception):
    """Some `levels` have no task: a departure at one of them would be forgotten."""

    def __init__(self, levels):
        super().__init__(", ".join(levels))
        self.levels = levels


class NotAClinicalLead(PermissionError):
    """Only a clinical lead puts a policy in force."""


class NotInThatState(Exception):
    """Somebody was quicker: it is not a draft, not with the clinical lead, or not planned any more."""


class HasTakenEffect(Exception):
    """Plans are made from it by now. Another policy can take its place."""


class InThePast(ValueError):
    """A time at which it can take effect lies ahead."""


def locked(policy):
    return FollowUpPolicy.objects.select_related("sent_by").select_for_update(of=["self"]).get(pk=policy.pk)


@transaction.atomic
def send(policy, *, by):
    """Ask the clinical leads to read a draft, who are told. From now on it does not change.

    Raises NotInThatState, and PolicyIsIncomplete when a level has no task.
    """
    policy = locked(policy)
    if policy.is_adopted or policy.sent_at or policy.plans.exists():
        raise NotInThatState
    check_levels(policy)
    save(policy, sent_at=clock.now(), sent_by=by)
    audit.record("policy_sent", policy, by=by)
    draft_notices.tell_leads(POLICY, policy, mark=mark_of(policy.sent_at), by=by)
    return policy


@transaction.atomic
def give_back(policy, *, by):
    """Make it a draft again: its writer has more to say, or the clinical lead asks for it. Raises NotInThatState."""
    policy = locked(policy)
    if policy.is_adopted or not policy.sent_at:
        raise NotInThatState
    author, mark = policy.sent_by, mark_of(policy.sent_at)
    save(policy, sent_at=None, sent_by=None)
    audit.record("policy_given_back", policy, by=by)
    draft_notices.tell_author(POLICY, policy, mark=mark, author=author, by=by)
    return policy


@transaction.atomic
def adopt(policy, *, by, at=None, zone=""):
    """A clinical lead signs it: plans are made from it from `at` on (aware), at once where that is missing.

    `zone` is the clock it was said on. Plans that are running keep theirs. Saying it again changes nothing. Raises
    NotAClinicalLead, InThePast, and PolicyIsIncomplete when a level has no task.
    """
    if not by.is_clinical_lead:
        raise NotAClinicalLead
    policy = locked(policy)
    if policy.is_adopted:
        return policy
    check_levels(policy)
    now = clock.now()
    if at is not None and at <= now:
        raise InThePast
    save(policy, adopted_at=now, adopted_by=by, takes_effect_at=at)
    audit.record("policy_adopted", policy, by=by, **({"at": at.isoformat(), "zone": zone} if at else {}))
    if policy.sent_at:
        draft_notices.tell_author(POLICY, policy, mark=mark_of(policy.sent_at), author=policy.sent_by, by=by)
    return policy


@transaction.atomic
def withdraw(policy, *, by):
    """Before it takes effect: the signature is taken off. Raises HasTakenEffect and NotInThatState."""
    policy = locked(policy)
    if not policy.is_adopted:
        raise NotInThatState
    if policy.since <= clock.now():
        raise HasTakenEffect
    save(policy, adopted_at=None, adopted_by=None, takes_effect_at=None)
    audit.record("policy_withdrawn", policy, by=by)
    return policy


def check_levels(policy):
    planned = set(policy.tasks.values_list("response_level", flat=True))
    if missing := [level for level in ResponseLevel if level not in planned]:
        raise PolicyIsIncomplete(missing)


def save(policy, **facts):
    for name, value in facts.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(facts))
