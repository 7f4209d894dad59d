"""“I am on it” and “remind me later”, on the card of a follow-up."""

from datetime import timedelta

from django.contrib import messages
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import Role
from followups import escalations
from followups.forms_of_cover import SnoozeForm
from followups.views.pages import back_from, done, visible


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def acknowledge(request, pk):
    follow_up = visible(request, pk)
    return done(request, lambda: escalations.acknowledge(follow_up, by=request.user), about=follow_up)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def snooze(request, pk):
    """Put it off, or say why that cannot be; without a time, half an hour."""
    follow_up, form = visible(request, pk), SnoozeForm(request.POST)
    minutes = (form.cleaned_data["minutes"] if form.is_valid() else None) or 30
    try:
        return done(
            request,
            lambda: escalations.snooze(follow_up, lasts=timedelta(minutes=minutes), by=request.user),
            about=follow_up,
        )
    except escalations.SnoozeRefused as refusal:
        messages.warning(request, str(refusal))
        return back_from(follow_up)
