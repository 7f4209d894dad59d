"""Pages of those who keep the directory right."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from resources import checking, curator_tasks, proposals
from resources.forms_of_checking import CheckForm, ContactForm, StatusForm
from resources.models import ContactPoint, CuratorTask, NumberReport, Resource, Verification

MOST = 50  # in each part of the queue
DUE_SOON = timedelta(days=14)


@require_safe
@allow(Role.ADMIN)
def queue(request):
    """What waits for a check: what somebody found wrong, what is overdue or due soon, what nobody ever checked."""
    today = timezone.localdate()
    open_reports = NumberReport.objects.filter(contact_point__resource=OuterRef("pk"), answered_at=None)
    entries = Resource.objects.filter(status__in=Resource.GIVEABLE).with_contacts()
    by_need = entries.order_by("check_due_on", "-is_crisis_line", "name", "pk")
    others = by_need.exclude(Exists(open_reports))
    tried = Verification.objects.filter(contact_point__resource=OuterRef("pk"), contact_point__removed_at=None)
    in_vain = tried.filter(result=Verification.Result.NO_ANSWER, retry_on__lte=today).exclude(
        Exists(Verification.objects.filter(contact_point=OuterRef("contact_point"), pk__gt=OuterRef("pk")))
    )
    checked, unchecked = others.filter(status=Resource.Status.VERIFIED), others.filter(status=Resource.Status.IN_REVIEW)
    parts = [
        (_("Somebody found it wrong"), by_need.filter(Exists(open_reports))),
        (_("Nobody answered: to be tried again"), others.filter(Exists(in_vain))),
        (_("Overdue"), others.filter(check_due_on__lt=today)),
        (_("Due in the next two weeks"), checked.filter(check_due_on__range=(today, today + DUE_SOON))),
        (_("Not checked yet"), unchecked.exclude(check_due_on__lt=today)),
    ]
    context = {"parts": [(title, list(found[:MOST])) for title, found in parts], "most": MOST}
    context["proposals"] = list(proposals.waiting()[:MOST])
    context["pages"] = list(curator_tasks.waiting()[:MOST])
    return render(request, "resources/queue.html", context)


@require_POST
@allow(Role.ADMIN)
def put_page_aside(request, task_id):
    """A curator knows of it: it stays closed for as long as it is the same trouble."""
    curator_tasks.close(CuratorTask.objects.filter(pk=get_object_or_404(CuratorTask, pk=task_id).pk), by=request.user)
    messages.success(request, _("Saved."))
    return redirect("check-queue")


@require_safe
@allow(Role.ADMIN)
def check_resource(request, resource_id):
    """One entry, each of its contacts with a checklist of its own."""
    found = get_object_or_404(Resource.objects.with_contacts(), pk=resource_id)
    return page_of_checks(request, found)


def page_of_checks(request, found, *, refused=None):
    """`refused` is the form that could not be read, in place of the empty one of its contact."""
    reports = NumberReport.objects.filter(contact_point__resource=found, answered_at=None).select_related("by")
    said = {}
    for each in reports:
        said.setdefault(each.contact_point_id, []).append(each)
    forms = [
        (contact, refused if refused and refused.prefix == f"c{contact.pk}" else CheckForm(contact=contact))
        for contact in found.contacts
    ]
    context = {
        "resource": found,
        "contacts": [(contact, form, said.get(contact.pk, [])) for contact, form in forms],
        "country": request.user.site.country,
    }
    return render(request, "resources/check.html", context, status=422 if refused else 200)


@require_POST
@allow(Role.ADMIN)
def check_contact(request, contact_id):
    contact = get_object_or_404(ContactPoint, pk=contact_id)
    form = CheckForm(request.POST, contact=contact)
    if not form.is_valid():
        found = Resource.objects.with_contacts().get(pk=contact.resource_id)
        return page_of_checks(request, found, refused=form)
    try:
        checking.check(contact, by=request.user, **form.cleaned_data)
    except checking.ContactHasChanged:
        form.add_error(None, _("It was changed while this page was open. Look at it as it stands now, and try that."))
        found = Resource.objects.with_contacts().get(pk=contact.resource_id)
        return page_of_checks(request, found, refused=form)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('check-resource', args=[contact.resource_id])}#contact-{contact.pk}")


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def change_contact(request, contact_id):
    contact = get_object_or_404(ContactPoint.objects.select_related("resource"), pk=contact_id)
    form = ContactForm(posted(request), instance=contact)
    if request.method == "POST" and form.is_valid():
        try:
            checking.change(contact, by=request.user, **form.facts())
        except checking.IsThereAlready:
            form.add_error(None, _("The entry has this contact already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("check-resource", contact.resource_id)
    context = {"form": form, "contact": contact}
    return render(request, "resources/change_contact.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def change_status(request, resource_id):
    found = get_object_or_404(Resource, pk=resource_id)
    form = StatusForm(posted(request), resource=found)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        checking.set_status(found, facts.pop("status"), by=request.user, **facts)
        messages.success(request, _("Saved."))
        return redirect("check-resource", found.pk)
    context = {"form": form, "resource": found}
    return render(request, "resources/change_status.html", context, status=422 if form.errors else 200)
