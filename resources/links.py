"""The nightly look at the web pages behind the entries: do they work, and do they still show our numbers.

Any number of runs may go at once, and each may be killed: a page is taken under a lease, one of a host at a time, and
what a dead run had taken is free again when its lease is over. A page is looked at once a night, the one that has
waited longest first. A curator hears of what was bad in three nights in a row; one good night takes that back.
"""

import logging
import time
import uuid
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from resources import drift, listed_pages, page_tasks, page_words, visits
from resources.models import LinkCheck, PageState, Shown, WatchedPage, Why

ONE_NIGHT = timedelta(hours=20)  # a page looked at less long ago has had its look
ONE_TURN = 120  # seconds; a worker that serves other queues as well is not kept from them for long
BATCH = 8
LEASE = timedelta(seconds=(BATCH + 2) * visits.SECONDS)  # covers a whole batch, and is renewed before each page
READ_AT_ONCE = 500
MOST_SIGNS, MOST_SIGNS_ON_THE_WAY = 2000, 500
FREE = {"lease_token": None, "lease_until": None}
LOCK = 4_120_710  # any number that nothing else in this database locks
#: Reasons that may lie with this machine as well as with the page.
PERHAPS_OURS = {Why.NO_NAME, Why.NO_CONNECTION, Why.TOO_SLOW}
ENOUGH_OTHERS = 5  # hosts that did not answer either: then it is the way out of here that is broken
LATELY = timedelta(hours=30)  # one night and some of the next
READABLE = {PageState.WORKS, PageState.MOVED}

logger = logging.getLogger("resources.links")


def check(*, seconds=None, door=None):
    """Look at every page whose turn it is, for `seconds` at most. Returns how many this run has looked at."""
    ends = time.monotonic() + seconds if seconds is not None else float("inf")
    listing, looked_at = listed_pages.now(), 0
    bring_into_line(listing)
    while time.monotonic() < ends and (batch := claim()):
        for number, page in enumerate(batch):
            if time.monotonic() >= ends:
                release(batch[number:])
                break
            looked_at += look(page, listing=listing, door=door)
    return looked_at


def bring_into_line(listing):
    """Watch the pages that are listed and no others, and close what was open about pages that are listed no more."""
    urls = set(listing.subjects)
    known = set(WatchedPage.objects.values_list("url", flat=True))
    added = [WatchedPage(url=url, host=visits.host_of(url)[:255]) for url in sorted(urls - known)]
    WatchedPage.objects.bulk_create(added, ignore_conflicts=True, batch_size=READ_AT_ONCE)
    free = Q(lease_token=None) | Q(lease_until__lt=Now())
    WatchedPage.objects.filter(free, url__in=known - urls).delete()
    page_tasks.close_unlisted(listing)


@transaction.atomic
def claim():
    """Take up to BATCH pages of as many hosts, none of which is being visited, the least recently looked at first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # two at once could take two pages of one host
    dead = WatchedPage.objects.filter(lease_until__lt=Now()).select_for_update(skip_locked=True)
    WatchedPage.objects.filter(pk__in=list(dead.values_list("pk", flat=True))).update(**FREE)
    first_of_each = {}
    for page in due().select_for_update(skip_locked=True)[:READ_AT_ONCE]:
        first_of_each.setdefault(page.host, page)
    batch = list(first_of_each.values())[:BATCH]
    token = uuid.uuid4()
    WatchedPage.objects.filter(pk__in=[page.pk for page in batch]).update(lease_token=token, lease_until=Now() + LEASE)
    for page in batch:
        page.lease_token = token
    return batch


def due():
    busy = WatchedPage.objects.exclude(lease_token=None).values("host")
    waiting = WatchedPage.objects.filter(Q(looked_at=None) | Q(looked_at__lt=Now() - ONE_NIGHT), lease_token=None)
    return waiting.exclude(host__in=busy).order_by(F("looked_at").asc(nulls_first=True), "pk")


def release(batch):
    """Give back what there was no time for."""
    for page in batch:
        ours(page).update(**FREE)


def ours(page):
    return WatchedPage.objects.filter(pk=page.pk, lease_token=page.lease_token)


def look(page, *, listing, door=None):
    """Visit one claimed page and write down what came of it. False when the lease was lost to somebody else."""
    if not ours(page).update(lease_until=Now() + LEASE):
        return False
    visit, words = seen(page, door=door)
    return record(page, visit, words, listing=listing)


def seen(page, *, door=None):
    """The visit and the words of the page. One that breaks this in a way nobody thought of counts as an error."""
    try:
        visit = visits.visit(page.url, door=door)
        words = page_words.read(visit.body, visit.content_type)
        if visit.state in READABLE and page_words.is_parked(words, host=visits.host_of(visit.final_url)):
            visit = replace(visit, state=PageState.PARKED)
    except Exception as problem:
        logger.error("page %s could not be judged: %s", page.pk, type(problem).__name__)
        return visits.Visit(PageState.ERROR, final_url=page.url), page_words.Words()
    return visit, words


@transaction.atomic
def record(page, visit, words, *, listing):
    """Write the look down, count it, and open or close what follows: all or nothing, and under our lease only."""
    kept = ours(page).select_for_update().first()
    if kept is None:
        return False
    now = database_time()
    contacts = drift.sought(listing.entries_of(page.url)) if visit.state in READABLE else []
    found, missing = drift.compare(words, contacts, is_whole=visit.is_whole)
    kept.number_found = found
    if visit.state in READABLE:
        was_read = found != Shown.UNKNOWN
        kept.seen = drift.counted(kept.seen, contacts, missing=missing, was_read=was_read, now=now)
    LinkCheck.objects.create(
        url=page.url,
        state=visit.state,
        why=visit.why,
        final_url=visit.final_url[:MOST_SIGNS],
        status_code=visit.status_code,
        redirects=[[status, url[:MOST_SIGNS_ON_THE_WAY]] for status, url in visit.redirects],
        number_found=found,
        missing=[contact.pk for contact in missing],
        at=now,
    )
    count(kept, visit, now=now)
    page_tasks.settle(page.url, listing=listing)
    return True


def count(page, visit, *, now):
    """The page's own row after this look. It is free again. Where nobody at all answers, that says nothing of it."""
    page.state, page.why, page.final_url, page.looked_at = visit.state, visit.why, visit.final_url[:MOST_SIGNS], now
    if visit.state == PageState.WORKS:
        page.failures, page.failing_since = 0, None
    elif visit.why in PERHAPS_OURS and nobody_answers(but=page, now=now):
        logger.warning("nobody outside answers: page %s is not counted", page.pk)
    else:
        page.failures, page.failing_since = page.failures + 1, page.failing_since or now
    page.lease_token = page.lease_until = None
    page.save()


def nobody_answers(*, but, now):
    """Whether every other host that was asked lately was silent, and there were enough of them."""
    others = WatchedPage.objects.exclude(host=but.host).filter(looked_at__gte=now - LATELY)
    silent = Q(why__in=PERHAPS_OURS)
    return not others.exclude(silent).exists() and others.values("host").distinct().count() >= ENOUGH_OTHERS


def database_time():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
