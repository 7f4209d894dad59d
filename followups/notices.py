"""What staff are told. Fixed words, an opaque key, a link behind sign-in: never a client, never free text.

A call for help names the colleague and the site, and not the room: that is what somebody typed.
"""

import hashlib

from django.conf import settings
from django.core.mail import EmailMessage

from followups.models import Delivery

SUBJECT = "A follow-up is due"
BODY = "A follow-up is due. Open Doorway: {address}\n"
HELP_SUBJECT = "A colleague asks for help now"
HELP_BODY = "{name} at {site} asks for help now. Say that you are coming: {address}\n"
REPEAT = "You may have had this message before.\n"
NOT_SENT_SUBJECT = "Somebody could not be told"
NOT_SENT_BODY = "A message to a colleague could not be sent. See what is due: {address}\n"
CANARY_SUBJECT = "Doorway sends"
CANARY_BODY = "One of these comes every five minutes. When they stop, reminders have stopped.\n"


def opaque(delivery):
    """A name for the delivery that says nothing about it, the same at every try."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{delivery.key}".encode()).hexdigest()[:32]


def words_of(delivery):
    """Subject and body."""
    if delivery.kind == Delivery.Kind.CANARY:
        return CANARY_SUBJECT, CANARY_BODY
    if delivery.kind == Delivery.Kind.NOT_SENT:
        return NOT_SENT_SUBJECT, NOT_SENT_BODY.format(address=f"{settings.PUBLIC_URL}/follow-ups/")
    if call := delivery.help_call:
        address = f"{settings.PUBLIC_URL}/help/"
        return HELP_SUBJECT, HELP_BODY.format(name=call.by.name, site=call.site.name, address=address)
    return SUBJECT, BODY.format(address=f"{settings.PUBLIC_URL}/follow-ups/")


def email_for(delivery, *, connection):
    """The mail of a delivery. Each try carries the same Message-ID, so that a mailbox can see a repeat."""
    key = opaque(delivery)
    subject, body = words_of(delivery)
    return EmailMessage(
        subject=subject,
        body=body + REPEAT if delivery.may_be_repeat else body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.recipient.email if delivery.recipient else settings.CANARY_ADDRESS],
        headers={"Message-ID": f"<{key}@doorway>", "X-Delivery-Key": key},
        connection=connection,
    )
