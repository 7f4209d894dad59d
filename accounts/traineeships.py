"""Who is in training, from one day to another: entered, ended, taken back. What they sign then is co-signed."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import admin_deeds, audit, dated, staff_mails
from accounts.dated import NotEntered
from accounts.models import StaffMail, Traineeship, User

Kind = StaffMail.Kind


@transaction.atomic
def enter(*, person, starts_on, ends_on=None, by):
    """`person` is in training on these days, both included, as their own wall has them. Returns the Traineeship.

    They are told by mail. Raises NotEntered: for a day that lies past, and where they are in training on one of these
    days already; for somebody who does not work here any more.
    """
    admin_deeds.hold(by)
    person = User.objects.get(pk=person.pk)
    if not person.is_active:
        raise NotEntered(_("%(name)s does not work here any more.") % {"name": person.name})
    dated.refuse_days(starts_on, ends_on, today=dated.present_day(person.zone))
    if same := Traineeship.objects.filter(person=person).overlapping(starts_on, ends_on).first():
        facts = {"name": person.name, "days": same.said}
        raise NotEntered(_("%(name)s is in training already, %(days)s.") % facts, "starts_on")
    made = Traineeship.objects.create(person=person, starts_on=starts_on, ends_on=ends_on)
    audit.record("training_begun", made, by=by, person=person.pk, **dated.written(made))
    tell(Kind.TRAINING_ADDED, made)
    return made


@transaction.atomic
def end(traineeship, *, last, by):
    """`last` is the last day on which they are in training; what they signed until then is co-signed as before.

    They are told. Returns the Traineeship. Saying it again changes nothing. Raises NotEntered: for what is over or has
    not begun; for a later day than it has; and where `by` is the one in training.
    """
    found = held(traineeship, by=by)
    today = dated.present_day(found.person.zone)
    if dated.end(found, last=last, today=today, action="training_ended", by=by, person=found.person_id):
        tell(Kind.TRAINING_ENDED, found)
    return found


@transaction.atomic
def take_back(traineeship, *, by):
    """One that has not begun will never have been. They are told. Raises NotEntered."""
    found = held(traineeship, by=by)
    tell(Kind.TRAINING_VOID, found)
    today = dated.present_day(found.person.zone)
    dated.take_back(found, today=today, action="training_taken_back", by=by, person=found.person_id)


def held(traineeship, *, by):
    admin_deeds.hold(by)
    found = dated.held(Traineeship.objects.select_related("person__team__site"), traineeship)
    if not isinstance(by, str) and by.pk == found.person_id:
        raise NotEntered(_("Nobody ends their own training. Ask another admin."))
    return found


def tell(kind, traineeship):
    staff_mails.write(kind, person=traineeship.person, **dated.written(traineeship))
