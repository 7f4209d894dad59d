from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.access import allow
from resources.forms import MOST_SHOWN, SearchForm
from resources.models import Resource


@require_safe
@allow()
def resources(request):
    """The directory: crisis lines of the viewer's country before a letter is typed, results while typing."""
    site = request.user.site
    form = SearchForm(request.GET, country=site.country)
    found = list(form.results())
    context = {
        "form": form,
        "resources": found,
        "crisis_lines": [] if found else crisis_lines(site.country),
        "country": site.country,
        "emergency_number": site.emergency_number,
        "most_shown": MOST_SHOWN,
    }
    status = 422 if form.errors else 200
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "resources/resources.html", context, status=status)
    response = render(request, "resources/resources.html#results", context, status=status)
    return trigger_client_event(response, "announce", {"value": how_many(found)})


def crisis_lines(country):
    """What to offer when nothing was found: the country's crisis lines."""
    return Resource.objects.giveable().with_contacts().for_country(country).filter(is_crisis_line=True)[:3]


def how_many(found):
    return ngettext("%(count)s found", "%(count)s found", len(found)) % {"count": len(found)}


@require_safe
@allow()
def resource(request, resource_id):
    """One entry with everything known of it, and where that was seen."""
    found = get_object_or_404(Resource.objects.readable().with_contacts().prefetch_related("evidence"), pk=resource_id)
    return render(request, "resources/resource.html", {"resource": found, "country": request.user.site.country})
