"""“I am on it”, “remind me later”, and a message that could not be sent.

Both answers pause the ladder for a limited time; the rows to come are made at once, so that a pause ends by itself.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from followups import channels, clock, due_times, follow_ups, recipients, reminders
from followups.ladders import ladder
from followups.models import Acknowledgement, Delivery, Reminder
from sessions_app.models import ResponseLevel

__all__ = ["SnoozeRefused", "acknowledge", "could_not_tell", "ladder", "snooze"]

#: How long "I am on it" holds; None: until the end of the next working day. Product defaults.
HOLDS = {
    ResponseLevel.IMMEDIATE: timedelta(minutes=15),
    ResponseLevel.ELEVATED: timedelta(hours=1),
    ResponseLevel.UNABLE_TO_ASSESS: timedelta(hours=1),
}
#: How long "remind me later" may be, and how often in one follow-up; None: as often as wanted. Product defaults.
LIMITS = {
    ResponseLevel.IMMEDIATE: (timedelta(0), 0),
    ResponseLevel.ELEVATED: (timedelta(minutes=30), 2),
    ResponseLevel.UNABLE_TO_ASSESS: (timedelta(minutes=30), 2),
    ResponseLevel.SOME_CONCERN: (timedelta(days=1), None),
    ResponseLevel.NONE_IDENTIFIED: (timedelta(days=1), None),
}
Deed = Acknowledgement.Deed


class SnoozeRefused(Exception):
    """It cannot be put off like that. The message says why, in the language of the page."""


@transaction.atomic
def acknowledge(follow_up, *, by):
    """`by` is on it: what waits to be sent is stopped, and nobody is told until that expires. Returns the row.

    Saying it twice while it holds is one. Raises FollowUpIsClosed.
    """
    follow_up, now = follow_ups.locked(follow_up), clock.now()
    standing = follow_up.acknowledgements.in_force(now).filter(deed=Deed.ON_IT, by=by).first()
    return standing or answer(follow_up, Deed.ON_IT, now=now, until=expiry(follow_up, now), by=by)


def expiry(follow_up, now):
    if holds := HOLDS.get(follow_up.plan.response_level):
        return now + holds
    hours = due_times.WorkingHours.of(follow_up.departure.site)
    tomorrow = due_times.instant(due_times.wall(now + timedelta(days=1), hours.zone)[0], hours.starts, hours.zone)
    day, _time = due_times.wall(hours.next_start(tomorrow), hours.zone)
    return due_times.instant(day, hours.ends, hours.zone)


@transaction.atomic
def snooze(follow_up, *, lasts, by):
    """Remind again after `lasts` (a timedelta), within the limits of the level. Returns the row.

    Raises SnoozeRefused with the reason, and FollowUpIsClosed.
    """
    follow_up, now = follow_ups.locked(follow_up), clock.now()
    longest, times = LIMITS[follow_up.plan.response_level]
    if not longest:
        raise SnoozeRefused(_("This one is immediate and cannot be put off. Say that you are on it, or ask for help."))
    if not timedelta(0) < lasts <= longest:
        raise SnoozeRefused(_("That is longer than this level allows. Choose a shorter time."))
    if times is not None and follow_up.acknowledgements.filter(deed=Deed.LATER).count() >= times:
        raise SnoozeRefused(_("It was put off as often as this level allows. Say that you are on it, or hand it on."))
    return answer(follow_up, Deed.LATER, now=now, until=now + lasts, by=by)


def answer(follow_up, deed, *, now, until, by):
    made = Acknowledgement.objects.create(follow_up=follow_up, deed=deed, by=by, at=now, until=until)
    audit.record(f"follow_up_{deed}", follow_up, by=by, until=until.isoformat())
    reminders.pause(follow_up, until=until)
    return made


@transaction.atomic
def could_not_tell(delivery):
    """This message will never arrive: tell another person at once, on each of their channels. Returns who, or None.

    Nobody is told twice of one message: where the next one fails too, call it with that one, and the one after is
    told. At the end the message stands on the list of what could not be sent. A notification that fails beside a mail
    tells nobody: the mail does, should it fail as well.
    """
    if channels.carried_by_mail([delivery]):
        return None
    origin = origin_of(delivery)
    tried = Delivery.objects.filter(key__startswith=f"not_sent:{origin.pk}:").values_list("recipient", flat=True)
    passed_over = {origin.recipient_id, *tried}
    people = recipients.anybody_for(origin) if origin.recipient_id else []  # a canary is nobody's
    person = next((each for each in people if each.pk not in passed_over), None)
    if person:
        tell_instead(person, origin)
    return person


def origin_of(delivery):
    """The message that this one is about: itself, unless it says that another could not be sent."""
    if delivery.kind != Delivery.Kind.NOT_SENT:
        return delivery
    _kind, pk, *_rest = delivery.key.split(":")
    about = Delivery.objects.select_related("recipient", "reminder__follow_up", "help_call__by", "help_call__site")
    return about.filter(pk=pk).first() or delivery


def tell_instead(person, origin):
    now = clock.now()
    rows = [
        Delivery(
            key=f"not_sent:{origin.pk}:{channel}:{person.pk}",
            kind=Delivery.Kind.NOT_SENT,
            recipient=person,
            channel=channel,
            lane=Reminder.Lane.URGENT,
            next_at=now,
        )
        for channel in channels.of(person)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    clock.wake()
