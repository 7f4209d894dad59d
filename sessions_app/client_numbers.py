"""The number of a client, and whose they are: all that may be known of somebody whose record one may not see."""

from dataclasses import dataclass

from django.db import connection

from accounts import cipher, conversion


@dataclass(frozen=True)
class Known:
    pk: int
    team_id: int
    therapist_id: int


def find(*, reference="", number=None, team_id=None):
    """The real clients with exactly that reference, whatever its case and spaces, or with that number.

    One for each team at most, or of `team_id` alone. Whichever key the reference was marked under; one that still
    stands in clear is found as well. The only way to look up a client whom the person may not see: no word of them is
    read. Whoever calls this writes down that it was asked.
    """
    marks = cipher.marks(reference, about="reference") if reference else []
    plain = reference if reference and conversion.is_running() else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM doorway_client_numbers(%s, %s, %s)", [marks, plain, number])
        found = [Known(*row) for row in cursor.fetchall()]
    return [each for each in found if team_id in (None, each.team_id)]
