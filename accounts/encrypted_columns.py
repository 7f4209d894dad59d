"""The one migration operation that turns columns of words into columns of encrypted words."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.migrations.operations.base import Operation

from accounts import encrypted

KINDS = {
    models.TextField: encrypted.EncryptedTextField,
    models.CharField: encrypted.EncryptedCharField,
    models.JSONField: encrypted.EncryptedJSONField,
    models.BinaryField: encrypted.EncryptedBinaryField,
    ArrayField: encrypted.EncryptedJSONField,
}
# To `text` is a change of the catalogue only, whatever the table holds. A list becomes jsonb, row by row: only the
# rows of calendars and lists have one, which live for a day.
TO_TEXT = "ALTER COLUMN {} TYPE text"
TO_JSON = "ALTER COLUMN {0} DROP DEFAULT, ALTER COLUMN {0} TYPE jsonb USING to_jsonb({0})"
#: That there are rows in clear, where there are any: then they are read as they are until all are encrypted.
BEGIN = "INSERT INTO accounts_conversion (begun_at) SELECT now() WHERE EXISTS (SELECT 1 FROM {}) AND NOT EXISTS ({})"


class EncryptColumns(Operation):
    """`columns` is {model: {field: more keyword arguments}}, of the app whose migration it is.

    One operation instead of one for each column: every change of a model's state costs each test run a second.
    What stands in the columns is encrypted by `manage.py encrypt_existing`, beside the running application.
    """

    reduces_to_sql = True
    reversible = False  # the columns would hold values that nothing reads

    def __init__(self, columns, *, since):
        self.columns, self.since = columns, since

    def deconstruct(self):
        return type(self).__name__, [self.columns], {"since": self.since}

    def state_forwards(self, app_label, state):
        for name, fields in self.columns.items():
            model = state.models[app_label, name]
            for field, more in fields.items():
                model.fields[field] = in_its_place(model.fields[field], more)
        state.reload_models({(app_label, name) for name in self.columns}, delay=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for name, fields in self.columns.items():
            before = from_state.models[app_label, name].fields
            table = f"{app_label}_{name}"
            changes = [change for each in fields if (change := of_type(before[each], each))]
            if changes:
                schema_editor.execute(f"ALTER TABLE {table} {', '.join(changes)}")
        has_begun = "SELECT 1 FROM accounts_conversion"
        schema_editor.execute(BEGIN.format(f"{app_label}_{self.since}", has_begun))

    def describe(self):
        return "Columns of words hold encrypted words"


def of_type(field, column):
    if isinstance(field, ArrayField):
        return TO_JSON.format(f'"{column}"')
    return TO_TEXT.format(f'"{column}"') if type(field) is models.CharField else ""


def in_its_place(field, more):
    _name, _path, args, kwargs = field.deconstruct()
    for each in ("base_field", "size"):
        kwargs.pop(each, None)
    return KINDS[type(field)](*args, **kwargs, **more)
