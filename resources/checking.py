"""Trying the ways to reach an entry, changing them, and saying that one does not work. Each deed leaves its entry.

A check holds for a while and then has to be made again; it is of what the number was when it was tried, so that a
change clears the checks of that contact and of no other.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from resources.models import ContactPoint, NumberReport, Resource, Verification

TRY_AGAIN_AFTER = timedelta(days=2)  # nobody answered: that proves nothing; product default
#: With another of these it is another contact, and was never checked.
WHAT_IS_TRIED = {"dial", "dial_region", "e164", "extension", "hours", "keyword", "menu_option", "url"}
Result, Status = Verification.Result, Resource.Status
Answer = NumberReport.Answer


class StatusNeedsReason(Exception):
    """Why an entry was taken out, or closed, is what the next person needs to know."""


class ContactHasChanged(Exception):
    """The contact is not any more what it was when its page was opened: what was tried is not what stands here."""


class IsThereAlready(Exception):
    """The entry has another contact of the same kind, number, option and keyword."""


@transaction.atomic
def check(contact, *, result, method, by, edition=None, checklist=None, note="", evidence_url=""):
    """Write down that `by` tried this contact today, in the time zone of their page. Returns the Verification.

    Found working, it answers what was reported of it. Nobody answered: it is to be tried again in two days, and does
    not count as checked. An entry counts as checked when each of its contacts does; on a crisis line that takes two
    people (see `ContactPoint.is_verified`). Raises ContactHasChanged when it is not of `edition` any more, or was taken
    out: then the number that was tried is not the one that stands here.
    """
    resource = locked(contact.resource_id)
    contact = ContactPoint.objects.get(pk=contact.pk)
    if contact.removed_at or edition not in (None, contact.edition):
        raise ContactHasChanged
    today = timezone.localdate()
    made = Verification.objects.create(
        contact_point=contact,
        by=by,
        on=today,
        method=method,
        result=result,
        checklist=checklist or {},
        note=note,
        evidence_url=evidence_url,
        retry_on=today + TRY_AGAIN_AFTER if result == Result.NO_ANSWER else None,
    )
    audit.record("contact_checked", resource, by=by, contact=contact.pk, result=result)
    if result == Result.WORKS:
        answer_reports([contact], Answer.WORKS, by=by)
    settle(resource.pk)
    return made


@transaction.atomic
def change(contact, *, by, **facts):
    """Give a contact other words or another number. What says what it said before is not written.

    Where that changes what one tries, its checks do not count any more, those of others do, and what was reported of
    it is answered as mended. Raises IsThereAlready, and then nothing is changed.
    """
    resource = locked(contact.resource_id)
    contact = ContactPoint.objects.get(pk=contact.pk)
    changed = sorted(name for name, value in facts.items() if getattr(contact, name) != value)
    if not changed:
        return contact
    for name in changed:
        setattr(contact, name, facts[name])
    is_another = not set(changed).isdisjoint(WHAT_IS_TRIED)
    if is_another:
        contact.changed_by, contact.changed_at = by, timezone.now()
        contact.edition += 1
    try:
        with transaction.atomic():
            contact.save(update_fields=[*changed, "changed_by", "changed_at", "edition"])
    except IntegrityError as error:
        raise IsThereAlready from error
    audit.record("contact_changed", resource, by=by, contact=contact.pk, fields=changed)
    if is_another:
        answer_reports([contact], Answer.MENDED, by=by)
        settle(resource.pk)
    return contact


@transaction.atomic
def set_status(resource, status, *, by, reason="", closed_until=None, successor=None):
    """Close an entry for now, take it out, or bring it back into the lists. Raises StatusNeedsReason.

    Brought back it counts as checked only if its checks still do.
    """
    resource = locked(resource.pk)
    if status != Status.IN_REVIEW and not reason:
        raise StatusNeedsReason
    resource.status, resource.status_reason = status, reason
    resource.closed_until = closed_until if status == Status.TEMPORARILY_CLOSED else None
    resource.successor = successor if status == Status.RETIRED else None
    resource.save(update_fields=["status", "status_reason", "closed_until", "successor", "updated_at"])
    audit.record("resource_status_set", resource, by=by, status=status)
    if status in (Status.RETIRED, Status.DO_NOT_LIST):
        answer_reports(resource.contact_points.all(), Answer.REMOVED, by=by)
    settle(resource.pk)


@transaction.atomic
def report(contact, *, what, by):
    """`by` says that this contact did not work. It is in doubt for everybody until a curator answers.

    Saying it twice before that is one report, with what was said last. Returns it.
    """
    locked(contact.resource_id)
    made, is_new = NumberReport.objects.get_or_create(
        contact_point=contact, by=by, answered_at=None, defaults={"what": what}
    )
    if not is_new:
        made.what = what
        made.save(update_fields=["what"])
    audit.record("contact_reported", contact.resource, by=by, contact=contact.pk, what=what)
    return made


def locked(resource_id):
    """The entry, held until the commit: two who check at once follow each other, and both count."""
    return Resource.objects.select_for_update().get(pk=resource_id)


def answer_reports(contacts, answer, *, by):
    waiting = NumberReport.objects.filter(contact_point__in=contacts, answered_at=None)
    waiting.update(answer=answer, answered_by=by, answered_at=timezone.now())


def settle(resource_id):
    """Bring into line what follows from the checks: whether the entry counts as checked, and when it is due again.

    One that lost its check keeps the day on which it was due: what its age had hidden does not come back by failing.
    """
    resource = Resource.objects.with_contacts().get(pk=resource_id)
    resource.all_checked_on = resource.checked_on
    if resource.is_verified:
        resource.check_due_on = resource.checked_on + timedelta(days=resource.days_a_check_holds)
    if resource.status in (Status.IN_REVIEW, Status.VERIFIED):
        resource.status = Status.VERIFIED if resource.is_verified else Status.IN_REVIEW
    resource.save(update_fields=["all_checked_on", "check_due_on", "status", "updated_at"])
