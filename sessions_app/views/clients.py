from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import departures
from sessions_app.forms.departures import ClientForm
from sessions_app.models import Client
from sessions_app.views.departures import own_departure


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def choose(request, departure_id):
    """Say who it was; those of the departure's session come first. Somebody with a record of their own is refused."""
    departure = own_departure(request, departure_id)
    own = Client.objects.visible_to(request.user).of(request.user).for_departure(departure)
    form = ClientForm(
        posted(request), clients=own.those_first(departure.session_id), initial={"client": departure.client_id}
    )
    if request.method == "POST" and form.is_valid():
        try:
            departures.choose_client(departure, by=request.user, **form.cleaned_data)
        except departures.HasARecordAlready:
            form.add_error("client", _("This person has a record of their own in this session."))
        else:
            return redirect("departure", departure_id)
    audit.record_view(departure, by=request.user, page="choose-client")
    context = {"form": form, "departure": departure}
    return render(request, "sessions_app/choose_client.html", context, status=422 if form.is_bound else 200)
