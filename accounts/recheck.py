"""Asking again who it is, before a deed that has to be the person's own: signing.

Which ways there are (a password; a passkey where one is registered) is for allauth to say: the first is asked for,
and its page offers the others.
"""

import time
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.session_end import BEGAN

STILL_MEANT_SECONDS = 15 * 60  # a deed put off longer than that is asked for anew


def is_due(request):
    """Whether the person proved too long ago who they are: at sign-in, or when they were asked again."""
    return time.time() - proved_at(request) >= settings.SIGNING_REAUTHENTICATION_SECONDS


def proved_at(request):
    """Seconds since 1970; the beginning of the session where allauth knows of no way it began."""
    moments = [each["at"] for each in get_authentication_records(request, request.user)]
    return max(moments, default=request.session.get(BEGAN, 0))


def address(request, *, back_to, callback, deed):
    """Where the person is asked again. Afterwards `callback(request, deed)` is called, in that very request.

    `callback` is a dotted name; `deed` is plain data, ids only, for it is kept in the session.
    """
    ways = get_adapter().get_reauthentication_methods(request.user)
    if not ways:
        raise PermissionDenied
    deed = {**deed, "back_to": back_to, "put_off_at": time.time()}
    reauthentication.stash_and_reauthenticate(request, deed, callback)
    return f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: back_to})}"


@transaction.atomic
def is_meant(request, deed, *, subject):
    """Whether the person was asked for this deed, and lately: not on the way to something else, hours afterwards.

    That they were asked, and proved it, goes into the audit trail of `subject`.
    """
    audit.record("person_checked_again", subject, by=request.user)
    is_recent = time.time() - deed["put_off_at"] < STILL_MEANT_SECONDS
    return is_recent and get_next_redirect_url(request, REDIRECT_FIELD_NAME) == deed["back_to"]
