"""Set-up: what is missing, and the gate to live use. No clinical row is shown here."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow
from accounts.models import Site
from accounts.recheck import recently_checked
from followups import adoption, policies, setup
from protocols import adoptions


def may_set_up(user):
    return user.is_admin or user.is_clinical_lead


def for_set_up(view):
    """Admins, and clinical leads, who sign."""

    @allow()
    @wraps(view)
    def door(request, *args, **kwargs):
        if not may_set_up(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return door


@require_safe
@for_set_up
def setup_page(request):
    """Every line, those that are missing first in what they say."""
    audit.record_view(request.user, by=request.user, page="setup")
    places = list(Site.objects.order_by("name"))
    lines = setup.lines(places)
    context = {"lines": lines, "missing": sum(not each.is_done for each in lines), "sites": places}
    return render(request, "followups/setup.html", context)


@require_http_methods(["GET", "POST"])
@for_set_up
def adoption_page(request):
    """What is signed, with links to read each; or who signed what. Signing is the clinical lead's alone."""
    if request.method == "POST":
        return sign(request)
    audit.record_view(request.user, by=request.user, page="adoption")
    return page(request)


@recently_checked
def sign(request):
    try:
        adoption.sign(was=request.POST.get("was", ""), by=request.user)
    except adoption.NotAClinicalLead as error:
        raise PermissionDenied from error
    except adoption.ReadAgain:
        return page(
            request, problem=_("Not signed: words have changed since you opened this page. Read them once more.")
        )
    except policies.PolicyIsIncomplete as incomplete:
        names = ", ".join(str(level.label) for level in incomplete.levels)
        return page(request, problem=_("Not signed: the policy has no task at %(levels)s.") % {"levels": names})
    messages.success(request, _("Signed. From now on what is written down is real."))
    return redirect("setup")


def page(request, *, problem=""):
    context = {
        "adopted": adoptions.made(),
        "papers": adoption.Papers(),
        "may_sign": request.user.is_clinical_lead,
        "problem": problem,
    }
    return render(request, "followups/adoption.html", context, status=422 if problem else 200)
