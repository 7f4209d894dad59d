"""Asking again who it is, before a deed that has to be the person's own: signing, handing out, changing the ways in.

Which ways there are (a password, a passkey, a code) is for allauth to say: the first is asked for, and its page offers
the others.
"""

import time
from functools import wraps
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.cipher import decrypt, encrypt
from accounts.session_end import BEGAN

STILL_MEANT_SECONDS = 15 * 60  # a deed put off longer than that is asked for anew
RECENT_SECONDS = 5 * 60  # OWASP ASVS 5.0, 7.5.1 and 7.5.3
GO_ON = "accounts.recheck.go_on"


def recently_checked(view):
    """Let in who proved within the last five minutes who they are. Everybody else is asked first, and then goes on.

    A page is opened afterwards as it was asked for. What was typed into a form is kept, sealed, and sent by one more
    press of a button; an uploaded file cannot be kept. Stands below `@allow(…)`, which says whose deed it is.
    """

    @wraps(view)
    def door(request, *args, **kwargs):
        return view(request, *args, **kwargs) if not is_due(request) else put_off(request)

    door.is_recently_checked = True
    return door


def put_off(request):
    is_typed = request.method == "POST"
    typed = encrypt(request.POST.urlencode(), about=about(request)) if is_typed else ""
    deed = {"address": request.get_full_path(), "typed": typed}
    back_to = came_from(request) if is_typed else request.get_full_path()
    asked = address(request, back_to=back_to, callback=GO_ON, deed=deed)
    return HttpResponseClientRedirect(asked) if request.htmx else HttpResponseRedirect(asked)


def came_from(request):
    """Where "Not now" leads: the page with the form, for what is only sent to cannot be opened."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() and page.path else request.get_full_path()


def go_on(request, deed):
    """The person proved who they are: back to the page, or to a button that sends what they had typed."""
    if not deed["typed"]:
        return HttpResponseRedirect(deed["address"])
    typed = QueryDict(decrypt(deed["typed"], about=about(request)))
    fields = [(name, value) for name, values in typed.lists() for value in values if name != "csrfmiddlewaretoken"]
    return render(request, "accounts/go_on.html", {"address": deed["address"], "fields": fields})


def about(request):
    return ("django_session", "session_data", request.user.pk)


def is_due(request, *, after=None):
    """Whether the person proved too long ago who they are, at sign-in or when they were asked again.

    Too long is `after` seconds, five minutes without it. Only signing, which is done all day, may take longer: there
    the installation says how long.
    """
    limit = RECENT_SECONDS if after is None else after
    return time.time() - proved_at(request) >= limit


def proved_at(request):
    """Seconds since 1970; the beginning of the session where allauth knows of no way it began."""
    moments = [each["at"] for each in get_authentication_records(request, request.user)]
    return max(moments, default=request.session.get(BEGAN, 0))


def address(request, *, back_to, callback, deed):
    """Where the person is asked again. Afterwards `callback(request, deed)` is called, in that very request.

    `callback` is a dotted name; `deed` is plain data, ids only or sealed, for it is kept in the session.
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
