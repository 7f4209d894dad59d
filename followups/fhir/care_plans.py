"""CarePlan: the follow-up plan of a departure, one for each level that was in force and left something behind."""

from django.conf import settings
from django.urls import reverse

from followups.fhir.codes import own, structure
from followups.fhir.elements import extension, moment, period, words
from followups.fhir.identities import entry, identifier, reference
from followups.fhir.people import named, somebody

NO_CONTACT = "The client asked for no contact. Nobody gets in touch unless they want it otherwise."


def care_plans(record):
    """The plan in force, and earlier ones of which something was kept; each says which it took the place of."""
    kept = {each.plan_id for each in record.follow_ups}
    plans = [plan for plan in record.plans if plan.superseded_at is None or plan.pk in kept]
    earlier = [None, *plans]
    return [care_plan(record, plan, before) for plan, before in zip(plans, earlier, strict=False)]


def care_plan(record, plan, before):
    departure, zone = record.departure, record.zone
    tasks = [each for each in record.follow_ups if each.plan_id == plan.pk]
    name = "plannedActivityReference" if record.is_r5 else "reference"
    keeper = "custodian" if record.is_r5 else "author"  # the one who answers for it; R5 renamed it
    level = own("response-level", plan.response_level)
    facts = {
        "identifier": [identifier("plans", plan.pk)],
        "extension": [extension(structure("response-level"), valueCodeableConcept=level)],
        "instantiatesUri": [address_of(plan.policy)] if plan.policy else [],
        "replaces": [reference("CarePlan", before.pk)] if before else [],
        "status": status_of(plan, tasks),
        "intent": "plan",
        "category": [own("purpose", "follow-up-plan")],
        "title": "Follow-up plan",
        "description": description_of(plan),
        "subject": somebody(departure),
        "encounter": reference("Encounter", departure.pk),
        "period": period(plan.opened_at, plan.superseded_at, zone),
        "created": moment(plan.opened_at, zone),
        keeper: named(departure.therapist),
        "activity": [{name: reference("Task", each.pk)} for each in tasks],
        "note": [{"text": NO_CONTACT}] if record.is_contact_unwanted and plan.superseded_at is None else [],
    }
    return entry("CarePlan", plan.pk, facts)


def status_of(plan, tasks):
    """Revoked once another plan took its place; completed once nothing of it is open."""
    if plan.superseded_at:
        return "revoked"
    return "active" if not tasks or any(each.is_open for each in tasks) else "completed"


def address_of(policy):
    return f"{settings.PUBLIC_URL}{reverse('policy', args=[policy.number])}"


def description_of(plan):
    """Whose times they are: the policy by its number, or that none was in force."""
    if plan.policy is None:
        return "No follow-up policy was in force."
    return f"By the follow-up policy “{words(plan.policy.title)}”, number {plan.policy.number}."
