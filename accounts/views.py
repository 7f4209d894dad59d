from functools import wraps

from allauth.account import views as allauth_views
from django.conf import settings
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import factors, preferences, session_end, signed_in_devices, single_sign_on
from accounts.access import allow
from accounts.supervision import answered_for_by_name, supervisors_of


@require_http_methods(["GET", "HEAD", "POST"])
@allow()
def me(request):
    """The person's own page: who supervises them, the ways they sign in, light or dim screen, language, sign-out."""
    if request.method == "POST":
        if "language" in request.POST:
            preferences.choose_language(request.user, request.POST["language"])
        else:
            preferences.choose_theme(request.user, request.POST.get("theme"))
        return HttpResponseRedirect(request.path)
    context = {"supervisors": supervisors_of(request.user), "languages": settings.LANGUAGES}
    context["supervised"] = answered_for_by_name(request.user)
    context["devices"] = signed_in_devices.of(request.user, session_key=request.session.session_key)
    context |= factors.shown_to(request.user)
    return render(request, "accounts/me.html", context)


def of_passwords(view):
    """A page that is not there where people have no password of Doorway's own."""

    @wraps(view)
    def door(request, *args, **kwargs):
        if not settings.PASSWORD_SIGN_IN:
            raise Http404
        return view(request, *args, **kwargs)

    return door


@require_http_methods(["GET", "HEAD", "POST"])
@allow()
def sign_out(request):
    """Sign out, and have the device forget everything, unless taps wait on it that the person wants to keep."""
    leave_at = request.session.get(single_sign_on.LEAVE_AT)
    response = allauth_views.logout(request)
    if request.method == "POST" and leave_at:
        request.session[single_sign_on.LEAVE_AT] = leave_at
        response = redirect("signed-out")
    if request.method == "POST" and not request.POST.get("kept"):
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allow()
def session(request):
    """Seconds left of the session, whose it is, and a token for forms; POST makes the idle limit count from now."""
    if request.method == "POST":
        session_end.move(request.session, grain=0)
    left, is_final = session_end.seconds_left(request.session), session_end.is_final(request.session)
    who = str(request.user.pk)
    return JsonResponse({"seconds": left, "is_final": is_final, "who": who, "token": get_token(request)})
