"""How it stands with a client whom nobody could reach: one proposes, another agrees, and one of them supervises."""

from django.db import IntegrityError, transaction
from django.utils import translation

from accounts import audit
from followups import clock, follow_ups, second_people, unreached
from followups.models import StatusDecision
from sessions_app.models import DepartureEvent


class AlreadyProposed(Exception):
    """Something waits for an answer: agree to it, or say no and propose something else."""


class AlreadyAnswered(Exception):
    """Somebody has answered in the meantime."""


class NeedsTheOther(Exception):
    """Nobody agrees with themselves, and one of the two supervises the therapist."""


@transaction.atomic
def propose(departure, *, choice, words, by):
    """Say how it stands, for another to agree with, who is told of it. Changes nothing yet. Returns the row.

    Raises AlreadyProposed.
    """
    facts = {"choice": choice, "words": words, "proposed_by": by, "proposed_at": clock.now()}
    try:
        with transaction.atomic():
            decision = StatusDecision.objects.create(departure=departure, **facts)
    except IntegrityError as error:
        raise AlreadyProposed from error
    audit.record("decision_proposed", decision, by=by, choice=choice)
    people = second_people.near(departure, may_answer=lambda person: may_agree(decision, person))
    second_people.tell("decision", decision, people, is_urgent=False)
    return decision


@transaction.atomic
def agree(decision, *, by):
    """The other one agrees. The task to decide is done; where contact ends, what was still planned is dropped for it.

    Raises NeedsTheOther and AlreadyAnswered.
    """
    if not may_agree(decision, by):
        raise NeedsTheOther
    decision = answer(decision, is_agreed=True, by=by)
    if task := unreached.decision_task(decision.departure):
        follow_ups.complete(task, by=by)
    if decision.ends_contact:
        for follow_up in decision.departure.follow_ups.open().exclude(channel="").order_by("pk"):
            follow_ups.drop(follow_up, reason=reason_of(decision), by=by)
    return decision


def reason_of(decision):
    """The decision in English: a reason is kept so, and shown in the language of whoever reads it."""
    with translation.override(None):
        return str(decision.get_choice_display())


@transaction.atomic
def decline(decision, *, by):
    """Not agreed, or taken back by who proposed it. Something else may be proposed now. Raises AlreadyAnswered."""
    return answer(decision, is_agreed=False, by=by)


def answer(decision, *, is_agreed, by):
    """Locks the departure first, as every deed about its follow-ups does; of two at once the second one is told."""
    DepartureEvent.objects.locked().only("pk").get(pk=decision.departure_id)
    decision = StatusDecision.objects.select_related("departure").select_for_update(of=["self"]).get(pk=decision.pk)
    if decision.answered_at:
        raise AlreadyAnswered
    decision.is_agreed, decision.answered_by, decision.answered_at = is_agreed, by, clock.now()
    decision.save(update_fields=["is_agreed", "answered_by", "answered_at"])
    audit.record("decision_agreed" if is_agreed else "decision_declined", decision, by=by, choice=decision.choice)
    return decision


def may_agree(decision, person):
    """Somebody else than who proposed it; and of the two, one is a supervisor who is not the therapist, nor was it."""
    if person.pk == decision.proposed_by_id:
        return False
    therapists = (decision.departure.therapist_id, decision.departure.logged_by_id)
    return any(each.is_supervisor and each.pk not in therapists for each in (decision.proposed_by, person))


def waiting_for(person):
    """Proposals that `person` may agree with, the one that waits longest first."""
    rows = StatusDecision.objects.visible_to(person).waiting().exclude(proposed_by=person)
    rows = rows.select_related("proposed_by", "departure__client", "departure__therapist").order_by("proposed_at", "pk")
    return [each for each in rows if may_agree(each, person)]
