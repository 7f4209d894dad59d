"""How it stands with somebody who could not be reached: one proposes, the other agrees."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from followups import decisions, relations, unreached
from followups.forms_of_two_people import DecisionAnswerForm, DecisionForm
from followups.models import StatusDecision
from sessions_app.models import DepartureEvent


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def decide(request, departure_id):
    """What was tried, what waits for the other's word, and a form to propose how it stands."""
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    form = DecisionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            decisions.propose(departure, by=request.user, **form.cleaned_data)
        except decisions.AlreadyProposed:
            form.add_error(
                None, _("Something was proposed in the meantime. It stands above; your words are still here.")
            )
        else:
            messages.success(request, _("Saved. It holds once the other has agreed."))
            return redirect("decide-status", departure_id)
    audit.record_view(departure, by=request.user, page="decide-status")
    context = {"form": form, "departure": departure, **unreached.standing(departure)}
    if waiting := context["waiting_decision"]:
        context["may_agree"] = decisions.may_agree(waiting, request.user)
    return render(request, "followups/decisions.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def answer(request, decision_id):
    """Agree, or do not. One who may not is told so, and nothing changes."""
    rows = StatusDecision.objects.visible_to(request.user).select_related("departure", "proposed_by")
    decision, form = get_object_or_404(rows, pk=decision_id), DecisionAnswerForm(request.POST)
    if form.is_valid():
        verb = decisions.agree if form.cleaned_data["answer"] == "agree" else decisions.decline
        try:
            verb(decision, by=request.user)
        except decisions.AlreadyAnswered:
            messages.warning(request, _("Somebody has answered in the meantime. Nothing was changed."))
        except decisions.NeedsTheOther:
            messages.warning(request, _("It takes another person, and one of the two is a supervisor."))
        else:
            messages.success(request, _("Saved."))
            if verb is decisions.agree and relations.is_open_question(decision.departure):
                return redirect("relationship", decision.departure_id)
    return redirect("decide-status", decision.departure_id)
