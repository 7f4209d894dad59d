"""Writing down that somebody tried to reach a client."""

from django.db import transaction
from django.utils import timezone

from accounts import audit, row_security
from followups import contact_permissions, follow_ups, no_contact, unreached
from followups.models import ContactAttempt, FollowUp
from followups.models.follow_ups import RESULTS
from sessions_app.models import Channel, DepartureEvent

Result = ContactAttempt.Result
#: What is written down although the channel is closed: that it was not used, and what came back of an earlier letter.
NOT_A_CONTACT = {Result.BLOCKED, Result.LETTER_RETURNED}


class OperationBelongsElsewhere(Exception):
    """The operation id was used before, for another follow-up or by somebody else."""


class ContactRefused(Exception):
    """The gate is closed for this channel at that moment. `passage` says why, and from when it opens."""

    def __init__(self, passage):
        super().__init__(passage.refusal)
        self.passage = passage


@transaction.atomic
def record(follow_up, *, channel, result, op_id, by, note="", occurred_at=None, is_closing_letter=False):
    """Write down an attempt. Reached closes the follow-up, not reached leaves it open.

    The same `op_id` again adds nothing and returns the first row; raises OperationBelongsElsewhere when it
    names another one, and ContactRefused when what the client allows stands against it. A client who asks for no
    contact gets no further contact tasks, from this departure or another. Once enough was tried, people are asked to
    decide together how it stands: see `followups.unreached`.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=follow_up.departure_id)
    follow_up = FollowUp.objects.select_for_update(of=["self"]).get(pk=follow_up.pk)
    if earlier := ContactAttempt.objects.filter(op_id=op_id).first():
        if (earlier.follow_up_id, earlier.by_id) != (follow_up.pk, by.pk):
            raise OperationBelongsElsewhere
        return earlier
    occurred_at = occurred_at or timezone.now()
    channel = RESULTS[result].channel or channel
    if result not in NOT_A_CONTACT:
        refuse_what_is_not_allowed(follow_up, channel, at=occurred_at, is_closing_letter=is_closing_letter)
    facts = {"follow_up": follow_up, "departure_id": follow_up.departure_id, "channel": channel, "result": result}
    with row_security.unless_hidden(OperationBelongsElsewhere()):
        attempt = ContactAttempt.objects.create(op_id=op_id, note=note, by=by, occurred_at=occurred_at, **facts)
    audit.record("contact_attempted", follow_up, by=by, result=result, channel=channel)
    if keeps_the_promise(attempt, follow_up):
        follow_ups.complete(follow_up, by=by)
    if result == Result.REACHED_NO_CONTACT:
        no_contact.respect(follow_up.departure, by=by)
    unreached.ask_for_decision(follow_up.departure, by=by)
    return attempt


def refuse_what_is_not_allowed(follow_up, channel, *, at, is_closing_letter):
    """Asked again here and not only on the page: it may have stood open since before the client said no."""
    passage = contact_permissions.gate_of(follow_up.departure, at=at).of(channel)
    if is_closing_letter and channel == Channel.LETTER and passage.was_allowed:
        return
    if passage.is_refused:
        raise ContactRefused(passage)


def keeps_the_promise(attempt, follow_up):
    """Whether this attempt is what was promised: the client was reached, or a letter was to be written and is.

    A task among staff is not kept by reaching the client, and no call is kept by a letter.
    """
    if not (follow_up.is_open and follow_up.channel):
        return False
    return attempt.is_reached or (attempt.result == Result.LETTER_SENT and follow_up.channel == Channel.LETTER)
