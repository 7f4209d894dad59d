"""Keys that are known before their row is written, because words of the row are bound to them; and one never told."""

from django.db import connections, models, router

from accounts.encrypted import Encrypted


class NumberedFirst(models.BigAutoField):
    """A key that is taken from its sequence before the row is written, where words of it are bound to the key.

    One statement more for such a row; a row without such words costs none. To migrations it is a BigAutoField.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"primary_key": True, "verbose_name": "ID", "auto_created": True} | kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigAutoField", args, kwargs

    def has_default(self):
        return True  # a new row is inserted, without asking first whether it is there

    def get_default(self):
        return None  # a number is taken when the row is saved, not when it is thought of

    def get_pk_value_on_save(self, row):
        if not any(binds_to_key(field, row) for field in row._meta.concrete_fields):
            return None
        take_numbers([row])
        return row.pk


class NeverTold(models.BigAutoField):
    """A key that the database gives and whoever wrote the row is not told: `pk` stays None until the row is read.

    For rows that are written all the time and read by few. To hand a key back PostgreSQL asks every rule about who may
    read the row, which cost an entry of the audit trail four times as much. To migrations it is a BigAutoField.
    """

    db_returning = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"primary_key": True, "verbose_name": "ID", "auto_created": True} | kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigAutoField", args, kwargs


def binds_to_key(field, row):
    return isinstance(field, Encrypted) and "pk" in field.row and bool(row.__dict__.get(field.attname))


def take_numbers(rows):
    """Give new rows of one model their keys, in one statement: for those that are written in bulk."""
    rows = [row for row in rows if row.pk is None]
    if not rows:
        return
    meta = rows[0]._meta
    take = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    with connections[router.db_for_write(type(rows[0]))].cursor() as cursor:
        cursor.execute(take, [f'"{meta.db_table}"', meta.pk.column, len(rows)])
        for row, (number,) in zip(rows, sorted(cursor.fetchall()), strict=True):
            row.pk = number
