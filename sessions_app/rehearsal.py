"""Before the installation is adopted: everything works as in earnest, is marked practice, and never becomes real.

It counts nowhere, nobody reads it and no reminder of it goes out, as with exercises. Only a call for help is made in
earnest: somebody may stand in the room.
"""

from django.utils import timezone

from protocols import adoptions
from sessions_app.models import DepartureEvent, TherapySession


def is_on():
    """Whether what is written down now is practice."""
    return not adoptions.is_made()


def settled(departure_id, *, session, client, by):
    """(session, client) of a departure that is about to be logged: such as it can be logged with, always.

    While nothing is adopted a departure without a session gets one made up, which makes it practice; not where it is
    about somebody real, who came into care before. Afterwards a session from before the adoption is left out, as is a
    client from before without one: what happens now is real.
    """
    if is_on():
        is_real = client and not client.is_practice
        return session or (None if is_real else made_up(departure_id, by=by)), client
    if session and session.is_practice and not session.is_of_an_exercise:
        session = None
    if client and client.is_practice and not session:
        client = None
    return session, client


def made_up(departure_id, *, by):
    """A session for a departure that has none. A departure that is there already keeps its own."""
    if logged := DepartureEvent.objects.filter(pk=departure_id, therapist=by).select_related("session").first():
        return logged.session
    return TherapySession.objects.create(therapist=by, site=by.site, starts_at=timezone.now(), is_practice=True)
