"""Whether the operators' pages still show the numbers we give, counted from night to night.

A number is missed only where a page could be read. One page of the entry that shows it is enough.
"""

from resources import shown_numbers
from resources.models import ContactPoint, Shown


def sought(resource_ids):
    """The contacts whose numbers the pages of these entries should show."""
    return list(ContactPoint.objects.filter(resource_id__in=resource_ids).exclude(dial="").order_by("pk"))


def key(contact):
    """What was looked for. A number that was changed since is another one, whose count begins anew."""
    return f"{contact.pk} {contact.dial} {contact.keyword}".strip()


def compare(words, contacts, *, is_whole=True):
    """Whether the page shows them, and which it does not.

    A number that is seen counts even where little else is. One that is not is missing only if all of the page was read.
    """
    missing = [contact for contact in contacts if not shown_numbers.shows(words, contact)]
    if not contacts or (missing and not (words.is_readable and is_whole)):
        return Shown.UNKNOWN, []
    return (Shown.NO if missing else Shown.YES), missing


def counted(seen, contacts, *, missing, was_read, now):
    """`WatchedPage.seen` after this look: nights in a row without each number, and the first of them."""
    after = {}
    for contact in contacts:
        name = key(contact)
        before = seen.get(name)
        if not was_read:
            after |= {name: before} if before else {}
        elif contact in missing:
            since = before["since"] if before and before["times"] else now.isoformat()
            after[name] = {"times": (before["times"] if before else 0) + 1, "since": since}
        else:
            after[name] = {"times": 0, "since": now.isoformat()}
    return after
