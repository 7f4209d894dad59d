"""Pages of the review queue: fifty lines from a place on, found by an index and never by counting or skipping.

A cursor holds the sort keys of the last line. What it says is only ever compared: one that was made up shows another
part of what the person may see anyway.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext_lazy as _

from accounts import cipher, conversion
from accounts.supervision import answers_for
from sessions_app.models import Client, ReviewTask

PAGE = 50
Stage = ReviewTask.Stage


@dataclass(frozen=True)
class Tab:
    """One list of the queue: which rows, and in which order (names of columns; all up, or all down)."""

    label: str
    order: tuple
    stage: str = ""
    is_newest_first: bool = False

    @property
    def names(self):
        return [f"-{name}" for name in self.order] if self.is_newest_first else list(self.order)

    def rows(self):
        return ReviewTask.objects.filter(stage=self.stage) if self.stage else ReviewTask.objects.all()

    def beyond(self, keys):
        """The condition for rows that come after the one with these keys: one comparison of rows, as the index is."""
        compare = TupleLessThan if self.is_newest_first else TupleGreaterThan
        return compare(Tuple(*[F(name) for name in self.order]), keys)


TO_REVIEW, RETURNED, CO_SIGN, ALL = "to-review", "returned", "co-sign", "all"
SAFETY_FIRST = ("urgency", "due_at", "report_id")
TABS = {
    TO_REVIEW: Tab(_("To review"), SAFETY_FIRST, Stage.WAITING),
    RETURNED: Tab(_("With the author"), ("moved_at", "report_id"), Stage.RETURNED),
    CO_SIGN: Tab(_("Waits for co-sign"), SAFETY_FIRST, Stage.FOR_CO_SIGN),
    ALL: Tab(_("All reports"), ("sent_at", "report_id"), is_newest_first=True),
}
FOUND = Tab(_("Found"), ("client_reference", "report_id"))
MOST_READ, MOST_FOUND = 20_000, 200  # clients; of who has more, some are found by their whole reference only


@dataclass(frozen=True)
class Page:
    """The lines, and the cursor of the next page; empty at the end."""

    tasks: list
    next: str


def page(user, name, *, after=""):
    """One page of the tab `name` for this supervisor, after that cursor. Three queries."""
    tab = TABS[name]
    return lines(user, tab, tab.rows(), after=after)


def find(user, words, *, after=""):
    """One page of the reports about clients with that reference, whatever its case and spaces. Three queries.

    The database finds a whole one by its mark, however many there are. Where there is none, the beginning of one is
    enough for clients of the people whom `user` answers for, and of reports they were told about: those are read, and
    compared. Seven queries then.
    """
    return (
        known_as([words], user=user, after=after)
        or known_as(begin_like(words, of=user), user=user, after=after)
        or Page([], "")
    )


def known_as(references, *, user, after):
    """A page of reports about clients with one of these references, or None where there are none."""
    found = {mark for each in references for mark in cipher.marks(each, about="reference")}
    if conversion.is_running():  # then a mark may still be the reference itself
        found |= {each.strip().upper() for each in references}
    if not found:
        return None
    page = lines(user, FOUND, ReviewTask.objects.filter(client_reference__in=found), after=after)
    return page if page.tasks else None


def begin_like(words, *, of):
    """References that begin like that, of the first of their clients in order."""
    told = ReviewTask.told.through.objects.filter(user=of).values("reviewtask__report__departure__client")
    theirs = Client.objects.real().filter(Q(therapist__in=answers_for(of)) | Q(pk__in=told))
    begins = " ".join(words.split()).casefold()
    found = theirs.only("reference").order_by()[:MOST_READ]
    return sorted(each.reference for each in found if each.reference.casefold().startswith(begins))[:MOST_FOUND]


def lines(user, tab, rows, *, after):
    if keys := keys_of(after, tab):
        rows = rows.filter(tab.beyond(keys))
    mine = answers_for(user).exclude(pk=user.pk)
    ids = rows.firsts_by_author(mine, order=tab.names, most=PAGE + 1)
    ids += told_about(user, rows, tab)
    found = ReviewTask.objects.visible_to(user).filter(pk__in=ids).order_by(*tab.names).for_lines()
    tasks = list(found[: PAGE + 1])
    return Page(tasks[:PAGE], cursor_of(tasks[PAGE - 1], tab) if len(tasks) > PAGE else "")


def told_about(user, rows, tab):
    """Reports of others that waited so long that this person was told."""
    through = ReviewTask.told.through.objects.filter(user=user).values("reviewtask")
    found = rows.open().filter(pk__in=through).order_by(*tab.names)
    return list(found.values_list("pk", flat=True)[: PAGE + 1])


def cursor_of(task, tab):
    keys = [getattr(task, name) for name in tab.order]
    plain = [each.isoformat() if isinstance(each, datetime) else each for each in keys]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def keys_of(cursor, tab):
    """The keys in a cursor, or None where it holds none that fit: then the list begins at its beginning."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return [read(ReviewTask._meta.get_field(name.removesuffix("_id")), each) for name, each in pairs(tab, plain)]
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        return None


def pairs(tab, plain):
    if not isinstance(plain, list):
        raise ValueError("no list of keys")
    return list(zip(tab.order, plain, strict=True))


MOST = 2**31  # more than any number in a key


def read(field, plain):
    """One key as its column holds it. Raises ValueError for anything else."""
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        moment = datetime.fromisoformat(plain)
        if moment.tzinfo is None or not 2000 <= moment.year < 3000:  # noqa: PLR2004
            raise ValueError("no moment of ours")
        return moment
    if kind == "CharField":
        if not isinstance(plain, str) or "\x00" in plain:
            raise ValueError("no text")
        return plain
    if not isinstance(plain, int) or not 0 <= plain < MOST:
        raise ValueError("no number of a row")
    return plain
