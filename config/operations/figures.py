"""All figures of a running Doorway at once: for /metrics, for the page of operations, and for `manage.py doctor`.

Read in one transaction that gives up after PATIENCE: whoever watches must not be a burden, least of all on a bad day.
"""

from django.db import connection, transaction

from accounts.models import StaffMail
from accounts.models_of_entry import MOST_TRIES
from config.operations import copies
from followups import queue_figures

PATIENCE = "2s"  # for one statement


def read():
    """The figures of the queue (`followups.queue_figures`), of mails about accounts, and of copies.

    Raises django.db.Error where the database is away or too slow.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
        found = queue_figures.read()
        found["staff_mails"] = staff_mails(found["now"])
        found["copy"] = copies.newest()
        found["archiver_fails"] = copies.archiver_fails()
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")  # this may be inside a longer transaction
    found["copy_age"] = queue_figures.seconds(found["now"] - found["copy"].at) if found["copy"] else None
    return found


def staff_mails(now):
    """Mails about accounts that are due and have not left, the age of the oldest, and how many were given up."""
    unsent = StaffMail.objects.filter(sent_at=None)
    due = unsent.filter(tries__lt=MOST_TRIES, next_at__lte=now)
    return {
        "waiting": queue_figures.count(due),
        "oldest": queue_figures.age(due, "made_at", now),
        "given_up": queue_figures.count(unsent.filter(tries__gte=MOST_TRIES)),
    }
