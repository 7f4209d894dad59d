"""What was promised to a client who goes to another therapist: their open follow-ups go with them."""

from django.db.models import Q

from followups import clock, follow_ups
from followups.models import FollowUp, FollowUpChange, HandOver


def pass_on(client, *, former, to, by):
    """What `former` had promised this client is from now on `to`'s to keep; also what a cover has for the moment.

    They are reminded anew. What was closed in the meantime stays closed, and what somebody else has taken over, theirs.
    """
    left = HandOver.objects.filter(ended_at=None, absence__person=former).values("follow_up")
    theirs = FollowUp.objects.real().open().filter(departure__client=client).filter(Q(owner=former) | Q(pk__in=left))
    for follow_up in theirs.order_by("pk"):
        pass_one_on(follow_up, former=former, to=to, by=by)


def pass_one_on(follow_up, *, former, to, by):
    try:
        follow_up = follow_ups.locked(follow_up)
    except follow_ups.FollowUpIsClosed:
        return
    left = follow_up.hand_overs.filter(ended_at=None, absence__person=former)
    covers = set(left.values_list("absence__cover", flat=True))
    left.update(ended_at=clock.now())
    if follow_up.owner_id in {former.pk, *covers}:
        follow_ups.pass_to(follow_up, to, deed=FollowUpChange.Deed.TAKEN_OVER, by=by)
