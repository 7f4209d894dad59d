"""What people wrote about clients cannot be read in the database, whoever gets hold of it.

Rare words go in by the verbs that pages use, into every field that is encrypted. Then every table is read as a thief
would read a dump of it, histories, sessions and cache with them, and Redis.
"""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from accounts.encrypted import Encrypted, encrypted_fields
from accounts.numbers import NumberedFirst
from tests.words_in_clear import declared

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)


def own_fields():
    """Every field of text of every table that is no history of another."""
    for model in apps.get_models(include_auto_created=True):
        if not getattr(model, "pgh_tracked_model", None):
            for field in model._meta.concrete_fields:
                if isinstance(field, TEXTS) and not field.choices:
                    yield model, field


def is_declared(model, field):
    label, known = model._meta.label, declared()
    every = f"{model._meta.app_label}.*"
    return (label, field.name) in known or (every, "*") in known or has_choices(field)


def has_choices(field):
    return isinstance(field, ArrayField) and bool(field.base_field.choices)


def test_every_text_is_encrypted_or_stands_in_clear_for_a_reason():
    forgotten = [
        f"{model._meta.label}.{field.name}"
        for model, field in own_fields()
        if not isinstance(field, Encrypted) and not is_declared(model, field)
    ]
    assert forgotten == []


def test_nothing_is_declared_that_is_not_there_or_is_encrypted():
    in_clear = {(model._meta.label, field.name) for model, field in own_fields() if not isinstance(field, Encrypted)}
    assert {each for each in declared() if each[1] != "*"} - in_clear == set()


def all_encrypted():
    return [(model, field) for model in apps.get_models() for field in encrypted_fields(model)]


def test_a_history_holds_the_same_words_encrypted_for_the_same_place():
    for model in apps.get_models():
        if tracked := getattr(model, "pgh_tracked_model", None):
            names = {field.name for field in encrypted_fields(tracked)}
            assert names <= {field.name for field in encrypted_fields(model)}, model._meta.label


def test_words_are_bound_to_an_owner_unless_the_row_is_its_own():
    without = {f"{model.__name__}.{field.name}" for model, field in all_encrypted() if not field.owner}
    histories = {f"{name}Event.{field}" for name, field in (each.split(".") for each in without)}
    assert without - histories == {"Client.reference", "Client.preferred_name", "PaperFile.content"}


def test_a_row_whose_words_are_bound_to_its_key_knows_the_key_first():
    for model, field in all_encrypted():
        if "pk" in field.row and not getattr(model, "pgh_tracked_model", None):
            key = model._meta.pk
            assert isinstance(key, NumberedFirst | models.UUIDField | models.OneToOneField), model._meta.label


def test_columns_are_as_wide_as_what_they_hold(db):
    with connection.cursor() as cursor:
        for model, field in all_encrypted():
            cursor.execute(
                "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
                [model._meta.db_table, field.column],
            )
            assert cursor.fetchone()[0] in {"text", "jsonb", "bytea"}, f"{model.__name__}.{field.name}"
