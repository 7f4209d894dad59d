"""Who is called first at a site, by its rota."""

from django.db import transaction

from accounts import audit
from followups import clock
from followups.models import OnCallShift


def now(site, *, at=None):
    """The person on call at `site` at that moment (now by default), or None where the rota is silent."""
    shifts = OnCallShift.objects.on(site, at or clock.now()).filter(person__is_active=True)
    shift = shifts.select_related("person__team__site").first()
    return shift and shift.person


@transaction.atomic
def add(*, site, person, starts_at, ends_at, by):
    """`person` is on call at `site` between two moments (aware). Saying it twice is one shift."""
    shift, is_new = OnCallShift.objects.get_or_create(
        site=site, person=person, starts_at=starts_at, defaults={"ends_at": ends_at}
    )
    if is_new:
        audit.record("on_call_added", shift, by=by, person=person.pk, site=site.pk)
    return shift


@transaction.atomic
def remove(shift, *, by):
    """Take a shift off the rota; the audit trail keeps whose it was."""
    audit.record("on_call_removed", shift, by=by, person=shift.person_id, site=shift.site_id)
    shift.delete()
