"""The rota of a site."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import allow, posted
from accounts.models import Role
from followups import on_call
from followups.forms_of_cover import ShiftForm
from followups.models import OnCallShift

MOST = 100


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def rota(request):
    """Who is on call at one's site from now on, and a form for the next shift."""
    site = request.user.site
    form = ShiftForm(posted(request), site=site)
    if request.method == "POST" and form.is_valid():
        on_call.add(site=site, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("on-call")
    shifts = OnCallShift.objects.filter(site=site, ends_at__gt=timezone.now()).select_related("person")[:MOST]
    context = {"form": form, "shifts": shifts, "site": site, "now": timezone.now()}
    return render(request, "followups/on_call.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.SUPERVISOR)
def remove(request, shift_id):
    shift = get_object_or_404(OnCallShift.objects.filter(site=request.user.site), pk=shift_id)
    on_call.remove(shift, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("on-call")
