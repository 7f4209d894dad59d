"""The quality review's side of a report: how the author is, what stays private, and what a supervisor gave back."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from sessions_app import reports
from sessions_app.models import DepartureEvent, DepartureReport, QualityNote
from sessions_app.views.own_reports import own_report


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def quality(request, departure_id):
    """For the author, and the author's supervisor; as a page, or as a part of the page of the signed report."""
    own = DepartureReport.objects.visible_to(request.user).select_related("departure")
    report = own.filter(departure=departure_id).first()
    visible = DepartureEvent.objects.visible_to(request.user)
    departure = report.departure if report else get_object_or_404(visible, pk=departure_id)
    audit.record_view(departure, by=request.user, page="quality")
    context = {"departure": departure, "report": report, **told_beside(report, reader=request.user)}
    template = "sessions_app/quality.html#panel" if request.htmx else "sessions_app/quality.html"
    return render(request, template, context)


def told_beside(report, *, reader):
    """Nothing is shown before signing: until then it is the author's draft."""
    if report is None or not report.is_signed:
        return {"note": None, "reviews": []}
    note = QualityNote.objects.visible_to(reader).filter(report=report).first()
    return {"note": note, "reviews": report.reviews.select_related("by"), "is_author": report.author_id == reader.pk}


@require_POST
@allow(Role.THERAPIST)
def feedback_seen(request, departure_id):
    reports.mark_feedback_seen(own_report(request, departure_id), by=request.user)
    return redirect("now")


@require_safe
@allow(Role.SUPERVISOR)
def added_to(request):
    """Reports that were closed and then added to: part of the review queue, or a page of its own."""
    visible = DepartureReport.objects.visible_to(request.user).exclude(author=request.user)
    audit.record_view(request.user, by=request.user, page="added-to")
    found = list(visible.added_to().for_queue().filter(departure__voided_at=None)[:50])
    template = "sessions_app/added_to.html#list" if request.htmx else "sessions_app/added_to.html"
    return render(request, template, {"added_to": found})


@require_POST
@allow(Role.SUPERVISOR)
def addenda_read(request, departure_id):
    """The supervisor has read what was added after the review."""
    visible = DepartureReport.objects.visible_to(request.user).exclude(author=request.user)
    found = get_object_or_404(visible.exclude(state=DepartureReport.State.DRAFT), departure=departure_id)
    reports.mark_addenda_read(found, by=request.user)
    return redirect("review", departure_id)
