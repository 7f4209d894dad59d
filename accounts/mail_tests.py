"""Whether mail arrives: an admin sends one to themselves, and proves it by the link inside. No server says it."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit, staff_mails
from accounts.invitations import LinkIsDead, fingerprint
from accounts.models import MailTest, StaffMail

LASTS = timedelta(hours=24)


@transaction.atomic
def ask(*, by):
    """Put out a mail to the admin's own address, by the way that all mail goes. Returns the MailTest."""
    made = MailTest.objects.create(by=by, expires_at=timezone.now() + LASTS)
    audit.record("mail_test_asked", made, by=by)
    staff_mails.write(StaffMail.Kind.MAIL_TEST, person=by, test=made.pk)
    return made


@transaction.atomic
def new_link(test_id):
    """The address that proves it; None where it is too late. Made when the mail leaves, and written nowhere else.

    A mail that goes out a second time carries a new link, and the first one is dead.
    """
    found = MailTest.objects.select_for_update().get(pk=test_id)
    if found.arrived_at or found.expires_at <= timezone.now():
        return None
    token = secrets.token_urlsafe(32)
    found.token_hash = fingerprint(token)
    found.save(update_fields=["token_hash"])
    return f"{settings.PUBLIC_URL}{reverse('mail-arrived', args=[token])}"


@transaction.atomic
def arrived(token, *, by):
    """The admin whose mail it is has opened the link: mail arrives. Returns the MailTest; twice changes nothing.

    Raises LinkIsDead: unknown, also where the link is somebody else's, or too_old.
    """
    found = MailTest.objects.select_for_update().filter(token_hash=fingerprint(token), by=by).first()
    if found is None:
        raise LinkIsDead("unknown")
    if found.arrived_at:
        return found
    now = timezone.now()
    if found.expires_at <= now:
        raise LinkIsDead("too_old")
    found.arrived_at = max(now, found.asked_at)  # by another machine's clock
    found.save(update_fields=["arrived_at"])
    audit.record("mail_arrived", found, by=by)
    return found


def proof():
    """The newest test that arrived, or None."""
    return MailTest.objects.exclude(arrived_at=None).order_by("-arrived_at").first()


def waiting():
    """The newest one that is on its way, or None."""
    open_ones = MailTest.objects.filter(arrived_at=None, expires_at__gt=timezone.now())
    return open_ones.select_related("by").order_by("-asked_at").first()
