"""What follows a departure, in an exercise: the tries that its story tells of, and what the debrief sheet says."""

import uuid
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from followups import contact_attempts
from followups.models import FollowUp
from sessions_app.debriefs import time_of

MOST_TOLD = 4  # of those who would have been told; the page of the plan shows all


def try_as_told(departure, *, attempts, by):
    """Write down the tries of the story, each so many days ago. Without a call in the plan there is nothing to try."""
    first = departure.follow_ups.open().exclude(channel="").order_by("due_at", "pk").first()
    for each in attempts if first else []:
        at = min(moment_of(each, since=departure.ended_at, zone=departure.site.zone), timezone.now())
        facts = {"channel": each["channel"], "result": each["result"], "occurred_at": at}
        contact_attempts.record(first, op_id=uuid.uuid4(), by=by, **facts)


def moment_of(told, *, since, zone):
    """So many days and hours later, and not past midnight: a story begun at night has as many days as one at noon."""
    day = (since + timedelta(days=told["days_after"])).astimezone(zone)
    return min(day + timedelta(hours=told["hours_after"]), day.replace(hour=23, minute=59, second=59))


def facts_of(departure):
    """What this room knows of an exercise, as {key: [words]}."""
    follow_ups = departure.follow_ups.exclude(state=FollowUp.State.REPLACED).prefetch_related("reminders")
    rows = list(follow_ups.order_by("due_at", "pk"))
    would_be = [each for row in rows for each in row.reminders.all() if each.state == each.State.PRACTICE]
    would_be.sort(key=lambda each: (each.due_at, each.step))
    attempts = list(departure.contact_attempts.all())
    decisions = departure.decisions.all()
    return {
        "plan": [f"{row.task}: {said_of(row)}" for row in rows],
        "told": [would_be_told(each) for each in would_be[:MOST_TOLD]],
        "attempts": [f"{each.get_channel_display()}: {result_of(each)}" for each in attempts],
        "decisions": [f"{each.get_choice_display()}, {time_of(each.proposed_at)}" for each in decisions],
        "letter": [result_of(each) for each in attempts if each.result == each.Result.LETTER_SENT],
    }


def would_be_told(reminder):
    facts = {"who": reminder.get_told_display(), "at": time_of(reminder.due_at)}
    return _("In earnest told: %(who)s, %(at)s") % facts


def said_of(follow_up):
    return time_of(follow_up.due_at) if follow_up.is_open else str(follow_up.get_state_display())


def result_of(attempt):
    return f"{attempt.get_result_display()}, {time_of(attempt.occurred_at)}"
