"""Finding the report that belongs to whoever is signed in."""

from sessions_app import reports
from sessions_app.models import DepartureReport
from sessions_app.views.departures import own_departure


def own_report(request, departure_id):
    """The signed-in therapist's report of an own departure; 404 for anybody else's.

    If there is none, saying something (POST) begins it, and looking at it does not.
    """
    departure = own_departure(request, departure_id)
    own = DepartureReport.objects.visible_to(request.user).filter(departure=departure)
    found = own.select_related("author", "quality_note").first()
    if found is None:
        begin = reports.draft_for if request.method == "POST" else reports.blank_for
        found = begin(departure, by=request.user)
    found.departure = departure  # with everything its page shows
    return found
