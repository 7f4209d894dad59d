"""The author's answers to what a supervisor asked about places of the report."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import place_comments
from sessions_app.forms.reviews import AnswersForm
from sessions_app.views.own_reports import own_report


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def answer_comments(request, departure_id):
    """Each comment beside the place it concerns; an answer becomes an addendum. With the last one it goes back."""
    found = own_report(request, departure_id)
    if not found.is_signed:
        return redirect("report", departure_id)
    asked = place_comments.on(found)
    form = AnswersForm(posted(request), asked=asked)
    if request.method == "POST" and form.is_valid():
        left = place_comments.answer(found, texts=form.texts(), by=request.user)
        messages.success(request, still_open(left) if left else _("Answered, and sent back."))
        return redirect("report", departure_id)
    audit.record_view(found.departure, by=request.user, page="report-comments")
    context = {"form": form, "report": found, "departure": found.departure, "asked": asked}
    return render(request, "sessions_app/answer_comments.html", context, status=422 if form.errors else 200)


def still_open(left):
    words = ngettext("Saved. %(count)s comment still waits.", "Saved. %(count)s comments still wait.", left)
    return words % {"count": left}
