"""DocumentReference: the signed report, with the document itself inside."""

import hashlib
from base64 import b64encode

from followups.fhir.codes import RESTRICTED, own
from followups.fhir.documents import documents_of
from followups.fhir.elements import concept, moment
from followups.fhir.identities import entry, identifier, reference
from followups.fhir.people import named, subject

TITLE = "Report of a departure"


def document_references(record, *, pdf=None):
    """One for the signed report, or none. `pdf`: see `documents.documents_of`."""
    found = documents_of(record, pdf=pdf)
    return [document_reference(record, found)] if found else []


def document_reference(record, documents):
    """It is `amended` once something was added; who signed stands as author and as who vouches for it."""
    departure, report, zone = record.departure, record.report, record.zone
    author, encounter = named(report.author), reference("Encounter", departure.pk)
    mode = {"coding": [], "text": "Signed"}
    vouched = [{"mode": mode, "time": moment(report.signed_at, zone), "party": author}]
    versions = {"context": [encounter], "attester": vouched}
    if not record.is_r5:
        versions = {"context": {"encounter": [encounter]}, "authenticator": author}
    facts = {
        "identifier": [identifier("reports", departure.pk)],
        "status": "current",
        "docStatus": "amended" if report.addenda.all() else "final",
        "type": own("purpose", "departure-report"),
        "subject": subject(departure),
        "date": moment(max(each.made_at for each in documents), zone),
        "author": [author],
        "custodian": reference("Organization", departure.site_id),
        "description": TITLE,
        "securityLabel": [concept(RESTRICTED)],
        "content": [{"attachment": attachment(each, record)} for each in documents],
        **versions,
    }
    return entry("DocumentReference", departure.pk, facts)


def attachment(document, record):
    """The bytes, with what shows that they arrived whole: SHA-1, as FHIR has it. The report's own hash is inside."""
    size = len(document.data)
    return {
        "contentType": document.content_type,
        "language": document.language,
        "data": b64encode(document.data).decode(),
        "size": str(size) if record.is_r5 else size,  # a 64-bit number, which JSON may not hold: in R5 it is text
        "hash": b64encode(hashlib.sha1(document.data, usedforsecurity=False).digest()).decode(),
        "title": TITLE,
        "creation": moment(document.made_at, record.zone),
    }
