"""Pages on which entries are added and changed, with all that belongs to them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from resources import checking, curated_contacts, curated_parts, curation, duplicates, histories, phones
from resources.checking import ContactHasChanged, IsThereAlready
from resources.forms_of_curation import (
    AliasForm,
    ChecklistForm,
    ContactHoursForm,
    CoverageForm,
    EntryForm,
    EntryHoursForm,
    EvidenceForm,
    LocationForm,
    NewContactForm,
)
from resources.models import ContactPoint, Resource
from resources.places import country_name

#: Parts of an entry by the word in their address: their form, and what they are called.
PARTS = {
    "names": (AliasForm, gettext_lazy("A name or former number")),
    "places": (LocationForm, gettext_lazy("A place")),
    "coverage": (CoverageForm, gettext_lazy("Whom it serves")),
    "pages": (EvidenceForm, gettext_lazy("A page on which it was seen")),
}


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_entry(request):
    """A new entry with its first contact. What looks like it is shown once before it is added."""
    country = request.user.site.country
    form = EntryForm(posted(request))
    contact = NewContactForm(posted(request), country=country, prefix="contact")
    form.initial["country"] = country
    found = []
    if request.method == "POST" and all([form.is_valid(), contact.is_valid()]):
        facts = contact.facts()
        numbers = [(facts["dial_region"], facts["dial"])] if "dial" in facts else []
        if "is_another" not in request.POST:
            asked = {"name": form.cleaned_data["name"], "country": form.cleaned_data["country"]}
            found = duplicates.like(numbers=numbers, **asked)
        if not found and (made := added(form, contact, by=request.user)):
            warn_of_emergency(request, made.contact_points.first())
            return redirect("entry-parts", made.pk)
    context = {"form": form, "contact_form": contact, "found": found}
    is_refused = bool(form.errors or contact.errors or found)
    return render(request, "resources/add_entry.html", context, status=422 if is_refused else 200)


def added(form, contact, *, by):
    """The new entry, or None with the reason in the form."""
    page = contact.cleaned_data["evidence_url"]
    evidence = [{"url": page, "kind": "operator", "seen_on": timezone.localdate()}] if page else []
    try:
        return curation.add(form.facts() | {"contacts": [contact.facts()], "evidence": evidence}, by=by)
    except curation.NotToBeListed as told:
        form.add_error(None, not_to_be_listed(told))
        return None


def not_to_be_listed(told):
    return _("This is not to be listed: “%(reason)s”") % {"reason": told.reason}


def warn_of_emergency(request, contact):
    country = request.user.site.country
    messages.success(request, _("Saved."))
    if phones.reaches_emergency(contact, country):
        facts = {"number": contact.display or contact.dial, "country": country_name(country)}
        words = _("Take care: dialled here (%(country)s), %(number)s reaches an emergency service.")
        messages.warning(request, words % facts)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def edit_entry(request, resource_id):
    found = get_object_or_404(Resource.objects.select_related("organisation"), pk=resource_id)
    form = EntryForm(posted(request), instance=found)
    theirs = []
    if request.method == "POST" and form.is_valid():
        answer = edited(request, form, found)
        if not isinstance(answer, list):
            return answer
        theirs = answer
    context = {"form": form, "resource": found, "theirs": theirs}
    return render(request, "resources/edit_entry.html", context, status=422 if form.errors or theirs else 200)


def edited(request, form, found):
    """The way on; or, as a list, what somebody else has changed meanwhile beside what stands in the form."""
    edition = form.cleaned_data.get("edition") or 0
    try:
        curation.edit(found, edition=edition, by=request.user, **form.facts())
    except curation.EntryHasChanged as told:
        form.data = form.data.copy()
        form.data["edition"] = told.now.edition
        form.add_error(None, _("Somebody else changed it meanwhile. Look at both, and save again what is right."))
        return both_of(form, told.now)
    except curation.NotToBeListed as told:
        form.add_error(None, not_to_be_listed(told))
        return []
    messages.success(request, _("Saved."))
    return redirect("entry-parts", found.pk)


def both_of(form, now):
    """For each field that differs: its label, what stands there now, and what was typed."""
    rows = []
    for name, typed in form.facts().items():
        stands = now.organisation.name if name == "organisation" else getattr(now, name)
        if stands != typed:
            rows.append((form.fields[name].label or name, in_words(stands), in_words(typed)))
    return rows


def in_words(value):
    if value is None or value in ("", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(value) if isinstance(value, list) else value


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def entry_hours(request, resource_id):
    """When the entry can be reached. Contacts with hours of their own keep them."""
    found = get_object_or_404(Resource, pk=resource_id)
    form = EntryHoursForm(posted(request), resource=found, zone=request.user.site.time_zone)
    return page_of_facts(request, found, form, template="resources/entry_hours.html")


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def contact_hours(request, contact_id):
    """When this way is open, where that is not when its entry is. It has to be checked again then."""
    found = get_object_or_404(ContactPoint.objects.current().select_related("resource"), pk=contact_id)
    form = ContactHoursForm(posted(request), contact=found, zone=request.user.site.time_zone)
    if request.method == "POST" and form.is_valid():
        checking.change(found, by=request.user, **form.facts())
        messages.success(request, _("Saved."))
        return redirect("entry-parts", found.resource_id)
    context = {"form": form, "resource": found.resource, "contact": found}
    return render(request, "resources/entry_hours.html", context, status=422 if form.errors else 200)


def page_of_facts(request, found, form, *, template):
    """Save what the form says of the entry, or show it; it has `facts()` and the edition it was opened with."""
    if request.method == "POST" and form.is_valid():
        try:
            curation.edit(found, edition=form.cleaned_data["edition"], by=request.user, **form.facts())
        except curation.EntryHasChanged as told:
            ask_again(form, told.now)
        else:
            messages.success(request, _("Saved."))
            return redirect("entry-parts", found.pk)
    context = {"form": form, "resource": found}
    return render(request, template, context, status=422 if form.errors else 200)


def ask_again(form, now):
    """What was typed stays, and can be saved once somebody has looked at what stands there now."""
    form.data = form.data.copy()
    form.data[form.add_prefix("edition")] = now.edition
    form.add_error(None, _("Somebody else changed the entry meanwhile. Look again, and save what is right."))


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def entry_checklist(request, resource_id):
    """What the policy asks, with what is known of this entry."""
    found = get_object_or_404(Resource, pk=resource_id)
    form = ChecklistForm(posted(request), resource=found)
    return page_of_facts(request, found, form, template="resources/entry_checklist.html")


@require_safe
@allow(Role.ADMIN)
def entry_parts(request, resource_id):
    """Everything that belongs to one entry, each with the way to change it."""
    whole = Resource.objects.with_contacts().prefetch_related("aliases", "locations", "coverage", "evidence")
    found = get_object_or_404(whole, pk=resource_id)
    keys = [contact.pk for contact in found.contacts]
    country = request.user.site.country
    contacts = [
        (contact, moved_up(keys, place), phones.reaches_emergency(contact, country))
        for place, contact in enumerate(found.contacts)
    ]
    context = {"resource": found, "contacts": contacts, "country_name": country_name(country)}
    return render(request, "resources/entry_parts.html", context)


def moved_up(keys, place):
    """The order with the contact at `place` one step further up, as it is sent; empty for the first."""
    if not place:
        return []
    return [*keys[: place - 1], keys[place], keys[place - 1], *keys[place + 1 :]]


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_contact(request, resource_id):
    found = get_object_or_404(Resource, pk=resource_id)
    form = NewContactForm(posted(request), country=found.country)
    if request.method == "POST" and form.is_valid():
        page = form.cleaned_data["evidence_url"]
        try:
            made = curated_contacts.add_contact(found, by=request.user, evidence_url=page, **form.facts())
        except IsThereAlready:
            form.add_error(None, _("The entry has this contact already."))
        except curation.NotToBeListed as told:
            form.add_error("number", not_to_be_listed(told))
        else:
            warn_of_emergency(request, made)
            return redirect("entry-parts", found.pk)
    context = {"form": form, "resource": found}
    return render(request, "resources/add_contact.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def remove_contact(request, contact_id):
    contact = get_object_or_404(ContactPoint, pk=contact_id)
    try:
        curated_contacts.remove_contact(contact, by=request.user)
    except curated_contacts.IsTheLastContact:
        words = _("It is the only way to reach this entry. Add another one first, or take the whole entry out.")
        messages.error(request, words)
    else:
        messages.success(request, _("Taken out. What was given to clients stays as it was given."))
    return redirect("entry-parts", contact.resource_id)


@require_POST
@allow(Role.ADMIN)
def reorder_contacts(request, resource_id):
    found = get_object_or_404(Resource, pk=resource_id)
    order = [int(each) for each in request.POST.getlist("order") if each.isascii() and each.isdecimal()]
    try:
        curated_contacts.reorder_contacts(found, order=order, by=request.user)
    except ContactHasChanged:
        messages.error(request, _("The contacts have changed meanwhile. Look at them as they stand now."))
    return redirect("entry-parts", found.pk)


def part_named(word):
    if word not in PARTS:
        raise Http404
    return PARTS[word]


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_part(request, resource_id, part):
    found = get_object_or_404(Resource, pk=resource_id)
    form_class, title = part_named(part)
    form = form_class(posted(request), initial={"country": found.country})
    if request.method == "POST" and form.is_valid():
        try:
            curated_parts.add_part(form_class.Meta.model, found, by=request.user, **form.cleaned_data)
        except curated_parts.IsThereAlready:
            form.add_error(None, _("The entry has this already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("entry-parts", found.pk)
    context = {"form": form, "resource": found, "heading": title}
    return render(request, "resources/add_part.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.ADMIN)
def remove_part(request, part, part_id):
    form_class, _title = part_named(part)
    found = get_object_or_404(form_class.Meta.model, pk=part_id)
    curated_parts.remove_part(found, by=request.user)
    messages.success(request, _("Taken out."))
    return redirect("entry-parts", found.resource_id)


@require_safe
@allow(Role.ADMIN)
def entry_history(request, resource_id):
    """What was changed in an entry, by whom and when."""
    found = get_object_or_404(Resource, pk=resource_id)
    context = {"resource": found, "changes": histories.of(found), "most": histories.MOST_VERSIONS}
    return render(request, "resources/entry_history.html", context)
