"""Every value under the newest key: after a change of keys, and once in an installation from before encryption.

Works through the tables in batches, each a short transaction, beside a running application. What is under the newest
key already is passed over, so that it may be stopped and begun again at any time. It waits for nobody: a row that
somebody else holds is left for the next round. A process that read a value before, and saves its row after, puts the
old value back as it was, which stays readable; `left` counts such values, and another run takes them.

Words do not change by this, nor does what was signed. So the triggers that keep rows from changing, and those that
write a history, are left out for these statements, and for nothing else. It takes the role that owns the tables.
"""

from collections import Counter
from dataclasses import dataclass, field

import pgtrigger
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts import cipher, factor_secrets
from accounts.encrypted import EncryptedBinaryField, EncryptedJSONField, encrypted_fields
from accounts.marks import MarkField

BATCH, ROUNDS = 500, 3


@dataclass
class Account:
    """How many rows were written, and what could not be read: {key id or reason: how many values}."""

    done: int = 0
    unreadable: Counter = field(default_factory=Counter)
    doubles: int = 0  # rows whose mark another row has


def models_with_words():
    """Every model that holds encrypted words or marks, histories with them."""
    return [model for model in apps.get_models() if not model._meta.proxy and columns_of(model)]


def columns_of(model):
    return [*encrypted_fields(model), *marks_of(model)]


def marks_of(model):
    return [each for each in model._meta.concrete_fields if isinstance(each, MarkField)]


def renew_all(*, tell=lambda model, done: None):
    """Put everything under the newest key. Returns the Account; `tell` hears of each batch."""
    account = Account()
    for model in models_with_words():
        earlier = account.unreadable
        for _round in range(ROUNDS):
            account.unreadable = Counter(earlier)  # each round comes upon the same ones
            if not renew(model, account, tell=tell):
                break
    factor_secrets.renew(account)
    return account


def renew(model, account, *, tell):
    """One round through a table; how many rows were written."""
    before, after = account.done, None
    while keys := renew_batch(model, account, after):
        after = keys[-1]
        tell(model, account.done)
    return account.done - before


@transaction.atomic
def renew_batch(model, account, after):
    """The next rows with something to do. Returns their keys; none at the end."""
    table, key = model._meta.db_table, model._meta.pk.column
    begin = f'AND "{key}" > %s' if after is not None else ""
    select = f'SELECT "{key}" FROM "{table}" WHERE ({old_of(model)}) {begin} ORDER BY 1 LIMIT {BATCH}'  # noqa: S608 # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(f"{select} FOR UPDATE SKIP LOCKED", [after] if after is not None else None)
        keys = [key for (key,) in cursor.fetchall()]
    paths = [each.of.rpartition(".")[0].replace(".", "__") for each in marks_of(model) if "." in each.of]
    rows = model._base_manager.filter(pk__in=keys).select_related(*paths) if paths else model._base_manager
    with pgtrigger.ignore():
        for row in rows.filter(pk__in=keys).order_by("pk"):
            account.done += write(row, renewed(row, account), account)
    return keys


def renewed(row, account):
    """{column's name: value under the newest key} of what can be read and is not."""
    found = {}
    for each in encrypted_fields(type(row)):
        try:
            if each.is_old(row):
                found[each.attname] = each.close(each.open(row.__dict__[each.attname], row), row)
        except cipher.Unreadable as problem:
            account.unreadable[getattr(problem, "key_id", type(problem).__name__)] += 1
    for each in marks_of(type(row)):
        try:
            if not row.__dict__[each.attname].startswith(f"{cipher.newest()}."):
                found[each.attname] = each.made_of(row)
        except cipher.Unreadable as problem:
            account.unreadable[getattr(problem, "key_id", type(problem).__name__)] += 1
    return found


def write(row, values, account):
    if not values:
        return 0
    same = type(row)._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            same.update(**values)
    except IntegrityError:  # "ab 1" and "AB 1" were two references, and have one mark
        doubles = {each.attname: cipher.mark(f"{row.pk} {row.pk}", about=each.about) for each in marks_of(type(row))}
        same.update(**values | doubles)
        account.doubles += 1
    return 1


def left():
    """{table: how many rows} with a value that is not under the newest key."""
    found = {}
    with connection.cursor() as cursor:
        for model in models_with_words():
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE {old_of(model)}')  # noqa: S608 # nosec B608
            if number := cursor.fetchone()[0]:
                found[model._meta.db_table] = number
    if number := factor_secrets.left():
        found[factor_secrets.TABLE] = number
    return found


def old_of(model):
    """The condition, in SQL, for rows with a value that is not under the newest key. Made of names and constants."""
    return " OR ".join(f"({old(each)})" for each in columns_of(model))


def old(column):
    name, newest = f'"{column.column}"', cipher.newest()
    begins = f"{cipher.PREFIX}{newest}."
    if isinstance(column, MarkField):
        return f"{name} NOT LIKE '{newest}.%%'" + (f" AND {name} <> ''" if "." in column.of else "")
    if isinstance(column, EncryptedBinaryField):
        return f"substr({name}, 1, {len(begins)}) <> '{begins}'::bytea AND {name} <> ''::bytea"
    if isinstance(column, EncryptedJSONField):
        words = f"{name} #>> '{{}}'"
        is_word = f"{words} NOT LIKE '{begins}%%' AND {name} NOT IN ('\"\"', '[]', '{{}}', 'null')"
        return f"{is_word} AND \"{column.unless[0]}\" <> '{column.unless[1]}'" if column.unless else is_word
    return f"{name} NOT LIKE '{begins}%%' AND {name} <> ''"
