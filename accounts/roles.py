"""What a person may do, changed by an admin; and people who leave."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, people, signed_in_devices, staff_mails
from accounts.models import Role, StaffMail, User


class NotChanged(ValueError):
    """It cannot be so. The message is one sentence for whoever changes it."""


@transaction.atomic
def change(person, *, roles, is_active, by, at_once=False):
    """Give a person exactly `roles`, and let them in or not. Returns the person; saying it again changes nothing.

    All their sessions end, so that the change holds from their next request on; they are told by mail. `by` is an
    admin, or the name of a system actor. Raises NotChanged when it is the admin's own account: nobody gives
    themselves access to a record; when `by` is an admin no more; when no admin would be left; and when an account
    would be closed in whose name work stands open (`leaving`), unless it must be `at_once`.
    """
    from accounts import leaving  # it builds on this module

    admins = held_admins()
    found = User.objects.select_for_update(of=["self"]).get(pk=person.pk)
    refuse_the_impossible(found, admins, roles=roles, is_active=is_active, by=by)
    roles = people.known(roles)
    if set(found.roles) == set(roles) and found.is_active == is_active:
        return found
    closes = found.is_active and not is_active
    if closes and not at_once and leaving.open_work(found):
        raise NotChanged(_("Work stands open in their name. Say when they leave, so that it is handed over first."))
    audit.record("roles_changed", found, by=by, roles=roles, before=found.roles, is_active=is_active)
    was_active, found.roles, found.is_active = found.is_active, roles, is_active
    found.save(update_fields=["roles", "is_active"])
    if was_active:
        signed_in_devices.end_all(found, by=by)
        staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=found)
    if closes:
        leaving.carry_out(found, by=by)
    return found


def held_admins():
    """Every active admin, held until the transaction ends: two who remove each other come one after the other.

    Their keys are not held: what is written down meanwhile as done by one of them need not wait.
    """
    rows = User.objects.select_for_update(of=["self"], no_key=True).filter(roles__contains=[Role.ADMIN], is_active=True)
    return {each.pk for each in rows.order_by("pk")}


def refuse_the_impossible(person, admins, *, roles, is_active, by):
    if not isinstance(by, str):
        if by.pk == person.pk:
            raise NotChanged(_("Nobody changes their own roles. Ask another admin."))
        if by.pk not in admins:
            raise NotChanged(_("You are not an admin any more."))
    if is_active and not person.is_active and person.team.closed_at:
        raise NotChanged(_("Their team is closed. Move them to another team first."))
    if admins == {person.pk} and not (is_active and Role.ADMIN in roles):
        raise NotChanged(_("This is the last admin. Make somebody else an admin first."))
