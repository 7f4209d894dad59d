"""Which tables hold rows of one client's record: found by following every foreign key from the client down.

A new table that points at a clinical one is found by itself, so that nothing is left behind when a record goes.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from django.apps import apps
from django.db import models

ROOTS = ["sessions_app.Client", "sessions_app.TherapySession", "sessions_app.DepartureEvent"]


@dataclass
class Reached:
    """One table, and through which of its columns rows belong to a record: {column: the model it points at}.

    `loose` are columns that point at a row of the same table: a row of somebody else's that does so only lets go of it.
    `orphans` are columns of a table of history that say whose a version was when the row itself is gone: a version of a
    row that is still there belongs to whoever that row is about now.
    """

    model: type
    through: dict = field(default_factory=dict)
    loose: list = field(default_factory=list)
    orphans: dict = field(default_factory=dict)

    @property
    def table(self):
        return self.model._meta.db_table

    @property
    def pk(self):
        return self.model._meta.pk.column

    @property
    def pk_type(self):
        """Of the key as PostgreSQL has it, that of the row it points at for a one-to-one key."""
        pk = self.model._meta.pk
        while pk.remote_field:
            pk = pk.target_field
        return "uuid" if isinstance(pk, models.UUIDField) else "bigint"


@lru_cache
def tables():
    """Every table of a record, parents before the rows that point at them."""
    found = {apps.get_model(label): Reached(apps.get_model(label)) for label in ROOTS}
    waiting = list(found)
    while waiting:
        parent = waiting.pop(0)
        for column, child in columns_to(parent):
            if child is parent:
                found[parent].loose.append(column)
                continue
            if child not in found:
                found[child] = Reached(child)
                waiting.append(child)
            is_copy = is_history(child) and column != "pgh_obj_id"
            (found[child].orphans if is_copy else found[child].through)[column] = parent
    return sorted_by_parents(list(found.values()))


def columns_to(parent):
    """Each (column, model) that points at `parent`."""
    for relation in parent._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)) or relation.concrete:
            continue
        child, key = relation.related_model, relation.field
        if (
            child._meta.proxy
            or not child._meta.managed
            or (child._meta.label == parent._meta.label and key.primary_key)
        ):
            continue
        yield key.column, child


def tracked_by(model):
    """The model whose versions a table of history holds."""
    return model._meta.get_field("pgh_obj").remote_field.model


def is_history(model):
    return any(each.name == "pgh_obj" for each in model._meta.fields)


def sorted_by_parents(found):
    """In an order in which each table comes after all that it points at; the roots first, as they are listed."""
    known, ordered, waiting = set(), [], list(found)
    while waiting:
        ready = next(each for each in waiting if all(parent in known for parent in parents_of(each)))
        waiting.remove(ready)
        ordered.append(ready)
        known.add(ready.model)
    return ordered


def parents_of(reached):
    if reached.model._meta.label in ROOTS:
        return []
    return [*reached.through.values(), *reached.orphans.values()]
