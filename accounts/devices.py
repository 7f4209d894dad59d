"""Taps that wait on a device: whose they are, and how the device learns that one has arrived."""

from functools import wraps
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.crypto import salted_hmac

SAVED, DUPLICATE = "saved", "duplicate"


def mark_of(user):
    """What a device calls this person: always the same, and telling nobody who it is. Empty when signed out."""
    return salted_hmac("device", str(user.pk)).hexdigest()[:16] if user.is_authenticated else ""


def hear(view):
    """A tap that may come late, from a device that others use as well.

    A tap of somebody else than who is signed in is answered 401 and changes nothing. What was taken says so in
    `X-Op`, for a proxy or a hotel's network may answer 200 as well: without that word the device keeps the tap.
    """

    @wraps(view)
    def heard(request, *args, **kwargs):
        owner = request.headers.get("X-Outbox")
        if owner and owner != mark_of(request.user):
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        response = view(request, *args, **kwargs)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            response.setdefault("X-Op", SAVED)
        return response

    return heard
