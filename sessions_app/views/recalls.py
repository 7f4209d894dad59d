"""What was given and proved wrong: the list, and the one tap of whoever saw to it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from sessions_app import recalls
from sessions_app.models import GivenResource, RecallAnswer


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def recalled(request):
    """As a line for the page of follow-ups, and as a page."""
    audit.record_view(request.user, by=request.user, page="recalled")
    context = {"recalls": recalls.waiting_for(request.user), "answers": RecallAnswer.What.choices}
    template = "sessions_app/recalled.html#line" if request.htmx else "sessions_app/recalled.html"
    return render(request, template, context)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def answer_recall(request, given_id):
    given = get_object_or_404(GivenResource.objects.visible_to(request.user), pk=given_id)
    what = request.POST.get("what")
    if what in RecallAnswer.What.values:
        recalls.answer(given, what=what, by=request.user)
        messages.success(request, _("Saved."))
    return redirect("recalled")
