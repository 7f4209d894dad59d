"""The audit trail: for the privacy officer to look through, and for a client who asks who looked.

Nothing on these pages is a client's word: numbers of rows, codes, people of the house, times and addresses.
"""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, audit_search, recheck
from accounts.access import allow
from accounts.models import Role
from sessions_app import trail, trail_table
from sessions_app.forms.trail import OlderForm, ReferenceForm, SearchForm
from sessions_app.models import Client

GO_ON = "sessions_app.views.trail.go_on"
MAY_SAVE = "may_save_trail"  # in the session: the client whose table the person has just proved to mean


@require_safe
@allow(Role.PRIVACY)
def trail_page(request):
    """The newest entries, or those that fit. That it was read, and by what it was asked, is in the trail."""
    form = SearchForm(request.GET)
    found = audit_search.Page([], None)
    if form.is_valid():
        facts = form.facts()
        found = audit_search.page(
            audit_search.search(zone=timezone.get_current_timezone(), **facts), older=form.cleaned_data["older"]
        )
        note_search(request.user, asked=sorted(name for name, value in facts.items() if value))
    return trail_answer(request, form, ReferenceForm(), found)


@transaction.atomic
def note_search(user, *, asked):
    audit.record(trail.READ, user, by=user, asked=asked)


def trail_answer(request, form, find_form, page, **more):
    context = {"form": form, "find_form": find_form, "page": page, **more}
    if page.older:
        asked = request.GET.copy()
        asked["older"] = page.older
        context["next"] = asked.urlencode()
    is_refused = (form.is_bound and form.errors) or find_form.errors
    return render(request, "sessions_app/trail.html", context, status=422 if is_refused else 200)


@require_POST
@allow(Role.PRIVACY)
def find_client(request):
    """From a reference to the trail of that client; where several teams use it, a choice by team."""
    find_form, nothing = ReferenceForm(request.POST), audit_search.Page([], None)
    found = []
    if find_form.is_valid():
        found = trail.clients_called(find_form.cleaned_data["reference"], by=request.user)
        if len(found) == 1:
            return redirect("client-trail", found[0].pk)
        if not found:
            find_form.add_error("reference", _("No client has exactly this reference."))
    return trail_answer(request, SearchForm(), find_form, nothing, found=found)


@require_safe
@allow(Role.PRIVACY)
def client_trail(request, client_id):
    """Everything the trail says of one client, newest first."""
    found, form = client_or_404(client_id), OlderForm(request.GET)
    older = form.cleaned_data["older"] if form.is_valid() else None
    page = audit_search.page(trail.of_client(client_id), older=older)
    trail.note_reading(client_id, by=request.user, how="client-trail")
    return render(request, "sessions_app/client_trail.html", {"found": found, "page": page})


@require_safe
@allow(Role.PRIVACY)
def client_answer(request, client_id):
    """The sheet for the client who asks: who, on which day, did what, in plain words; to print."""
    found, zone = client_or_404(client_id), timezone.get_current_timezone()
    lines = trail.answer_sheet(trail.of_client(client_id), zone=zone)
    trail.note_reading(client_id, by=request.user, how="client-answer")
    context = {"found": found, "lines": lines, "made_at": timezone.now(), "site": request.user.site}
    return render(request, "sessions_app/client_answer.html", context)


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def who_looked(request, client_id):
    """The same for whoever answers for the client: their therapist, and the supervisor."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_id)
    lines = trail.answer_sheet(trail.of_client(client_id), zone=timezone.get_current_timezone())
    trail.note_reading(client_id, by=request.user, how="who-looked")
    return render(request, "sessions_app/who_looked.html", {"client": client, "lines": lines})


@require_POST
@allow(Role.PRIVACY)
def client_trail_table(request, client_id):
    """All of it as CSV, for whoever has just proved who they are; anybody else is asked first."""
    found = client_or_404(client_id)
    if request.session.pop(MAY_SAVE, None) != found.pk and recheck.is_due(request):
        back, deed = reverse("client-trail", args=[found.pk]), {"client": found.pk}
        return HttpResponseRedirect(recheck.address(request, back_to=back, callback=GO_ON, deed=deed))
    trail.note_reading(found.pk, by=request.user, how="csv")
    text = trail_table.table(trail.of_client(found.pk).iterator())
    headers = {"Content-Disposition": f'attachment; filename="trail-{found.pk}.csv"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


@allow(Role.PRIVACY)
def go_on(request, deed):
    """The person proved who they are: the next press on the button saves the table."""
    if recheck.is_meant(request, deed, subject=request.user):
        request.session[MAY_SAVE] = deed["client"]
        messages.success(request, _("Thank you. Press “Save as a table” once more."))
    return redirect("client-trail", deed["client"])


def client_or_404(client_id):
    found = trail.client_numbered(client_id)
    if found is None:
        raise Http404
    return found
