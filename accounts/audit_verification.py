"""Proving that the chain is whole: every hash is made again, here and not in the database, and compared.

Ids, positions and codes only; nothing is mended. What is found:

- a link that is missing, or not the hash of what it says and of the link before it: the chain was cut or edited;
- a row that is not what was sealed, that is gone, or that is there again after it was disposed of;
- a row that nobody sealed although all around it were, or that says it is older than what was sealed before it came;
- a head that was noted (in the trail each night, or in a file) and is not in the chain any more.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from itertools import groupby

from django.db import connection, transaction
from psycopg import sql

from accounts.audit import AuditEntry, record
from accounts.audit_chain import BEGINNING, AuditForm, AuditLink, Head, head, seal

BATCH = 2_000  # links that are looked at in one go
LONGEST_TRANSACTION = timedelta(minutes=15)  # a row may be that much older than the sealing before its own
SYSTEM = "trail check"
PROVEN = "trail_verified"
TRAIL = AuditEntry._meta.db_table

CUT = "link is missing"
CHAIN = "link is not what was sealed"
ROW = "row is not what was sealed"
GONE = "row is gone"
BACK = "row was disposed of and is there"
FORM = "columns of the row are gone"
NOT_SEALED = "row is not in the chain"
BACKDATED = "row says it is older than it is"
ANCHOR = "head that was noted is not in the chain"

#: The same as the database used when it sealed, whatever this session prefers.
AS_SEALED = "SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL intervalstyle = 'postgres';"
AS_SEALED += "SET LOCAL extra_float_digits = 1"
CONTENT = """
SELECT t.{key}::bigint, (SELECT jsonb_object_agg(e.key, e.value)::text FROM jsonb_each(to_jsonb(t)) e
                         WHERE e.key = ANY (%s)), t.{moment}
FROM {table} t WHERE t.{key} = ANY (%s)
"""


@dataclass
class Account:
    """How many links of each table were looked at, and of which kind; how many things were found."""

    checked: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    found: int = 0


def text_of(link):
    """What the hash of a link is made of, but for the hash before it."""
    at = link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (link.position, at, link.kind, link.form_id, link.source, link.row_id, link.content_hash)
    return "|".join(map(str, parts))


def hash_upon(previous, link):
    return sha256(f"{previous}|{text_of(link)}")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def verify(account=None, *, since=1, anchors=()):
    """Seal what is new, then yield (position, table, row, what is wrong), in the order of the chain.

    `since` is the position of the first link to look at: what stands before it is taken as it is. `anchors` are Heads
    that were kept elsewhere; those that the trail notes each night are looked at always.
    """
    account = Account() if account is None else account
    seal()
    for finding in everything(account, since=since, anchors=anchors):
        account.found += 1
        yield finding


def everything(account, *, since, anchors):
    yield from links(account, since=since)
    yield from left_out()
    yield from lost_heads([*heads_in_the_trail(), *anchors])


def links(account, *, since):
    last, moments = before(since)
    while batch := list(AuditLink.objects.filter(position__gt=last.position).order_by("position")[:BATCH]):
        contents = contents_of(batch)
        newest = newest_links(batch)
        for link in batch:
            account.checked[link.source] += 1
            account.kinds[link.kind] += 1
            if link.position != last.position + 1:
                yield last.position + 1, link.source, None, CUT
            elif link.hash != hash_upon(last.hash, link):
                yield link.position, link.source, link.row_id, CHAIN
            if newest[link.source, link.row_id] == link.position and (what := wrong(link, contents, moments)):
                yield link.position, link.source, link.row_id, what
            if link.kind == AuditLink.Kind.SEALED and link.at != moments[1]:
                moments = (moments[1], link.at)
            last = Head(link.position, link.hash)


def before(since):
    """The link before that position, and the moments of the two sealings before it (the earlier one first)."""
    if since <= 1:
        return Head(0, BEGINNING), (None, None)
    link = AuditLink.objects.filter(position=since - 1).first()
    return (Head(link.position, link.hash), (None, link.at)) if link else (Head(since - 1, ""), (None, None))


def contents_of(batch):
    """What the rows of these links say now: {(table, form): {row: (content, moment)}}, None for a form out of date."""
    found = {}
    for (source, form), links_ in groupby(sorted(batch, key=place), key=place):
        found[source, form] = read(source, form, [link.row_id for link in links_])
    return found


def place(link):
    return link.source, link.form_id


@transaction.atomic
def read(source, form, keys):
    """The rows with these keys as they were sealed: {key: (content, moment)}; None where the columns are gone."""
    columns = AuditForm.objects.filter(pk=form).values_list("columns", flat=True).first()
    if columns is None or not set(columns) <= columns_now(source):
        return None
    names = {"key": key_of(source), "moment": "at" if source == TRAIL else "pgh_created_at", "table": source}
    query = sql.SQL(CONTENT).format(**{name: sql.Identifier(each) for name, each in names.items()})
    with connection.cursor() as cursor:
        cursor.execute(AS_SEALED)
        cursor.execute(query, [columns, keys])
        return {key: (content, moment) for key, content, moment in cursor}


def key_of(source):
    return "id" if source == TRAIL else "pgh_id"


def columns_now(source):
    query = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    with connection.cursor() as cursor:
        cursor.execute(query, [f"public.{source}"])
        return {name for (name,) in cursor}


def newest_links(batch):
    """{(table, row): position of its newest link} of the rows of these links: an older one is history."""
    rows = {}
    for link in batch:
        rows.setdefault(link.source, []).append(link.row_id)
    found = {}
    for source, keys in rows.items():
        links_ = AuditLink.objects.filter(source=source, row_id__in=keys).order_by("position")
        found |= {(source, row): position for row, position in links_.values_list("row_id", "position")}
    return found


def wrong(link, contents, moments):
    """What is wrong with the row of a link, or None."""
    rows = contents[place(link)]
    if rows is None:
        return FORM
    if link.kind == AuditLink.Kind.DISPOSED:
        return BACK if link.row_id in rows else None
    if link.row_id not in rows:
        return GONE
    content, moment = rows[link.row_id]
    if sha256(content) != link.content_hash:
        return ROW
    return BACKDATED if link.kind == AuditLink.Kind.SEALED and is_backdated(link, moment, moments) else None


def is_backdated(link, moment, moments):
    """Whether it should have been sealed the time before. Such a row came later than it says."""
    sealed_before = moments[0] if moments[1] == link.at else moments[1]
    return sealed_before is not None and moment < sealed_before - LONGEST_TRANSACTION


def left_out():
    """Rows without a link among rows that were sealed a day ago and more: `seal` looks at younger ones alone."""
    for source in AuditForm.objects.order_by("source").values_list("source", flat=True).distinct():
        if not columns_now(source):
            continue
        names = {"key": sql.Identifier(key_of(source)), "table": sql.Identifier(source)}
        query = sql.SQL(
            "SELECT t.{key} FROM {table} t WHERE t.{key} <= (SELECT l.row_id FROM accounts_auditlink l"
            " WHERE l.source = %s AND l.at < clock_timestamp() - interval '1 day' ORDER BY l.row_id DESC LIMIT 1)"
            " AND NOT EXISTS (SELECT FROM accounts_auditlink l WHERE l.source = %s AND l.row_id = t.{key})"
        ).format(**names)
        with connection.cursor() as cursor:
            cursor.execute(query, [source, source])
            for (row,) in cursor.fetchall():
                yield None, source, row, NOT_SEALED


def heads_in_the_trail():
    noted = AuditEntry.objects.filter(subject_type=AuditLink._meta.label_lower, action=PROVEN)
    for facts in noted.values_list("facts", flat=True).iterator():
        yield Head(facts.get("position"), facts.get("hash"))


def lost_heads(anchors):
    """Which of these are not in the chain; the chain is shorter, or another one."""
    for anchor in anchors:
        known = AuditLink.objects.filter(position=anchor.position).values_list("hash", flat=True).first()
        if known != anchor.hash and anchor != Head(0, BEGINNING):
            yield anchor.position, AuditLink._meta.db_table, None, ANCHOR


@transaction.atomic
def note_proven():
    """Write down in the trail itself where the chain ended when all of it was well. Returns that Head."""
    end = head()
    if end.position:
        link = AuditLink(position=end.position)
        record(PROVEN, link, by=SYSTEM, position=end.position, hash=end.hash)
    return end


def head_in(file):
    """The Head in a file that was exported: its last line that names one. Raises ValueError where there is none."""
    found = None
    for line in file:
        said = json.loads(line)
        if isinstance(said, dict) and {"position", "hash"} <= set(said):
            found = Head(said["position"], said["hash"])
    if found is None:
        raise ValueError("It names no head of the chain.")
    return found
