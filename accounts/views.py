from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render

from accounts.access import allow
from accounts.supervision import supervisors_of

THEMES = ["auto", "light", "dim"]


@allow()
def me(request):
    """The person's own page: who supervises them, light or dim screen, password, sign-out."""
    if request.method == "POST":
        return with_theme(HttpResponseRedirect(request.path), request.POST.get("theme"))
    return render(request, "accounts/me.html", {"supervisors": supervisors_of(request.user), "themes": THEMES})


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
