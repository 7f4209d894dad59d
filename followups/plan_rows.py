"""What was promised to the client and what was tried, as plain rows: text and codes, nothing to follow."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from followups.models import FollowUp


def of(departure):
    """What was promised for this client, but for replaced plans, and every attempt, in order.
    Two queries, and one more where something was not needed: for why.

    What staff do among themselves at a level, such as talking about it in review, is no part of the chart; what a
    situation of the client asks of them is, such as telling the safeguarding lead. Attempts that reached nobody are
    rows like any other: they show that somebody tried. Times are ISO, in UTC.
    """
    promised = departure.follow_ups.exclude(state=FollowUp.State.REPLACED).exclude(channel="", situation="")
    rows = list(promised.select_related("owner").order_by("due_at", "pk"))
    prefetch_related_objects([each for each in rows if is_dropped(each)], "changes")
    return {
        "plan": [promise(each) for each in rows],
        "attempts": [attempt(each) for each in departure.contact_attempts.select_related("by")],
    }


def promise(follow_up):
    return plain_promise(follow_up) | {"reason": follow_up.why_not_needed if is_dropped(follow_up) else ""}


def is_dropped(follow_up):
    return follow_up.state == FollowUp.State.NOT_NEEDED


def plain_promise(follow_up):
    """How it stands, without the reason why it was not needed."""
    return {
        "task": follow_up.task,
        "owner": follow_up.owner.name,
        "channel": str(follow_up.get_channel_display() or gettext("Among staff")),
        "due_at": follow_up.due_at.isoformat(),
        "state": str(follow_up.get_state_display()),
        "closed_at": follow_up.closed_at.isoformat() if follow_up.closed_at else "",
    }


def attempt(row):
    return {
        "at": row.occurred_at.isoformat(),
        "channel": str(row.get_channel_display()),
        "result": str(row.get_result_display()),
        "is_reached": row.is_reached,
        "is_third_party": row.result == row.Result.THIRD_PARTY_REACHED,
        "note": row.note,
        "by": row.by.name,
    }
