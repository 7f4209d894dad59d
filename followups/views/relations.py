"""Where the work stands with the client of one departure: who said what, when and why, and saying it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from followups import relations
from followups.forms_of_relations import RelationshipForm
from sessions_app import no_contact
from sessions_app.models import DepartureEvent


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def relationship(request, departure_id):
    """A page of its own, and a panel of the pages where it is asked."""
    departures = DepartureEvent.objects.visible_to(request.user).standing().for_page()
    departure = get_object_or_404(departures, pk=departure_id)
    standing = relations.standing(departure)
    form = RelationshipForm(posted(request), standing=standing, initial=initial_of(standing))
    if request.method == "POST" and form.is_valid():
        relations.say(departure, by=request.user, **form.cleaned_data)
        if not request.htmx:
            messages.success(request, _("Saved."))
            return redirect("relationship", departure_id)
        standing = relations.standing(departure)
        form = RelationshipForm(standing=standing, initial=initial_of(standing))
    audit.record_view(departure, by=request.user, page="relationship")
    history = relations.history(departure)
    context = {
        "departure": departure,
        "form": form,
        "status": history[0] if history else None,
        "history": history,
        "has_asked_for_none": no_contact.is_asked(departure),
        "is_page": not request.htmx,
    }
    template = "followups/relationship.html#panel" if request.htmx else "followups/relationship.html"
    return render(request, template, context, status=422 if form.errors else 200)


def initial_of(standing):
    """Who takes over and what the client said of it are kept in sight; why is asked anew each time."""
    if standing is None:
        return {}
    return {"status": standing.status, "receiving": standing.receiving, "consent": standing.consent}
