"""Several people in one session. Each has a record of their own, and nothing of one shows on another's."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from sessions_app import departures
from sessions_app.models import Client, DepartureEvent, in_order


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part as well, and their own record if there is one."""

    client: Client
    departure: DepartureEvent | None

    @property
    def new_id(self):
        """A fresh id for the form that begins their record."""
        return uuid.uuid4()


def others(departure):
    """Who else takes part in the session, each with their record if they have one. Two queries.

    In a group nobody is listed: there the others are a number (`DepartureEvent.others`) and nothing more.
    """
    if departure.is_of_a_group:
        return []
    records = {each.client_id: each for each in departures.of_the_same_session(departure)}
    known = departure.session.clients if departure.session_id else Client.objects.filter(pk__in=records)
    present = known.exclude(pk=departure.client_id)
    return [Participant(client, records.get(client.pk)) for client in in_order(present)]


def candidates(departure):
    """Whom this record may be about: the session's clients who have no record of their own yet."""
    if departure.client_id or not departure.session_id:
        return []
    taken = departures.of_the_same_session(departure).exclude(client=None).values("client")
    return in_order(departure.session.clients.exclude(pk__in=taken))


@transaction.atomic
def look_after(departure, *, id, client, by, at=None):
    """Open a record of their own for somebody else who was there. Returns it.

    It begins at `at` (aware; the server's clock when missing), in the same session and setting. One record for each
    person: somebody who has one gets that one back, whichever of the records one comes from.
    """
    first = departures.locked(departure.alongside or departure)
    for record in [first, *first.companions.standing()]:
        if record.client_id == client.pk:
            return record
    made = departures.log(id=id, by=by, began_at=at, session=first.session, client=client, alongside=first)
    audit.record("looked_after", made, by=by, alongside=str(first.pk))
    return made
