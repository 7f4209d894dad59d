"""Whether this installation is in live use. Until a clinical lead has signed, everything written down is practice."""

from django.db import IntegrityError, connection, transaction

from accounts import audit, row_security
from accounts.database_rights import role
from protocols.models_of_adoption import Adoption

#: Written before the transaction that asks began, so by another one, and for good.
ASKED = "SELECT at < transaction_timestamp() FROM protocols_adoption"


#: Of rows that hang on a departure: practice because it was written down before the adoption, and no exercise.
REHEARSED = {"departure__is_practice": True, "departure__session__exercise": None}


class Known:
    """What this process has seen. An adoption is never taken back, so one look that finds it is enough."""

    is_made = False


def is_made():
    """Whether the installation is in live use. Every page asks, and so does whatever writes a departure down.

    The database is asked only until the first yes, and once in each request. A row of this very transaction is a yes,
    but nothing to remember: it may still be rolled back.
    """
    if Known.is_made:
        return True
    seen = row_security.acting()
    if seen.get("is_in_use") is not None:
        return seen["is_in_use"]
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        found = cursor.fetchone()
    Known.is_made = bool(found and found[0])
    if seen["role"] == role("app"):  # of one request; who acts for longer would never hear of it
        seen["is_in_use"] = bool(found)
    return bool(found)


def made():
    """The adoption, or None."""
    return Adoption.objects.select_related("by", "protocol").first()


@transaction.atomic
def sign(*, by, **what):
    """From now on the installation is in live use. Returns the Adoption; of two at once, the first one stands.

    `what` are the numbers and digests of what was read. Who may sign is asked by whoever calls.
    """
    try:
        with transaction.atomic():
            row = Adoption.objects.create(by=by, **what)
    except IntegrityError:
        if (first := made()) is None:
            raise
        return first
    row_security.acting().pop("is_in_use", None)
    audit.record("adopted", row, by=by, **numbers(row))
    return row


def numbers(row):
    return {"protocol": row.protocol_id, "policy": row.policy_number, "word_list": row.word_list_number}


def carry_over(*, model=Adoption):
    """Count as adopted what was in use before this was asked for. The model can be a migration's."""
    if not model.objects.exists():
        model.objects.create(is_from_before=True)
