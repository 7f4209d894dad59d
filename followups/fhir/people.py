"""Patient and Practitioner: the client by the clinic's own reference, and the people who did or will do something."""

from followups.fhir.codes import IDENTIFIER_TYPE
from followups.fhir.elements import coding, concept, words
from followups.fhir.identities import entry, identifier, reference

INTERNAL = concept(coding(IDENTIFIER_TYPE, "PI", "Patient internal identifier"))
NOT_RECORDED = {"display": "Client not recorded"}


def subject(departure):
    """Who it is about; nothing while that is not recorded."""
    return reference("Patient", departure.client_id) if departure.client_id else None


def somebody(departure):
    """The same where FHIR insists on somebody: then it says that it is not recorded, and invents nobody."""
    return subject(departure) or NOT_RECORDED


def patient(client, *, has_name, site):
    """The client: a reference is told apart by the team that gave it. No birth date, no address, no number."""
    name = [{"use": "usual", "text": words(client.preferred_name)}] if has_name and words(client.preferred_name) else []
    known_as = identifier(f"clients/{client.team_id}", words(client.reference), use="usual", type=INTERNAL)
    facts = {"identifier": [known_as], "name": name, "managingOrganization": reference("Organization", site.pk)}
    return entry("Patient", client.pk, facts)


def named(person):
    """A reference that also says the name, for whoever reads the file as it is."""
    return reference("Practitioner", person.pk) | {"display": words(person.name)}


def practitioners(people):
    """Each of the people once: by name, and by the number that this installation knows them by."""
    known = {person.pk: person for person in people if person}
    return [
        entry("Practitioner", pk, {"identifier": [identifier("staff", pk)], "name": [{"text": words(person.name)}]})
        for pk, person in sorted(known.items())
    ]
