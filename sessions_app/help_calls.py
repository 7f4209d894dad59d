"""“I need help here”: a therapist asks, colleagues are told at once, and the therapist sees who is coming."""

import hashlib
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.supervision import supervisors_of
from sessions_app import signals
from sessions_app.departures import believable
from sessions_app.models import HelpCall


class IsAnExercise(ValueError):
    """The departure is an exercise: nobody is called for one."""


@transaction.atomic
def ask(*, id, by, departure=None, at=None):
    """`by` needs help where they are. Returns their open call; colleagues are told in the same transaction.

    Whoever has an open call gets that one back and nobody is told twice: a second tap means the same. `call_again`
    tells everybody once more. `at` is the moment of the tap (aware, UTC). Raises IsAnExercise.
    """
    if departure and departure.is_practice:
        raise IsAnExercise
    earlier = HelpCall.objects.filter(pk=id).first()
    if earlier and earlier.by_id == by.pk:
        return earlier
    id = uuid.uuid4() if earlier else id  # somebody else's: a call for help is never refused for its number
    called_at = believable(at, now=timezone.now())
    facts = {"id": id, "site": by.site, "departure": departure, "called_at": called_at}
    try:
        call, is_new = HelpCall.objects.get_or_create(by=by, ended_at=None, defaults=facts)
    except IntegrityError:  # somebody else's again, and one that `by` may not see
        call, is_new = HelpCall.objects.get_or_create(by=by, ended_at=None, defaults=facts | {"id": uuid.uuid4()})
    if is_new:
        tell(call)
    return call


@transaction.atomic
def call_again(call, *, times_called, by):
    """Nobody has come: tell everybody once more. `times_called` is what the page showed, so that a repeat is one."""
    call = locked(call)
    if call.is_open and call.times_called == times_called:
        call.times_called, call.answered_at, call.answered_by = times_called + 1, None, None
        call.save(update_fields=["times_called", "answered_at", "answered_by"])
        tell(call)
    return call


def tell(call):
    audit.record("help_asked", call, by=call.by, times=call.times_called)
    signals.help_asked.send(HelpCall, call=call)


def tell_also(call, people):
    """Nobody has answered: these hear too, and may see the call from now on. The caller holds the call."""
    call.told_as_well.add(*people)
    audit.record("help_escalated", call, by="sweeper", told=[person.pk for person in people])


@transaction.atomic
def answer(call, *, by):
    """`by` is coming, and the colleague sees it. The first who says so stands; a call that is over stays over."""
    call = locked(call)
    if call.is_open and call.answered_at is None:
        call.answered_at, call.answered_by = timezone.now(), by
        call.save(update_fields=["answered_at", "answered_by"])
        audit.record("help_answered", call, by=by)
    return call


@transaction.atomic
def end(call, *, by):
    """It is over: the colleague, or who came, says so. Nothing more goes out about it."""
    call = locked(call)
    if call.is_open:
        call.ended_at, call.ended_by = timezone.now(), by
        call.save(update_fields=["ended_at", "ended_by"])
        audit.record("help_ended", call, by=by)
    return call


def locked(call):
    """The call as it now is, held until the transaction ends: two who answer at once follow each other."""
    return HelpCall.objects.select_for_update(of=["self"]).for_page().get(pk=call.pk)


def open_of(person):
    """The person's open call, or None."""
    return HelpCall.objects.open().filter(by=person).for_page().first()


def mark_of(calls):
    """Changes when a call comes, is repeated, answered or over; a page that shows this state need not be shown anew."""
    facts = [(call.pk, call.times_called, call.answered_at) for call in calls]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def who_is_told(person):
    """Staff who hear when `person` asks for help: their supervisors, and the contacts of their site."""
    contacts = User.objects.filter(team__site=person.site, is_site_contact=True, is_active=True)
    told = {each.pk: each for each in [*supervisors_of(person), *contacts.exclude(pk=person.pk)]}
    return list(told.values())
