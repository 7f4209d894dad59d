"""What admins do about people, one at a time: two of them never decide about the same without seeing the other."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.dated import NotEntered


def hold(by):
    """Until the transaction ends, no other admin's deed goes on. Raises NotEntered where `by` is an admin no more.

    It is the lock that changing roles takes as well, taken first: so none of these waits for another in a circle, and
    what is read after it holds.
    """
    admins = roles.held_admins()
    if not isinstance(by, str) and by.pk not in admins:
        raise NotEntered(_("You are not an admin any more."))


def refuse_own_access(by, person):
    """Nobody gives themselves access to a record. Raises NotEntered."""
    if not isinstance(by, str) and by.pk == person.pk:
        raise NotEntered(_("Nobody gives themselves access to records. Ask another admin."), "supervisor")


def refuse_no_supervisor(person):
    if not (person.is_active and person.is_supervisor):
        raise NotEntered(_("%(name)s is no active supervisor.") % {"name": person.name}, "supervisor")
