"""Taps that wait on a device: whose they are, and how the device learns that one has arrived."""

from datetime import timedelta
from functools import wraps
from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime

SAVED, DUPLICATE = "saved", "duplicate"
CLOCK_TOLERANCE = timedelta(seconds=30)  # a device's clock, and the way to us, may be off by this and not be mentioned


def mark_of(user):
    """What a device calls this person: always the same, and telling nobody who it is. Empty when signed out."""
    return salted_hmac("device", str(user.pk)).hexdigest()[:16] if user.is_authenticated else ""


def hear(view):
    """A tap that may come late, from a device that others use as well.

    A tap of somebody else than who is signed in is answered 401 and changes nothing. What was taken says so in
    `X-Op`, for a proxy or a hotel's network may answer 200 as well: without that word the device keeps the tap.
    The tap's moment `at` is put right when the device's clock is wrong; see `clock_off_by`,
    which the view finds as `request.clock_off_by`.
    """

    @wraps(view)
    def heard(request, *args, **kwargs):
        owner = request.headers.get("X-Outbox")
        if owner and owner != mark_of(request.user):
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        request.clock_off_by = clock_off_by(request)
        if request.clock_off_by:
            request.POST = by_our_clock(request)
        response = view(request, *args, **kwargs)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            response.setdefault("X-Op", SAVED)
        return response

    return heard


def clock_off_by(request):
    """How far the clock of the device runs ahead of ours; None when it is right, or says nothing.

    `X-Sent-At` is the device's own time at the moment of sending, however long the tap had waited.
    """
    try:
        sent_at = parse_datetime(request.headers.get("X-Sent-At", ""))
        ahead = sent_at - timezone.now()
    except (TypeError, ValueError, OverflowError):
        return None
    return ahead if abs(ahead) > CLOCK_TOLERANCE else None


def by_our_clock(request):
    """What was posted, with the tap's moment as our clock would have had it. What cannot be read is left as it is."""
    posted = request.POST.copy()
    try:
        posted["at"] = (parse_datetime(posted.get("at", "")) - request.clock_off_by).isoformat()
    except (TypeError, ValueError, OverflowError):
        return request.POST
    return posted
