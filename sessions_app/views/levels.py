"""A supervisor lowers a level, with a reason. Raising it, and correcting a slip, is one tap on the live page."""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import levels, lowering
from sessions_app.forms.steps import LowerForm
from sessions_app.models import DepartureEvent


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def lower(request, departure_id):
    """Somebody's departure that this person answers for; their own is lowered by another."""
    others = DepartureEvent.objects.visible_to(request.user).standing().exclude(therapist=request.user)
    departure = get_object_or_404(others.for_page(), pk=departure_id)
    lower_ones = lowering.lower_than(departure.response_level)
    form = LowerForm(posted(request), levels=lower_ones, initial={"level": departure.level_wished})
    if request.method == "POST" and form.is_valid():
        facts = {"level": form.cleaned_data["level"], "reason": form.cleaned_data["why"]}
        levels.set_level(departure, op_id=uuid.uuid4(), by=request.user, **facts)
        messages.success(request, _("Saved. The plan is another one now."))
        return redirect("departure", departure_id)
    audit.record_view(departure, by=request.user, page="lower-level")
    context = {"form": form, "departure": departure, "lower_ones": lower_ones}
    return render(request, "sessions_app/lower_level.html", context, status=422 if form.errors else 200)
