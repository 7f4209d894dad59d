"""Whether reminders go out. Ages in seconds, counts; no ids and no names."""

from followups import audits, canaries, clock, heartbeats, queue_figures
from followups.models import Delivery, Reminder

STALE_AFTER = 60  # seconds without any clock having swept


def report():
    """`is_ready` is false when no clock swept within STALE_AFTER seconds."""
    now = clock.now()
    signs = queue_figures.signs(now)
    audited = signs.get(audits.SIGN)
    ages = {name: seconds for name, seconds in signs.items() if name not in heartbeats.NO_CLOCKS}
    canary = canaries.last_sent_at()
    return {
        "is_ready": bool(ages) and min(ages.values()) < STALE_AFTER,
        "sweep_age_seconds": ages,
        "audit_age_seconds": audited,
        "canary_age_seconds": queue_figures.seconds(now - canary) if canary else None,
        "oldest_overdue_reminder_seconds": queue_figures.age(Reminder.objects.due(now), "due_at", now),
        "failed_deliveries": Delivery.objects.filter(state=Delivery.State.FAILED).count(),
    }
