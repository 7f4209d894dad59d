"""What is in a database, in numbers: to see after a restore that everything is there, and nothing else.

Digests only; no row is read out. A table's digest does not depend on the order of its rows.
"""

import hashlib
import re

import psycopg
from psycopg import sql

VERSIONS = 10_000  # 180006 is release 6 of version 18
OURS = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
#: Of the words of one row only what it means, however the server is set up.
PLAIN = """
    SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex';
    SET extra_float_digits = 3; SET row_security = off; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0
"""
#: Everything but rows. `{ours}` keeps to schemas that are not PostgreSQL's own.
SHAPE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {ours} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')""",
    "constraints": """
        SELECT c.relname, o.conname, o.contype, o.condeferrable, o.condeferred, o.convalidated,
            pg_get_constraintdef(o.oid)
        FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {ours}""",
    "indexes": """
        SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisunique
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {ours}""",
    "triggers": """
        SELECT c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {ours} AND NOT t.tgisinternal""",
    "functions": """
        SELECT p.proname, pg_get_function_identity_arguments(p.oid), p.prosrc, p.prosecdef, p.proconfig::text,
            p.provolatile, pg_get_userbyid(p.proowner),
            (SELECT array_agg(coalesce(nullif(g.grantee, 0)::regrole::text, '') || g.is_grantable ORDER BY 1)::text
             FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {ours} AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.objid = p.oid AND x.deptype = 'e')""",
    "grants": """
        SELECT c.relname, pg_get_userbyid(c.relowner), pg_get_userbyid(g.grantor),
            coalesce(nullif(g.grantee, 0)::regrole::text, 'public'), g.privilege_type, g.is_grantable
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(coalesce(
                c.relacl, acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner)
            )) g
        WHERE {ours} AND c.relkind IN ('r', 'p', 'v', 'S')""",
    "row security": """
        SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname, p.polcmd, p.polpermissive,
            ARRAY(SELECT CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END FROM unnest(p.polroles) r)::text,
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_policy p ON p.polrelid = c.oid
        WHERE {ours} AND c.relkind IN ('r', 'p')""",
    "extensions": "SELECT extname FROM pg_extension",
}
TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {ours} AND c.relkind = 'r' ORDER BY 1, 2
"""
ROWS = """
    SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text,
        coalesce(sum(('x' || right(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text
    FROM ONLY {table} AS t
"""
ROLES = """
    SELECT DISTINCT r.rolname FROM (
        SELECT g.grantee AS role FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
        WHERE {ours}
        UNION SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
        UNION SELECT p.proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ours}
        UNION SELECT g.grantee FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(p.proacl) g
        WHERE {ours}
        UNION SELECT g.grantee FROM pg_namespace n, aclexplode(n.nspacl) g WHERE {ours}
        UNION SELECT unnest(polroles) FROM pg_policy
    ) AS named JOIN pg_roles r ON r.oid = named.role WHERE r.rolname !~ '^pg_' ORDER BY 1
"""
#: PostgreSQL writes the casts of an expression in another way once it has read it back.
SAID_TWICE = re.compile(r'::(character varying|"char"|\w+)(\(\d+\))?(\[\])?|[()\s]')


def connect(url):
    """A connection to read everything with, or an error: row security must not hide any row from a copy."""
    connection = psycopg.connect(url, autocommit=True, application_name="doorway backup")
    connection.execute(PLAIN)
    return connection


def major(connection):
    return connection.info.server_version // VERSIONS


def is_empty(connection):
    """Whether nothing of anybody's is there: no table, view, sequence or function outside PostgreSQL's own."""
    asked = """
        SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours})
            OR EXISTS (SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ours}
                AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.objid = p.oid AND x.deptype = 'e'))
    """
    return not connection.execute(asked.format(ours=OURS)).fetchone()[0]


def tables(connection):
    """{table: [rows, two sums of the rows' digests]}, in one look at the database if a transaction holds it still."""
    found = {}
    for schema, name in connection.execute(TABLES.format(ours=OURS)).fetchall():
        table = sql.Identifier(schema, name)
        found[f"{schema}.{name}"] = list(connection.execute(sql.SQL(ROWS).format(table=table)).fetchone())
    return found


def shape(connection):
    """{kind: [how many, digest]} of columns, constraints, triggers, grants and all else that is not rows."""
    return {kind: summed(connection.execute(asked.format(ours=OURS)).fetchall()) for kind, asked in SHAPE.items()}


def summed(rows):
    said = sorted("|".join(SAID_TWICE.sub("", str(each)) for each in row) for row in rows)
    return [len(said), hashlib.sha256("\n".join(said).encode()).hexdigest()]


def sequences(connection):
    """{sequence: its last value}. They move on whatever a transaction sees, so later they may only be higher."""
    rows = connection.execute("SELECT schemaname, sequencename, coalesce(last_value, 0) FROM pg_sequences").fetchall()
    return {f"{schema}.{name}": value for schema, name, value in rows}


def roles(connection):
    return [name for (name,) in connection.execute(ROLES.format(ours=OURS)).fetchall()]


def migrations(connection):
    found = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    return [name for (name,) in found]
