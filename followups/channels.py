"""On which channels a person is told, and from when on. The one place that decides it.

E-mail always, and notifications where one of their devices takes them. Quiet hours hold back what can wait:

- *immediate*, calls for help and every step of escalation never wait;
- *elevated* and *unable to assess* wait half an hour at most, which is half of the time until the first step of
  escalation: the owner is always asked before others are;
- the rest waits until the quiet hours end.

What others are told when the owner does not answer goes by its own rows and times, so that quiet hours can delay
one person's message and never bring silence. Product defaults.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from followups import due_times, subscriptions
from followups.models import Delivery, NotificationPreferences
from followups.models.deliveries import DeliveryChannel
from sessions_app.models import ResponseLevel

NOT_AT_ALL = timedelta(0)
HALF_AN_HOUR = timedelta(minutes=30)
UNTIL_THEY_END = None
#: How long quiet hours may hold back the owner's own reminder.
LONGEST_WAIT = {
    ResponseLevel.IMMEDIATE: NOT_AT_ALL,
    ResponseLevel.ELEVATED: HALF_AN_HOUR,
    ResponseLevel.UNABLE_TO_ASSESS: HALF_AN_HOUR,
    ResponseLevel.SOME_CONCERN: UNTIL_THEY_END,
    ResponseLevel.NONE_IDENTIFIED: UNTIL_THEY_END,
}


def of(person):
    """The channels on which this person is told."""
    return [DeliveryChannel.EMAIL, *([DeliveryChannel.PUSH] if subscriptions.devices_of(person).exists() else [])]


def is_open(delivery):
    """Whether the channel of this delivery still leads to somebody: a device may have been switched off since."""
    return delivery.channel != DeliveryChannel.PUSH or subscriptions.devices_of(delivery.recipient).exists()


def carried_by_mail(failed, *, using="default"):
    """Which of these failed notifications matter to nobody: the mail beside them arrived, is on its way, or says so.

    The mail carries the duty. Where it fails as well, its own failure tells somebody else.
    """
    pushes = {mail_key(each): each for each in failed if each.channel == DeliveryChannel.PUSH}
    mails = Delivery.objects.using(using).filter(key__in=pushes).exclude(state=Delivery.State.STOPPED)
    return [pushes[key].pk for key in mails.values_list("key", flat=True)] if pushes else []


def mail_key(delivery):
    """The key of the same message by e-mail."""
    return ":".join(DeliveryChannel.EMAIL if part == DeliveryChannel.PUSH else part for part in delivery.key.split(":"))


@dataclass(frozen=True)
class QuietHours:
    """Two times on the wall of `zone`; they may lie on both sides of midnight."""

    starts: time
    ends: time
    zone: ZoneInfo

    def end_after(self, moment: datetime) -> datetime:
        """When the quiet hours that `moment` lies in are over; `moment` itself when it lies in none. UTC."""
        day, wall_time = due_times.wall(moment, self.zone)
        passes_midnight = self.ends < self.starts
        is_late, is_early = wall_time >= self.starts, wall_time < self.ends
        if not (is_late or is_early if passes_midnight else is_late and is_early):
            return moment
        ends_on = day + timedelta(days=1) if passes_midnight and is_late else day
        return max(moment, due_times.instant(ends_on, self.ends, self.zone))


@dataclass(frozen=True)
class Ways:
    """How one person is told: on which channels, and when they want quiet."""

    channels: list = field(default_factory=list)
    quiet: QuietHours | None = None

    @classmethod
    def to(cls, person):
        return cls(of(person), quiet_hours_of(person))

    def not_before(self, due_at, *, now, waits):
        """When a message may go out, if quiet hours may hold it back until `waits` after `due_at` (None: to their end).

        One that waits for nothing keeps its due time, so that what is late longest goes first.
        """
        if self.quiet is None:
            return due_at
        soonest = max(due_at, now)
        latest = None if waits is None else due_at + waits
        ends_at = self.quiet.end_after(soonest)
        held_until = ends_at if latest is None else min(ends_at, latest)
        return held_until if held_until > soonest else due_at


def post(about, people, *, kind, lane, now, waits):
    """A message to each of `people` on each of their channels, held back by quiet hours as `Ways.not_before` says.

    `about` begins its key and says what it tells of: the same again to the same person makes no second one.
    """
    rows = [
        Delivery(
            key=f"{about}:{channel}:{person.pk}",
            kind=kind,
            recipient=person,
            channel=channel,
            lane=lane,
            next_at=ways.not_before(now, now=now, waits=waits),
        )
        for person, ways in ((each, Ways.to(each)) for each in people)
        for channel in ways.channels
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def quiet_hours_of(person):
    known = NotificationPreferences.objects.filter(person=person).exclude(quiet_from=None).first()
    return known and QuietHours(known.quiet_from, known.quiet_until, person.zone)


def wait_of(reminder):
    """How long quiet hours may hold back this reminder."""
    is_of_the_owner = reminder.step == 0
    return LONGEST_WAIT[reminder.follow_up.plan.response_level] if is_of_the_owner else NOT_AT_ALL
