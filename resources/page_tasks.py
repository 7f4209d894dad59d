"""What the looks at pages give a curator to do: a page that stays bad, a number that stays missing."""

from resources import curator_tasks, drift
from resources.models import ContactPoint, CuratorTask, PageState, Resource, WatchedPage

NIGHTS = 3  # in a row, before anybody is told
WHO = "link check"
Kind = CuratorTask.Kind


def settle(url, *, listing):
    """Bring the tasks into line with how the pages stand now, for everything that names this page.

    The entries are held until the commit: two looks at two pages of one entry follow each other here.
    """
    subjects = sorted(listing.subjects.get(url, ()), key=lambda each: (str(each.resource_id), each.contact_id or 0))
    ids = {each.resource_id for each in subjects}
    list(Resource.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    for subject in subjects:
        settle_link(subject, listing=listing)
        if subject.contact_id is None:
            settle_numbers(subject, listing=listing)


def settle_link(subject, *, listing):
    facts = {"resource_id": subject.resource_id, "contact_id": subject.contact_id}
    bad = WatchedPage.objects.filter(url__in=listing.pages[subject], failures__gte=NIGHTS).order_by(
        "failing_since", "pk"
    )
    if not bad:
        curator_tasks.close(CuratorTask.objects.filter(kind=Kind.LINK, **facts), by=WHO)
    for page in bad:
        if not curator_tasks.was_put_aside(Kind.LINK, since=page.failing_since, **facts):
            curator_tasks.open_one(Kind.LINK, by=WHO, words=page.url, state=page.state, **facts)
            break


def settle_numbers(subject, *, listing):
    """Per number: shown on one page is good, missing on each that could be read for NIGHTS nights is a task."""
    readable = WatchedPage.objects.filter(
        url__in=listing.pages[subject], state__in=[PageState.WORKS, PageState.MOVED]
    ).order_by("pk")
    pages = list(readable)
    for contact in drift.sought([subject.resource_id]):
        name = drift.key(contact)
        looks = [(page, page.seen[name]) for page in pages if name in page.seen]
        settle_number(contact, looks)


def settle_number(contact, looks):
    facts = {"resource_id": contact.resource_id, "contact_id": contact.pk}
    if any(look["times"] == 0 for _, look in looks):
        curator_tasks.close(CuratorTask.objects.filter(kind=Kind.DRIFT, **facts), by=WHO)
    elif looks and min(look["times"] for _, look in looks) >= NIGHTS:
        since = min(look["since"] for _, look in looks)
        if not curator_tasks.was_put_aside(Kind.DRIFT, since=since, **facts):
            curator_tasks.open_one(Kind.DRIFT, by=WHO, words=looks[0][0].url, **facts)


def close_unlisted(listing):
    """Close what is open about entries and pages that are listed no more, or numbers that were changed since."""
    for task in CuratorTask.objects.filter(kind__in=[Kind.LINK, Kind.DRIFT], closed_at=None):
        if not has_reason(task, listing=listing):
            curator_tasks.close(CuratorTask.objects.filter(pk=task.pk), by=WHO)


def has_reason(task, *, listing):
    pages = {
        page for subject, urls in listing.pages.items() if subject.resource_id == task.resource_id for page in urls
    }
    if task.kind == Kind.LINK:
        return task.words in pages
    contact = ContactPoint.objects.get(pk=task.contact_id)
    return WatchedPage.objects.filter(url__in=pages, seen__has_key=drift.key(contact)).exists()
