"""The bell in the database: it wakes whoever sends what waits in tables. Ringing carries nothing."""

from django.db import connection

BELL = "doorway"  # what PostgreSQL calls it; a lost ring only costs patience


def ring():
    """Ring for whoever attends, when the transaction is committed; a rollback rings for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {BELL}")  # nosemgrep: sql-is-never-put-together - a name of ours
