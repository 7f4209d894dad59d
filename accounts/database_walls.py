"""Writes roles, rights, rules and the safety of functions into PostgreSQL, as `database_rights` declares them."""

import hashlib
import secrets

from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

from accounts import database_rights
from accounts.database_rights import RULES, VERBS, condition, fact, role, verbs_of

SAFE_PATH = "pg_catalog, public, pg_temp"


@transaction.atomic
def apply(using="default"):
    """Write it all, after every migration. Safe to say again, also while people work: a wall that stands is let be.

    The table of the cache comes with no migration, and needs its rights as well: it is made here.
    """
    call_command("createcachetable", database=using, verbosity=0)
    with connections[using].cursor() as cursor:
        ensure_roles(cursor)
        cursor.execute("SET LOCAL check_function_bodies = off")  # a room may be without its tables, on the way back
        cursor.execute(enter_function())
        cursor.execute(lent_function())
        for write in database_rights.FUNCTIONS:
            write(cursor)
        for table, owner in tables(cursor):
            cursor.execute(rights(table))
            if database_rights.is_walled(table):
                wall(cursor, table, owner)
        guard_triggers(cursor)
        guard_functions(cursor)
        close_doors(cursor)


def tables(cursor):
    cursor.execute(
        "SELECT relname, pg_get_userbyid(relowner) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    )
    return cursor.fetchall()


# Roles ----------------------------------------------------------------------------------------------------------------


def ensure_roles(cursor):
    """Make the group roles. They are of the whole server: others may make them in the same moment."""
    for kind in ("app", "worker"):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role(kind)])
        if not cursor.fetchone():
            cursor.execute(MAKE_ROLE.format(name=sql.Identifier(role(kind)).as_string()))
    app, worker = (sql.Identifier(role(kind)) for kind in ("app", "worker"))
    cursor.execute("SELECT NOT pg_has_role(%s, %s, 'MEMBER')", [role("worker"), role("app")])
    if cursor.fetchone()[0]:
        cursor.execute(MAKE_MEMBER.format(app=app.as_string(), who=worker.as_string()))
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = current_user AND NOT rolsuper")
    if (found := cursor.fetchone()) and not is_member(cursor, role("worker")):
        who = sql.Identifier(found[0])
        cursor.execute(MAKE_MEMBER.format(app=worker.as_string(), who=who.as_string()))


def is_member(cursor, name):
    cursor.execute("SELECT pg_has_role(%s, 'MEMBER')", [name])
    return cursor.fetchone()[0]


ALREADY = "EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL; END $$"
MAKE_ROLE = (
    "DO $$ BEGIN CREATE ROLE {name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; " + ALREADY
)
MAKE_MEMBER = "DO $$ BEGIN GRANT {app} TO {who}; " + ALREADY


LOGIN = "LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"


def make_login(cursor, name):
    """The password of the login with that name: made where there was none, and anew where there was one."""
    password = secrets.token_urlsafe(24)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    words = sql.SQL(f"{{}} ROLE {{}} {LOGIN} PASSWORD {{}}")
    cursor.execute(words.format(verb, sql.Identifier(name), sql.Literal(password)))
    return password


# Who acts -------------------------------------------------------------------------------------------------------------

ENTER = """
CREATE OR REPLACE FUNCTION doorway_enter(person bigint, answers_for bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$ BEGIN
    PERFORM 1 FROM (WITH who AS (
        SELECT somebody.id, roles, site_id, is_site_contact
        FROM accounts_user AS somebody JOIN accounts_team AS team ON team.id = somebody.team_id
        WHERE somebody.id = person AND somebody.is_active
    ), known AS (
        SELECT (SELECT id FROM who) AS me,
        (SELECT id FROM who WHERE 'therapist' = ANY(roles)) AS own,
        CASE WHEN (SELECT 'supervisor' = ANY(roles) FROM who) THEN answers_for END AS people,
        (SELECT site_id FROM who WHERE is_site_contact) AS contact_of,
        (SELECT coalesce(max(id), 0) FROM accounts_auditentry) AS trail,
        (SELECT true FROM who WHERE 'privacy' = ANY(roles)) AS reads_trail,
        NULL::bigint[] AS looked_into
    )
    SELECT set_config('doorway.has_lent', '', true), {settings} FROM {known}) AS said;
END $body$;
"""


def enter_function():
    """The one function that finds out who somebody is, and says so until the transaction ends."""
    return ENTER.format(settings=said(database_rights.facts_at_once()), known=told("known", database_rights.MORE_FACTS))


LENT = """
CREATE OR REPLACE FUNCTION doorway_lent(name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $body$ BEGIN
    IF current_setting('doorway.has_lent', true) = '' THEN
        PERFORM set_config('doorway.has_lent', 'yes', true), {settings} FROM {known};
    END IF;
    RETURN nullif(current_setting('doorway.' || name, true), '');
END $body$;
"""


def lent_function():
    """What others have lent to the person: found by index, once in a transaction, and only if a rule asks for it."""
    at_once = ", ".join(f"{fact(name, kind)} AS {name}" for name, kind in database_rights.facts_at_once().items())
    known = told(f"(SELECT {at_once}) AS known", database_rights.LENT_FACTS)
    return LENT.format(settings=said(database_rights.LENT_FACTS) or "1", known=known)


def said(names):
    return ", ".join(f"set_config('doorway.{name}', coalesce({name}::text, ''), true)" for name in names)


def told(known, facts):
    """`known` with more facts beside it, of which each may look at those before it; OFFSET keeps each from being asked
    for again wherever it is named.
    """
    for name, (_kind, expression) in facts.items():
        known = f"(SELECT known.*, ({expression}) AS {name} FROM {known} OFFSET 0) AS known"  # noqa: S608 # nosec B608
    return known


# Tables ---------------------------------------------------------------------------------------------------------------


def rights(table):
    """Take every right on the table from both roles, and give those that are declared."""
    names = {"table": sql.Identifier(table), **{kind: sql.Identifier(role(kind)) for kind in ("app", "worker")}}
    text = "REVOKE ALL ON {table} FROM PUBLIC, {app}, {worker};"
    for kind in ("app", "worker"):
        if verbs := verbs_of(table, kind):
            text += f"GRANT {', '.join(VERBS[each] for each in verbs)} ON {{table}} TO {{{kind}}};"
    if table in database_rights.numbered_first() and "I" in verbs_of(table):
        names["sequence"] = sql.Identifier(f"{table}_id_seq")
        text += "GRANT USAGE ON SEQUENCE {sequence} TO {app};"
    return sql.SQL(text).format(**names)


def wall(cursor, table, owner):
    """Row level security of one table: forced, and the policies that are declared. What stands is let be.

    Writing it anew locks the table against every reader until the transaction ends, and a release is laid over one
    that runs. The first policy carries a mark of what was declared and of what PostgreSQL made of it, so that whatever
    is changed on either side is written anew.
    """
    declared = policies(table, owner)
    cursor.execute(STANDING, [table])
    before, mark = cursor.fetchone()
    if before and mark == mark_of(declared, before):
        return
    name = sql.Identifier(table)
    cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(name))
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
    drops = [f'DROP POLICY "{each}" ON {name.as_string()}' for (each,) in cursor.fetchall()]
    cursor.execute("; ".join([*drops, *declared]))
    cursor.execute(STANDING, [table])
    after, _none = cursor.fetchone()
    comment = sql.SQL("COMMENT ON POLICY owner_keeps ON {} IS {}")
    cursor.execute(comment.format(name, sql.Literal(mark_of(declared, after))))


#: What PostgreSQL holds of a table's wall, as text or NULL where it is not forced; and the mark on it.
STANDING = """
SELECT CASE WHEN relrowsecurity AND relforcerowsecurity THEN (
        SELECT string_agg(concat_ws(' ', polname, polcmd, polpermissive, polroles::regrole[]::text,
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)), '; ' ORDER BY polname)
        FROM pg_policy WHERE polrelid = pg_class.oid
    ) END,
    (SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'owner_keeps')
FROM pg_class WHERE oid = %s::regclass
"""


def mark_of(declared, standing):
    return hashlib.sha256("; ".join([*declared, standing]).encode()).hexdigest()


def policies(table, owner):
    """The statements of one table: a policy for each thing a role may do, and none for the rest."""
    name = sql.Identifier(table).as_string()
    lines = [f"CREATE POLICY owner_keeps ON {name} TO {sql.Identifier(owner).as_string()} USING (true)"]
    app, worker = (sql.Identifier(role(kind)).as_string() for kind in ("app", "worker"))
    for verb in verbs_of(table, "worker"):
        lines.append(policy(name, f"worker_{VERBS[verb]}", verb, to=worker, sees="true", writes="true"))
    if rule := RULES.get(table):
        sees = condition(rule.sees)
        writes = condition(rule.writes) if rule.writes else sees
        for verb in rule.verbs:
            lines.append(policy(name, f"app_{VERBS[verb]}", verb, to=app, sees=sees, writes=writes))
        for number, (shown, text) in enumerate(database_rights.ALSO_SHOWN):
            if shown == table:
                lines.append(policy(name, f"app_also_{number}", "S", to=app, sees=condition(text), writes=""))
    return lines


def policy(table, name, verb, *, to, sees, writes):
    shown = "" if verb == "I" else f" USING ({sees})"
    checked = f" WITH CHECK ({writes})" if verb in "IU" else ""
    return f"CREATE POLICY {name} ON {table} FOR {VERBS[verb]} TO {to}{shown}{checked}"


# Functions ------------------------------------------------------------------------------------------------------------


def guard_triggers(cursor):
    """Triggers run as the owner of the tables, with a fixed search path, and cannot be borrowed.

    So they see every row that they judge by, and write history that no role can write itself. Whoever may execute
    such a function could hang it on a table of their own and have history written: nobody may. Whether a trigger may
    be left out at all, `followups.keeping.doors` says.
    """
    cursor.execute(
        "SELECT DISTINCT tgfoid::regprocedure::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal AND pronamespace = 'public'::regnamespace"
    )
    lines = []
    for name, trigger in cursor.fetchall():
        as_whom = "INVOKER" if judges_by_who_writes(trigger) else "DEFINER"
        lines.append(f"ALTER FUNCTION {name} SECURITY {as_whom} SET search_path = {SAFE_PATH}")
        lines.append(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    cursor.execute("; ".join(lines) or "SELECT 1")


def judges_by_who_writes(trigger):
    return any(trigger.startswith(f"pgtrigger_{name}_") for name in database_rights.AS_WHOEVER_WRITES)


def guard_functions(cursor):
    """Each other function that runs as the owner: called by whom it is declared for, and by nobody else."""
    cursor.execute(
        "SELECT oid::regprocedure::text, proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND prosecdef AND prorettype <> 'trigger'::regtype"
    )
    roles = {kind: sql.Identifier(role(kind)).as_string() for kind in ("app", "worker")}
    lines = []
    for name, short in cursor.fetchall():
        lines.append(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC, {', '.join(roles.values())}")
        for kind, group in roles.items():
            if short in database_rights.EXECUTE[kind]:
                lines.append(f"GRANT EXECUTE ON FUNCTION {name} TO {group}")
    cursor.execute("; ".join(lines))


def close_doors(cursor):
    """Nobody but the owner makes anything in this database, not even a table that goes with the session."""
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
