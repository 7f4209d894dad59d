"""Writing, checking, signing and adding to a report."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from accounts.supervision import supervisors_of
from sessions_app import reports, timeline
from sessions_app.forms.reports import AddendumForm, ReportForm, SignForm
from sessions_app.models import DepartureReport
from sessions_app.views.departures import own_departure


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def report(request, departure_id):
    """Three questions beside the timeline; once signed, the locked page with its addenda."""
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
    context = {"form": form, "report": found, "departure": found.departure, "timeline": timeline.of(found.departure)}
    return render(request, "sessions_app/report.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.THERAPIST)
def save_draft(request, departure_id):
    """The draft saving itself; answers with the moment, or with what could not be kept."""
    found = own_report(request, departure_id)
    form = ReportForm(request.POST, report=found)
    form.is_valid()
    try:
        found = reports.save_draft(found, by=request.user, **form.answers())
    except reports.ReportIsSigned:
        return signed_meanwhile(request, departure_id)
    if not request.htmx:
        return redirect("report", departure_id)
    context = {"report": found, "form": form}
    return render(request, "sessions_app/report.html#saved", context, status=422 if form.errors else 200)


def signed_meanwhile(request, departure_id):
    """To the signed report: it was signed in another window, or by the same tap a moment ago."""
    address = reverse("report", args=[departure_id])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def check(request, departure_id):
    """Check before you send; POST signs."""
    found = own_report(request, departure_id)
    if found.is_signed:
        return redirect("report", departure_id)
    form = SignForm(posted(request), initial={"author_state": found.author_state})
    if request.method == "POST" and form.is_valid():
        try:
            reports.save_draft(found, by=request.user, **form.cleaned_data)
        except reports.ReportIsSigned:
            return signed_meanwhile(request, departure_id)
        reports.sign(found, by=request.user)
        if found.departure.is_practice:
            return kept_in_exercise(request, found)
        reader = supervisors_of(request.user).first()
        words = _("Sent. %(name)s will read it. Take five minutes if you can.") if reader else _("Signed.")
        messages.success(request, words % {"name": reader.name if reader else ""})
        return redirect("report", departure_id)
    return check_page(request, found, form)


def check_page(request, found, form):
    departure = found.departure
    audit.record_view(departure, by=request.user, page="check-report")
    context = {
        "form": form,
        "report": found,
        "departure": departure,
        "facts": reports.facts_of(departure),
        "steps": reports.steps_of(departure),
        "missing": reports.missing_facts(departure),
        "given": departure.given_resources.all(),
        "readers": supervisors_of(request.user),
    }
    return render(request, "sessions_app/check_report.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.THERAPIST)
def add_addendum(request, departure_id):
    found = own_report(request, departure_id)
    form = AddendumForm(request.POST)
    if not found.is_signed:
        return redirect("report", departure_id)
    if form.is_valid():
        reports.add_addendum(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect("report", departure_id)
    return signed_page(request, found, form=form)


@require_POST
@allow(Role.THERAPIST)
def feedback_seen(request, departure_id):
    reports.mark_feedback_seen(own_report(request, departure_id), by=request.user)
    return redirect("now")


def kept_in_exercise(request, found):
    """Signed as in earnest; and nobody reads it."""
    messages.success(request, _("Signed. In earnest your supervisor would read it now; in an exercise nobody does."))
    return redirect("report", found.departure_id)


def own_report(request, departure_id):
    """The signed-in therapist's report of an own departure; 404 for anybody else's.

    If there is none, saying something (POST) begins it, and looking at it does not.
    """
    departure = own_departure(request, departure_id)
    own = DepartureReport.objects.visible_to(request.user).filter(departure=departure)
    found = own.select_related("author").first()
    if found is None:
        begin = reports.draft_for if request.method == "POST" else reports.blank_for
        found = begin(departure, by=request.user)
    found.departure = departure  # with everything its page shows
    return found


def signed_page(request, found, *, form=None):
    audit.record_view(found.departure, by=request.user, page="signed-report")
    context = {
        "report": found,
        "departure": found.departure,
        "form": form or AddendumForm(),
        "is_intact": reports.is_intact(found),
        "reviews": found.reviews.select_related("by"),
        "addenda": found.addenda.select_related("by"),
    }
    return render(request, "sessions_app/signed_report.html", context, status=422 if form else 200)
