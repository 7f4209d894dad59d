"""Bundle: everything of one departure in one file."""

import json

from django.db import transaction
from django.utils.translation import override

from accounts import audit
from followups import papers
from followups.fhir import (
    care_plans,
    communications,
    document_references,
    documents,
    encounters,
    people,
    places,
    plan_definitions,
    protocol_files,
    tasks,
)
from followups.fhir.codes import RESTRICTED
from followups.fhir.elements import filled, moment
from followups.fhir.record import gather
from protocols import content, editions

CONTENT_TYPE = "application/fhir+json"


@transaction.atomic
def hand_out(departure, *, asked, by):
    """The file as bytes, and an entry in the trail that it was made: in which version, with what. Never what is in it.

    Needs a departure of `record.for_exchange`, which leaves out exercises. A filed PDF that is up to date goes along.
    """
    facts = {"version": str(asked.version), "attempts": asked.has_attempts, "name": asked.has_name}
    audit.record("exported", departure, by=by, form="fhir", **facts)
    paper = documents.filed_pdf(departure, asked=asked)
    pdf = paper and documents.Document(
        "application/pdf", papers.open_file(paper, by=by), paper.finished_at, paper.language
    )
    return as_bytes(bundle(departure, asked=asked, pdf=pdf))


def as_bytes(resource):
    return json.dumps(resource, ensure_ascii=False, indent=1).encode()


def bundle(departure, *, asked, pdf=None):
    """Everything of one departure, as a `collection`.

    That is FHIR's word for a set of resources that somebody hands on and that asks nothing of whoever receives it. A
    `transaction` would write them into a server, which is for a person there to decide; a `document` would say that
    the whole was signed, and only the report was. All references stay inside. English, as the signed report is.
    """
    with override("en"):
        record = gather(departure, asked=asked)
        found = [
            encounters.encounter(record),
            *about_whom(record),
            *care_plans.care_plans(record),
            *tasks.tasks(record),
            *communications.communications(record),
            *document_references.document_references(record, pdf=pdf),
            protocol_of(record),
        ]
        facts = {
            "resourceType": "Bundle",
            "meta": {"security": [RESTRICTED]},
            "language": "en",
            "type": "collection",
            "timestamp": moment(record.now, record.zone),
            "entry": found,
        }
        return filled(facts)


def about_whom(record):
    """Client, people and place: only those that something in the file refers to."""
    departure, site = record.departure, record.departure.site
    if departure.client:
        yield people.patient(departure.client, has_name=record.asked.has_name, site=site)
    yield from people.practitioners(people_of(record))
    yield places.organization(site)
    if encounters.is_at_the_site(departure):
        yield places.location(site)


def people_of(record):
    """Everybody who is named in the file, with repetitions."""
    yield record.departure.therapist
    yield record.departure.whom_it_happened_to
    yield record.report and record.report.author
    for plan in record.plans:
        yield plan.opened_by if any(each.plan_id == plan.pk for each in record.follow_ups) else None
    yield from (each.owner for each in record.follow_ups)
    yield from (each.by for each in record.attempts)


def protocol_of(record):
    version = record.departure.protocol_version
    is_in_force = editions.in_force().pk == version.pk
    made = plan_definitions.plan_definition(version, record.steps, is_r5=record.is_r5, is_in_force=is_in_force)
    protocol_files.complete(made["resource"], content.of(version), is_r5=record.is_r5)
    return made


@transaction.atomic
def hand_out_protocol(version, *, asked, by):
    """An edition of the eleven steps by itself, as bytes: nothing in it is about anybody."""
    audit.record("exported", version, by=by, form="fhir", version=str(asked.version))
    steps = editions.steps_of(version.pk, "en")
    is_in_force = editions.in_force().pk == version.pk
    with override("en"):
        made = plan_definitions.plan_definition(version, steps, is_r5=asked.is_r5, is_in_force=is_in_force)
    return as_bytes(filled(protocol_files.complete(made["resource"], content.of(version), is_r5=asked.is_r5)))
