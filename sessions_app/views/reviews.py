"""The supervisor's queue and one report."""

from datetime import datetime

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.budgets import within_budget
from accounts.models import Role
from accounts.supervision import is_own_supervisor
from sessions_app import places, reports, review_pages, reviews
from sessions_app.forms.reviews import FindForm, ReopenForm, ReviewForm
from sessions_app.models import Review, ReviewTask

QUEUE = "sessions_app/review_queue.html"


@require_safe
@allow(Role.SUPERVISOR)
def queue(request):
    """What waits for this supervisor: safety first, then what is due first; and where the other reports stand."""
    name = request.GET.get("tab")
    name = name if name in review_pages.TABS else review_pages.TO_REVIEW
    page = review_pages.page(request.user, name, after=request.GET.get("after", ""))
    audit.record_view(request.user, by=request.user, page="review-queue")
    context = {"current": name, "form": FindForm(), **lines(page)}
    return render(request, f"{QUEUE}#waiting" if request.htmx else QUEUE, context)


@require_POST
@allow(Role.SUPERVISOR)
@within_budget("search")
def find(request):
    """Reports about a client, by the clinic's own reference."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return redirect("review-queue")
    words = form.cleaned_data["words"]
    page = review_pages.find(request.user, words, after=form.cleaned_data["after"])
    audit.record_view(request.user, by=request.user, page="find-report")
    return render(request, QUEUE, {"current": "", "form": form, "words": words, **lines(page)})


def lines(page):
    """What the list needs. A report stands before its task, which it knows."""
    waiting = [task.report for task in page.tasks]
    return {"waiting": waiting, "next": page.next, "tabs": review_pages.TABS, "now": timezone.now()}


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def review(request, departure_id):
    """One report on one page, with the review beside it."""
    task = own_task(request, departure_id)
    form = ReviewForm(posted(request), places=places.of(task.report.content))
    if request.method == "POST" and form.is_valid() and (made := decided(task.report, form, by=request.user)):
        messages.success(request, _("Sent to %(name)s.") % {"name": task.author.name})
        return redirect("hand-off", departure_id) if made.is_safety_event else redirect("review-queue")
    return review_page(request, task, form=form)


def own_task(request, departure_id):
    """Where the review of that departure's report stands, if this supervisor may see it."""
    visible = ReviewTask.objects.visible_to(request.user).for_page()
    return get_object_or_404(visible, report__departure=departure_id)


def decided(report, form, *, by):
    """Carry out the decision. What somebody else did meanwhile is told beside the form, and no word is lost."""
    try:
        return decide(report, form, by=by)
    except reviews.NotWaitingForReview:
        form.add_error(None, _("Somebody has reviewed this report in the meantime. Your words are still here."))
    except reviews.AddedSince:
        form.add_error(None, _("The author has added to it since you opened it. Read it, and send once more."))
    except reviews.NeedsOwnSupervisor:
        form.add_error(None, _("This is a trainee's report. Only their own supervisor can close it."))
    return None


def decide(report, form, *, by):
    decision, about = form.cleaned_data["decision"], form.about()
    if decision == Review.Decision.RETURNED:
        return reviews.return_to_author(report, by=by, comments=form.comments(), **about)
    if decision == Review.Decision.READ:
        return reviews.close_as_read(report, by=by, **about)
    return reviews.sign_off(report, by=by, outcome=form.cleaned_data["outcome"], **about)


def said_of(report):
    """Earlier reviews, each with its comments by the name of their place."""
    names = places.of(report.content)
    return [
        (review, [(names.get(each.place, each.place), each) for each in review.comments.all()])
        for review in reviews.of(report)
    ]


def review_page(request, task, *, form=None, reopen_form=None):
    report = task.report
    audit.record_view(report, by=request.user, page="review")
    addenda = list(report.addenda.select_related("by"))
    context = {
        "form": form or ReviewForm(places=places.of(report.content)),
        "form_id": ReviewForm.FORM_ID,
        "reopen_form": reopen_form or ReopenForm(),
        "report": report,
        "task": task,
        "holder": task.holder(timezone.now()),
        "is_late": task.is_late(timezone.now()),
        "departure": report.departure,
        "content": report.content,
        "timeline": [(datetime.fromisoformat(at), words) for at, words in report.content["timeline"]],
        "is_intact": reports.is_intact(report),
        "addenda": addenda,
        "reviews": said_of(report),
        "may_co_sign": SimpleLazyObject(lambda: is_own_supervisor(request.user, of=task.author)),
        "seen": len(addenda),
    }
    has_errors = (form and form.errors) or (reopen_form and reopen_form.errors)
    return render(request, "sessions_app/review.html", context, status=422 if has_errors else 200)
