"""The database's time. Workers' own clocks may be wrong by minutes, and they are many; it is one."""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
