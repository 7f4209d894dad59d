"""Work that waits in a table: waking a worker for it, and the lease under which a worker takes a row.

Such a row has `lease_token`, `lease_until` and `deaths`. A worker that dies leaves its lease behind; whoever takes the
row after it has run out counts that as a death.
"""

import uuid
from contextlib import suppress

from celery import current_app
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError


def wake(task):
    """Call a worker for that task once this is committed. Without a broker the next beat finds the work."""

    def call():
        with suppress(OperationalError, OSError):
            current_app.send_task(task, queue="background", retry=False)

    transaction.on_commit(call)


def lease(row, *, lasts):
    """Put a fresh lease on a row that the caller holds locked. Returns the row, which knows its token."""
    row.deaths += row.lease_token is not None
    row.lease_token = uuid.uuid4()
    same = type(row).objects.filter(pk=row.pk)
    same.update(lease_token=row.lease_token, lease_until=Now() + lasts, deaths=row.deaths)
    return row
