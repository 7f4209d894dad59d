"""How each person is told: hours, devices and calendar on a page of their own, and the number in the bar."""

from django.contrib import messages
from django.forms import model_to_dict
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import row_security
from accounts.access import allow, allow_everyone, posted
from accounts.audit_openings import shows_nobody
from accounts.models import Role
from followups import badge, calendars, hours, push, subscriptions
from followups.forms_of_channels import DeviceForm, HoursForm


@require_http_methods(["GET", "POST"])
@allow()
def notifications(request):
    """The person's own page about being told: hours, devices, calendar."""
    form = HoursForm(posted(request), initial=model_to_dict(hours.of(request.user)))
    if request.method == "POST" and form.is_valid():
        hours.choose(by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("notifications")
    return notifications_page(request, form)


def notifications_page(request, form, **more):
    context = {
        "form": form,
        "push_key": push.public_key(),
        "devices": subscriptions.devices_of(request.user),
        "owns_follow_ups": request.user.has_role(Role.THERAPIST, Role.SUPERVISOR),
        "calendar": calendars.of(request.user),
        **more,
    }
    return render(request, "followups/notifications.html", context, status=422 if form.errors else 200)


@require_POST
@allow()
def add_device(request):
    """This browser takes notifications from now on. What no browser says is refused."""
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(_("This browser could not be added."))
    subscriptions.subscribe(by=request.user, **form.cleaned_data)
    messages.success(request, _("Notifications are on for this browser."))
    return redirect("notifications")


@require_POST
@allow()
def remove_device(request, device_id):
    device = get_object_or_404(request.user.push_subscriptions.live(), pk=device_id)
    subscriptions.unsubscribe(device, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("notifications")


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def renew_calendar(request):
    """A new address, shown this once: it is kept nowhere."""
    address = calendars.address_of(calendars.renew(by=request.user))
    form = HoursForm(initial=model_to_dict(hours.of(request.user)))
    return notifications_page(request, form, address=address)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def close_calendar(request):
    calendars.close(by=request.user)
    messages.success(request, _("Saved."))
    return redirect("notifications")


@require_safe
@cache_control(private=True, no_store=True)
@allow_everyone
@shows_nobody
def calendar(request, token):
    """For calendar programs, which cannot sign in: the address itself is the key. Everything else is 404."""
    feed = calendars.opened_with(token)
    if feed is None:
        raise Http404
    with row_security.acting_as(feed.person):
        text = calendars.bytes_for(feed.person)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def follow_ups_count(request):
    """How many are late or due today, for the bar on every page, which asks again by itself."""
    if not request.htmx:
        return redirect("follow-ups")
    return render(request, "followups/badge.html", {"count": badge.count_for(request.user)})
