"""Django's `migrate`, a third quicker: most of what a new installation waits for is the drawing of models anew.

And without the limits of time that a page has: an index on a full table takes longer than fifteen seconds, and a busy
machine may draw models for a minute between two statements of one transaction. It still waits for nobody's lock longer
than a page does, since whoever comes after it waits as well.
"""

import copy
from contextlib import contextmanager
from functools import cache

from django.core.management.commands import migrate
from django.db import connections
from django.db.models import Field
from django.utils.functional import cached_property

from_its_description = Field.clone


def copied(field):
    """A field of a migration's model, for the model that is drawn from it; otherwise as Django does it.

    For each operation Django draws every related model again, takes each of their fields apart and builds it from the
    parts. A field that belongs to no model yet can be copied, as Django itself does with those of abstract models.
    """
    if hasattr(field, "model"):
        return from_its_description(field)
    made = as_new(copy.deepcopy(field))
    if made.remote_field:
        as_new(made.remote_field)
    if hasattr(made, "base_field"):  # of an array, which tells it whose it is
        made.base_field = copied(field.base_field)
    if not made.auto_created:  # fields of a model stand in the order in which they were made
        made.creation_counter = Field.creation_counter
        Field.creation_counter += 1
    return made


def as_new(part):
    """Without what it worked out while its models were names."""
    for name in worked_out(type(part)):
        part.__dict__.pop(name, None)
    return part


@cache
def worked_out(kind):
    return [name for each in kind.__mro__ for name, value in vars(each).items() if isinstance(value, cached_property)]


LIMITS = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "15s"}


@contextmanager
def as_long_as_it_takes(connection):
    """No limit on this connection but for locks; afterwards those it came with, as has one that was made anew."""
    with connection.cursor() as cursor:
        for limit, value in LIMITS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [limit, value])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name = ANY(%s)", [[*LIMITS]])


class Command(migrate.Command):
    def handle(self, *args, **options):
        Field.clone = copied
        try:
            with as_long_as_it_takes(connections[options["database"]]):
                return super().handle(*args, **options)
        finally:
            Field.clone = from_its_description
