from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Nobody sees a page signed out unless its view says so. A fragment request sends the whole page to sign-in."""

    def handle_no_permission(self, request, view_func):
        response = super().handle_no_permission(request, view_func)
        return HttpResponseClientRedirect(response.url) if request.htmx else response


def local_time(get_response):
    """Show times in the person's own zone."""

    def middleware(request):
        if not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(request.user.zone):
            return get_response(request)

    return middleware
