"""An admin puts the entries that come with Doorway on the shelf, for a country where they have a site."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import Role, Site
from resources import shelf


@require_POST
@allow(Role.ADMIN)
def load_starter(request):
    """Safe to press twice: what is there is left as it is. All new ones are unverified."""
    country = request.POST.get("country", "")
    if country not in set(Site.objects.values_list("country", flat=True)):
        messages.warning(request, _("There is no site in that country."))
        return redirect("setup")
    loaded = shelf.load(by=request.user, country=country)
    facts = {"number": loaded.created, "country": country}
    if loaded.created:
        messages.success(
            request, _("%(number)s entries for %(country)s were added. Check each before you give it.") % facts
        )
    elif loaded.unchanged:
        messages.success(request, _("All entries for %(country)s are there already.") % facts)
    else:
        messages.warning(
            request, _("Doorway brings no entries for %(country)s. Add your own, or bring in a list.") % facts
        )
    return redirect("setup")
