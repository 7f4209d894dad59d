"""Admins: the organisation's name, its sites, who is clinical lead, and a mail that must arrive. Nothing clinical."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, mail_tests, people, sites
from accounts.access import allow, posted
from accounts.forms_of_setup import LeadForm, NewSiteForm, OrganisationForm, SiteForm
from accounts.invitations import LinkIsDead
from accounts.models import Role, Site
from accounts.recheck import recently_checked


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def organisation(request):
    form = OrganisationForm(posted(request), instance=sites.organisation())
    if request.method == "POST" and form.is_valid():
        sites.name_organisation(form.cleaned_data["name"], by=request.user)
        return saved(request)
    return page(request, "accounts/organisation.html", form)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_site(request):
    form = NewSiteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        sites.add(by=request.user, **form.cleaned_data)
        return saved(request)
    return page(request, "accounts/site.html", form)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def edit_site(request, site_id):
    found = get_object_or_404(Site, pk=site_id)
    form = SiteForm(posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        sites.change(found, by=request.user, **form.cleaned_data)
        return saved(request)
    return page(request, "accounts/site.html", form, site=Site.objects.get(pk=site_id))


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
@recently_checked
def name_lead(request):
    """Who signs what Doorway works by. Nobody names themselves."""
    form = LeadForm(posted(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        people.appoint_clinical_lead(form.cleaned_data["person"].email, by=request.user)
        return saved(request)
    return page(request, "accounts/name_lead.html", form)


@require_POST
@allow(Role.ADMIN)
def send_mail_test(request):
    mail_tests.ask(by=request.user)
    words = _("A mail is on its way to %(address)s. Open the link in it.")
    messages.success(request, words % {"address": request.user.email})
    return redirect("setup")


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def mail_arrived(request, token):
    """The link in the mail. Opening alone proves nothing, for mail servers open links too: the admin says so."""
    if request.method == "GET":
        return render(request, "accounts/mail_arrived.html")
    try:
        mail_tests.arrived(token, by=request.user)
    except LinkIsDead as dead:
        return render(request, "accounts/mail_arrived.html", {"reason": dead.reason}, status=HTTPStatus.GONE)
    messages.success(request, _("Mail arrives."))
    return redirect("setup")


def saved(request):
    messages.success(request, _("Saved."))
    return redirect("setup")


def page(request, template, form, **context):
    audit.record_view(request.user, by=request.user, page=template.partition("/")[2].removesuffix(".html"))
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
