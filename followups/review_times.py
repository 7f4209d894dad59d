"""Until when a report should be reviewed: what the policy in force gives its supervisor at that level.

Reviews wait for working hours, so a task of a supervisor that must not wait, such as taking part at once, is no
measure. Where a policy has none, the product's own times stand. No level recorded counts as *unable to assess*.
"""

from datetime import timedelta

from followups import due_times, policies
from followups.models.policy import Owner, Rolls
from sessions_app.models import ResponseLevel

#: Minutes from the moment it was sent, moved to working hours. Product defaults.
DEFAULT = {
    ResponseLevel.IMMEDIATE: 4 * 60,
    ResponseLevel.ELEVATED: 24 * 60,
    ResponseLevel.UNABLE_TO_ASSESS: 24 * 60,
    ResponseLevel.SOME_CONCERN: 3 * 24 * 60,
    ResponseLevel.NONE_IDENTIFIED: 7 * 24 * 60,
}


def due_at(departure, *, since):
    """The moment (UTC) until which a report sent at `since` should be reviewed."""
    level = departure.response_level or ResponseLevel.UNABLE_TO_ASSESS
    minutes = of_policy(policies.in_force(), level) or DEFAULT[level]
    hours = due_times.WorkingHours.of(departure.site)
    return due_times.placed(since + timedelta(minutes=minutes), rolls=Rolls.LATER, hours=hours, now=since).due_at


def of_policy(policy, level):
    """The longest time that the policy gives a supervisor at this level for a task that may wait; None without one."""
    tasks = policy.tasks.all() if policy else []
    waiting = [each for each in tasks if each.owner == Owner.SUPERVISOR and each.rolls != Rolls.NOT]
    return max((each.after_minutes for each in waiting if each.response_level == level), default=None)
