"""A migration of an installation in use: no long lock, no table written anew, nothing gone that still runs needs.

The last release's code runs while the migration does, and for a while after it. What follows from that is a rule for
each operation; a migration that breaks one on purpose stands in ALLOWED with its reason. django-migration-linter reads
the SQL that an operation becomes, and knows of several of these; it does not know triggers, locks of foreign keys or
`RunSQL` without a limit, which are the ones that would hurt here.
"""

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.db.models.functions import Now

from config.management.commands.migrate import as_long_as_it_takes, copied

ROOMS = ["accounts", "resources", "protocols", "sessions_app", "followups"]
#: Installed by making a release's tables, before there was an installation to upgrade.
RELEASED = {
    "accounts": 4,
    "resources": 2,
    "protocols": 2,
    "sessions_app": 10,
    "followups": 7,
}
#: "room.migration": {rule: reason}. Each has to be broken, else it goes from here.
STOPPED = "The release before is stopped while this one migrates, as the changelog says; such an upgrade is the first."
A_CHOICE = "One more choice of a kind: Django knows it, the column does not."
ALLOWED = {
    "accounts.0009_people": {
        "type_is_another": A_CHOICE,
        "constraint_reads_the_whole_table": "Some hundred rows about staff, and none of them falls under it yet.",
    },
    "accounts.0011_leaving": {"type_is_another": A_CHOICE},
    "followups.0014_leaving": {"type_is_another": A_CHOICE},
    "accounts.0005_entry": {"column_may_not_be_empty": STOPPED},
    "accounts.0006_trail": {
        "column_may_not_be_empty": STOPPED,
        "index_locks_its_table": STOPPED,
        "sql_waits_for_ever": "It makes functions and triggers, which takes no rows; nobody else is there: " + STOPPED,
    },
    "sessions_app.0013_keeping": {"type_is_another": A_CHOICE},
    "sessions_app.0014_cipher": {
        "column_may_not_be_empty": STOPPED,
        "constraint_reads_the_whole_table": STOPPED,
        "type_is_another": "The copy of a reference becomes its mark, which is as short.",
    },
    "accounts.0010_setup": {"type_is_another": A_CHOICE},
    "sessions_app.0017_setup": {"constraint_reads_the_whole_table": STOPPED},
    "followups.0011_editions": {"type_is_another": A_CHOICE, "constraint_reads_the_whole_table": STOPPED},
    "followups.0008_access": {"type_is_another": A_CHOICE, "constraint_reads_the_whole_table": STOPPED},
}


def lint(operations, *, is_atomic=True):
    """The rules that a list of operations breaks, with what breaks each: [(rule, what)]."""
    made = {each.name_lower for each in operations if isinstance(each, migrations.CreateModel)}
    return [(rule.__name__, said) for each in operations for rule in RULES if (said := rule(each, made, is_atomic))]


def of_a_new_table(operation, made):
    return getattr(operation, "model_name_lower", None) in made


def column_is_filled_row_by_row(operation, made, is_atomic):
    """A default that Python or the database works out for each row writes the whole table anew under a lock."""
    if isinstance(operation, migrations.AddField) and not of_a_new_table(operation, made):
        field = operation.field
        volatile = field.has_default() and callable(field.default) and field.default not in (list, dict)
        computed = field.db_default is not models.NOT_PROVIDED and not isinstance(field.db_default, (Now, models.Value))
        if volatile or computed or isinstance(field, models.GeneratedField):
            return f"{operation.model_name}.{operation.name}"
    return None


def column_may_not_be_empty(operation, made, is_atomic):
    """The release that still runs does not fill a column it does not know: null, or a default of the database."""
    if isinstance(operation, migrations.AddField) and not of_a_new_table(operation, made):
        field = operation.field
        has_column = not field.many_to_many
        if has_column and not field.null and field.db_default is models.NOT_PROVIDED:
            return f"{operation.model_name}.{operation.name}"
    return None


def index_locks_its_table(operation, made, is_atomic):
    """Without CONCURRENTLY nobody writes while it is built; with it the migration may not be one transaction."""
    if isinstance(operation, AddIndexConcurrently):
        return "needs atomic = False" if is_atomic else None
    if isinstance(operation, migrations.AddIndex) and not of_a_new_table(operation, made):
        return operation.index.name
    return None


def constraint_reads_the_whole_table(operation, made, is_atomic):
    """Checks and unique keys look at every row under a lock: NOT VALID first, validated in the next migration."""
    if type(operation) is migrations.AddConstraint and not of_a_new_table(operation, made):
        return operation.constraint.name
    return None


def column_is_gone_or_renamed(operation, made, is_atomic):
    """The release that still runs reads it: it goes one release after the last that did."""
    fields = (migrations.RemoveField, migrations.RenameField)
    if isinstance(operation, (*fields, migrations.RenameModel, migrations.DeleteModel, migrations.AlterModelTable)):
        return operation.describe()
    return None


def type_is_another(operation, made, is_atomic):
    """Another type or a shorter column writes the table anew. What only Django knows of a field is allowed by name."""
    if isinstance(operation, migrations.AlterField) and not of_a_new_table(operation, made):
        return f"{operation.model_name}.{operation.name}"
    return None


def sql_waits_for_ever(operation, made, is_atomic):
    """A statement that waits for a lock makes everybody wait behind it: it says how long it may."""
    if isinstance(operation, migrations.RunSQL):
        said = operation.sql if isinstance(operation.sql, str) else " ".join(map(str, operation.sql))
        if any(word in said.upper() for word in ("ALTER TABLE", "CREATE INDEX", "UPDATE ", "DELETE ", "LOCK ")):
            return None if "lock_timeout" in said.lower() else said.strip()[:60]
    return None


def rows_are_moved_in_one_go(operation, made, is_atomic):
    """Python that moves rows does so in batches, each committed: the migration is not one transaction."""
    if isinstance(operation, migrations.RunPython) and is_atomic:
        return operation.code.__name__
    return None


RULES = [
    column_is_filled_row_by_row,
    column_may_not_be_empty,
    index_locks_its_table,
    constraint_reads_the_whole_table,
    column_is_gone_or_renamed,
    type_is_another,
    sql_waits_for_ever,
    rows_are_moved_in_one_go,
]


def new_migrations():
    """Those after the release that is out, as {name: migration}."""
    loader = MigrationLoader(None)
    found = {f"{app}.{name}": each for (app, name), each in loader.disk_migrations.items() if app in ROOMS}
    return {name: each for name, each in found.items() if int(each.name[:4]) > RELEASED[each.app_label]}


def test_no_new_migration_stops_a_running_installation():
    broken = {
        (name, rule): what
        for name, each in new_migrations().items()
        for rule, what in lint(each.operations, is_atomic=each.atomic)
    }
    allowed = {(name, rule) for name, rules in ALLOWED.items() for rule in rules}
    assert {each: what for each, what in broken.items() if each not in allowed} == {}
    assert allowed - set(broken) == set(), "what is allowed and not needed any more goes from the list"


def test_each_exemption_has_a_reason():
    assert all(len(reason) > 20 for rules in ALLOWED.values() for reason in rules.values())


def test_released_migrations_are_those_of_the_release():
    """The numbers above name migrations that exist; nobody renumbers what an installation has run."""
    loader = MigrationLoader(None)
    for room, last in RELEASED.items():
        numbers = {int(name[:4]) for app, name in loader.disk_migrations if app == room}
        assert set(range(1, last + 1)) <= numbers


# The canaries: each breaks its rule, and stands beside the way that does not ----------------------------------------


def field(**options):
    return models.CharField(max_length=9, **options)


def some_default():
    return "x"


CANARIES = [
    ("column_is_filled_row_by_row", migrations.AddField("client", "new", field(default=some_default, null=True))),
    ("column_may_not_be_empty", migrations.AddField("client", "new", field(default=""))),
    ("index_locks_its_table", migrations.AddIndex("client", models.Index(fields=["team"], name="by_team"))),
    ("index_locks_its_table", AddIndexConcurrently("client", models.Index(fields=["team"], name="by_team"))),
    (
        "constraint_reads_the_whole_table",
        migrations.AddConstraint("client", models.CheckConstraint(condition=~models.Q(team=None), name="has_team")),
    ),
    ("column_is_gone_or_renamed", migrations.RemoveField("client", "team")),
    ("column_is_gone_or_renamed", migrations.RenameField("client", "team", "group")),
    ("type_is_another", migrations.AlterField("client", "reference", models.CharField(max_length=3))),
    ("sql_waits_for_ever", migrations.RunSQL("ALTER TABLE x ADD y int")),
    ("rows_are_moved_in_one_go", migrations.RunPython(migrations.RunPython.noop)),
]


@pytest.mark.parametrize(("rule", "operation"), CANARIES, ids=lambda each: each if isinstance(each, str) else "")
def test_a_canary_is_found(rule, operation):
    assert rule in [name for name, _what in lint([operation])]


FINE = [
    migrations.AddField("client", "new", field(null=True)),
    migrations.AddField("client", "new", field(db_default=models.Value(""))),
    migrations.RunSQL("SET LOCAL lock_timeout = '2s'; ALTER TABLE x ADD y int"),
    migrations.RunSQL("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
]


@pytest.mark.parametrize("operation", FINE, ids=lambda each: each.describe()[:30])
def test_the_way_that_does_not_stop_anybody_is_allowed(operation):
    assert lint([operation]) == []


def test_a_new_table_may_have_anything():
    made = migrations.CreateModel("Client", [("id", models.BigAutoField(primary_key=True))])
    rest = [operation for _rule, operation in CANARIES[:5] if not isinstance(operation, AddIndexConcurrently)]
    assert lint([made, *rest]) == []


# The quicker command ------------------------------------------------------------------------------------------------


def test_models_of_migrations_that_are_drawn_from_copies_are_as_django_draws_them(monkeypatch):
    """After every step so far: each field as it is described, where it leads, and in which place."""
    state = MigrationLoader(None).project_state()
    as_django_does = drawn(state)
    monkeypatch.setattr(models.Field, "clone", copied)
    assert drawn(state) == as_django_does
    assert drawn(state) == as_django_does, "drawing one leaves nothing in what the next is drawn from"
    assert len(as_django_does) > 100


def drawn(state):
    described = MigrationAutodetector(state, state).deep_deconstruct
    found = StateApps(state.real_apps, state.models).get_models(include_auto_created=True)
    return {
        model._meta.label: [
            (field.name, described(field)[1:], field.related_model and field.related_model._meta.label)
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        ]
        for model in found
    }


@pytest.mark.django_db
def test_migrating_has_no_limit_of_time_but_for_locks_and_leaves_the_usual_ones():
    def limits():
        asked = "SELECT setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name"
        with connection.cursor() as cursor:
            cursor.execute(asked, [["idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout"]])
            return [int(setting) for (setting,) in cursor.fetchall()]

    usual = limits()
    with as_long_as_it_takes(connection):
        assert limits() == [0, 15_000, 0]
    assert limits() == usual == [60_000, 0, 15_000]
