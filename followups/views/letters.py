"""A letter to print, and that it was sent."""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from followups import contact_attempts, contact_permissions, letters, unreached
from followups.models import ContactAttempt
from sessions_app.models import Channel, DepartureEvent


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def letter(request, departure_id):
    """The letter this client may be sent, or why there is none."""
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    gate = contact_permissions.gate_of(departure)
    written, follow_up = letters.letter_of(departure, by=request.user, gate=gate), letters.promise_for(departure)
    if request.method == "POST" and written and follow_up:
        return sent(request, follow_up, is_closing=written.is_closing)
    audit.record_view(departure, by=request.user, page="letter")
    context = {
        "departure": departure,
        "letter": written,
        "passage": gate.of(Channel.LETTER),
        "may_be_recorded": follow_up is not None,
        "op_id": uuid.uuid4(),
        "now": timezone.now(),
    }
    return render(request, "followups/letter.html", context, status=422 if request.method == "POST" else 200)


def sent(request, follow_up, *, is_closing):
    """Write down that it was sent. The same page sent twice is one letter."""
    facts = {"channel": Channel.LETTER, "result": ContactAttempt.Result.LETTER_SENT, "is_closing_letter": is_closing}
    try:
        contact_attempts.record(follow_up, op_id=op_id_of(request), by=request.user, **facts)
    except (contact_attempts.ContactRefused, contact_attempts.OperationBelongsElsewhere):
        messages.warning(request, _("It was not written down: something changed in the meantime. Look again."))
        return redirect("letter", follow_up.departure_id)
    messages.success(request, _("Saved."))
    has_to_be_decided = unreached.decision_task(follow_up.departure)
    return redirect("decide-status" if has_to_be_decided else "plan", follow_up.departure_id)


def op_id_of(request):
    """The operation's id as the page made it; a fresh one where it is missing or no id."""
    try:
        return uuid.UUID(request.POST.get("op_id", ""))
    except ValueError:
        return uuid.uuid4()
