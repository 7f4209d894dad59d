from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.access import allow
from resources import phones
from resources.forms import SearchForm
from resources.models import Resource


@require_safe
@allow()
def resources(request):
    """The directory: crisis lines of the viewer's country before a letter is typed, results while typing."""
    country = request.user.site.country
    form = SearchForm(request.GET, country=country)
    cards = [card(resource, country=country) for resource in form.results()]
    context = {"form": form, "cards": cards, "country": country}
    if not request.htmx:
        return render(request, "resources/resources.html", context, status=422 if form.errors else 200)
    response = render(request, "resources/resources.html#results", context)
    return trigger_client_event(response, "announce", {"value": _("%(count)s found") % {"count": len(cards)}})


@require_safe
@allow()
def resource(request, resource_id):
    """One entry with everything known of it, and where that was seen."""
    found = get_object_or_404(Resource.objects.with_contacts().prefetch_related("evidence"), pk=resource_id)
    context = {"card": card(found, country=request.user.site.country), "resource": found}
    return render(request, "resources/resource.html", context)


def card(resource, *, country):
    """An entry with a working link and a warning for each way to reach it from `country`."""
    ways = [
        {
            "contact": contact,
            "link": phones.link(contact),
            "warning": phones.warning(contact, country=country),
        }
        for contact in resource.contacts
    ]
    return {"resource": resource, "ways": ways}
