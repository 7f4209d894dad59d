"""Task: one promise to get back to the client, with its owner and the moment it is due."""

from followups.fhir.codes import own
from followups.fhir.elements import moment, period, words
from followups.fhir.identities import entry, identifier, reference
from followups.fhir.people import named, subject
from followups.models import FollowUp
from sessions_app.models import ResponseLevel

State = FollowUp.State
#: The sooner we must act, the further up: FHIR's four words in their order.
PRIORITIES = {
    ResponseLevel.IMMEDIATE: "stat",
    ResponseLevel.ELEVATED: "asap",
    ResponseLevel.UNABLE_TO_ASSESS: "asap",
    ResponseLevel.SOME_CONCERN: "urgent",
    ResponseLevel.NONE_IDENTIFIED: "routine",
}
STATUSES = {State.DONE: "completed", State.NOT_NEEDED: "cancelled"}


def tasks(record):
    plans = {plan.pk: plan for plan in record.plans}
    return [task(record, each, plans[each.plan_id]) for each in record.follow_ups]


def task(record, follow_up, plan):
    departure, zone = record.departure, record.zone
    channel = own("contact-channel", follow_up.channel)
    due = period(None, follow_up.due_at, zone)
    why = {"text": words(follow_up.why_not_needed)} if words(follow_up.why_not_needed) else {}
    facts = {
        "identifier": [identifier("follow-ups", follow_up.pk)],
        "basedOn": [reference("CarePlan", plan.pk)],
        "status": STATUSES.get(follow_up.state) or ("accepted" if follow_up.standing else "requested"),
        "statusReason": {"concept": why} if record.is_r5 else why,
        "businessStatus": own("task-state", state_of(follow_up, record.now)),
        "intent": "plan",
        "priority": PRIORITIES[plan.response_level],
        "code": own("task-kind", "contact" if follow_up.channel else "other"),
        "description": words(follow_up.title),
        "for": subject(departure),
        "encounter": reference("Encounter", departure.pk),
        "executionPeriod": period(None, follow_up.closed_at, zone),
        "authoredOn": moment(plan.opened_at, zone),
        "lastModified": moment(changed_at(follow_up, plan), zone),
        "requester": named(plan.opened_by),
        "owner": named(follow_up.owner),
        # R5 keeps `restriction` for tasks that carry out an order (its rule tsk-1), and has a word of its own.
        **({"requestedPeriod": due} if record.is_r5 else {"restriction": {"period": due}}),
        "input": [{"type": {"text": "Channel"}, "valueCodeableConcept": channel}] if channel else [],
    }
    return entry("Task", follow_up.pk, facts)


def state_of(follow_up, now):
    """How it stands: an overdue one is overdue, also when somebody is on it."""
    if follow_up.state == State.DONE:
        return "done"
    if follow_up.state == State.NOT_NEEDED:
        return "not-needed"
    if follow_up.due_at < now:
        return "overdue"
    return "acknowledged" if follow_up.standing else "scheduled"


def changed_at(follow_up, plan):
    """The last moment something happened to it: at least that it was promised."""
    moments = [each.at for each in follow_up.changes.all()]
    return max([plan.opened_at, follow_up.closed_at or plan.opened_at, *moments])
