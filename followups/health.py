"""Whether reminders go out. Ages in seconds, counts; no ids and no names."""

from followups import audits, canaries, clock, heartbeats
from followups.models import Delivery, Heartbeat, Reminder

STALE_AFTER = 60  # seconds without any clock having swept


def report():
    """`is_ready` is false when no clock swept within STALE_AFTER seconds."""
    now = clock.now()
    signs = {beat.clock: round((now - beat.beat_at).total_seconds()) for beat in Heartbeat.objects.all()}
    audited = signs.get(audits.SIGN)
    ages = {name: seconds for name, seconds in signs.items() if name not in heartbeats.NO_CLOCKS}
    canary = canaries.last_sent_at()
    oldest = Reminder.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    return {
        "is_ready": bool(ages) and min(ages.values()) < STALE_AFTER,
        "sweep_age_seconds": ages,
        "audit_age_seconds": audited,
        "canary_age_seconds": round((now - canary).total_seconds()) if canary else None,
        "oldest_overdue_reminder_seconds": round((now - oldest).total_seconds()) if oldest else 0,
        "failed_deliveries": Delivery.objects.filter(state=Delivery.State.FAILED).count(),
    }
