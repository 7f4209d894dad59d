"""Sending what waits in `accounts.staff_mails`.

A mail may go out twice where a sender dies, or where a server's answer is lost; it is not lost. After MOST_TRIES it is
given up, which the page of people shows of an invitation.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts import staff_mail_words
from accounts.models import StaffMail
from accounts.models_of_entry import MOST_TRIES

FIRST_PAUSE = timedelta(seconds=90)  # longer than one mail can take, so that two senders never have the same in hand

logger = logging.getLogger("accounts.staff_post")


def drain():
    """Send what is due; returns how many left. Any number of senders may do so at once. Never raises for a mail."""
    sent = 0
    while mail := claim():
        if not deliver(mail):
            break  # the mail server's trouble, most likely: the rest can wait until the next round
        sent += 1
    return sent


@transaction.atomic
def claim():
    """One that is due, put off for whoever else looks; None where there is none."""
    mail = held()
    if mail:
        mail.tries += 1
        mail.next_at = timezone.now() + FIRST_PAUSE * 2 ** (mail.tries - 1)
        mail.save(update_fields=["tries", "next_at"])
    return mail


def held():
    """The one that waits longest, held until the transaction ends; what another sender holds is passed over."""
    waiting = StaffMail.objects.filter(sent_at=None, tries__lt=MOST_TRIES, next_at__lte=timezone.now())
    return waiting.order_by("next_at").select_for_update(skip_locked=True).first()


def deliver(mail):
    """Whether it is done with: it left, or nobody is to have it any more."""
    try:
        if words := staff_mail_words.of(mail):
            EmailMessage(**words, from_email=settings.DEFAULT_FROM_EMAIL).send()
    except Exception as error:  # whatever it is, reminders are sent by the same process and must go on
        logger.warning("staff mail %s not sent: %s", mail.pk, type(error).__name__)
        return False
    StaffMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
    return True
