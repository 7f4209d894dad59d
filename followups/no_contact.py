"""Keeping what a client asked: that nobody contacts them."""

from django.db import transaction

from followups import plans
from sessions_app import caseload, departures
from sessions_app import no_contact as record


@transaction.atomic
def respect(departure, *, by):
    """The client asked not to be contacted: keep that, for this departure and every other one of theirs.

    While it is not known who it was, this departure alone remembers it. Tasks among staff stay.
    """
    departure = departures.locked(departure)
    if departure.client:
        return caseload.ask_for_no_contact(departure.client, by=by)
    record.say(departure, is_asked=True, by=by)
    return plans.respect_no_contact(departure, by=by)


@transaction.atomic
def allow_again(departure, *, by):
    """They may be contacted again, or it was a mistake. Follow-ups that were closed for it stay closed."""
    departure = departures.locked(departure)
    record.say(departure, is_asked=False, by=by)
    if departure.client:
        caseload.allow_contact_again(departure.client, by=by)
