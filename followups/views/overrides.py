"""Contact against the client's wish, in serious and imminent danger: asking, confirming, and what waits."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from accounts.supervision import supervisors_of
from followups import clock, decisions, on_call, overrides
from followups.forms_of_two_people import OverrideAnswerForm, OverrideForm
from followups.models import ContactOverride
from followups.views.pages import page, visible


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def ask(request, pk):
    """Say why, for another person to look at. Emergency numbers stand on the page: nothing here comes before them."""
    follow_up = visible(request, pk)
    form = OverrideForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = overrides.ask(follow_up, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. Nothing is open until somebody else confirms it."))
        return redirect("override", made.pk)
    site = follow_up.departure.site
    context = {
        "site": site,
        "rule": overrides.rule_of(site),
        "supervisors": [each for each in supervisors_of(follow_up.departure.therapist) if each != request.user],
        "on_call": on_call.now(site),
    }
    return page(request, "followups/ask_override.html", form, follow_up, **context)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def override(request, override_id):
    """One request: what was said, the site's own rule, and the answer of the second person."""
    found = get_object_or_404(ContactOverride.objects.visible_to(request.user).for_page(), pk=override_id)
    form = OverrideAnswerForm(posted(request))
    if request.method == "POST" and form.is_valid() and answered(found, form, by=request.user):
        messages.success(request, _("Saved."))
        return redirect("waiting-for-second")
    audit.record_view(found, by=request.user, page="override")
    found = ContactOverride.objects.visible_to(request.user).for_page().filter(pk=override_id).first() or found
    context = {
        "form": form,
        "override": found,
        "site": found.departure.site,
        "rule": overrides.rule_of(found.departure.site),
        "is_over": found.expires_at <= clock.now(),
        "may_confirm": overrides.may_confirm(found, request.user),
    }
    return render(request, "followups/override.html", context, status=422 if form.errors else 200)


def answered(found, form, *, by):
    """Carry out the answer; who may not give it, or comes second, is told beside the form."""
    verb = overrides.confirm if form.cleaned_data["answer"] == "confirm" else overrides.decline
    try:
        verb(found, by=by)
    except overrides.MayNotConfirm:
        form.add_error(None, _("Somebody else confirms it: a supervisor, or who is on call."))
    except overrides.AlreadyAnswered:
        form.add_error(None, _("Somebody has answered in the meantime, or its day is over. Nothing was changed."))
    return not form.errors


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def waiting(request):
    """What waits for this person as the second of two; a panel of the pages where they work, and one of its own."""
    audit.record_view(request.user, by=request.user, page="waiting-for-second")
    context = {"overrides": overrides.waiting_for(request.user), "decisions": decisions.waiting_for(request.user)}
    template = "followups/waiting.html#list" if request.htmx else "followups/waiting.html"
    return render(request, template, context)
