"""Legal holds: what is not disposed of although its time is over. Placed and lifted without seeing the record."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from followups.models import LegalHold
from sessions_app import client_numbers


class NoSuchClient(Exception):
    """No client of that team has exactly that reference, or not any more."""


class NotForThem(Exception):
    """Holds are placed and lifted by a privacy officer."""


class AlreadyLifted(Exception):
    """Somebody lifted it before."""


def key_of(team, reference):
    """The id of the client with that reference in a team, and nothing else of them; raises NoSuchClient."""
    found = client_numbers.find(reference=reference, team_id=team.pk)
    if not found:
        raise NoSuchClient
    return found[0].pk


@transaction.atomic
def place(*, team, reference, reason, matter="", by):
    """Hold the record of one client until somebody lifts it. Two holds for two matters may stand beside each other.

    Raises NotForThem, NoSuchClient. From then on the database refuses to dispose of the record.
    """
    if not by.is_privacy_officer:
        raise NotForThem
    key = key_of(team, reference)
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(client_key=key, reason=reason, matter=matter, placed_by=by)
    except IntegrityError as error:  # disposed of between the two
        raise NoSuchClient from error
    audit.record("hold_placed", hold, by=by, client=key, reason=reason)
    return hold


@transaction.atomic
def lift(hold, *, by):
    """End a hold. What was due all along may be proposed again from now on. Raises NotForThem, AlreadyLifted."""
    if not by.is_privacy_officer:
        raise NotForThem
    if not LegalHold.objects.standing().filter(pk=hold.pk).update(lifted_by=by, lifted_at=timezone.now()):
        raise AlreadyLifted
    audit.record("hold_lifted", hold, by=by, client=hold.client_key)


def is_held(client_id):
    return LegalHold.objects.standing().filter(client_key=client_id).exists()
