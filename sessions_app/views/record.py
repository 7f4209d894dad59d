"""Before a report is signed: the record as it will stand, what a reader will miss in it, and words to weigh."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import Role
from sessions_app import missing_facts, record, reports, wording
from sessions_app.forms.reports import ReportForm
from sessions_app.views import reports as report_views
from sessions_app.views.own_reports import own_report


@require_POST
@allow(Role.THERAPIST)
def not_provided(request, departure_id):
    """One tap on a missing fact: it is not provided, which is an answer; or that is taken back."""
    found = own_report(request, departure_id)
    code = request.POST.get("code", "")
    if code not in missing_facts.CODES:
        raise Http404
    try:
        saved = reports.say_not_provided(found, code=code, is_taken_back="undo" in request.POST, by=request.user)
    except reports.ReportIsSigned:
        return report_views.signed_meanwhile(request, departure_id)
    if not request.htmx:
        return redirect(f"{reverse('check-report', args=[departure_id])}#missing")
    saved.departure = found.departure
    context = {"report": saved, "departure": found.departure, "missing": record.Record(found.departure, saved).missing}
    return render(request, "sessions_app/missing.html#list", context)


@require_POST
@allow(Role.THERAPIST)
def keep_words(request, departure_id):
    """The author keeps a wording. From the report it comes with everything typed so far, which is saved as well."""
    found = own_report(request, departure_id)
    is_writing = "account" in request.POST
    try:
        if is_writing:
            form = ReportForm(request.POST, report=found)
            form.is_valid()
            reports.save_draft(found, by=request.user, **form.answers())
        saved = reports.keep_words(found, key=request.POST.get("keep", "")[:100], by=request.user)
    except reports.ReportIsSigned:
        return report_views.signed_meanwhile(request, departure_id)
    if not request.htmx:
        page = "report" if is_writing else "check-report"
        return redirect(f"{reverse(page, args=[departure_id])}#wording")
    suggestions = wording.weigh(saved.account, kept=saved.words_kept)
    context = {"departure": found.departure, "suggestions": suggestions, "is_writing": is_writing, "oob": True}
    return render(request, "sessions_app/wording.html#weighed", context)
