"""The directory's categories as a taxonomy of two levels, with ids that are the same everywhere."""

from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import override

from resources.export import leaving
from resources.subjects import GROUPS, NEEDS

DOORWAY = uuid5(NAMESPACE_URL, "doorway:directory")
LANGUAGE = "en-gb"  # of words in exports, whoever asks for one
SUBJECTS = {
    "id": str(uuid5(DOORWAY, "taxonomy:subjects")),
    "name": "Doorway subjects",
    "description": "Whom a service is for, and what it is about.",
}
PARENTS = {"for": "For whom", "about": "What it is about"}


@lru_cache(maxsize=1024)
def term(code):
    """A category as a taxonomy term, to be read only: the same dict serves every document."""
    with override(LANGUAGE):
        name = str(GROUPS.get(code) or NEEDS.get(code) or code.replace("-", " ").capitalize())
    return made(code, name, parent_id=parent_term("for" if code in GROUPS else "about")["id"])


def parent_term(code):
    return made(f"{code}:", PARENTS[code])


def made(code, name, **facts):
    return {
        "id": str(id_of(code)),
        "code": code,
        "name": name,
        "description": name,
        **facts,
        "taxonomy": SUBJECTS["name"],
        "taxonomy_id": SUBJECTS["id"],
        "language": "en",
    }


def id_of(code):
    return uuid5(DOORWAY, f"term:{code}")


def terms():
    """All terms: the two parents, the known categories, and others that some entry has. One query."""
    return [*map(parent_term, PARENTS), *map(term, categories())]


def categories():
    used = leaving.entries().order_by().values_list("categories", flat=True)
    return sorted({*GROUPS, *NEEDS}.union(*used))


def meant_by(term_id: UUID):
    """The categories of a term; those of its children for one that has any. Empty for a term that is not known."""
    found = categories()
    of_parents = {id_of("for:"): set(GROUPS), id_of("about:"): set(found) - set(GROUPS)}
    return sorted(of_parents.get(term_id, {code for code in found if id_of(code) == term_id}))
