"""Finding the report that belongs to whoever is signed in."""

from django.shortcuts import get_object_or_404

from sessions_app import hand_overs, reports
from sessions_app.models import DepartureReport


def own_report(request, departure_id):
    """The signed-in therapist's report of a departure that happened to them, wherever its client is now; 404 else.

    If there is none, saying something (POST) begins it, and looking at it does not.
    """
    departure = get_object_or_404(hand_overs.to_report_on(request.user).standing().for_page(), pk=departure_id)
    own = DepartureReport.objects.visible_to(request.user).filter(departure=departure)
    found = own.select_related("author", "quality_note").first()
    if found is None:
        begin = reports.draft_for if request.method == "POST" else reports.blank_for
        found = begin(departure, by=request.user)
    found.departure = departure  # with everything its page shows
    return found
