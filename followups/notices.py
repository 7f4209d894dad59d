"""What staff are told. Fixed words, an opaque key, a link behind sign-in: never a client, never free text."""

import hashlib

from django.conf import settings
from django.core.mail import EmailMessage

SUBJECT = "A follow-up is due"
BODY = "A follow-up is due. Open Doorway: {address}\n"
REPEAT = "You may have had this message before.\n"


def opaque(delivery):
    """A name for the delivery that says nothing about it, the same at every try."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{delivery.key}".encode()).hexdigest()[:32]


def email_for(delivery, *, connection):
    """The mail of a delivery. Each try carries the same Message-ID, so that a mailbox can see a repeat."""
    key = opaque(delivery)
    body = BODY.format(address=f"{settings.PUBLIC_URL}/follow-ups/")
    return EmailMessage(
        subject=SUBJECT,
        body=body + REPEAT if delivery.may_be_repeat else body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.recipient.email],
        headers={"Message-ID": f"<{key}@doorway>", "X-Delivery-Key": key},
        connection=connection,
    )
