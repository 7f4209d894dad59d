"""One line in the log for each request: which page, who, how it ended, how long it took. Never what was asked for.

The route is written by its name and its ids, for an address may hold words; a query string is never written at all.
"""

import logging
import time
import uuid

from config import logs
from config.operations import latencies

logger = logging.getLogger("config.requests")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
HEADER = "X-Request-ID"


def request_lines(get_response):
    """Give the request an id, which each line it causes carries and the answer too; write its line when it is done."""

    def middleware(request):
        request.id = str(uuid.uuid4())
        token = logs.request_id.set(request.id)
        began = time.monotonic()
        try:
            response = get_response(request)
            response.headers[HEADER] = request.id
            if response.streaming:
                response.streaming_content = guarded(response.streaming_content)
            took = time.monotonic() - began
            facts = facts_of(request, response, took)
            logger.info("request", extra={"facts": facts})
            latencies.note(route=facts["route"], method=facts["method"], status=facts["status"], took=took)
        finally:
            logs.request_id.reset(token)
        return response

    return middleware


class BrokenOff(Exception):
    """A long answer could not be finished. Without words: the web server writes them into its own log."""


def guarded(pieces):
    """The pieces of a long answer. An error among them comes after Django, so it is written down here."""
    try:
        yield from pieces
    except Exception:
        logger.exception("an answer broke off")
        raise BrokenOff from None


def facts_of(request, response, seconds):
    """What may be told. Who was not looked for while answering is not looked for now: that would ask the database."""
    match, person = request.resolver_match, getattr(request, "_cached_user", None)
    return {
        "method": request.method if request.method in METHODS else "other",
        "route": match.view_name if match else None,
        "ids": ids_of(match.kwargs) or None if match else None,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000),
        "person": person.pk if person else None,
    }


def ids_of(kwargs):
    """Numbers and UUIDs. What is text in an address may be a key or a word."""
    return {name: value if isinstance(value, int) else str(value) for name, value in kwargs.items()
            if isinstance(value, int | uuid.UUID)}  # fmt: skip
