"""Where one is signed in, and signing out there."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import recheck, signed_in_devices
from accounts.access import allow


@require_POST
@allow()
def end_device(request, session_row_id):
    """Sign one of one's own devices out, after asking again who it is where that was too long ago."""
    return do_or_ask(request, {"device": session_row_id})


@require_POST
@allow()
def end_other_devices(request):
    return do_or_ask(request, {"device": None})


def do_or_ask(request, deed):
    if not recheck.is_due(request):
        return do(request, deed)
    callback = "accounts.views_of_devices.go_on"
    return redirect(recheck.address(request, back_to=reverse("me"), callback=callback, deed=deed))


@allow()
def go_on(request, deed):
    if not recheck.is_meant(request, deed, subject=request.user):
        return redirect("me")
    return do(request, deed)


def do(request, deed):
    if deed["device"] is None:
        signed_in_devices.end_others(request)
    elif not signed_in_devices.end_one(deed["device"], by=request.user):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("me")
