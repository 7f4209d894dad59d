"""Who may open which door. Every view is marked; a test walks the URL table and fails on one that is not."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

EVERYONE = "everyone"  # signed out as well


def allow(*roles):
    """Let in signed-in people who hold one of `roles`; with no role named, everyone who is signed in.

    Signed out: the sign-in page (SignInRequiredMiddleware). Wrong role: 403. Which rows a person sees
    is not decided here but by `visible_to`, which makes a foreign row 404.
    """

    def mark(view):
        @wraps(view)
        def door(request, *args, **kwargs):
            if roles and not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        door.allowed = frozenset(roles)
        return door

    return mark


def allow_everyone(view):
    """Let in people who are signed out as well: the sign-in page, health checks, the offline page."""

    @wraps(view)
    def door(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    door.allowed = EVERYONE
    return login_not_required(door)


def even_without_factor(door):
    """Open this door, which is marked already, to somebody signed in who still has to set up a second factor."""
    door.is_open_without_factor = True
    return door


def posted(request):
    """What came through the door: the data of a form that was sent, however empty; None for a page only opened."""
    return request.POST if request.method == "POST" else None
