"""Looking through the trail: by who, what, when and where from. A page at a time, and nothing is counted."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from accounts.audit import AuditEntry

PAGE = 50


@dataclass(frozen=True)
class Page:
    """The entries, newest first, and the number to ask for the older ones with; None at the end."""

    entries: list
    older: int | None


def search(*, zone, by=None, system_actor="", action="", first=None, last=None, address=None):
    """Entries that fit all that is given, as a queryset; `first` and `last` are days on the wall of `zone`."""
    exact = {"by": by, "system_actor": system_actor, "action": action, "address": address}
    found = AuditEntry.objects.filter(**{name: value for name, value in exact.items() if value})
    if first:
        found = found.filter(at__gte=datetime.combine(first, time.min, tzinfo=zone))
    if last:
        found = found.filter(at__lt=datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone))
    return found.select_related("by__team__site").order_by("-pk")


def page(found, *, older=None):
    """Fifty entries of a queryset that has the newest first, those before number `older`."""
    rows = list((found.filter(pk__lt=older) if older else found)[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)
