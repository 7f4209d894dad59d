"""Mail: whether the server answers, speaks TLS and takes our name; and, if asked, whether one mail goes out."""

import ssl
from email.utils import parseaddr
from smtplib import SMTPAuthenticationError, SMTPException, SMTPNotSupportedError

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from config.operations.answers import broken, look, ok

SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOWHERE = ("console", "dummy", "filebased", "locmem")
HERE = {"127.0.0.1", "::1", "localhost"}
WORDS = "This is a test of Doorway's. Whoever looks after it asked for it. There is nothing to do."


def answers():
    yield sender()
    backend = settings.EMAIL_BACKEND
    if backend == SMTP:
        yield server()
        yield encryption()
    elif backend.split(".")[-2] in NOWHERE:
        yield broken("server", "Mail goes to nobody.", "Set EMAIL_URL to a mail server.")
    else:
        to_do = "Run manage.py doctor --send-to with a mailbox of yours."
        yield look("server", "Mail leaves by a service, which is not asked without sending.", to_do)


def sender():
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if not host or host in HERE:
        to_do = "Set DEFAULT_FROM_EMAIL to an address of yours that may send."
        return look("sender", "Mail says it is from this machine: most servers refuse that.", to_do)
    return ok("sender", f"Mail is from somebody at {host}.")


def server():
    where = f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection(fail_silently=False):
            pass
    except SMTPAuthenticationError as problem:
        says = f"{where} does not let us in: it answered {problem.smtp_code}."
        return broken("server", says, "Are the name and password in EMAIL_URL right?")
    except SMTPNotSupportedError:
        says = f"{where} cannot do what EMAIL_URL asks for: TLS, or signing in."
        return broken("server", says, "Is it smtp+tls:// or smtp+ssl://, and is it the right port?")
    except ssl.SSLError:
        says = f"{where} cannot be talked to over TLS: it has none there, or no certificate we can trust."
        return broken("server", says, "Is it the right port, and is the certificate for that name and not run out?")
    except (OSError, SMTPException) as problem:
        says = f"{where} does not answer: {type(problem).__name__}."
        return broken("server", says, "Is it running, and are host and port in EMAIL_URL right?")
    return ok("server", f"{where} answers{' and lets us in' if settings.EMAIL_HOST_USER else ''}.")


def encryption():
    if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
        return ok("tls", "Mail leaves over TLS.")
    if settings.EMAIL_HOST in HERE:
        return ok("tls", "Mail leaves by a server on this machine.")
    return look("tls", "Mail leaves without TLS.", "Use smtp+tls:// or smtp+ssl:// in EMAIL_URL.")


def send_to(address):
    """Send one mail there. Whether it arrives, only a person can see."""
    try:
        EmailMessage("A test of Doorway's", WORDS, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except Exception as problem:  # a mail service has errors of its own
        says = f"The test mail was not taken: {type(problem).__name__}."
        return broken("sent", says, "See the lines about mail above.")
    return ok("sent", "The test mail was handed over. Look whether it arrives, and not as spam.")
