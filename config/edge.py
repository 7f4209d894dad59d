"""What every request meets before any page, and every answer carries, whoever asks and however it ends."""

import logging

from django.conf import settings
from django.http import HttpResponseForbidden
from django.shortcuts import render
from django.views.csrf import csrf_failure

from accounts.access import EVERYONE

logger = logging.getLogger("config.edge")
SAFE = {"GET", "HEAD", "OPTIONS"}
HERE = {"same-origin", "none"}  # "none": a person typed the address, or opened it from outside of any page
ROOM_FOR_FIELDS = 64 * 1024  # bytes of a form around its largest part
#: Addresses that programs ask for: calendars, directories, record systems, what browsers report by themselves.
FOR_PROGRAMS = ("/api/", "/calendar/", "/fhir/CodeSystem/", "/policy-reports/")
TEXTS = ("text/", "image/svg+xml", "application/xml", "application/xhtml+xml")


def sealed(get_response):
    """Every answer has every protecting header, also the one that a layer of Django gives before any page is asked.

    What is text says in which encoding, which is always the one that Django writes: UTF-8.
    """

    def middleware(request):
        response = get_response(request)
        for name, value in settings.ON_EVERY_ANSWER.items():
            response.headers.setdefault(name, value)
        kind = response.headers.get("Content-Type", "")
        if kind.startswith(TEXTS) and "charset" not in kind:
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        return response

    return middleware


def programs_use_https(get_response):
    """What programs ask for is refused over plain http, where people are led on to https.

    A program that was led on would send its secret in the clear every time, and nobody would notice (ASVS 5.0, 4.1.2).
    /healthz and /readyz hold no secret and are answered: whoever starts Doorway asks them inside the machine.
    """

    def middleware(request):
        is_plain = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if is_plain and request.path.startswith(FOR_PROGRAMS):
            return HttpResponseForbidden("Use https.\n", content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


class OwnPagesOnly:
    """Other sites can lead people here by a link, and nothing else. A second lock beside the CSRF token.

    Browsers say by themselves who asks (Fetch Metadata), and no page can change what they say. What another site sends,
    or builds into a page of its own, is refused; programs that say nothing are judged by the token alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if is_from_elsewhere(request) and not may_be_asked_from_elsewhere(request, view):
            logger.warning("refused: another site asked for it")
            return csrf_failure(request, reason="another site asked for it")
        return None


def is_from_elsewhere(request):
    asked_by = request.headers.get("Sec-Fetch-Site", "none")
    return asked_by not in HERE and request.headers.get("Origin") not in settings.CSRF_TRUSTED_ORIGINS


def may_be_asked_from_elsewhere(request, view):
    """A link that is followed in a whole window; and what is open to everyone, for reading."""
    mode, destination = (request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Mode", "Dest"))
    is_link = mode == "navigate" and destination in ("document", "")
    return request.method in SAFE and (is_link or getattr(view, "allowed", None) == EVERYONE)


class NothingTooLarge:
    """What is larger than its page takes (`accounts.uploads.takes_files`) is refused before a byte of it is read.

    Django counts the fields of a form and not its files, which it would write to the disk however large they are.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        most = getattr(view, "most_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + ROOM_FOR_FIELDS
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:18]) > most:
            logger.warning("refused: larger than its page takes")
            return render(request, "413.html", status=413)
        return None
