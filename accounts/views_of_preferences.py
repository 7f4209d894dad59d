"""The page on which somebody chooses the clock on their wall."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import preferences
from accounts.access import allow, posted
from accounts.forms_of_preferences import SearchZoneForm, TimeZoneForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow()
def time_zone(request):
    """In which zone the person is shown times."""
    search = SearchZoneForm(request.GET)
    searched = search.cleaned_data["q"] if search.is_valid() and request.method != "POST" else ""
    form = TimeZoneForm(posted(request), person=request.user, searched=searched)
    if request.method == "POST" and form.is_valid() and has_chosen(request.user, form):
        messages.success(request, _("Saved."))
        return redirect("me")
    context = {
        "form": form,
        "search": search,
        "searched": searched,
        "is_found": not searched or preferences.zones(searched=searched),
    }
    return render(request, "accounts/time_zone.html", context, status=422 if form.errors else 200)


def has_chosen(person, form):
    try:
        preferences.choose_time_zone(person, form.cleaned_data["time_zone"])
    except preferences.UnknownZone:
        form.add_error("time_zone", _("The database does not know this place. Choose another near it."))
        return False
    return True
