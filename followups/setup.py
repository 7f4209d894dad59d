"""What is missing before Doorway can be used in earnest, at any time: one line for each thing, and where to mend it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from protocols import adoptions


@dataclass(frozen=True)
class Line:
    """`says` is how it stands; `to_do` names the link to `address`, where it is mended or looked at."""

    about: str
    is_done: bool
    says: str
    to_do: str
    address: str


def lines():
    return [adopted()]


def adopted():
    found = adoptions.made()
    if found is None:
        says = _("Nobody has signed yet: everything is practice.")
    elif found.is_from_before:
        says = _("In live use since before this was asked for.")
    else:
        says = _("%(name)s has signed. Doorway is in live use.") % {"name": found.by.name}
    return Line("adoption", bool(found), says, _("Read and sign"), reverse("adoption"))
