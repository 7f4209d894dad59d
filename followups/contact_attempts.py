"""Writing down that somebody tried to reach a client."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from followups import follow_ups, no_contact
from followups.models import ContactAttempt, FollowUp
from sessions_app.models import DepartureEvent

Result = ContactAttempt.Result
#: Results that keep the promise. *Reached, needs more* keeps this one; the plan's later ones stay.
KEEPS_THE_PROMISE = {
    Result.REACHED_SAFE,
    Result.REACHED_NEEDS_MORE,
    Result.REACHED_NO_CONTACT,
    Result.LETTER_SENT,
}


class OperationBelongsElsewhere(Exception):
    """The operation id was used before, for another follow-up or by somebody else."""


@transaction.atomic
def record(follow_up, *, channel, result, op_id, by, note="", occurred_at=None):
    """Write down an attempt. Reached closes the follow-up, not reached leaves it open.

    The same `op_id` again adds nothing and returns the first row; raises OperationBelongsElsewhere when it
    names another one. A client who asks for no contact gets no further contact tasks, from this departure or another.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=follow_up.departure_id)
    follow_up = FollowUp.objects.select_for_update(of=["self"]).get(pk=follow_up.pk)
    if earlier := ContactAttempt.objects.filter(op_id=op_id).first():
        if (earlier.follow_up_id, earlier.by_id) != (follow_up.pk, by.pk):
            raise OperationBelongsElsewhere
        return earlier
    attempt = ContactAttempt.objects.create(
        op_id=op_id,
        follow_up=follow_up,
        departure_id=follow_up.departure_id,
        channel=channel,
        result=result,
        note=note,
        by=by,
        occurred_at=occurred_at or timezone.now(),
    )
    audit.record("contact_attempted", follow_up, by=by, result=result, channel=channel)
    if result in KEEPS_THE_PROMISE and follow_up.is_open:
        follow_ups.complete(follow_up, by=by)
    if result == Result.REACHED_NO_CONTACT:
        no_contact.respect(follow_up.departure, by=by)
    return attempt
