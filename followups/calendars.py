"""A private calendar of when one's own follow-ups are due: opaque names, fixed words, nothing about anybody.

Whoever has its address can read it, so the address is long, random, kept as a digest only, and can be taken away.
"""

import hashlib
import secrets
from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from icalendar import Alarm, Calendar, Event

from accounts import audit
from followups import clock
from followups.models import CalendarFeed, FollowUp

TOKEN_BYTES = 32
SUMMARY = "Follow-up due"
LASTS = timedelta(minutes=15)
BEFOREHAND = timedelta(minutes=10)
READ_AGAIN = timedelta(minutes=15)  # how often a calendar program is asked to look
KEPT = timedelta(days=30)  # how long a closed one is shown as cancelled
MOST = 500
GRAIN = timedelta(hours=1)  # that it was read is written down no more often than this


@transaction.atomic
def renew(*, by):
    """A calendar for `by` at a new address; the old one stops working. Returns the token, which is kept nowhere."""
    close(by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(person=by, token_digest=digest_of(token))
    audit.record("calendar_opened", feed, by=by)
    return token


@transaction.atomic
def close(*, by):
    """The address stops working. Nothing happens when there is none."""
    feed = of(by)
    if feed:
        CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=clock.now())
        audit.record("calendar_closed", feed, by=by)


def of(person):
    return CalendarFeed.objects.filter(person=person, revoked_at=None).first()


def address_of(token):
    """Where a calendar program finds it."""
    return f"{settings.PUBLIC_URL}{reverse('calendar', args=[token])}"


def digest_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


def opened_with(token):
    """The calendar at that address, or None: unknown, taken away, or of somebody without an account."""
    known = CalendarFeed.objects.filter(token_digest=digest_of(token), revoked_at=None, person__is_active=True)
    feed = known.select_related("person").first()
    now = clock.now()
    if feed and (feed.last_used_at is None or now - feed.last_used_at > GRAIN):
        known.update(last_used_at=now)
    return feed


def bytes_for(person):
    """The calendar of one person, as RFC 5545 has it. All times in UTC: no program has to know about clock changes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Doorway//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Doorway")
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for follow_up in shown_to(person):
        calendar.add_component(event_of(follow_up))
    return calendar.to_ical()


def shown_to(person):
    """What this person owns: what is open, and what was closed lately."""
    own = FollowUp.objects.visible_to(person).real().owned_by(person)
    shown = own.open() | own.filter(closed_at__gt=clock.now() - KEPT)
    return shown.select_related("plan").prefetch_related("changes").order_by("due_at", "pk")[:MOST]


def event_of(follow_up):
    changes = list(follow_up.changes.all())
    event = Event()
    event.add("uid", f"{opaque(follow_up)}@doorway")
    event.add("sequence", len(changes))
    event.add("dtstamp", changes[-1].at if changes else follow_up.plan.opened_at)
    event.add("dtstart", follow_up.due_at.astimezone(UTC))
    event.add("duration", LASTS)
    event.add("summary", SUMMARY)
    event.add("url", f"{settings.PUBLIC_URL}/follow-ups/")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED" if follow_up.is_open else "CANCELLED")
    if follow_up.is_open:
        event.add_component(alarm())
    return event


def alarm():
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", SUMMARY)
    made.add("trigger", -BEFOREHAND)
    return made


def opaque(follow_up):
    """A name for the follow-up that says nothing about it, the same as long as it lives."""
    return salted_hmac("followups.calendars", str(follow_up.pk), algorithm="sha256").hexdigest()[:32]
