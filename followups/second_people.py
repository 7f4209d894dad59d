"""Telling those who may give the second yes that somebody asked for it: what waits unseen helps nobody.

Fixed words and a link, to each of them, on each of their channels. Who answers first settles it; what was not sent
by then is not sent any more.
"""

from accounts.supervision import supervisors_of
from followups import channels, clock, on_call, recipients
from followups.models import ContactOverride, Delivery, Reminder, StatusDecision

#: What waits for a second person, by the name that stands in the key of its messages.
WAITING = {
    "override": lambda: ContactOverride.objects.waiting(clock.now()),
    "decision": StatusDecision.objects.waiting,
}


def near(departure, *, may_answer):
    """Who is nearest of those who may: therapist, their supervisors and who is on call; else who leads the site.

    In an exercise these would be brought in, and none of them is: see `tell`.
    """
    duty = on_call.now(departure.site)
    nearest = [
        departure.therapist,
        *recipients.here_first(supervisors_of(departure.therapist)),
        *([duty] if duty else []),
    ]
    for people in (nearest, recipients.clinical_leads(departure.site)):
        if found := {each.pk: each for each in people if recipients.may_act(each) and may_answer(each)}:
            return list(found.values())
    return []


def tell(what, request, people, *, is_urgent):
    """Each of these people hears of the request once this is committed; of one that can wait, after quiet hours.

    Saying it twice makes one message. About an exercise nobody hears anything.
    """
    if request.departure.is_practice:
        return
    lane = Reminder.Lane.URGENT if is_urgent else Reminder.Lane.ROUTINE
    waits = channels.NOT_AT_ALL if is_urgent else channels.UNTIL_THEY_END
    about, kind = f"second:{what}:{request.pk}", Delivery.Kind.SECOND
    channels.post(about, people, kind=kind, lane=lane, now=clock.now(), waits=waits)
    clock.wake()


def is_wanted(delivery):
    """Whether the request it tells of still waits for an answer."""
    _kind, what, pk, *_rest = delivery.key.split(":")
    return WAITING[what]().filter(pk=pk).exists()
