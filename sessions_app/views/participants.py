"""From one person's record to that of somebody else who was in the same session."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import participants
from sessions_app.forms.departures import LookAfterForm
from sessions_app.models import Client
from sessions_app.views.departures import own_departure


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def others(request, departure_id):
    """Who else is in the session of a couple or family, each with a record of their own; POST opens one.

    In a group nobody is listed: another member who leaves is a departure of their own, begun from Now.
    """
    departure = own_departure(request, departure_id)
    if departure.is_of_a_group or not departure.has_several:
        raise Http404
    present = participants.others(departure)
    form = LookAfterForm(posted(request), clients=choices(request, departure))
    if request.method == "POST" and form.is_valid():
        made = participants.look_after(departure, by=request.user, **form.cleaned_data)
        return redirect("departure", made.pk)
    audit.record_view(departure, by=request.user, page="others")
    context = {"departure": departure, "present": present, "form": form}
    return render(request, "sessions_app/others.html", context, status=422 if form.is_bound else 200)


def choices(request, departure):
    """Who it may be: somebody of the session; without one, any of the therapist's clients."""
    if departure.session:
        return departure.session.clients.all()
    own = Client.objects.visible_to(request.user).of(request.user).for_departure(departure)
    return own.exclude(pk=departure.client_id)
