"""Asking the database itself to do what it must refuse, whoever asks."""

from django.db import DatabaseError, connection, transaction


def is_refused(sql, *values):
    """Whether a trigger refuses the statement; any other error, such as a misspelt column, is raised."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError as error:
        if "at RAISE" not in str(error):
            raise
        return True
    return False
