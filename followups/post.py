"""Handing one message to the outside, and telling apart what came of it."""

from smtplib import SMTPConnectError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import get_connection

from followups import notices, verdicts
from followups.models import DeliveryEnd
from followups.models.deliveries import DeliveryChannel
from followups.push import Push
from followups.verdicts import Verdict

try:
    from anymail.exceptions import AnymailAPIError, AnymailError
except ImportError:  # a mail service over HTTPS is the organisation's choice

    class AnymailError(Exception):
        """Never raised."""

    AnymailAPIError = AnymailError

Result = DeliveryEnd.Result
TROUBLE = (OSError, SMTPException, AnymailError)


class Post:
    """The ways out, one for each channel, for as long as a batch lasts."""

    def __init__(self):
        self.ways = {DeliveryChannel.EMAIL: Mail(), DeliveryChannel.PUSH: Push()}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.ways[DeliveryChannel.EMAIL].close()

    def send(self, delivery):
        """Try once and say what happened. Never raises for what the outside may do."""
        return self.ways[delivery.channel].send(delivery)

    def reset(self):
        """The mail connection may stand in the middle of a talk: the next message gets another."""
        self.ways[DeliveryChannel.EMAIL].reset()


class Mail:
    """A mail connection kept open over a batch, opened again after an error."""

    def __init__(self):
        self.connection = get_connection()

    def close(self):
        self.connection.close()

    def send(self, delivery):
        try:
            self.connection.open()
        except TROUBLE as error:
            self.connection.close()
            return Verdict(Result.TEMPORARY, f"No connection: {type(error).__name__}")
        try:
            notices.email_for(delivery, connection=self.connection).send()
        except TROUBLE as error:
            self.reset()
            return judged(error)
        return Verdict(Result.SENT)

    def reset(self):
        """Drop the connection for good: its state is unknown after an error."""
        try:
            self.connection.close()
        except TROUBLE:
            self.connection.connection = None


def judged(error):
    """Temporary, permanent, or not known: the reply code decides; no reply means it may have been accepted."""
    if isinstance(error, AnymailError):
        return judged_by_service(error)
    code = code_of(error)
    if code is None:
        return not_known(error)
    is_permanent = 500 <= code < 600 and not isinstance(error, SMTPConnectError)  # noqa: PLR2004
    return Verdict(Result.PERMANENT if is_permanent else Result.TEMPORARY, f"The mail server answered {code}")


def code_of(error):
    if isinstance(error, SMTPResponseException):
        return error.smtp_code
    if isinstance(error, SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return None


def judged_by_service(error):
    """The same for a mail service over HTTPS: what it or its library refuses without a status is refused for good."""
    if not isinstance(error, AnymailAPIError):
        return Verdict(Result.PERMANENT, f"The mail service refused it: {type(error).__name__}")
    return verdicts.of_status(error.status_code, "The mail service") if error.status_code else not_known(error)


def not_known(error):
    return Verdict(Result.AMBIGUOUS, f"Not known whether it was accepted: {type(error).__name__}")
