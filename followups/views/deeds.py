"""Keeping, moving, handing on and dropping a promise."""

from datetime import timedelta

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import allow, posted
from accounts.models import Role
from followups import follow_ups, relations, unreached
from followups.forms import ChangeForm, DropForm, MoveForm
from followups.views.pages import done, page, visible


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def complete(request, pk):
    """A task among staff is done; one that contacts the client is closed by recording the contact, one that asks
    two people to decide by their decision, and one to clarify where the work stands by saying it.
    """
    follow_up = visible(request, pk)
    if follow_up.channel:
        return redirect("record-contact", pk)
    if unreached.is_decision(follow_up):
        return redirect("decide-status", follow_up.departure_id)
    if relations.is_clarifying(follow_up):
        return redirect("relationship", follow_up.departure_id)
    return done(request, lambda: follow_ups.complete(follow_up, by=request.user), about=follow_up)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def move(request, pk):
    follow_up = visible(request, pk)
    form = MoveForm(posted(request), initial=proposal(follow_up))
    if request.method == "POST" and form.is_valid():
        return done(request, lambda: follow_ups.move(follow_up, by=request.user, **form.cleaned_data), about=follow_up)
    return page(request, "followups/move.html", form, follow_up)


def proposal(follow_up):
    """Tomorrow at the same hour for what was tried today, else at nine; with the reason if there was an attempt."""
    last = follow_up.attempts.last()
    tomorrow = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {"to": tomorrow, "reason": last.get_result_display() if last else ""}


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def drop(request, pk):
    follow_up = visible(request, pk)
    form = DropForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return done(request, lambda: follow_ups.drop(follow_up, by=request.user, **form.cleaned_data), about=follow_up)
    return page(request, "followups/drop.html", form, follow_up)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def change(request, pk):
    follow_up = visible(request, pk)
    initial = {"owner": follow_up.owner_id, "channel": follow_up.channel}
    form = ChangeForm(posted(request), follow_up=follow_up, initial=initial)
    if request.method == "POST" and form.is_valid():
        return done(
            request, lambda: follow_ups.change(follow_up, by=request.user, **form.cleaned_data), about=follow_up
        )
    return page(request, "followups/change.html", form, follow_up)
