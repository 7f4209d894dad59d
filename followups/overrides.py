"""Contact against the client's wish, in serious and imminent danger: one asks, another confirms, and it ends in a day.

Doorway says neither that it is lawful nor what to do: it holds the door until two people have looked.
Source: 45 CFR 164.512(j) and 164.522.
"""

from django.db import transaction

from accounts import audit
from accounts.models import SiteRule
from accounts.supervision import supervisors_of
from followups import clock, on_call, second_people
from followups.models import ContactOverride
from followups.models.two_people import OVERRIDE_LASTS


class MayNotConfirm(Exception):
    """It is confirmed by somebody else than who asked: a supervisor, or who is on call at the site."""


class AlreadyAnswered(Exception):
    """Somebody has answered in the meantime, or its day is over."""


@transaction.atomic
def ask(follow_up, *, channels, grounds, words, by):
    """Write down why the client should be contacted against what they allow; who may confirm it is told at once.

    Opens nothing yet. Returns the request.
    """
    now = clock.now()
    override = ContactOverride.objects.create(
        departure_id=follow_up.departure_id,
        follow_up=follow_up,
        channels=channels,
        grounds=grounds,
        words=words,
        asked_by=by,
        asked_at=now,
        expires_at=now + OVERRIDE_LASTS,
    )
    audit.record("override_asked", override, by=by, channels=channels, grounds=grounds)
    second_people.tell("override", override, who_may_confirm(override), is_urgent=True)
    return override


@transaction.atomic
def confirm(override, *, by):
    """The second person says yes: until it ends, its channels are open. Raises MayNotConfirm, AlreadyAnswered."""
    if not may_confirm(override, by):
        raise MayNotConfirm
    return answer(override, is_confirmed=True, by=by)


@transaction.atomic
def decline(override, *, by):
    """No, or not any more: by who may confirm, or taken back by who asked. Raises MayNotConfirm, AlreadyAnswered."""
    if by.pk != override.asked_by_id and not may_confirm(override, by):
        raise MayNotConfirm
    return answer(override, is_confirmed=False, by=by)


def answer(override, *, is_confirmed, by):
    """The lock makes two who answer at once follow each other; the second one is told."""
    override, now = ContactOverride.objects.select_for_update(of=["self"]).get(pk=override.pk), clock.now()
    if override.answered_at or override.expires_at <= now:
        raise AlreadyAnswered
    override.is_confirmed, override.answered_by, override.answered_at = is_confirmed, by, now
    override.save(update_fields=["is_confirmed", "answered_by", "answered_at"])
    audit.record("override_confirmed" if is_confirmed else "override_declined", override, by=by)
    return override


def may_confirm(override, person):
    """Somebody else: a supervisor of the therapist, any supervisor of the site, or who is on call there."""
    departure = override.departure
    if person.pk == override.asked_by_id or not person.is_active:
        return False
    if person.is_supervisor and (person.site == departure.site or person in supervisors_of(departure.therapist)):
        return True
    return on_call.now(departure.site) == person


def who_may_confirm(override):
    """Whom a request is brought to: the nearest people who may say yes."""
    return second_people.near(override.departure, may_answer=lambda person: may_confirm(override, person))


def waiting_for(person):
    """What `person` may confirm now, the one that waits longest first."""
    waiting = ContactOverride.objects.visible_to(person).waiting(clock.now()).exclude(asked_by=person)
    return waiting.for_page().order_by("asked_at", "pk")


def channels_in_force(departure):
    """The channels that two people have opened for this departure's client, as of now."""
    rows = ContactOverride.objects.filter(departure=departure).in_force(clock.now())
    return frozenset(channel for channels in rows.values_list("channels", flat=True) for channel in channels)


def rule_of(site):
    """The site's own rule on danger, or None: it is read before anything is asked for or confirmed."""
    return SiteRule.objects.filter(site=site, topic=SiteRule.Topic.DANGER).first()
