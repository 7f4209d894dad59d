"""Communication: one attempt to reach the client, failed ones as well. Only where somebody asks for them."""

from followups.fhir.codes import MODE, NOT_DONE, own, structure
from followups.fhir.elements import coding, extension, moment, words
from followups.fhir.identities import entry, identifier, reference
from followups.fhir.people import named, subject
from followups.models import ContactAttempt
from sessions_app.models import Channel

Result = ContactAttempt.Result
PHONE = coding(MODE, "PHONE", "telephone")
#: A text message is written, and HL7's list of that has no nearer word.
MODES = {
    Channel.PHONE: PHONE,
    Channel.VOICEMAIL: PHONE,
    Channel.TEXT: coding(MODE, "WRITTEN", "written"),
    Channel.EMAIL: coding(MODE, "EMAILWRIT", "email"),
    Channel.LETTER: coding(MODE, "MAILWRIT", "mail"),
}
UNAVAILABLE = coding(NOT_DONE, "recipient-unavailable", "Recipient Unavailable")
#: What did not come about, with HL7's reason where it has one that is true.
DID_NOT = {
    Result.NO_ANSWER: [UNAVAILABLE],
    Result.VOICEMAIL_NOT_ALLOWED: [UNAVAILABLE],
    Result.WRONG_NUMBER: [coding(NOT_DONE, "invalid-phone-number", "Invalid Phone Number")],
    Result.OTHER_PERSON: [UNAVAILABLE],
    Result.BOUNCED: [],
    Result.LETTER_RETURNED: [],
    Result.BLOCKED: [coding(NOT_DONE, "patient-objection", "Patient Objection")],
}


def communications(record):
    known = {each.pk for each in record.follow_ups}
    return [communication(record, each, has_task=each.follow_up_id in known) for each in record.attempts]


def communication(record, attempt, *, has_task):
    """`completed` where something was said or left for the client, else `not-done` with what came of it."""
    departure = record.departure
    is_done = attempt.result not in DID_NOT
    result = own("contact-result", attempt.result)
    reason = own("contact-result", attempt.result, *DID_NOT.get(attempt.result, []))
    why = own("purpose", "after-departure")
    note = {"text": words(attempt.note), "authorReference": named(attempt.by)} if words(attempt.note) else {}
    facts = {
        "identifier": [identifier("attempts", attempt.pk)],
        "extension": [extension(structure("contact-result"), valueCodeableConcept=result)],
        "basedOn": [reference("Task", attempt.follow_up_id)] if has_task else [],
        "status": "completed" if is_done else "not-done",
        "statusReason": {} if is_done else reason,
        "category": [own("purpose", "contact-attempt")],
        "medium": [own("contact-channel", attempt.channel, MODES[attempt.channel])],
        "subject": subject(departure),
        "encounter": reference("Encounter", departure.pk),
        "sent": moment(attempt.occurred_at, record.zone),
        "recipient": [subject(departure)] if attempt.is_reached else [],
        "sender": named(attempt.by),
        "note": [note],
        **({"reason": [{"concept": why}]} if record.is_r5 else {"reasonCode": [why]}),
    }
    return entry("Communication", attempt.pk, facts)
