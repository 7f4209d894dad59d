"""Model fields whose words stand encrypted in the database, each bound to its table, column, row and owner.

A value is opened when somebody reads it, and closed when its row is saved: one that nobody read goes back as it was,
and so does one that says what it said. A value that cannot be opened raises `cipher.Unreadable` where it is read, and
where something else would be saved over it. An empty text stays empty: that there is none is no secret.

`owner` names a field that does not change, such as the departure that an answer belongs to; a row that is given to
another owner all the same says so with `give_to`, and its words are encrypted anew. `row` names what tells the row
apart: its key, or what a device gave it. Queries cannot look into these fields.
"""

import json

from django.db import DataError, models
from django.db.models import Value
from django.db.models.query_utils import DeferredAttribute

from accounts import cipher, conversion

LOOKUPS = {"exact", "in", "isnull", "df", "ndf"}  # the last two: whether a trigger sees a change
STOOD = "_stood"  # in a row's __dict__: what stood in the column, of values that were opened


class NotEncrypted(cipher.WasTampered):
    """A value stands in clear where none may."""


class Stored(str):
    """What stands in a column, as it stands there: not opened."""

    __slots__ = ()


class StoredBytes(bytes):
    __slots__ = ()


class Opening(DeferredAttribute):
    """Opens a value when it is read, once."""

    def __get__(self, row, cls=None):
        if row is None:
            return self
        name = self.field.attname
        if name not in row.__dict__:
            row.__dict__[name] = self.fetched(row, name)
        value = row.__dict__[name]
        if isinstance(value, Stored | StoredBytes):
            opened = self.field.open(value, row)
            stood(row, name, value)
            value = row.__dict__[name] = opened
        return value

    def __set__(self, row, value):
        name = self.field.attname
        before = row.__dict__.get(name)
        if isinstance(before, Stored | StoredBytes):
            stood(row, name, before)
        row.__dict__[name] = value

    def fetched(self, row, name):
        """The value of a column that was left out, as it stands."""
        found = type(row)._base_manager.using(row._state.db).filter(pk=row.pk)
        return found.values_list(name, flat=True).get()


def stood(row, name, value):
    row.__dict__[STOOD] = {**row.__dict__.get(STOOD, {}), name: value}


class Encrypted:
    """What the kinds of encrypted fields have in common. The column is of a type that holds the value."""

    descriptor_class = Opening
    empty = ("",)

    def __init__(self, *args, owner="", row=("pk",), **kwargs):
        self.owner, self.row = owner, tuple(row)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        if self.owner:
            kwargs["owner"] = self.owner
        if self.row != ("pk",):
            kwargs["row"] = self.row
        return name, f"accounts.encrypted.{type(self).__name__}", args, kwargs

    def db_type(self, connection):
        return "text"

    def from_db_value(self, value, expression, connection):
        return None if value is None else Stored(value)

    def about(self, row):
        """Table, column, row and owner. A row of the history is about the row whose history it is."""
        of = getattr(row, "pgh_tracked_model", None) or type(row)
        names = [plain_key(row, name) for name in self.row]
        return of._meta.db_table, self.column, " ".join(names), plain_key(row, self.owner) if self.owner else ""

    def open(self, stored, row):
        """What a value of that row says. Raises cipher.Unreadable."""
        if stored in self.empty:
            return self.read(stored)
        if cipher.is_encrypted(stored):
            return self.read(cipher.decrypt(stored, about=self.about(row)))
        return self.read(self.in_clear(stored, row))

    def in_clear(self, stored, row):
        """A value from before there was encryption, as long as the installation has not encrypted them all."""
        if conversion.is_running():
            return stored
        table, column, key, _owner = self.about(row)
        raise NotEncrypted(f"{table}.{column} of {key} stands in clear. Was it written behind the application?")

    def close(self, value, row):
        """The value as it will stand."""
        words = self.written(value)
        if words in self.empty:
            return Stored(words)
        if self.max_length and len(words) > self.max_length:
            raise DataError(f"{self.column} is longer than {self.max_length} characters.")
        return Stored(cipher.encrypt(words, about=self.about(row)))

    def is_old(self, row):
        """Whether the value of a row as it stands is not under the newest key."""
        value = row.__dict__[self.attname]
        return bool(value) and value not in self.empty and not value.startswith(self.begins())

    def begins(self):
        return f"{cipher.PREFIX}{cipher.newest()}."

    def read(self, words):
        return str(words)

    def written(self, value):
        return str(value)

    def pre_save(self, row, add):
        value = row.__dict__[self.attname]
        if value is None or (isinstance(value, Stored | StoredBytes) and not add):
            return value
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"{self.name} is encrypted: the database cannot work it out.")
        before = row.__dict__.get(STOOD, {}).get(self.attname)
        value = getattr(row, self.attname)
        if before is not None and not add and self.open(before, row) == self.read(self.written(value)):
            return before
        after = self.close(value, row)
        stood(row, self.attname, after)
        return after

    def get_lookup(self, lookup_name):
        """Whether there is a text at all, and nothing else: other questions would find none, and that looks right."""
        return super().get_lookup(lookup_name) if lookup_name in LOOKUPS else None

    def get_prep_value(self, value):
        """For a query or a column: what is encrypted already, nothing, or an empty text."""
        if value is None or isinstance(value, Stored | StoredBytes) or value in self.empty:
            return value
        raise TypeError(f"{self.name} is encrypted: it is written by saving its row, and no query looks into it.")


def plain_key(row, name):
    """A key of the row as text, the same before it is saved and after it is read."""
    if name == "pk":
        field, value = row._meta.pk, row.pk
        if getattr(row, "pgh_tracked_model", None):
            field, value = row.pgh_tracked_model._meta.pk, row.pgh_obj_id
    else:
        field = row._meta.get_field(name)
        value = getattr(row, field.attname)
    while field.remote_field:
        field = field.target_field
    if value is None:
        raise ValueError(f"{name} of a {row._meta.label} is not known yet, so nothing of it can be encrypted.")
    return str(field.to_python(value))


class EncryptedTextField(Encrypted, models.TextField):
    pass


class EncryptedCharField(Encrypted, models.CharField):
    """Short words: `max_length` is that of the words, and the column is as long as it takes."""


class EncryptedJSONField(Encrypted, models.JSONField):
    """Lists and tables that hold words. The column stays jsonb, where an encrypted value is a JSON text.

    `unless` is a column and its value, such as ("name", "colour"): there the value is a code that a count reads in the
    database, and it stays as it is.
    """

    empty = ("", '""', "[]", "{}", "null")

    def __init__(self, *args, unless=(), **kwargs):
        self.unless = tuple(unless)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"unless": self.unless} if self.unless else {})

    def db_type(self, connection):
        return models.JSONField.db_type(self, connection)

    def from_db_value(self, value, expression, connection):
        if value is None:
            return None
        value = value if isinstance(value, str) else json.dumps(value)
        return Stored(json.loads(value) if value.startswith(f'"{cipher.PREFIX}') else value)

    def in_clear(self, stored, row):
        return stored if self.is_code(row) else super().in_clear(stored, row)

    def is_code(self, row):
        return bool(self.unless) and getattr(row, self.unless[0]) == self.unless[1]

    def is_old(self, row):
        return super().is_old(row) and not self.is_code(row)

    def close(self, value, row):
        return Stored(self.written(value)) if self.is_code(row) else super().close(value, row)

    def read(self, words):
        return json.loads(words or "null", cls=self.decoder)

    def written(self, value):
        return json.dumps(value, cls=self.encoder, ensure_ascii=False, sort_keys=False)

    def get_prep_value(self, value):
        return value  # what a query may look for is settled in get_db_prep_value

    def get_db_prep_value(self, value, connection, prepared=False):
        if isinstance(value, Stored):
            value = str(value) if cipher.is_encrypted(value) else json.loads(value)
        elif value not in (None, "", [], {}) and not hasattr(value, "as_sql"):
            Encrypted.get_prep_value(self, value)
        return super().get_db_prep_value(value, connection, prepared)


class EncryptedBinaryField(Encrypted, models.BinaryField):
    """The bytes of a file."""

    empty = (b"",)

    def db_type(self, connection):
        return models.BinaryField.db_type(self, connection)

    def from_db_value(self, value, expression, connection):
        return None if value is None else StoredBytes(value)

    def open(self, stored, row):
        if stored in self.empty:
            return bytes(stored)
        if stored.startswith(cipher.PREFIX.encode()):
            return cipher.decrypt_bytes(stored.decode(), about=self.about(row))
        return bytes(self.in_clear(stored, row))

    def begins(self):
        return super().begins().encode()

    def read(self, content):
        return bytes(content)

    def close(self, value, row):
        content = bytes(value)
        return StoredBytes(cipher.encrypt_bytes(content, about=self.about(row)).encode() if content else b"")

    def written(self, value):
        return bytes(value)


def give_to(row, **owners):
    """Give the row other owners: `give_to(departure, therapist=bo)`. Returns the names of the fields to save.

    Words that were bound to the old owner are opened, and encrypted for the new one when the row is saved. Versions in
    the history keep the owner of their time.
    """
    bound = [field for field in encrypted_fields(type(row)) if field.owner in owners]
    words = {field.attname: getattr(row, field.attname) for field in bound}
    for name, owner in owners.items():
        setattr(row, name, owner)
    row.__dict__[STOOD] = {name: at for name, at in row.__dict__.get(STOOD, {}).items() if name not in words}
    row.__dict__.update(words)
    return [*owners, *words]


def bulk_update(rows, names, **options):
    """`QuerySet.bulk_update` for rows with encrypted fields among `names`."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in map(model._meta.get_field, names) if isinstance(field, Encrypted)]
    kept = [dict(row.__dict__) for row in rows]
    try:
        for row in rows:
            row.__dict__.update({each.attname: Value(each.pre_save(row, add=False), each) for each in fields})
        model._base_manager.bulk_update(rows, names, **options)
    finally:
        for row, before in zip(rows, kept, strict=True):
            row.__dict__.update(before)


def encrypted_fields(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, Encrypted)]
