"""CodeSystem: what Doorway's own codes mean, for whoever receives a file. The same in R4 and R5."""

from django.utils.translation import override

from followups.fhir.codes import OWN, system
from followups.fhir.elements import filled


def code_system(name):
    """One own system with all its codes; raises KeyError for a name that is none."""
    with override("en"):
        vocabulary = OWN[name]
        return filled(
            {
                "resourceType": "CodeSystem",
                "id": name,
                "url": system(name),
                "name": "".join(part.capitalize() for part in name.split("-")),
                "title": vocabulary.title,
                "status": "active",
                "experimental": False,
                "publisher": "Doorway",
                "caseSensitive": True,
                "content": "complete",
                "concept": [{"code": str(code), "display": str(label)} for code, label in vocabulary.choices],
            }
        )
