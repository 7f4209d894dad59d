"""Who supervises whom, from one day to another: entered, ended, taken back. Who may see what follows from the rows.

What an absence makes (`origin`) is not touched here: it comes and goes with the absence.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import admin_deeds, audit, dated, staff_mails
from accounts.dated import NotEntered, Origin
from accounts.models import StaffMail, Supervision, User

Kind = StaffMail.Kind


@transaction.atomic
def enter(*, supervisor, supervisee, starts_on, ends_on=None, by):
    """`supervisor` answers for `supervisee` on these days, both included, as the supervisee's wall has them.

    Returns the Supervision; both are told by mail. Raises NotEntered: for a supervisor who is none, or is `by`, for
    nobody gives themselves access to a record; for oneself; for a day that lies past; where the same two have a day
    in common already; and where the supervisee supervises the supervisor on one of these days. Three who supervise
    each other in a ring are no such circle: small practices do that.
    """
    admin_deeds.hold(by)
    supervisor, supervisee = (User.objects.get(pk=each.pk) for each in (supervisor, supervisee))
    refuse_people(supervisor, supervisee, by=by)
    dated.refuse_days(starts_on, ends_on, today=dated.present_day(supervisee.zone))
    refuse_days_taken(supervisor, supervisee, starts_on, ends_on)
    pair = {"supervisor": supervisor, "supervisee": supervisee}
    made = Supervision.objects.create(**pair, starts_on=starts_on, ends_on=ends_on, origin=Origin.ENTERED)
    audit.record("supervision_added", made, by=by, **ids_of(made), **dated.written(made))
    tell(Kind.SUPERVISION_ADDED, made)
    return made


def refuse_people(supervisor, supervisee, *, by):
    if supervisor.pk == supervisee.pk:
        raise NotEntered(_("Nobody supervises themselves."), "supervisor")
    admin_deeds.refuse_own_access(by, supervisor)
    admin_deeds.refuse_no_supervisor(supervisor)
    if not supervisee.is_active:
        raise NotEntered(_("%(name)s does not work here any more.") % {"name": supervisee.name})


def refuse_days_taken(supervisor, supervisee, starts_on, ends_on):
    rows = Supervision.objects.as_entered().overlapping(starts_on, ends_on)
    names = {"supervisor": supervisor.name, "supervisee": supervisee.name}
    if same := rows.filter(supervisor=supervisor, supervisee=supervisee).first():
        words = _("%(supervisor)s supervises %(supervisee)s already, %(days)s.")
        raise NotEntered(words % {**names, "days": same.said}, "starts_on")
    if back := rows.filter(supervisor=supervisee, supervisee=supervisor).first():
        words = _("%(supervisee)s supervises %(supervisor)s, %(days)s. Two people cannot supervise each other.")
        raise NotEntered(words % {**names, "days": back.said}, "supervisor")


@transaction.atomic
def end(supervision, *, last, by):
    """`last` is the last day on which it holds; yesterday: it holds no more. Both are told. Returns the Supervision.

    Saying it again changes nothing. Raises NotEntered: for what is over, has not begun, or is part of an absence; for
    a later day than it has; and where `by` is the one who is supervised.
    """
    found = held(supervision, by=by)
    today = dated.present_day(found.supervisee.zone)
    if dated.end(found, last=last, today=today, action="supervision_ended", by=by, **ids_of(found)):
        tell(Kind.SUPERVISION_ENDED, found)
    return found


@transaction.atomic
def take_back(supervision, *, by):
    """One that has not begun will never have been. Both are told. Raises NotEntered."""
    found = held(supervision, by=by)
    today = dated.present_day(found.supervisee.zone)
    tell(Kind.SUPERVISION_VOID, found)
    dated.take_back(found, today=today, action="supervision_taken_back", by=by, **ids_of(found))


def held(supervision, *, by):
    admin_deeds.hold(by)
    found = dated.held(Supervision.objects.select_related("supervisor", "supervisee__team__site"), supervision)
    if not isinstance(by, str) and by.pk == found.supervisee_id:
        raise NotEntered(_("Nobody ends their own supervision. Ask another admin."))
    return found


def ids_of(supervision):
    return {"supervisor": supervision.supervisor_id, "supervisee": supervision.supervisee_id}


def tell(kind, supervision):
    for person in (supervision.supervisor, supervision.supervisee):
        staff_mails.write(kind, person=person, **ids_of(supervision), **dated.written(supervision))
