"""What every request goes through that belongs to no room."""

from django.core.exceptions import BadRequest
from django.utils.cache import add_never_cache_headers


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


def never_stored(get_response):
    """Nothing but what says otherwise is kept by a browser or a proxy: a shared tablet must not show it again."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware
