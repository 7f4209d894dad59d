"""The supervisor's queue and one report."""

from datetime import datetime

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import captures, reports, reviews
from sessions_app.forms.reviews import ReviewForm
from sessions_app.models import DepartureReport, Review

PAGE = 50


@require_safe
@allow(Role.SUPERVISOR)
def queue(request):
    """What waits for this supervisor: safety first, then waiting time; and what was reviewed lately."""
    visible = DepartureReport.objects.visible_to(request.user).exclude(author=request.user).for_queue()
    waiting = list(visible.to_review()[: PAGE + 1])
    lately = visible.filter(state__in=["closed", "returned"]).order_by("-saved_at")[:10]
    audit.record_view(request.user, by=request.user, page="review-queue")
    context = {"waiting": waiting[:PAGE], "has_more": len(waiting) > PAGE, "lately": lately}
    template = "sessions_app/review_queue.html#waiting" if request.htmx else "sessions_app/review_queue.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def review(request, departure_id):
    """One report on one page, with the review beside it."""
    visible = DepartureReport.objects.visible_to(request.user).exclude(state=DepartureReport.State.DRAFT)
    found = get_object_or_404(visible.exclude(author=request.user).for_queue(), departure=departure_id)
    form = ReviewForm(posted(request))
    if request.method == "POST" and form.is_valid() and decided(found, form, by=request.user):
        messages.success(request, _("Sent to %(name)s.") % {"name": found.author.name})
        return redirect("review-queue")
    return review_page(request, found, form)


def decided(found, form, *, by):
    """Carry out the decision; a report that somebody else has just reviewed is told beside the form."""
    data = dict(form.cleaned_data)
    try:
        if data.pop("decision") == Review.Decision.RETURNED:
            data.pop("outcome")
            reviews.return_to_author(found, by=by, **data)
        else:
            reviews.sign_off(found, by=by, **data)
    except reviews.NotWaitingForReview:
        form.add_error(None, _("Somebody has reviewed this report in the meantime. Your words are still here."))
        return False
    return True


def review_page(request, found, form):
    audit.record_view(found, by=request.user, page="review")
    context = {
        "form": form,
        "report": found,
        "departure": found.departure,
        "content": {"kept_private": captures.describe(found.departure, is_private=True)} | found.content,
        "timeline": [(datetime.fromisoformat(at), words) for at, words in found.content["timeline"]],
        "is_intact": reports.is_intact(found),
        "addenda": found.addenda.select_related("by"),
        "reviews": found.reviews.select_related("by"),
    }
    return render(request, "sessions_app/review.html", context, status=422 if form.errors else 200)
