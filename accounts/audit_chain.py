"""The chain: each entry of the audit trail, and each row of the histories, is sealed upon the one before it.

A link holds the hash of one row and of the link before it, so that a row that was changed, taken out, put in between
or moved is found (`accounts.audit_verification`), and so is a link. What can undo a whole end of the chain without a
trace here, a copy of its head elsewhere finds: `manage.py export_audit --head`, and the log of each night.

Rows are sealed some time after they were written, not with them. A chain made by a trigger on insert would have to
know the row before, so each request would wait until all that write before it have committed. Sealing takes what is
committed and has no link yet, whatever its number: one that committed late is sealed a minute later, and none is left
out or sealed twice. What is not sealed yet is a minute old, or as old as the worker has been away.

Sealing is done in the database, by a function that runs as the owner of the tables: whoever may write entries may have
them sealed and can write no link. The hash is made of text that any other program can make again:

    sha256(previous hash | position | moment | kind | form | table | number of the row | sha256(content of the row))

with "|" between them, and as content the row as JSON: the columns its form names, as PostgreSQL writes jsonb, in UTC.
The first hash stands upon 64 zeros.

A row may lawfully change or go: keys are rotated, what has been kept long enough is disposed of. `reseal` adds a link
that says so; the row is held against its newest link, the old one stays where it is, and both can be counted.
"""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from accounts.audit import append_only, never_emptied

BEGINNING = "0" * 64
MOST_AT_ONCE = 10_000  # rows that are resealed in one statement


class AuditForm(models.Model):
    """Which columns of a table are in the hash. A table that gets others gets another form; older rows keep theirs."""

    source = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63))

    class Meta:
        triggers = [append_only("audit_form_is_append_only"), never_emptied("audit_form_is_never_emptied")]
        constraints = [models.UniqueConstraint(fields=["source", "columns"], name="audit_form_once")]


class AuditLink(models.Model):
    """One row's place in the chain. Made by the database alone; `position` has no gaps, and begins at 1."""

    class Kind(models.TextChoices):
        SEALED = "sealed"
        RESEALED = "resealed"  # it was changed lawfully
        DISPOSED = "disposed"  # it is there no more, lawfully

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind)
    form = models.ForeignKey(AuditForm, on_delete=models.PROTECT, db_index=False, related_name="links")
    source = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = [append_only("audit_link_is_append_only"), never_emptied("audit_link_is_never_emptied")]
        indexes = [models.Index(fields=["source", "row_id"], name="audit_link_by_row")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "row_id"], condition=models.Q(kind="sealed"), name="audit_row_sealed_once"
            )
        ]


@dataclass(frozen=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere can tell whether the chain was cut or made anew."""

    position: int
    hash: str


@transaction.atomic
def seal():
    """Seal all that is committed and has no link. Returns how many rows that were.

    Two at once follow each other, and the second finds nothing to do. Nobody who writes an entry waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # the first time, a whole table
        cursor.execute("SELECT accounts_seal_trail()")
        return cursor.fetchone()[0]


@transaction.atomic
def reseal(model, keys, *, kind):
    """Say that rows of a sealed table were changed, or disposed of, lawfully. In the transaction that does it.

    For the commands that may do so, with an audit entry of their own beside it: the owner of the tables alone has the
    right. Rows that were not sealed yet are left to `seal`. Returns how many links were added.
    """
    keys, count = list(keys), 0
    with connection.cursor() as cursor:
        for first in range(0, len(keys), MOST_AT_ONCE):
            some = keys[first : first + MOST_AT_ONCE]
            cursor.execute("SELECT accounts_reseal_trail(%s, %s, %s)", [model._meta.db_table, some, str(kind)])
            count += cursor.fetchone()[0]
    return count


def head():
    """The last link, or the beginning where there is none."""
    found = AuditLink.objects.order_by("-position").values_list("position", "hash").first()
    return Head(*found) if found else Head(0, BEGINNING)
