"""Filed paper: asked for by a person, made by a worker, kept as it is. The table is the queue.

A paper is claimed under a lease, made outside of any transaction, and filed in one, if the lease is still ours. A
worker that dies leaves its claim behind; when the lease runs out, the next turn takes the paper up again.
"""

import hashlib
import logging
import time
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language

from accounts import audit, row_security
from followups import pango, paper_pages
from followups.models import CopyRequest, FiledPaper, PaperFile
from resources import workers
from sessions_app.models import DepartureEvent

LEASE = timedelta(minutes=5)
ONE_TURN = 60  # seconds; then other tasks of the same worker have their turn
MOST_DEATHS = 3
SYSTEM = "press"
State, Why = FiledPaper.State, FiledPaper.Why

logger = logging.getLogger("followups.papers")


class NotSigned(Exception):
    """There is no signed report, so there is nothing to file."""


class LeaseLost(Exception):
    """Another worker has taken the paper. What this one made is not filed."""


@transaction.atomic
def ask_for(departure, *, by):
    """Have the chart of a departure filed, in the language of the page. While one is being made, that one is returned.

    Raises NotSigned. Without the lock two requests could each look before the other has written its row.
    """
    DepartureEvent.objects.locked().only("pk").get(pk=departure.pk)
    report = getattr(departure, "report", None)
    if report is None or not report.is_signed:
        raise NotSigned
    return under_way_or_new(departure.papers, departure, by=by)


@transaction.atomic
def ask_for_copy(copy, *, by):
    """Have a client's whole chart filed. While it is being made for this request, that paper is returned."""
    CopyRequest.objects.select_for_update().only("pk").get(pk=copy.pk)
    return under_way_or_new(copy.papers, copy, by=by)


def under_way_or_new(papers, subject, *, by):
    if found := papers.waiting().first():
        return found
    paper = papers.create(language=get_language() or "en-gb", requested_by=by)
    audit.record("paper_asked_for", paper, by=by, of=subject._meta.label_lower, key=str(subject.pk))
    workers.wake("followups.tasks.make_papers")
    return paper


def work(*, seconds=ONE_TURN):
    """Make what waits, the oldest first, for about so many seconds. Returns how many papers it took up."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until and (paper := claim()):
        count += 1
        try:
            make(paper)
        except LeaseLost:
            logger.warning("paper %s: another worker has taken it", paper.pk)
    return count


@transaction.atomic
def claim():
    """Take one paper that nobody works on under a fresh lease, or None. One whose worker died counts as a death."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    waiting = FiledPaper.objects.waiting().filter(free).order_by("requested_at", "pk")
    found = waiting.select_for_update(skip_locked=True).first()
    return found and workers.lease(found, lasts=LEASE)


def make(paper):
    """Make one paper and file it, or say why not. What the database refuses for now is tried again later."""
    if paper.deaths >= MOST_DEATHS:
        fail(paper, Why.DIED)
    elif not pango.is_there():
        fail(paper, Why.NO_PANGO)
    else:
        try:
            with row_security.acting_as(paper.requested_by):
                page = paper_pages.of(paper)
            if page is None:
                fail(paper, Why.NOT_THEIRS)
            else:
                file(paper, pdf_of(page), mark=page.mark)
        except (LeaseLost, MemoryError, OperationalError, InterfaceError):
            raise
        except Exception as error:  # whatever it is, the paper must not be tried for ever
            logger.error("paper %s: %s", paper.pk, type(error).__name__)  # never its words
            fail(paper, Why.BROKEN)


def pdf_of(page):
    from followups import press  # seconds, and Pango: only for who makes one

    return press.pdf_of(page.html, sheets=page.sheets)


@transaction.atomic
def file(paper, content, *, mark):
    """Keep the bytes and their hash. Raises LeaseLost."""
    digest = hashlib.sha256(content).hexdigest()
    settle(paper, state=State.MADE, sha256=digest, mark=mark)
    PaperFile.objects.create(paper=paper, content=content)
    audit.record("paper_filed", paper, by=SYSTEM, hash=digest, bytes=len(content))


@transaction.atomic
def fail(paper, why):
    settle(paper, state=State.FAILED, why=why)
    audit.record("paper_failed", paper, by=SYSTEM, why=why)


def settle(paper, **facts):
    """The last thing that is written of a paper, by whoever still holds its lease."""
    mine = FiledPaper.objects.waiting().filter(pk=paper.pk, lease_token=paper.lease_token)
    if not mine.update(lease_token=None, lease_until=None, finished_at=timezone.now(), **facts):
        raise LeaseLost


@transaction.atomic
def open_file(paper, *, by):
    """The bytes of a filed paper for `by`; that they were read out is in the trail."""
    audit.record("paper_read", paper, by=by, hash=paper.sha256)
    return bytes(paper.file.content)
