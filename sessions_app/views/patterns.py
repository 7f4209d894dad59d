"""What a therapist's own departures have in common. Whoever is signed in sees their own; there is no other address."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from sessions_app import patterns


@require_safe
@allow(Role.THERAPIST)
def patterns_page(request):
    """A card of the Now page, empty where there is nothing to say; and a page that also holds what was put away."""
    audit.record_view(request.user, by=request.user, page="own-patterns")
    if request.htmx:
        return render(request, "sessions_app/patterns.html#card", {"prompts": patterns.of(request.user)})
    hidden = patterns.hidden_by(request.user)
    seen = patterns.seen_by(request.user)
    context = {
        "prompts": [each for each in seen if each.code not in hidden],
        "hidden": [each for each in seen if each.code in hidden],
        "supervision": patterns.SUPERVISION,
    }
    return render(request, "sessions_app/patterns.html", context)


@require_POST
@allow(Role.THERAPIST)
def choose(request, code):
    """Do not show it again, or show it."""
    if code not in patterns.CODES:
        raise Http404
    patterns.choose(code, is_hidden="show" not in request.POST, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("patterns")
