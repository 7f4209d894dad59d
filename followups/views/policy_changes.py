"""A policy on its way: compared, as a file, sent, given back, adopted for a time, withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Role
from accounts.uploads import takes_files
from followups import policies, policy_adoption, policy_comparing, policy_content, policy_files
from followups.models import FollowUpPolicy
from followups.views.policies import for_readers
from protocols.file_pages import FilePage, download
from protocols.readable import MOST_BYTES
from protocols.views_of_change import as_number, for_leads, when_asked


def of_number(number):
    return get_object_or_404(FollowUpPolicy.objects.with_rows(), number=number)


@require_safe
@for_readers
def compare(request, policy_number):
    """Two policies side by side. Without a second one: what is in force, else the first."""
    found, asked = of_number(policy_number), as_number(request.GET.get("with", ""))
    other = of_number(asked) if asked else policies.in_force() or of_number(1)
    context = {"policy": found, "policies": FollowUpPolicy.objects.order_by("-number"), **beside(other, found)}
    return render(request, "followups/compare_policies.html", context)


def beside(other, found):
    differences = policy_comparing.differences(policy_content.of(other), policy_content.of(found))
    return {"version": found, "other": other, "differences": differences}


@require_safe
@for_readers
def file(request, policy_number):
    """The readable file of a policy, whichever state it is in."""
    found = of_number(policy_number)
    with transaction.atomic():
        audit.record("exported", found, by=request.user, form="readable")
        made = policy_files.write(policy_content.of(found), number=found.number)
    return download(made, name=f"follow-up-policy-{found.number}")


@takes_files(most_bytes=4 * MOST_BYTES)
@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def import_policy(request):
    return FilePage(
        template="followups/import_policy.html",
        read=policy_files.read,
        write=policy_files.write,
        differences=from_what_holds,
        keep=keep,
    ).answer(request)


def from_what_holds(content):
    other = policies.in_force() or of_number(1)
    return policy_comparing.differences(policy_content.of(other), content)


def keep(request, content):
    made = policies.bring_in(content, by=request.user)
    messages.success(request, _("Brought in as a draft."))
    return redirect("policy", made.number)


@require_http_methods(["GET", "POST"])
@for_leads
def schedule(request, policy_number):
    """The clinical lead has read it, and says from when on plans are made from it."""
    found = of_number(policy_number)
    form, moment = when_asked(request)
    return schedule_page(request, found, form) if moment is None else adopted(request, found, form, moment)


def schedule_page(request, found, form):
    """What differs from what is in force, and below it from when on it holds."""
    context = {"form": form, "policy": found, **beside(policies.in_force() or found, found)}
    return render(request, "followups/schedule_policy.html", context, status=422 if form.errors else 200)


def adopted(request, found, form, moment):
    try:
        adopted_now = policy_adoption.adopt(found, by=request.user, **moment)
    except policy_adoption.InThePast:
        form.add_error("time", _("That time is over. Choose one that lies ahead, or now."))
        return schedule_page(request, found, form)
    except policy_adoption.PolicyIsIncomplete as problem:
        messages.warning(request, words_of(problem))
    else:
        later = _("Adopted. Plans follow it from the time you set.")
        is_later = adopted_now.takes_effect_at is not None
        messages.success(request, later if is_later else _("Adopted. Plans made from now on follow it."))
    return redirect("policy", found.number)


def words_of(problem):
    names = ", ".join(str(level.label) for level in problem.levels)
    return _("Not done: no task at %(levels)s. Each level needs one.") % {"levels": names}


def is_admin(user):
    return user.is_admin


def may_give_back(user):
    return user.is_admin or user.is_clinical_lead


DEEDS = {
    "send": (is_admin, policy_adoption.send, gettext_lazy("Sent to the clinical lead.")),
    "give-back": (may_give_back, policy_adoption.give_back, gettext_lazy("It is a draft again.")),
    "withdraw": (may_give_back, policy_adoption.withdraw, gettext_lazy("Withdrawn. It does not take effect.")),
}


@require_POST
@allow()
def deed(request, policy_number, deed):
    """What is done with one press of a button: sent, given back, withdrawn."""
    if deed not in DEEDS:
        raise Http404
    is_allowed, verb, words = DEEDS[deed]
    if not is_allowed(request.user):
        raise PermissionDenied
    found = get_object_or_404(FollowUpPolicy, number=policy_number)
    try:
        verb(found, by=request.user)
    except policy_adoption.NotInThatState:
        messages.warning(request, _("Not done: somebody was quicker, and it is not in that state any more."))
    except policy_adoption.HasTakenEffect:
        messages.warning(request, _("Not withdrawn: it has taken effect. Adopt another one in its place."))
    except policy_adoption.PolicyIsIncomplete as problem:
        messages.warning(request, words_of(problem))
    else:
        messages.success(request, words)
    return redirect("policy", policy_number)
