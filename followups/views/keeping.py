"""How long records are kept, what is held, and disposal by two people. No clinical row is shown here."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role, Site
from followups.forms_of_keeping import HoldForm, RuleForm
from followups.keeping import certificates, disposals, holds, rules
from followups.keeping.declared import CLASSES
from followups.models import Disposal, LegalHold

MOST_SHOWN = 200


def for_keepers(view):
    """Privacy officers and clinical leads."""

    @allow()
    @wraps(view)
    def door(request, *args, **kwargs):
        if not rules.may_adopt(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return door


@require_safe
@for_keepers
def keeping(request):
    """Each site with its rules, and how each class of record ends."""
    sites = Site.objects.prefetch_related("retention_rules__adopted_by").order_by("name")
    context = {"sites": [(site, newest_of(site)) for site in sites], "classes": CLASSES.values()}
    return render(request, "followups/keeping.html", context)


def newest_of(site):
    """The rules in force at a site, by the label of their class; its rules come along, oldest first."""
    found = {rule.record_class: rule for rule in sorted(site.retention_rules.all(), key=lambda rule: rule.pk)}
    return [(CLASSES[name].label, rule) for name, rule in found.items()]


@require_http_methods(["GET", "POST"])
@for_keepers
def adopt_rule(request, site_id):
    site = get_object_or_404(Site, pk=site_id)
    form = RuleForm(posted(request), site=site, initial=first_of(site))
    if request.method == "POST" and form.is_valid():
        rules.adopt(site, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("keeping")
    context = {"form": form, "site": site, "rules": rules.of_country(site.country)}
    return render(request, "followups/keeping_rule.html", context, status=422 if form.errors else 200)


def first_of(site):
    """The country's only rule, or its first, as it is."""
    for rule in rules.of_country(site.country):
        last, majority = rule.classes["chart"]
        return {"key": rule.key, "years_after_last": last, "years_after_majority": majority}
    return {}


@require_http_methods(["GET", "POST"])
@allow(Role.PRIVACY)
def holds_page(request):
    """The holds that stand and those that were lifted, and a form for a new one."""
    form = HoldForm(posted(request))
    if request.method == "POST" and form.is_valid():
        hold = holds.place(by=request.user, **form.cleaned_data)
        messages.success(request, _("Record %(number)s is held.") % {"number": hold.client_key})
        return redirect("holds")
    found = LegalHold.objects.select_related("placed_by", "lifted_by")[:MOST_SHOWN]
    context = {"form": form, "holds": found}
    return render(request, "followups/holds.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.PRIVACY)
def lift_hold(request, hold_id):
    hold = get_object_or_404(LegalHold, pk=hold_id)
    try:
        holds.lift(hold, by=request.user)
        messages.success(request, _("The hold is lifted."))
    except holds.AlreadyLifted:
        messages.warning(request, _("It was lifted before."))
    return redirect("holds")


@require_http_methods(["GET", "POST"])
@for_keepers
def disposals_page(request):
    """The lists there were. A privacy officer makes the next one, which removes nothing by itself."""
    if request.method == "POST":
        return propose(request)
    found = Disposal.objects.select_related("proposed_by", "answered_by")[:MOST_SHOWN]
    is_waiting = any(each.answered_at is None for each in found)
    return render(request, "followups/disposals.html", {"disposals": found, "is_waiting": is_waiting})


def propose(request):
    try:
        return redirect("disposal", disposals.propose(by=request.user).pk)
    except disposals.NotForThem as error:
        raise PermissionDenied from error
    except disposals.NothingIsDue:
        messages.warning(request, _("Nothing is due. No list was made."))
    except disposals.OneIsWaiting:
        messages.warning(request, _("Another list still waits for an answer."))
    return redirect("disposals")


@require_safe
@for_keepers
def disposal(request, disposal_id):
    """One list: how much is on it, and once it was carried out the certificate, to print or to keep as a file."""
    found = get_object_or_404(Disposal.objects.select_related("proposed_by", "answered_by"), pk=disposal_id)
    said = certificates.of(found)
    may_answer = request.user.is_clinical_lead and request.user.pk != found.proposed_by_id and not found.answered_at
    kept = [(disposals.IN_WORDS.get(why, why), count) for why, count in said["records_kept"].items()]
    context = {"disposal": found, "said": said, "kept": kept, "may_answer": may_answer}
    context |= {"rows": certificates.in_words(found), "records": with_key(said["list"][:MOST_SHOWN])}
    return render(request, "followups/disposal.html", context)


def with_key(rows):
    """Each with what it is known by: the number of a client, or of a departure that nobody was named for."""
    return [row | {"key": row.get("client_key") or row.get("departure_key")} for row in rows]


@require_POST
@for_keepers
def answer_disposal(request, disposal_id):
    """Approve or decline it, as a second person."""
    found = get_object_or_404(Disposal, pk=disposal_id)
    try:
        disposals.answer(found, is_approved="approve" in request.POST, by=request.user)
    except disposals.NotForThem as error:
        raise PermissionDenied from error
    except disposals.AlreadyAnswered:
        messages.warning(request, _("Somebody answered before."))
    return redirect("disposal", disposal_id)


@require_safe
@for_keepers
def certificate_file(request, disposal_id):
    """The certificate as a file; its name and what is in it name nobody in care."""
    found = get_object_or_404(Disposal.objects.select_related("proposed_by", "approved_by"), pk=disposal_id)
    response = HttpResponse(certificates.hand_out(found, by=request.user), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="disposal-{found.pk}.json"'
    return response
