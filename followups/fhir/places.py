"""Organization and Location: the site, as who answers for the session and as where it was."""

from followups.fhir.codes import ORGANIZATION_TYPE
from followups.fhir.elements import coding, concept, words
from followups.fhir.identities import entry, identifier, reference

PROVIDER = concept(coding(ORGANIZATION_TYPE, "prov", "Healthcare Provider"))


def organization(site):
    facts = {"identifier": [identifier("sites", site.pk)], "type": [PROVIDER], "name": words(site.name)}
    return entry("Organization", site.pk, facts)


def location(site):
    """The site as a place. Where a client was who was not there stands in the report, if anywhere."""
    return entry(
        "Location",
        site.pk,
        {
            "identifier": [identifier("sites", site.pk)],
            "status": "active",
            "mode": "instance",
            "name": words(site.name),
            "address": {"country": site.country},
            "managingOrganization": reference("Organization", site.pk),
        },
    )
