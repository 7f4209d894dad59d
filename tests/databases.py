"""The databases of a run: one with every migration in it, made once, and a copy of it for each worker."""

import os
import subprocess
import sys
import urllib.parse

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

NAME = "test_doorway_migrated"
LOCK = 4_120_114  # any number that nothing else on this server locks
WHO_ACTS = 4  # statements of a test's request around those of the page: a savepoint, and who acts (row_security), twice


def database_url(name=None):
    """The address of the database this test runs in, or of another on the same server."""
    known = connection.settings_dict
    who = ":".join(urllib.parse.quote(known[part], safe="") for part in ("USER", "PASSWORD"))
    return f"postgresql://{who}@{known['HOST']}:{known['PORT']}/{name or known['NAME']}"


def migrated_once(run):
    """The name of the migrated one. Whoever comes first in `run` makes it and the others wait; an older one goes."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if admin.execute(comment, [NAME]).fetchone() != (run,):
            name = sql.Identifier(NAME)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
            migrate()
            admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(run)))
    return NAME


def migrate():
    """In a program of its own: whoever stays connected to a database keeps others from copying it."""
    env = os.environ | {"DATABASE_URL": database_url(NAME), "DEBUG": "true"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True)


#: Filled when a database is made, whatever the tests do with theirs.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}


def what_migrations_load():
    """Statements that put every row back that stands in the tables now, before the first test."""
    statements = []
    with connection.cursor() as cursor:
        for table in sorted({*connection.introspection.table_names(cursor)} - KEPT):
            cursor.execute(f'SELECT json_agg(t)::text FROM "{table}" t')
            if rows := cursor.fetchone()[0]:
                statements.append(put_back(cursor, table, rows))
    return statements


def put_back(cursor, table, rows):
    """One statement; columns that the database works out by itself are left to it."""
    asked = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
    cursor.execute(asked + "AND NOT attisdropped AND attgenerated = ''", [table])
    name, columns = sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for (column,) in cursor)
    said = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM json_populate_recordset(NULL::{}, {})")
    return said.format(name, columns, columns, name, sql.Literal(rows)).as_string(cursor.connection)


def emptied_quickly(truncate_all, loaded):
    """A `sql_flush` that empties only the tables that have rows, without their triggers, and puts `loaded` back.

    Truncating all takes half a second, and tables of the audit trail refuse it.

    What is made after migrating (content types, permissions) stays. Whoever may not switch all triggers off truncates
    all, as the owner of the tables, without the triggers that refuse that.
    """

    def sql_flush(ops, style, tables, **more):
        with ops.connection.cursor() as cursor:
            cursor.execute("RESET ROLE")  # of a worker that a test broke off
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if not cursor.fetchone()[0]:
                return [*without_refusals(cursor, truncate_all(ops, style, tables, **more)), *loaded]
            asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in {*tables} - KEPT]
            cursor.execute(" UNION ALL ".join(asked))
            filled = [f'DELETE FROM "{table}"' for (table,) in cursor]
        return ["SET session_replication_role = replica", *filled, *loaded, "SET session_replication_role = origin"]

    return sql_flush


def without_refusals(cursor, statements):
    """Statements that truncate, with the triggers away that refuse to empty a table."""
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 > 0")
    refusing = [table for (table,) in cursor]
    off, on = ([f"ALTER TABLE {table} {what} TRIGGER USER" for table in refusing] for what in ("DISABLE", "ENABLE"))
    return [*off, *statements, *on]
