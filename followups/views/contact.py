"""Before and after one tries to reach the client: what is allowed, what came of it, and what comes next."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import allow, posted
from accounts.models import Role
from followups import client_zones, contact_attempts, contact_permissions, next_attempts, ready_words, unreached
from followups.forms import ContactForm
from followups.forms_of_two_people import NextAttemptForm
from followups.models import FollowUp
from followups.views.pages import back_from, done, page, visible
from sessions_app import emergency_doors
from sessions_app.emergency_doors import opens_in_emergency


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
@opens_in_emergency(FollowUp, key="pk", client="departure__client")
def record_contact(request, pk):
    """What the client allows at this hour, the words for it, and what came of the attempt."""
    follow_up = visible(request, pk)
    initial = {"op_id": uuid.uuid4(), "channel": follow_up.channel or "phone"}
    form = ContactForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"op_id": form.cleaned_data["op_id"] or uuid.uuid4()}
        try:
            contact_attempts.record(follow_up, by=request.user, **data)
        except contact_attempts.OperationBelongsElsewhere:
            return HttpResponse(_("This form was already used. Open it again."), status=409)
        except contact_attempts.ContactRefused as refused:
            form.refuse(refused.passage)
        else:
            return after_attempt(request, follow_up)
    return page(request, "followups/contact.html", form, follow_up, **what_is_allowed(request, follow_up))


def what_is_allowed(request, follow_up):
    """The passages of the gate with their words, the planned channel first."""
    departure = follow_up.departure
    gate = contact_permissions.gate_of(departure)
    rows = [
        (passage, ready_words.words_for(passage.channel, passage.scope, by=request.user, site=departure.site))
        for passage in sorted(gate, key=lambda each: each.channel != follow_up.channel)
    ]
    is_anything_refused = any(passage.is_refused for passage, _words in rows)
    is_abroad = departure.country != departure.site.country
    has_several = is_abroad and client_zones.is_ambiguous(departure, gate.at)
    is_hour_unsure = has_several and any(each.has_hours for each in gate)
    return {"gate": gate, "rows": rows, "is_anything_refused": is_anything_refused, "is_hour_unsure": is_hour_unsure}


def after_attempt(request, follow_up):
    """Reached: done. Not reached: propose when and how to try again; in an emergency that is for others to plan."""
    messages.success(request, _("Saved."))
    if access := emergency_doors.of(request):
        return redirect("emergency-record", access.pk)
    follow_up.refresh_from_db(fields=["state"])
    if follow_up.is_open and follow_up.channel:
        return redirect("next-attempt", follow_up.pk)
    return back_from(follow_up)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def next_attempt(request, pk):
    """The next attempt, proposed for one tap; and what comes next once enough was tried."""
    follow_up = visible(request, pk)
    gate = contact_permissions.gate_of(follow_up.departure)
    attempts = unreached.since_last_known(follow_up.departure)
    form = NextAttemptForm(posted(request), gate=gate)
    if request.method == "POST" and form.is_valid():
        facts = {"to": form.cleaned_data["to"], "channel": form.cleaned_data["channel"], "last": attempts[-1:]}
        return done(request, lambda: next_attempts.accept(follow_up, by=request.user, **facts), about=follow_up)
    proposal = next_attempts.propose(follow_up, attempts=attempts, gate=gate, now=gate.at) if attempts else None
    context = {"proposal": proposal, "tally": unreached.tally(follow_up.departure, attempts=attempts, gate=gate)}
    return page(request, "followups/next_attempt.html", form, follow_up, **context)
