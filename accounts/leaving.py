"""People who leave: an admin says when, their work is handed over, and then their account is closed.

What is open in their name is known to the rooms above (`signals.what_is_open`): an admin reads numbers of it, and no
row. Signing in ends with the last day, whatever is open by then: that stays with whoever answers for them, in sight.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, roles, signals, staff_mails
from accounts.models import Leaving, Role, StaffMail, Supervision, User
from accounts.supervision import supervisors_of

CLINICAL = (Role.THERAPIST, Role.SUPERVISOR)


class NotSaid(ValueError):
    """It cannot be so. The message is one sentence for the admin."""


def open_work(person):
    """What stands open in their name: {kind: number}, without those of which there is none."""
    found = {}
    for _receiver, answer in signals.what_is_open.send(User, person=person):
        found |= {kind: number for kind, number in answer.items() if number}
    return found


@transaction.atomic
def say(person, *, leaves_on, by):
    """`leaves_on` is their last day. Returns the Leaving; another day changes the one that was said.

    Whoever answers for them is told by mail, without their name, and finds what to hand over among their tasks.
    Raises NotSaid: for one's own account, for somebody who has none any more, for a day that is over, and for a
    clinician whom nobody supervises: nobody could hand over their clients.
    """
    person = User.objects.select_for_update(of=["self"]).get(pk=person.pk)
    refuse_the_impossible(person, leaves_on=leaves_on, by=by)
    said, is_new = Leaving.objects.ahead().get_or_create(
        person=person, defaults={"leaves_on": leaves_on, "said_by": by}
    )
    if not is_new and said.leaves_on == leaves_on:
        return said
    said.leaves_on, said.said_by = leaves_on, by
    said.save(update_fields=["leaves_on", "said_by"])
    audit.record("leaving_said", person, by=by, leaves_on=leaves_on.isoformat())
    if is_new and person.has_role(*CLINICAL):
        tell(supervisors_of(person))
    return said


def refuse_the_impossible(person, *, leaves_on, by):
    if by.pk == person.pk:
        raise NotSaid(_("Nobody closes their own account. Ask another admin."))
    if not person.is_active:
        raise NotSaid(_("Their account is closed already."))
    if leaves_on < timezone.localdate(timezone=person.zone):
        raise NotSaid(_("Give a day that is not over."))
    if person.is_therapist and not supervisors_of(person).exists():
        raise NotSaid(_("Nobody supervises them today. Give them a supervisor first, who hands over their clients."))


@transaction.atomic
def take_back(person, *, by):
    """They stay after all. What was handed over stays handed over. Saying it twice is saying it once."""
    if Leaving.objects.ahead().filter(person=person).update(taken_back_at=timezone.now()):
        audit.record("leaving_taken_back", person, by=by)


@transaction.atomic
def close(person, *, by, at_once=False):
    """They have no access any more: sessions, devices and addresses end. Returns the person.

    Raises roles.NotChanged while work stands open in their name, unless it is `at_once`: then whoever answers for them
    is told by mail, and has it in sight until it is handed over.
    """
    return roles.change(person, roles=person.roles, is_active=False, by=by, at_once=at_once)


def carry_out(person, *, by):
    """What closing an account is besides. `roles.change` calls it, in its transaction."""
    Leaving.objects.ahead().filter(person=person).update(closed_at=timezone.now())
    signals.account_closed.send(User, person=person, by=by)
    if open_work(person):
        tell(supervisors_of(person) or User.objects.filter(is_clinical_lead=True, is_active=True))


def left_to_supervise(person):
    """Supervisions by `person` in force today, of people who work here."""
    return Supervision.objects.on().filter(supervisor=person, supervisee__is_active=True)


@transaction.atomic
def hand_on_supervisees(person, *, to, by):
    """Whom `person` supervises today, `to` does as well from today on; `person` until the account is closed.

    The reviews go with them. Returns how many. Saying it twice is saying it once; nobody comes to supervise themselves.
    """
    made = 0
    for given in left_to_supervise(person).exclude(supervisee=to).select_related("supervisee__team__site"):
        today = timezone.localdate(timezone=given.supervisee.zone)
        if not Supervision.objects.on().filter(supervisor=to, supervisee=given.supervisee, ends_on=None).exists():
            new = Supervision.objects.create(supervisor=to, supervisee=given.supervisee, starts_on=today)
            audit.record("supervision_added", new, by=by, supervisor=to.pk, supervisee=given.supervisee_id)
            made += 1
    return made


def tell(people):
    for each in people:
        staff_mails.write(StaffMail.Kind.WORK_TO_HAND_OVER, person=each)


def sweep():
    """Close the accounts of those whose last day is over, on their own wall; safe to say again. Returns how many."""
    closed = 0
    for said in Leaving.objects.ahead().select_related("person__team__site"):
        if said.leaves_on < timezone.localdate(timezone=said.person.zone):
            closed += close_one(said)
    return closed


def close_one(said):
    """The last admin stays, and is looked at again in the next round."""
    try:
        close(said.person, by="sweeper", at_once=True)
    except roles.NotChanged:
        return 0
    return 1
