"""Whether the engine of reminders keeps its promises at this moment, judged from outside of it.

The auditor is a program of its own that only reads (with AUDIT_DATABASE_URL: as a role that can do nothing else). Only
when all is well does it leave its sign, and ping the dead-man switch outside. Every page reads that sign: when it is
older than LATE_AFTER, the pages say so themselves, and no worker is needed for that.
"""

import time
import urllib.request
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from followups import canaries, heartbeats, invariants, trail_checks
from followups.invariants import GRACE, UNSENT
from followups.models import DeliveryEnd, DeliveryStart, Heartbeat

SIGN = heartbeats.AUDIT
LATE_AFTER = heartbeats.LATE_AFTER[SIGN]
CLOCKS = heartbeats.CLOCKS
CLOCKS_APART = timedelta(seconds=5)
ASKED_ANEW = 15  # seconds for which a process believes what it read last: no page costs a statement more
PATIENCE = 10  # seconds for the switch outside

known = (float("-inf"), None)  # (when this process looked, by its monotonic clock; the last time all was well)


def source():
    """The name of the connection that is read."""
    return SIGN if SIGN in settings.DATABASES else "default"


def findings():
    """What does not hold, as {code: how many}; empty when all is well. Codes and counts only: no ids, no names."""
    now = database_time()
    counts = {
        **invariants.broken(now, using=source()),
        **{f"{name}_is_silent": int(is_silent(name, now)) for name in CLOCKS},
        "clocks_differ": clocks_off(now),
        "every_send_fails": int(every_send_fails(now)),
        "canary_is_late": int(canaries.is_late(now, using=source())),
        **trail_checks.findings(now, using=source()),
    }
    return {code: count for code, count in counts.items() if count}


def database_time():
    with connections[source()].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def clocks_off(now):
    """How many programs have a clock of their own that is off: this one, and each that swept lately."""
    known = Heartbeat.objects.using(source()).filter(clock__in=CLOCKS, beat_at__gte=now - GRACE)
    seconds = [(timezone.now() - now).total_seconds(), *known.values_list("seconds_off", flat=True)]
    return sum(abs(each) > CLOCKS_APART.total_seconds() for each in seconds)


def is_silent(name, now):
    beat = Heartbeat.objects.using(source()).filter(clock=name).first()
    return beat is None or now - beat.beat_at > GRACE


def every_send_fails(now):
    """Whether nothing of what was tried in the last minutes was accepted; one that fails alone is no alarm."""
    lately = DeliveryStart.objects.using(source()).filter(at__gte=now - UNSENT)
    return (
        lately.values("delivery").distinct().count() > 1
        and not lately.filter(end__result=DeliveryEnd.Result.SENT).exists()
    )


def audit():
    """One round. All is well: leave the sign and ping the switch outside. Returns the findings."""
    found = findings()
    if not found:
        Heartbeat.objects.update_or_create(clock=SIGN, defaults={"beat_at": database_time()})
        ping()
    return found


def ping():
    """Tell the switch outside that all is well. The request carries nothing; OSError when it cannot be reached."""
    if settings.DEADMAN_URL:
        with straight.open(settings.DEADMAN_URL, timeout=PATIENCE):  # an operator's own setting
            pass


class NoDetours(urllib.request.HTTPRedirectHandler):
    """The operator named one address. Where its server would lead this machine is no business of that server."""

    def redirect_request(self, *_):
        return None


straight = urllib.request.build_opener(NoDetours)


def is_late():
    """Whether the last good audit is more than LATE_AFTER ago; before the first one, the last migration is."""
    global known  # noqa: PLW0603
    looked_at, well_at = known
    if time.monotonic() - looked_at > ASKED_ANEW:
        well_at = last_sign_at()
        known = (time.monotonic(), well_at)
    return timezone.now() - well_at > LATE_AFTER


def last_sign_at():
    signs = Heartbeat.objects.filter(clock=SIGN).values_list("beat_at", flat=True)
    applied = MigrationRecorder.Migration.objects.order_by("-applied").values_list("applied", flat=True)
    return signs.first() or applied.first() or timezone.now()
