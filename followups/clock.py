"""The database's time. Workers' own clocks may be wrong by minutes, and they are many; it is one."""

import time

from django.db import connection
from django.db.models import DateTimeField, Func

from accounts import bell


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


class Now(Func):
    """The same time inside a statement, where it costs no question of its own."""

    function, output_field = "clock_timestamp", DateTimeField()


def seconds_off():
    """How far this machine's own clock is ahead of the database's."""
    before = time.time()
    there = now().timestamp()
    return (before + time.time()) / 2 - there


def wake():
    """Ring for whoever attends, when the transaction is committed; a rollback rings for nobody."""
    bell.ring()


def attend():
    """From now on rings are heard, also those that come while this connection does something else."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {bell.BELL}")  # nosemgrep: sql-is-never-put-together


def listen(seconds):
    """Wait until somebody rings, `seconds` at most. True when somebody did since `attend` or the last ring heard."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return any(True for _ring in connection.connection.notifies(timeout=seconds, stop_after=1))
