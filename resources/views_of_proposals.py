"""Pages on which colleagues propose an entry they miss, and curators decide on it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from resources import curation, duplicates, proposals
from resources.forms_of_curation import DecisionForm, ProposalForm
from resources.models import Resource


@require_http_methods(["GET", "POST"])
@allow()
def propose(request):
    """Is one missing? One that looks like it is shown before anything is saved."""
    form = ProposalForm(posted(request), initial={"country": request.user.site.country})
    found = []
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        number = facts["read"]
        if not facts["is_another"]:
            numbers = [(getattr(number, "region", "") or facts["country"], number.dial)] if number else []
            found = duplicates.like(name=facts["name"], country=facts["country"], numbers=numbers)
        if not found and proposed(form, by=request.user):
            messages.success(request, _("Thank you. Somebody will look at it, and you will see here what came of it."))
            return redirect("my-reports")
    context = {"form": form, "found": found}
    status = 422 if form.errors or found else 200
    return render(request, "resources/propose.html", context, status=status)


def proposed(form, *, by):
    """The draft, or None with the reason in the form."""
    facts = {name: form.cleaned_data[name] for name in ("name", "country", "why", "url")}
    number = form.cleaned_data["read"]
    try:
        return proposals.propose(number=number, shown=form.cleaned_data["number"].strip(), by=by, **facts)
    except curation.NotToBeListed as told:
        words = _("We know this one and do not list it: “%(reason)s”") % {"reason": told.reason}
        form.add_error(None, words)
        return None


@require_safe
@allow(Role.ADMIN)
def proposal(request, resource_id):
    """One proposal: what is known of it, and the two ways to decide."""
    return page_of(request, get_object_or_404(Resource.objects.with_contacts(), pk=resource_id))


def page_of(request, found, *, refused=None):
    numbers = [(contact.dial_region, contact.dial) for contact in found.contacts if contact.dial]
    alike = duplicates.like(name=found.name, country=found.country, numbers=numbers)
    context = {
        "resource": found,
        "form": refused or DecisionForm(),
        "alike": [entry for entry in alike if entry.pk != found.pk],
    }
    return render(request, "resources/proposal.html", context, status=422 if refused else 200)


@require_POST
@allow(Role.ADMIN)
def take_over_proposal(request, resource_id):
    found = get_object_or_404(Resource, pk=resource_id)
    try:
        proposals.take_over(found, by=request.user)
    except proposals.IsDecided:
        messages.error(request, _("Somebody else has decided on it already."))
    except proposals.CannotBeReached:
        messages.error(request, _("Add a way to reach it first."))
        return redirect("proposal", found.pk)
    else:
        messages.success(request, _("It is in the lists now, and waits for its first check."))
    return redirect("check-resource", found.pk)


@require_POST
@allow(Role.ADMIN)
def decline_proposal(request, resource_id):
    found = get_object_or_404(Resource.objects.with_contacts(), pk=resource_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, refused=form)
    try:
        proposals.decline(found, by=request.user, **form.cleaned_data)
    except proposals.IsDecided:
        messages.error(request, _("Somebody else has decided on it already."))
    else:
        messages.success(request, _("Declined. Who proposed it will see why."))
    return redirect("check-queue")
