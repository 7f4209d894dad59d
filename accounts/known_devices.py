"""Whether somebody signed in on this device before. The device itself keeps that, in a cookie it cannot forge."""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

MOST = 8  # people who share a tablet; more, and the one who was here first is new again
DAYS = 365


def mark_of(person):
    return salted_hmac("accounts.known_devices", str(person.pk), algorithm="sha256").hexdigest()[:32]


def cookie_name():
    return "__Host-known" if settings.IS_HTTPS else "known"


def marks_on(request):
    return [each for each in request.COOKIES.get(cookie_name(), "").split(".") if each][-MOST:]


def is_known(request, person):
    return any(constant_time_compare(each, mark_of(person)) for each in marks_on(request))


def remember(request, response, person):
    """From now on this device is known as the person's, for a year after the last sign-in."""
    others = [each for each in marks_on(request) if each != mark_of(person)]
    response.set_cookie(
        cookie_name(),
        ".".join([*others, mark_of(person)][-MOST:]),
        max_age=DAYS * 24 * 3600,
        httponly=True,
        secure=settings.IS_HTTPS,
        samesite="Lax",
    )
