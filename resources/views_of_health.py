"""How good the directory is, and the policy of what comes into it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from resources import health as figures
from resources import inclusion, missing
from resources.forms_of_curation import PolicyForm
from resources.models import SearchGap
from resources.places import country_name


@require_safe
@allow(Role.ADMIN)
def health(request):
    country = request.user.site.country
    shelf = missing.shelf(country)
    context = {
        "checked": figures.checked(),
        "bad": figures.bad_contacts(),
        "dead_links": figures.dead_links(),
        "searches": figures.searches_in_vain(),
        "sample": figures.sample_of_calls(),
        "passed": figures.PASSED,
        "country_name": country_name(country),
        "lines": missing.table(shelf),
        "has_text_for_minors": missing.has_text_for_minors_at_night(shelf),
    }
    return render(request, "resources/directory_health.html", context)


@require_POST
@allow(Role.ADMIN)
def look_at_gap(request, gap_id):
    figures.look_at(get_object_or_404(SearchGap, pk=gap_id))
    messages.success(request, _("Taken off the list."))
    return redirect("directory-health")


@require_safe
@allow()
def inclusion_policy(request):
    """What comes into the directory and what does not, for everybody to read."""
    edition = inclusion.newest()
    context = {"edition": edition, "words": inclusion.words(edition), "is_due": inclusion.is_due(edition)}
    return render(request, "resources/inclusion_policy.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def change_inclusion_policy(request):
    """Other words, or the same ones after somebody has looked at them again."""
    form = PolicyForm(posted(request), initial={"body": inclusion.words(inclusion.newest())})
    if request.method == "POST" and form.is_valid():
        inclusion.look_again(by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("inclusion-policy")
    return render(request, "resources/change_inclusion_policy.html", {"form": form}, status=422 if form.errors else 200)
