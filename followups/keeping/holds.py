"""Legal holds: what is not disposed of although its time is over. Placed and lifted without seeing the record."""

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import audit, cipher, conversion
from followups.models import LegalHold


class NoSuchClient(Exception):
    """No client of that team has exactly that reference, or not any more."""


class NotForThem(Exception):
    """Holds are placed and lifted by a privacy officer."""


class AlreadyLifted(Exception):
    """Somebody lifted it before."""


def key_of(team, reference):
    """The id of the client with that reference in a team, and nothing else of them; raises NoSuchClient."""
    plain = reference if conversion.is_running() else ""
    with connection.cursor() as cursor:
        marks = cipher.marks(reference, about="reference")
        cursor.execute("SELECT doorway_client_key(%s, %s, %s)", [team.pk, marks, plain])
        key = cursor.fetchone()[0]
    if key is None:
        raise NoSuchClient
    return key


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
