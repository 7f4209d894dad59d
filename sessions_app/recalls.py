"""Numbers that were given to clients and proved wrong afterwards: whoever gave them hears of it, and sees to it.

The record keeps what was given as it was given. Whether it was wrong is read from the directory: a contact that was
found dead or different since, or that does not stand there any more as it was given.
"""

from dataclasses import dataclass, field

from django.db import transaction

from accounts import audit
from resources.models import ContactPoint
from sessions_app.models import GivenResource, RecallAnswer

MOST = 200  # looked through on one page
SAME = ["kind", "dial_region", "dial", "keyword", "menu_option", "url"]
WRONG = {"dead", "different"}


@dataclass
class Recall:
    """One entry that was given, the words of what proved wrong, and the contacts that stand there now."""

    given: GivenResource
    wrong: list = field(default_factory=list)
    now: list = field(default_factory=list)


def waiting_for(user):
    """The recalls nobody has answered, of departures `user` may see; what was given last comes first."""
    rows = GivenResource.objects.visible_to(user).perhaps_wrong().for_recall()[:MOST]
    found = (recall_of(given) for given in rows)
    return [recall for recall in found if recall.wrong]


def recall_of(given):
    successor = given.resource.successor
    contacts = given.resource.contacts + (successor.contacts if successor else [])
    standing = {identity(contact): contact for contact in contacts}
    recall = Recall(given)
    for told in given.snapshot["contacts"]:
        contact = standing.get(tuple(told.get(name, "") for name in SAME))
        if contact is None or was_found_wrong(contact, since=given.at):
            recall.wrong.append(told["words"])
    recall.now = [contact for contact in standing.values() if not (contact.is_dead or contact.is_different)]
    return recall


def identity(contact: ContactPoint):
    return tuple(getattr(contact, name) for name in SAME)


def was_found_wrong(contact, *, since):
    newest = contact.newest_check
    return newest is not None and newest.result in WRONG and newest.recorded_at > since


@transaction.atomic
def answer(given, *, what, by):
    """`by` has seen to it. Saying it twice is one answer, the first. Returns it."""
    made, is_new = RecallAnswer.objects.get_or_create(given=given, defaults={"what": what, "by": by})
    if is_new:
        audit.record("recall_answered", given, by=by, what=what)
    return made
