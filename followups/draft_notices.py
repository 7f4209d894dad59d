"""A draft waits to be read, or was answered: its clinical leads hear of the one, and its author of the other.

Fixed words and a link to the list of that kind, to each on each of their channels. Nothing of the draft is said.
"""

from accounts.models import User
from followups import channels, clock
from followups.models import Delivery, FollowUpPolicy, Reminder
from protocols.models import Draft
from protocols.signals import POLICY, PROTOCOL, WORD_LIST, mark_of
from sessions_app.models import WordList

WAITS, ANSWERED = "waits", "answered"


def protocol_waits(pk):
    return Draft.objects.filter(version=pk, approved_at=None).exclude(submitted_at=None).values_list("submitted_at")


def policy_waits(pk):
    return FollowUpPolicy.objects.filter(pk=pk, adopted_at=None).exclude(sent_at=None).values_list("sent_at")


def word_list_waits(pk):
    return WordList.objects.filter(pk=pk, state=WordList.State.DRAFT).values_list("changed_at")


#: When what waits of that kind was sent, by the name in the key of its messages.
WAITING = {PROTOCOL: protocol_waits, POLICY: policy_waits, WORD_LIST: word_list_waits}


def tell_leads(what, row, *, mark, by):
    """Each clinical lead but the author hears that it waits, once this is committed. Twice makes one message."""
    leads = User.objects.filter(is_clinical_lead=True, is_active=True).exclude(pk=by.pk).order_by("pk")
    tell(f"draft:{WAITS}:{what}:{row.pk}:{mark}", leads)


def tell_author(what, row, *, mark, author, by):
    """Who sent it hears that somebody else has answered. Who answers themselves knows."""
    if author and author.is_active and author.pk != by.pk:
        tell(f"draft:{ANSWERED}:{what}:{row.pk}:{mark}", [author])


def tell(about, people):
    facts = {"kind": Delivery.Kind.DRAFT, "lane": Reminder.Lane.ROUTINE, "waits": channels.UNTIL_THEY_END}
    channels.post(about, people, now=clock.now(), **facts)
    clock.wake()


def parts_of(delivery):
    """(what happened, to what, its id, which sending), from the key."""
    _kind, event, what, pk, mark, *_rest = delivery.key.split(":")
    return event, what, int(pk), int(mark)


def is_wanted(delivery):
    """An answer always is; that a draft waits, while this sending of it does and the recipient may still decide."""
    event, what, pk, mark = parts_of(delivery)
    if event == ANSWERED:
        return delivery.recipient.is_active
    sent = WAITING[what](pk).first()
    is_same = bool(sent) and (what == WORD_LIST or mark_of(sent[0]) == mark)
    return is_same and delivery.recipient.is_active and delivery.recipient.is_clinical_lead
