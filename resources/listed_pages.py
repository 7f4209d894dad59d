"""Which web pages the listed entries name, and for what: their own page, where one writes, the operator's proof."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from resources.models import ContactPoint, Evidence, Resource

MOST_SIGNS = 400  # of an address; longer ones cannot be kept


@dataclass(frozen=True)
class Subject:
    """What a page is about: an entry as a whole, or the contact that it is itself."""

    resource_id: object
    contact_id: int | None = None


class Listing:
    """The pages at one moment. `subjects` by address of the page, and `pages` by subject."""

    def __init__(self):
        self.subjects, self.pages = defaultdict(set), defaultdict(set)

    def add(self, url, subject):
        url = url.strip().partition("#")[0]
        if url and len(url) <= MOST_SIGNS:
            self.subjects[url].add(subject)
            self.pages[subject].add(url)

    def entries_of(self, url):
        """The entries whose numbers the page should show. A page to chat on shows none."""
        return {each.resource_id for each in self.subjects.get(url, ()) if each.contact_id is None}


def now():
    """The pages of every listed entry as they stand now, in three queries."""
    listing, entries = Listing(), Resource.objects.listed()
    for resource_id, url in entries.exclude(url="").values_list("pk", "url"):
        listing.add(url, Subject(resource_id))
    proofs = Evidence.objects.filter(resource__in=entries, kind=Evidence.Kind.OPERATOR)
    newest = proofs.order_by("resource_id", "-seen_on", "-pk").distinct("resource_id")
    for resource_id, url in newest.values_list("resource_id", "url"):
        listing.add(url, Subject(resource_id))
    chats = ContactPoint.objects.filter(~Q(url=""), resource__in=entries, kind=ContactPoint.Kind.CHAT)
    for contact_id, resource_id, url in chats.values_list("pk", "resource_id", "url"):
        listing.add(url, Subject(resource_id, contact_id))
    return listing
