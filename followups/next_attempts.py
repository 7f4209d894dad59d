"""When and how to try again: at another time of day, on another channel that is allowed. Only ever a proposal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from followups import due_times, follow_ups
from followups.reminders import URGENT_LEVELS
from sessions_app.models import Channel

APART = timedelta(hours=2)  # nearer than that is the same time of day
SOONEST = timedelta(hours=1)
FARTHEST = 8  # days looked through
#: A voicemail is where a call ends up, so it is proposed last; a letter is no attempt to reach somebody soon.
ORDER = [Channel.PHONE, Channel.TEXT, Channel.EMAIL, Channel.VOICEMAIL]


@dataclass(frozen=True)
class Proposal:
    at: datetime  # UTC
    channel: Channel


def propose(follow_up, *, attempts, gate, now):
    """The next attempt after the last of `attempts` (in their order), or None where no hour is open within a week.

    For urgent levels it is on the same day if there is an hour left: two attempts at different times on day one.
    Source: product default, after the crisis services that vary time and channel. Others wait for a working day.
    """
    tried, *_earlier = reversed(attempts)
    is_urgent = follow_up.plan.response_level in URGENT_LEVELS
    hours = due_times.WorkingHours.of(follow_up.departure.site)
    channels = by_preference(attempts, gate) or [Channel(tried.channel)]
    moments = moments_ahead(now, hours=hours, gate=gate, is_urgent=is_urgent)
    open_ones = [
        Proposal(at, channel) for at in moments for channel in channels if not gate.of(channel, at=at).is_refused
    ]
    fresh = [each for each in open_ones if is_another_time(each.at, attempts, hours.zone)]
    other = [each for each in fresh if each.channel != tried.channel]
    return best(other, fresh, hours.zone) or next(iter(open_ones), None)


def best(other, fresh, zone):
    """Another channel is better than the same one, but not a day later."""
    if not fresh:
        return None
    first_day = fresh[0].at.astimezone(zone).date()
    return next((each for each in other if each.at.astimezone(zone).date() == first_day), fresh[0])


def by_preference(attempts, gate):
    """The channels the client said yes to, those least tried first."""
    used = [each.channel for each in attempts]
    return sorted((each for each in ORDER if each in gate.permitted), key=used.count)


def moments_ahead(now, *, hours, gate, is_urgent):
    """Moments worth trying, in order: three of each working day, the evening if it is urgent, and the edges of the
    hours the client gave.
    """
    today = now.astimezone(hours.zone).date()
    days = [today + timedelta(days=each) for each in range(0 if is_urgent else 1, FARTHEST)]
    moments = set()
    for day in days:
        if is_urgent or hours.is_workday(day):
            moments.update(moments_of(day, hours, is_urgent))
            moments.update(due_times.instant(day, edge, gate.zone) for edge in edges(gate))
    return sorted(each for each in moments if each >= now + SOONEST)


def moments_of(day, hours, is_urgent):
    start, end = (due_times.instant(day, each, hours.zone) for each in (hours.starts, hours.ends))
    evening = [end + APART] if is_urgent else []
    return [start + timedelta(hours=1), start + (end - start) / 2, end - timedelta(hours=1), *evening]


def edges(gate):
    """When the hours begin that the client gave."""
    return {each.safe_from for each in gate.permissions.values() if each.safe_from}


def is_another_time(moment, attempts, zone):
    """Whether none was tried at about this time of day."""
    return all(apart(moment, each.occurred_at, zone) >= APART for each in attempts)


def apart(one, other, zone):
    """How far two times of day lie apart on the clock's face."""
    minutes = [each.astimezone(zone).hour * 60 + each.astimezone(zone).minute for each in (one, other)]
    between = abs(minutes[0] - minutes[1])
    return timedelta(minutes=min(between, 24 * 60 - between))


@transaction.atomic
def accept(follow_up, *, to, channel, last, by):
    """Promise the proposed attempt: time and channel move, and the reminder with them. Raises FollowUpIsClosed."""
    if channel != follow_up.channel:
        follow_ups.change(follow_up, owner=follow_up.owner, channel=channel, by=by)
    reason = last[0].get_result_display() if last else _("Next attempt")
    return follow_ups.move(follow_up, to=to, reason=str(reason), by=by)
