"""Handing one message to the outside, and telling apart what came of it."""

from dataclasses import dataclass
from smtplib import SMTPConnectError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import get_connection

from followups import notices
from followups.models import DeliveryEnd

Result = DeliveryEnd.Result


@dataclass
class Verdict:
    """What became of one try, in the words of the mail server; never the message itself."""

    result: str
    detail: str = ""


class Post:
    """A mail connection kept open over a batch, opened again after an error."""

    def __init__(self):
        self.connection = get_connection()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def send(self, delivery):
        """Try once and say what happened. Never raises for what a mail server may do."""
        try:
            self.connection.open()
        except (OSError, SMTPException) as error:
            self.connection.close()
            return Verdict(Result.TEMPORARY, f"No connection: {type(error).__name__}")
        try:
            notices.email_for(delivery, connection=self.connection).send()
        except (OSError, SMTPException) as error:
            self.reset()
            return judged(error)
        return Verdict(Result.SENT)

    def reset(self):
        """Drop the connection for good: its state is unknown after an error."""
        try:
            self.connection.close()
        except (OSError, SMTPException):
            self.connection.connection = None


def judged(error):
    """Temporary, permanent, or not known: the reply code decides; no reply means it may have been accepted."""
    code = code_of(error)
    if code is None:
        return Verdict(Result.AMBIGUOUS, f"Not known whether it was accepted: {type(error).__name__}")
    is_permanent = 500 <= code < 600 and not isinstance(error, SMTPConnectError)  # noqa: PLR2004
    return Verdict(Result.PERMANENT if is_permanent else Result.TEMPORARY, f"The mail server answered {code}")


def code_of(error):
    if isinstance(error, SMTPResponseException):
        return error.smtp_code
    if isinstance(error, SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return None
