from allauth.account import views as allauth_views
from django.conf import settings
from django.http import HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import session_end
from accounts.access import allow
from accounts.supervision import supervisors_of

THEMES = ["auto", "light", "dim"]


@allow()
def me(request):
    """The person's own page: who supervises them, light or dim screen, password, sign-out."""
    if request.method == "POST":
        return with_theme(HttpResponseRedirect(request.path), request.POST.get("theme"))
    return render(request, "accounts/me.html", {"supervisors": supervisors_of(request.user), "themes": THEMES})


@allow()
def sign_out(request):
    """Sign out, and have the device forget everything, unless taps wait on it that the person wants to keep."""
    response = allauth_views.logout(request)
    if request.method == "POST" and not request.POST.get("kept"):
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def with_theme(response, theme):
    """Keep the theme in a cookie, so that the server writes it and nothing flashes. Unknown: as the device says."""
    response.set_cookie(
        "theme",
        theme if theme in THEMES else "auto",
        max_age=365 * 24 * 3600,
        samesite="Lax",
        httponly=True,
        secure=settings.IS_HTTPS,
    )
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
