"""Signing a report, reading what was signed, and adding to it."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit, recheck
from accounts.access import allow
from accounts.models import Role
from accounts.supervision import supervisors_of
from sessions_app import reports
from sessions_app.forms.addenda import AddendumForm
from sessions_app.views.own_reports import own_report

GO_ON = "sessions_app.views.signing.go_on"


def sign_or_ask(request, found):
    """Sign, or first ask again who it is. What was typed is saved by then; afterwards the signing goes on by itself."""
    if not recheck.is_due(request, after=settings.SIGNING_REAUTHENTICATION_SECONDS):
        return sign(request, found)
    check = reverse("check-report", args=[found.departure_id])
    if found.departure.is_practice:
        check += "?practice=yes"  # so that the page which asks knows that it is an exercise
    deed = {"departure": str(found.departure_id), "seen": reports.what_would_be_signed(found)}
    return lead_to(request, recheck.address(request, back_to=check, callback=GO_ON, deed=deed))


@allow(Role.THERAPIST)
def go_on(request, deed):
    """The person proved who they are: sign what they had seen. If that is not the same any more, they look again."""
    found = own_report(request, deed["departure"])
    if not recheck.is_meant(request, deed, subject=found):
        return redirect("check-report", found.departure_id)
    if not found.is_signed and reports.what_would_be_signed(found) != deed["seen"]:
        messages.warning(request, _("The report has changed since you checked it. Look at it once more, then sign."))
        return redirect("check-report", found.departure_id)
    return sign(request, found)


def sign(request, found):
    reports.sign(found, by=request.user)
    if found.departure.is_practice:
        return kept_in_exercise(request, found)
    reader = supervisors_of(request.user).first()
    words = _("Sent. %(name)s will read it. Take five minutes if you can.") if reader else _("Signed.")
    messages.success(request, words % {"name": reader.name if reader else ""})
    return lead_to(request, reverse("report", args=[found.departure_id]))


def kept_in_exercise(request, found):
    """Signed as in earnest; and nobody reads it."""
    messages.success(request, _("Signed. In earnest your supervisor would read it now; in an exercise nobody does."))
    return lead_to(request, reverse("report", args=[found.departure_id]))


def lead_to(request, address):
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_POST
@allow(Role.THERAPIST)
def add_addendum(request, departure_id):
    """Only the author adds, and at any time: a report that was reviewed can still be added to."""
    found = own_report(request, departure_id)
    if not found.is_signed:
        return redirect("report", departure_id)
    form = AddendumForm(request.POST)
    if form.is_valid():
        reports.add_addendum(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect("report", departure_id)
    return signed_page(request, found, form=form)


def signed_page(request, found, *, form=None):
    """The chart's part of a signed report. What a supervisor said of it has an address of its own."""
    audit.record_view(found.departure, by=request.user, page="signed-report")
    addenda = list(found.addenda.select_related("by"))
    context = {
        "report": found,
        "departure": found.departure,
        "form": form or AddendumForm(),
        "is_intact": reports.is_intact(found),
        "addenda": addenda,
        "version": 1 + len(addenda),
    }
    return render(request, "sessions_app/signed_report.html", context, status=422 if form else 200)
