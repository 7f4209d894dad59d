"""Encounter: the session that a client left, wanted to leave, or was cut off from."""

from followups.fhir.codes import ACT_CODE, PARTICIPATION, UNITS, own, structure
from followups.fhir.elements import coding, concept, extension, moment, period
from followups.fhir.identities import entry, identifier, reference
from followups.fhir.people import named, subject
from followups.fhir.plan_definitions import canonical
from sessions_app.models import Format

PRIMARY = concept(coding(PARTICIPATION, "PPRF", "primary performer"))
VIRTUAL = coding(ACT_CODE, "VR", "virtual")
CLASSES = {
    Format.IN_PERSON: coding(ACT_CODE, "AMB", "ambulatory"),
    Format.VIDEO: VIRTUAL,
    Format.PHONE: VIRTUAL,
    Format.HOME_VISIT: coding(ACT_CODE, "HH", "home health"),
}
#: R4 has no word for a session that was broken off: it is finished there, and an extension says what R5 would.
IN_R4 = {
    "in-progress": "in-progress",
    "on-hold": "onleave",
    "completed": "finished",
    "discontinued": "finished",
    "entered-in-error": "entered-in-error",
}
STATUS_OF_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.status"


def encounter(record):
    """The session of this one record: in a couple each has their own, under a name of its own.

    `discontinued` says that it ended early, and not through whom. Nothing here says “against advice”: that is a label
    of hospitals, and a stigma.
    """
    departure, status = record.departure, status_of(record)
    place = [{"location": reference("Location", departure.site_id)}] if is_at_the_site(departure) else []
    shared = {
        "identifier": [identifier("departures", departure.pk)],
        "extension": [about(record)],
        "type": [own("session-format", departure.format), own("session-composition", departure.composition)],
        "subject": subject(departure),
        "length": length_of(record, status),
        "location": place,
        "serviceProvider": reference("Organization", departure.site_id),
    }
    return entry("Encounter", departure.pk, shared | (as_r5 if record.is_r5 else as_r4)(record, status))


def is_at_the_site(departure):
    return not departure.is_elsewhere


def as_r5(record, status):
    session, zone = record.departure.session, record.zone
    return {
        "status": status,
        "class": [concept(CLASSES[record.departure.format])],
        "participant": [{"type": [PRIMARY], "actor": named(record.departure.whom_it_happened_to)}],
        "actualPeriod": span_of(record, status),
        "plannedStartDate": session and moment(session.starts_at, zone),
        "plannedEndDate": session and moment(session.ends_at, zone),
    }


def as_r4(record, status):
    known = IN_R4[status]
    more = {"_status": {"extension": [extension(STATUS_OF_R5, valueCode=status)]}} if known != status else {}
    return {
        "status": known,
        **more,
        "class": CLASSES[record.departure.format],
        "participant": [{"type": [PRIMARY], "individual": named(record.departure.whom_it_happened_to)}],
        "period": span_of(record, status),
    }


def status_of(record):
    """What R5 calls it. A client who stayed, or came back, goes on with a session until its planned end."""
    departure = record.departure
    if departure.is_voided:
        return "entered-in-error"
    if departure.is_on_break:
        return "on-hold"
    if departure.is_open or goes_on(departure, record.now):
        return "in-progress"
    return "discontinued" if departure.has_happened else "completed"


def goes_on(departure, now):
    return not departure.has_happened and departure.session is not None and departure.session.ends_at > now


def span_of(record, status):
    """From when until when. What is not known is left out; a client who left before the start was there no minute."""
    departure, session = record.departure, record.departure.session
    end = end_of(departure) if status in ("completed", "discontinued", "entered-in-error") else None
    start = session and min(session.starts_at, end or session.starts_at)
    return period(start, end, record.zone)


def end_of(departure):
    """When the session was over: as the client left; for one who stayed at its planned end, if one is known."""
    if departure.ended_at is None or departure.has_happened:
        return departure.ended_at
    return max(departure.session.ends_at, departure.ended_at) if departure.session else None


def length_of(record, status):
    minutes = record.departure.minutes_of_service
    if minutes is None or status not in ("completed", "discontinued"):
        return None
    return {"value": minutes, "unit": "min", "system": UNITS, "code": "min"}


def about(record):
    """What FHIR has no element for: the departure itself, in own words. The main reason only once it was signed."""
    departure, zone = record.departure, record.zone
    parts = [
        extension("began", valueDateTime=moment(departure.began_at, zone)),
        extension("writtenDownLater", valueBoolean=departure.is_late_entry),
        extension("breakBegan", valueDateTime=moment(departure.break_began_at, zone)),
        extension("ended", valueDateTime=moment(departure.ended_at, zone)),
        extension("ending", valueCodeableConcept=own("departure-ending", departure.ending)),
        extension("kind", valueCodeableConcept=own("departure-kind", departure.kind)),
        extension("responseLevel", valueCodeableConcept=own("response-level", departure.response_level)),
        extension("mainReason", valueCodeableConcept=own("main-reason", record.report and record.report.main_reason)),
        extension("protocol", valueCanonical=canonical(departure.protocol_version)),
    ]
    settings = [extension("setting", valueCodeableConcept=own("setting", each)) for each in sorted(departure.setting)]
    return {"url": structure("departure"), "extension": [*parts, *settings]}
