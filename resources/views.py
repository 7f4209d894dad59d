from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import allow
from resources import checking, gaps, proposals
from resources.forms import SearchForm
from resources.models import ContactPoint, NumberReport, Resource

MOST_REPORTS = 50
MOST_PINNED = 10  # crisis lines that stand on the page before a letter is typed


@require_safe
@allow()
def resources(request):
    """The directory: crisis lines of the viewer's country before a letter is typed, results while typing."""
    site = request.user.site
    form = SearchForm(request.GET, country=site.country)
    found = form.results
    if (not found or form.found.is_loose) and not request.htmx:
        gaps.note(request.GET.get("q", ""), country=site.country)
    context = {
        "form": form,
        "resources": found,
        "total": len(form.narrowed.rows),
        "pinned": 0 if form.is_narrowed else len([each for each in found[:MOST_PINNED] if each.is_crisis_line]),
        "crisis_lines": [] if found else crisis_lines(site.country),
        "country": site.country,
        "emergency_number": site.emergency_number,
        "most_shown": form.number_shown,
    }
    status = 422 if form.errors else 200
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "resources/resources.html", context, status=status)
    response = render(request, "resources/resources.html#results", context, status=status)
    return trigger_client_event(response, "announce", {"value": how_many(len(form.narrowed.rows))})


def crisis_lines(country):
    """What to offer when nothing was found: the country's crisis lines."""
    return Resource.objects.giveable().with_contacts().for_country(country).filter(is_crisis_line=True)[:3]


def how_many(found):
    return ngettext("%(count)s found", "%(count)s found", found) % {"count": found}


@require_POST
@allow()
def nothing_found(request):
    """Some seconds after a search that found nothing, unless another one has followed: what was missed is counted."""
    gaps.note(request.POST.get("q", ""), country=request.user.site.country)
    return HttpResponse(status=204)


@require_safe
@allow()
def resource(request, resource_id):
    """One entry with everything known of it, and where that was seen."""
    found = get_object_or_404(Resource.objects.readable().with_contacts().prefetch_related("evidence"), pk=resource_id)
    context = {"resource": found, "country": request.user.site.country, "reasons": NumberReport.What.choices}
    return render(request, "resources/resource.html", context)


@require_POST
@allow()
def report_contact(request, contact_id):
    """It did not work. What cannot be read counts as that it was dead: a warning too many harms nobody."""
    shown = ContactPoint.objects.filter(resource__in=Resource.objects.readable())
    contact = get_object_or_404(shown.select_related("resource"), pk=contact_id)
    said = request.POST.get("what")
    what = said if said in NumberReport.What.values else NumberReport.What.DEAD
    checking.report(contact, what=what, by=request.user)
    messages.success(request, _("Thank you. Everybody sees now that it is in doubt, and somebody will look."))
    return redirect("resource", contact.resource_id)


@require_safe
@allow()
def reported(request):
    """What this person found wrong, and what became of it."""
    own = NumberReport.objects.filter(by=request.user).select_related("contact_point__resource", "answered_by")
    context = {"reports": own.order_by("-at")[:MOST_REPORTS], "proposals": proposals.of(request.user)[:MOST_REPORTS]}
    return render(request, "resources/reported.html", context)
