"""What every request goes through that belongs to no room."""

import logging

from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from accounts import cipher

logger = logging.getLogger("config.unreadable")


def refuse_unreadable_text(get_response):
    """Answer 400 to a NUL byte or a lone surrogate in the address or query string.

    PostgreSQL cannot store either, so they would surface as a server error deep inside a query.
    Form bodies are checked by Django's own form fields, beside the field.
    """

    def middleware(request):
        for text in (request.path_info, request.META.get("QUERY_STRING", "")):
            if is_unreadable(text):
                raise BadRequest("The address holds characters that cannot be read.")
        for values in request.GET.lists():
            if any(is_unreadable(value) for value in (values[0], *values[1])):
                raise BadRequest("The address holds characters that cannot be read.")
        return get_response(request)

    return middleware


def is_unreadable(text):
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def unreadable_records(get_response):
    """Answer 500 with a page that says so, where a value of the record could not be read; the log names the key.

    Never a page on which such a value looks empty: also not where a template's condition has swallowed it.
    """

    def middleware(request):
        with cipher.watched() as problems:
            response = get_response(request)
        return page_of(request, problems[0]) if problems else response

    def page_of(request, problem):
        logger.error("a value of the record cannot be read: %s", problem)  # names a key, or a place; never a word
        key_id = getattr(problem, "key_id", "")
        return render(request, "unreadable.html", {"key_id": key_id}, status=500)

    def process_exception(request, exception):
        return page_of(request, exception) if isinstance(exception, cipher.Unreadable) else None

    middleware.process_exception = process_exception
    return middleware


def never_stored(get_response):
    """Nothing but what says otherwise is kept by a browser or a proxy: a shared tablet must not show it again."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware
