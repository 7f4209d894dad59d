"""Writing and checking a report."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from accounts.supervision import supervisors_of
from sessions_app import quality, reasons, reports, timeline, wording
from sessions_app.forms.reports import ReportForm, SignForm
from sessions_app.views.checked import what_is_checked
from sessions_app.views.own_reports import own_report
from sessions_app.views.signing import sign_or_ask, signed_page


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def report(request, departure_id):
    """Four questions beside the timeline; once signed, the locked page with its addenda."""
    found = own_report(request, departure_id)
    if found.is_signed:
        return signed_page(request, found)
    form = ReportForm(posted(request), report=found)
    if request.method == "POST":
        form.is_valid()
        try:
            reports.save_draft(found, by=request.user, **form.answers())
        except reports.ReportIsSigned:
            return signed_meanwhile(request, departure_id)
        if not form.errors:
            return redirect("check-report", departure_id)
    audit.record_view(found.departure, by=request.user, page="report")
    context = {
        "form": form,
        "report": found,
        "departure": found.departure,
        "timeline": timeline.of(found.departure),
        "suggestions": wording.weigh(form["account"].value() or "", kept=found.words_kept),
    }
    return render(request, "sessions_app/report.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.THERAPIST)
def save_draft(request, departure_id):
    """The draft saving itself; answers with the moment, or with what could not be kept, and with words to weigh."""
    found = own_report(request, departure_id)
    form = ReportForm(request.POST, report=found)
    form.is_valid()
    try:
        found = reports.save_draft(found, by=request.user, **form.answers())
    except reports.ReportIsSigned:
        return signed_meanwhile(request, departure_id)
    if not request.htmx:
        return redirect("report", departure_id)
    suggestions = wording.weigh(found.account, kept=found.words_kept)
    context = {"report": found, "form": form, "suggestions": suggestions, "departure": found.departure}
    # What is on the page already is left alone: a button that is being pressed must not go from under the finger.
    context["is_weighed"] = request.POST.get("weighed") == "".join(f"{each.key};" for each in suggestions)
    return render(request, "sessions_app/report.html#saved_and_weighed", context, status=422 if form.errors else 200)


def signed_meanwhile(request, departure_id):
    """To the signed report: it was signed in another window, or by the same tap a moment ago."""
    address = reverse("report", args=[departure_id])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def check(request, departure_id):
    """Check before you send; POST signs, after asking again who it is where that was too long ago."""
    found = own_report(request, departure_id)
    if found.is_signed:
        return redirect("report", departure_id)
    form = SignForm(posted(request), initial={"author_state": quality.note_of(found).author_state})
    if request.method == "POST" and form.is_valid():
        try:
            quality.keep_state(found, by=request.user, **form.cleaned_data)
        except quality.NoteIsSealed:
            return signed_meanwhile(request, departure_id)
        return sign_or_ask(request, found)
    return check_page(request, found, form)


def check_page(request, found, form):
    departure = found.departure
    audit.record_view(departure, by=request.user, page="check-report")
    context = {
        "form": form,
        "report": found,
        "departure": departure,
        "reason": reasons.sourced(found.main_reason, found.main_reason_source),
        **what_is_checked(found),
        "readers": list(supervisors_of(request.user)),
    }
    return render(request, "sessions_app/check_report.html", context, status=422 if form.errors else 200)
