"""A trail with something on it, and hands that reach past every trigger, as a forger's would."""

from django.db import connection

from accounts import audit_verification
from accounts.models import AuditEntry, AuditLink

ENTRIES, LINKS = AuditEntry._meta.db_table, AuditLink._meta.db_table


def forge(query, *values):
    """Run a statement as the owner of the machine would: no trigger hears of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end would keep a table from being changed
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(query, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def found(**asked):
    """What the chain says is wrong: {(table, what)}."""
    return {(table, what) for _position, table, _row, what in audit_verification.verify(**asked)}


def columns_of(table):
    """{column: type} of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a"
            " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped",
            [table],
        )
        return dict(cursor.fetchall())


#: How the smallest thing in a column of that type becomes another one; any other type is text.
OTHERWISE = {
    "bigint": "coalesce({0}, 0) + 1000000",  # a number that no other row has
    "integer": "coalesce({0}, 0) + 1000000",
    "smallint": "coalesce({0}, 0) + 1",
    "double precision": "coalesce({0}, 0) + 1",
    "boolean": "NOT coalesce({0}, false)",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "date": "coalesce({0}, current_date) + 1",
    "time without time zone": "coalesce({0}, time '09:00') + interval '1 microsecond'",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"more\": 1}}'",
    "uuid": "gen_random_uuid()",
    "inet": "'192.0.2.99'",
    "character varying[]": "coalesce({0}, '{{}}') || 'more'::varchar",
}


def change(table, column, kind, key, row):
    """Change one column of one row, by as little as can be."""
    other = OTHERWISE.get(kind, "overlay(coalesce({0}, '') placing 'x' from 1 for 1)").format(f'"{column}"')
    forge(f'UPDATE "{table}" SET "{column}" = {other} WHERE "{key}" = %s', row)
