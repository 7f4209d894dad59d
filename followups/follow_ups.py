"""Moving, changing and closing promises. Locks are always taken in the order follow-up, reminder, delivery."""

from django.db import transaction

from accounts import audit
from followups import clock, due_times, reminders
from followups.models import FollowUp, FollowUpChange


class FollowUpIsClosed(Exception):
    """The follow-up was closed in the meantime; closed ones never wake."""


def locked(follow_up):
    """The follow-up as it now is, held until the transaction ends; refuses a closed one.

    Locked alone and read afterwards: joined to its owner, a row that changes hands while one waits for it would
    match neither owner, and be missing.
    """
    FollowUp.objects.select_for_update().only("pk").get(pk=follow_up.pk)
    follow_up = FollowUp.objects.select_related("owner", "departure__site", "plan").get(pk=follow_up.pk)
    if not follow_up.is_open:
        raise FollowUpIsClosed
    return follow_up


@transaction.atomic
def move(follow_up, *, to, reason, by):
    """Promise another time (aware). The reminder moves along. Raises FollowUpIsClosed."""
    follow_up = locked(follow_up)
    before = follow_up.due_at
    zone = follow_up.departure.site.zone
    follow_up.due_on, follow_up.due_wall_time = due_times.wall(to, zone)
    follow_up.due_at = due_times.instant(follow_up.due_on, follow_up.due_wall_time, zone)
    follow_up.save(update_fields=["due_on", "due_wall_time", "due_at"])
    note(
        follow_up,
        FollowUpChange.Deed.MOVED,
        reason=reason,
        due_before=before,
        due_after=follow_up.due_at,
        by=by,
    )
    reminders.reschedule(follow_up)
    return follow_up


@transaction.atomic
def change(follow_up, *, owner, channel, by):
    """Hand it to somebody else, or plan another channel. Raises FollowUpIsClosed."""
    follow_up = locked(follow_up)
    follow_up.owner, follow_up.channel = owner, channel
    follow_up.save(update_fields=["owner", "channel"])
    note(follow_up, FollowUpChange.Deed.CHANGED, by=by)
    reminders.reschedule(follow_up)
    return follow_up


def pass_to(follow_up, owner, *, deed, by):
    """Another owner for a while: they are told, and the steps count from now. The caller holds the follow-up."""
    follow_up.owner = owner
    follow_up.save(update_fields=["owner"])
    note(follow_up, deed, by=by)
    reminders.reschedule(follow_up)


@transaction.atomic
def drop(follow_up, *, reason, by):
    """Not needed, for a reason. Nothing more is sent about it. Raises FollowUpIsClosed."""
    return close(
        locked(follow_up),
        state=FollowUp.State.NOT_NEEDED,
        deed=FollowUpChange.Deed.NOT_NEEDED,
        reason=reason,
        by=by,
    )


@transaction.atomic
def complete(follow_up, *, by):
    """Done. Nothing more is sent about it. Raises FollowUpIsClosed."""
    return close(locked(follow_up), state=FollowUp.State.DONE, deed=FollowUpChange.Deed.DONE, by=by)


@transaction.atomic
def close(follow_up, *, state, deed, by, reason=""):
    """Close for good and stop every reminder and message that waits."""
    follow_up.state, follow_up.closed_at, follow_up.closed_by = state, clock.now(), by
    follow_up.save(update_fields=["state", "closed_at", "closed_by"])
    note(follow_up, deed, reason=reason, by=by)
    reminders.stop(follow_up)
    return follow_up


def note(follow_up, deed, *, by, reason="", **times):
    FollowUpChange.objects.create(follow_up=follow_up, deed=deed, reason=reason, by=by, **times)
    audit.record(f"follow_up_{deed}", follow_up, by=by)
