from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit, audit_openings, factors, session_end, signed_in_devices
from accounts.access import EVERYONE


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Nobody sees a page signed out unless its view says so.

    A script that asked gets 401, so that the page it runs in can stay as it is and ask for the password in a dialog.
    A page without that dialog is sent to sign-in by the header, which htmx follows whatever the status.
    """

    def handle_no_permission(self, request, view_func):
        response = super().handle_no_permission(request, view_func)
        if is_from_script(request):
            return HttpResponse(status=401, headers={"HX-Redirect": response.url})
        return response


class FactorRequiredMiddleware:
    """Who needs a second factor and has none comes no further than to setting one up.

    Doors that are open to everybody stay open, and so do those marked `@even_without_factor`. Nobody who got in is
    stopped here later: what counts was found out at sign-in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, *_):
        is_open = getattr(view, "allowed", None) == EVERYONE or getattr(view, "is_open_without_factor", False)
        if is_open or not factors.is_missing(request):
            return None
        if factors.has_one(request.user):  # set up meanwhile on another device: so this one has to ask for it
            logout(request)
            return redirect("account_login")
        return first_a_factor(request)


def first_a_factor(request):
    """To the page where it is set up. A tap that waits on the device is told to go on waiting: nobody is in yet."""
    set_up = reverse("mfa_index")
    if is_from_script(request):
        return HttpResponse(status=401 if "X-Outbox" in request.headers else 403, headers={"HX-Redirect": set_up})
    return redirect(set_up)


def is_from_script(request):
    headers = request.headers
    return request.htmx or "X-Outbox" in headers or headers.get("X-Requested-With") == "XMLHttpRequest"


def end_session(get_response):
    """Sign out whoever did nothing for too long, or signed in too long ago; count from now for whoever did something.

    What a page asks for by itself (`X-Unattended`), and how long is left, does not count as done by a person. Who has
    proved again who they are gets the session under another name; not where the answer is an error of ours, with
    which no cookie is sent.
    """

    def middleware(request):
        if request.user.is_authenticated:
            if session_end.is_over(request.session):
                logout(request)
            elif not is_unattended(request):
                session_end.move(request.session)
        response = get_response(request)
        is_proved_again = getattr(request, "is_proved_again", False) and request.user.is_authenticated
        if is_proved_again and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            signed_in_devices.rename(request)
        return response

    return middleware


def is_unattended(request):
    return "X-Unattended" in request.headers or request.path in (reverse("session-end"), reverse("policy-reports"))


def local_time(get_response):
    """Show times in the person's own zone."""

    def middleware(request):
        if not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(request.user.zone):
            return get_response(request)

    return middleware


def as_they_like_it(get_response):
    """Answer in the person's own language, and with their theme, on whichever device.

    Both are read off the person, who is there already. Cookies carry them to pages that nobody is signed in to; one
    that says otherwise was another person's on this device, or is of before they chose.
    """

    def middleware(request):
        person, sent = request.user, dict(request.COOKIES)
        if not person.is_authenticated:
            return get_response(request)
        if person.language in dict(settings.LANGUAGES):
            translation.activate(person.language)  # until the next request: what is wrapped around reads it too
            request.LANGUAGE_CODE = translation.get_language()
        if person.theme:
            request.COOKIES["theme"] = person.theme
        response = get_response(request)
        for name, value in (("theme", person.theme), (settings.LANGUAGE_COOKIE_NAME, person.language)):
            if value and sent.get(name) != value:
                keep_on_device(response, name, value)
        return response

    return middleware


def keep_on_device(response, name, value):
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


def keep_account(get_response):
    """Every entry of the trail says where its request came from, and every answer that shows somebody leaves one.

    What was refused, led elsewhere or failed showed nobody. HEAD is answered as GET is, and counts as it.
    """

    def middleware(request):
        with audit_openings.opened(request) as opening:
            response = get_response(request)
            if is_page(request, response):
                match = request.resolver_match
                if getattr(match.func, "shows_nobody", False):
                    opening.shown.clear()
                is_fragment, is_unattended = is_from_script(request), "X-Unattended" in request.headers
                audit.record_opening(opening, name=match.url_name, is_unattended=is_unattended, is_fragment=is_fragment)
            return response

    return middleware


def is_page(request, response):
    """Whether the answer shows something: it was found, is not empty, and does not lead on to another."""
    is_answer = response.status_code in (HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY)
    return is_answer and bool(request.resolver_match) and not response.has_header("HX-Redirect")
