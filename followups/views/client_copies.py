"""A client asks for the record: the request, the copy on paper, and that it was given."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.budgets import within_budget
from accounts.models import Role
from followups import client_copies, pango, paper_style, papers
from followups.forms_of_papers import CopyGivenForm, CopyRequestForm
from followups.keeping import holds
from followups.models import ChartPackage, CopyRequest, FiledPaper
from followups.views.papers import listed, style_answer
from sessions_app.models import Client


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def client_copies_page(request, client_id):
    """Every request of a client for a copy, and a form for a new one."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_id)
    form = CopyRequestForm(posted(request), initial={"asked_by": "client", "asked_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        return redirect("client-copy", client_copies.ask(client, by=request.user, **form.cleaned_data).pk)
    audit.record_view(client, by=request.user, page="client-copies")
    context = {"client": client, "form": form, "requests": client.copy_requests.prefetch_related("given")}
    context["is_held"] = holds.is_held(client.pk)
    return render(request, "followups/client_copies.html", context, status=422 if form.errors else 200)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def client_copy(request, copy_id):
    """One request: the copy to look at and to print, its PDFs, and to whom it was given."""
    return copy_page(request, asked_for(request, copy_id))


def copy_page(request, copy, *, form=None):
    found = client_copies.of(copy, by=request.user)
    filed = FiledPaper.objects.visible_to(request.user).filter(copy=copy).for_page()
    state = listed(filed, found.mark)
    initial = {"given_on": timezone.localdate(), "paper": state["newest"] and state["newest"].pk}
    if not request.htmx:  # what asks by itself shows no word of the record
        audit.record_view(copy, by=request.user, page="client-copy")
    context = {
        "copy": found,
        "is_practice": copy.client.is_practice,
        "can_be_made": pango.is_there(),
        "form": form or CopyGivenForm(papers=state["filed"], initial=initial),
        "given": copy.given.select_related("by", "paper"),
        "packages": copy.packages.filter(asked_by=request.user),
        "package_reasons": ChartPackage.Why.choices,
        "now": timezone.now(),
        **state,
    }
    template = "followups/client_copy.html#filed" if request.htmx else "followups/client_copy.html"
    return render(request, template, context, status=422 if form else 200)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
@within_budget("export")
def make_copy(request, copy_id):
    copy = asked_for(request, copy_id)
    if pango.is_there():
        papers.ask_for_copy(copy, by=request.user)
    else:
        messages.warning(request, _("PDFs cannot be made here. Print the page instead."))
    return redirect("client-copy", copy_id)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def give_copy(request, copy_id):
    """Write down who gave it, how and when."""
    copy = asked_for(request, copy_id)
    form = CopyGivenForm(request.POST, papers=FiledPaper.objects.visible_to(request.user).filter(copy=copy))
    if not form.is_valid():
        return copy_page(request, copy, form=form)
    client_copies.give(copy, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("client-copy", copy_id)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def copy_chart(request, copy_id):
    """The copy as a page to read through before it is given, and to print."""
    copy = asked_for(request, copy_id)
    audit.record_view(copy, by=request.user, page="copy-chart")
    context = {
        "copy": client_copies.of(copy, by=request.user),
        "is_practice": copy.client.is_practice,
        "printed_at": timezone.now(),
        "printed_by": request.user,
        "zone": request.user.site.zone,
    }
    return render(request, "followups/copy_chart.html", context)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def copy_style(request, copy_id):
    found = client_copies.of(asked_for(request, copy_id), by=request.user)
    site = request.user.site
    facts = {"country": site.country, "zone": site.zone, "by": request.user, "at": timezone.now(), "is_copy": True}
    return style_answer(paper_style.sheet_of(found.charts, **facts))


def asked_for(request, copy_id):
    """The request, about a client that the signed-in person may see; else 404. Exercises are one's own."""
    rows = CopyRequest.objects.visible_to(request.user).select_related("client", "by")
    return get_object_or_404(rows, pk=copy_id)
