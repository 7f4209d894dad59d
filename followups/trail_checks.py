"""Whether the audit trail is sealed and whole, as the auditor and the page *Do reminders go out?* tell it.

The worker seals each minute and proves the whole chain each night. What it found it leaves in two signs: without them,
or with old ones, something is not as it should be, whoever stopped it.
"""

import logging
from datetime import UTC, datetime

from accounts import audit_chain, audit_verification
from followups import clock
from followups.heartbeats import LATE_AFTER, PROVEN, SEALED, leave
from followups.models import Heartbeat

NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # the sign of a chain that was found broken
SHOWN = 20  # findings that a log names, by position and table

logger = logging.getLogger("followups.trail")


def seal():
    """Seal what is new. Returns how many rows that were."""
    count = audit_chain.seal()
    leave(SEALED, clock.now())
    Heartbeat.objects.get_or_create(clock=PROVEN, defaults={"beat_at": clock.now()})  # from now on it is due
    return count


def prove():
    """Make every hash again. All is well: the head goes into the trail and the log, which leaves the machine.

    Anything else is an alarm until a later proof is well: the auditor starves the switch outside.
    """
    account = audit_verification.Account()
    for number, (position, table, row, what) in enumerate(audit_verification.verify(account)):
        if number < SHOWN:
            logger.error("trail broken at %s: %s %s, %s", position, table, row, what)
    leave(PROVEN, NEVER if account.found else clock.now())
    if not account.found:
        head = audit_verification.note_proven()
        logger.info("trail whole until %s, head %s", head.position, head.hash)
    return account.found


def findings(now, *, using):
    """{code: 0 or 1}. Before the first sealing nothing is late: there is no worker yet."""
    signs = dict(Heartbeat.objects.using(using).filter(clock__in=[SEALED, PROVEN]).values_list("clock", "beat_at"))
    sealed, proven = signs.get(SEALED), signs.get(PROVEN)
    return {
        "trail_not_sealed": int(sealed is not None and now - sealed > LATE_AFTER[SEALED]),
        "trail_not_proven": int(sealed is not None and (proven is None or now - proven > LATE_AFTER[PROVEN])),
    }
