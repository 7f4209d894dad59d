"""A client's whole chart as one file: asked for with a reason and a password, fetched once."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import recheck
from accounts.access import allow
from accounts.models import Role
from followups import chart_packages
from followups.models import ChartPackage
from followups.views.client_copies import asked_for

GO_ON = "followups.views.chart_packages.go_on"


class WhyForm(forms.Form):
    why = forms.ChoiceField(choices=ChartPackage.Why.choices)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def ask_for_package(request, copy_id):
    """Have it put together; whoever proved too long ago who they are is asked again first."""
    copy, form = asked_for(request, copy_id), WhyForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose why you need the file."))
        return redirect("client-copy", copy_id)
    if recheck.is_due(request):
        back = reverse("client-copy", args=[copy_id])
        deed = {"copy": copy_id, "why": form.cleaned_data["why"]}
        return redirect(recheck.address(request, back_to=back, callback=GO_ON, deed=deed))
    return put_together(request, copy, form.cleaned_data["why"])


@allow(Role.THERAPIST, Role.SUPERVISOR)
def go_on(request, deed):
    """The person proved who they are."""
    copy = asked_for(request, deed["copy"])
    if not recheck.is_meant(request, deed, subject=copy.client):
        return redirect("client-copy", copy.pk)
    return put_together(request, copy, deed["why"])


def put_together(request, copy, why):
    chart_packages.ask(copy, why=why, by=request.user)
    messages.success(request, _("The file is ready. You can fetch it once, within a day."))
    return redirect("client-copy", copy.pk)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def fetch_package(request, package_id):
    """The file itself, once."""
    rows = ChartPackage.objects.visible_to(request.user).filter(asked_by=request.user)
    package = get_object_or_404(rows, pk=package_id)
    try:
        content = chart_packages.fetch(package, by=request.user)
    except chart_packages.CannotBeFetched:
        messages.warning(request, _("This file was fetched before, or its day is over. Ask for a new one."))
        return redirect("client-copy", package.request_id)
    response = HttpResponse(content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="chart-{package.pk}.zip"'
    return response
