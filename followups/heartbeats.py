"""Signs of life that programs leave in a table: a name and when. Who writes which, and how old each may be.

Each is one row that is written again and again, so that any node can tell how every program is, wherever it runs.
"""

from datetime import timedelta

from followups import clock
from followups.models import Heartbeat

#: Clocks sweep: `reminders.sweep` leaves theirs.
CLOCKS = BEAT, SWEEPER = "beat", "sweeper"
AUDIT = "audit"  # all was well, when the auditor looked
URGENT = "urgent worker"  # took a wake-up call of the urgent queue
SEALED, PROVEN = "trail sealed", "trail proven"
BACKUP = "backup made"  # an archive was written whole
BACKUP_READ = "backup read"  # one was read to its end

#: What is no clock: it says nothing of whether reminders are swept.
NO_CLOCKS = {AUDIT, URGENT, SEALED, PROVEN, BACKUP, BACKUP_READ}

#: Older than that, and something is wrong. Of a proof and a copy, which come once a day, two hours more than a day.
LATE_AFTER = {
    BEAT: timedelta(seconds=60),
    SWEEPER: timedelta(seconds=60),
    AUDIT: timedelta(minutes=3),
    URGENT: timedelta(minutes=3),
    SEALED: timedelta(minutes=15),
    PROVEN: timedelta(hours=26),
    BACKUP: timedelta(hours=26),
}


def leave(name, at=None):
    """From now on `name` was alive at that moment; now by the database's clock, if none is given."""
    Heartbeat.objects.update_or_create(clock=name, defaults={"beat_at": at or clock.now()})
