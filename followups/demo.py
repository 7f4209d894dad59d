"""What the demo shows of follow-ups: an adopted policy, an attempt, and a reminder that goes out while one looks."""

import uuid
from datetime import timedelta

from django.utils import timezone

from followups import adoption, contact_attempts, follow_ups, policies
from followups.models import ContactAttempt, FollowUpPolicy
from protocols import adoptions
from sessions_app.models import Channel, Client, DepartureEvent

SOON = timedelta(minutes=2)


def adopt_policy(*, by):
    """Nothing is in force until a clinical lead has adopted it; in the demo the supervisor, who is one, did."""
    if policies.in_force() is None:  # a draft that somebody writes in the demo is theirs to adopt
        policies.adopt(FollowUpPolicy.objects.order_by("number").last(), by=by)
    if not adoptions.is_made():
        adoption.sign(was=adoption.Papers().fingerprint, by=by)


def try_to_reach(departure):
    """Somebody called and nobody answered: the follow-up stays open."""
    first = departure.follow_ups.open().exclude(channel="").order_by("due_at").first()
    contact_attempts.record(
        first,
        channel=Channel.PHONE,
        result=ContactAttempt.Result.NO_ANSWER,
        op_id=uuid.uuid4(),
        by=departure.therapist,
    )


def remind_soon(departure):
    """Make one follow-up due in two minutes, so that its reminder can be watched going out."""
    first = departure.follow_ups.open().order_by("due_at").first()
    follow_ups.move(first, to=timezone.now() + SOON, reason="Demo: due soon", by=departure.therapist)


def newest_of(reference):
    return DepartureEvent.objects.filter(client__in=Client.objects.known_as(reference)).latest("began_at")
