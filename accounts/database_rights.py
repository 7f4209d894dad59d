"""What each database role may do with each table, and which rows: written into PostgreSQL after every migration.

The second wall behind the querysets. A table of clinical rows has a `Rule`: its rows are shown by row level security,
which is forced, so that it holds for the table's owner as well, who has a policy that says so. What is in none of the
tables here may be read and written by the application as a whole, and is no clinical row.

A rule is a condition of SQL over the columns of its table. `{me}`, `{own}`, `{people}` and the other names in FACTS
stand for what `doorway_enter` found out about the person in the people's own tables, once at the beginning of the
transaction; PostgreSQL reads each of them once per statement. Nobody entered: each is NULL, and no row is shown.
A condition that looks at another clinical table sees of it what the person sees: `EXISTS (... departure ...)` is the
whole rule for what hangs on a departure.
"""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

#: name: type of what is known of the person who acts. Set by `doorway_enter` until the transaction ends.
FACTS = {
    "me": "bigint",  # the person
    "own": "bigint",  # the person, if they are a therapist: whose rows are their own
    "people": "bigint[]",  # whose work they answer for today
    "contact_of": "bigint",  # the site whose calls for help they hear
    "trail": "bigint",  # the last entry of the audit trail before this transaction
    "reads_trail": "boolean",  # a privacy officer
}
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


@dataclass(frozen=True)
class Rule:
    """`verbs` is what the application may do with rows that it `sees`; new rows and new values satisfy `writes`.

    `worker` is what the worker may do with every row, whoever's it is: reminders, papers and figures need it.
    """

    sees: str
    verbs: str = "SIU"
    writes: str = ""
    worker: str = "S"


RULES = {
    # Entries are added, and read where a feature shows who did something; RETURNING needs those of this transaction.
    "accounts_auditentry": Rule("{reads_trail} OR id > {trail}", verbs="SI", writes="true"),
}
#: More rows of a table that a room shows, beside its rule: (table, condition).
ALSO_SHOWN = [("accounts_auditentry", "subject_type LIKE 'resources.%'")]
#: What is known of a person besides FACTS, told by the room whose tables it stands in: {name: (type, expression)}.
MORE_FACTS = {}
#: Tables without clinical rows that the application may not write, or not at all.
REST = {
    "django_migrations": "S",
    "django_content_type": "S",
    "auth_permission": "S",
    "pghistory_context": "",
    "resources_searchentry": "S",  # written by triggers
    "resources_searchword": "S",
}
EVERYTHING = "SIUD"


def role(kind):
    """The name of the group role: `app` acts for people, `worker` for the clock."""
    return f"{settings.DATABASE_ROLE_PREFIX}_{kind}"


def verbs_of(table):
    """What the application may do with a table at all; which rows, says the table's rule."""
    if table in RULES:
        return RULES[table].verbs
    if original := history_of(table):
        return "" if original in RULES else "S"
    return REST.get(table, EVERYTHING)


def history_of(table):
    """The table whose versions this one keeps, or ""."""
    return table.removesuffix("event") if table in history_tables() else ""


def history_tables():
    return {model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}


def condition(text):
    """A rule with each fact read from the transaction, once per statement."""
    return text.format(**{name: fact(name, kind) for name, kind in known_facts().items()})


def fact(name, kind):
    read = f"(SELECT nullif(current_setting('doorway.{name}', true), '')::{kind})"
    return f"{read}::{kind}" if kind.endswith("[]") else read


def known_facts():
    return FACTS | {name: kind for name, (kind, _expression) in MORE_FACTS.items()}


@transaction.atomic
def apply(using="default"):
    """Write roles, rights, policies and the safety of trigger functions into the database. Safe to say again.

    The table of the cache comes with no migration, and needs its rights as well: it is made here.
    """
    call_command("createcachetable", database=using, verbosity=0)
    with connections[using].cursor() as cursor:
        ensure_roles(cursor)
        cursor.execute("SET LOCAL check_function_bodies = off")  # a room may be without its tables, on the way back
        cursor.execute(enter_function())
        for table, owner in tables(cursor):
            cursor.execute(rights(table))
            if table in RULES or history_of(table) in RULES:
                cursor.execute(policies(cursor, table, owner))
        guard_triggers(cursor)
        close_doors(cursor)


def tables(cursor):
    cursor.execute(
        "SELECT relname, pg_get_userbyid(relowner) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    )
    return cursor.fetchall()


class NoRoles(Exception):
    """The roles do not exist, and whoever migrates may not make them."""


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

ENTER = """
CREATE OR REPLACE FUNCTION doorway_enter(person bigint, moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$ BEGIN
    PERFORM 1 FROM (WITH who AS (
        SELECT somebody.id, roles, team_id, site_id, is_site_contact,
        (moment AT TIME ZONE coalesce(nullif(somebody.time_zone, ''), site.time_zone))::date AS today
        FROM accounts_user AS somebody JOIN accounts_team AS team ON team.id = somebody.team_id
        JOIN accounts_site AS site ON site.id = team.site_id
        WHERE somebody.id = person AND somebody.is_active
    ), supervised AS (
        SELECT supervisee_id AS id FROM accounts_supervision AS given, who
        WHERE supervisor_id = who.id AND starts_on <= today AND (ends_on IS NULL OR ends_on >= today)
        UNION
        SELECT member.id FROM accounts_teamcover AS cover, who, accounts_user AS member
        WHERE supervisor_id = who.id AND starts_on <= today AND (ends_on IS NULL OR ends_on >= today)
        AND member.team_id = cover.team_id
    ), known AS (
        SELECT (SELECT id FROM who) AS me,
        (SELECT id FROM who WHERE 'therapist' = ANY(roles)) AS own,
        CASE WHEN (SELECT 'supervisor' = ANY(roles) FROM who) THEN ARRAY(SELECT id FROM supervised) END AS people,
        (SELECT site_id FROM who WHERE is_site_contact) AS contact_of,
        (SELECT coalesce(max(id), 0) FROM accounts_auditentry) AS trail,
        (SELECT true FROM who WHERE 'privacy' = ANY(roles)) AS reads_trail
    )
    SELECT {settings} FROM {known}) AS said;
END $body$;
REVOKE ALL ON FUNCTION doorway_enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION doorway_enter TO {app};
"""


def enter_function():
    """The one function that finds out who somebody is, and says so until the transaction ends."""
    known = "known"
    for name, (_kind, expression) in MORE_FACTS.items():  # each may look at those before it
        known = f"(SELECT known.*, ({expression}) AS {name} FROM {known}) AS known"  # noqa: S608
    said = ", ".join(f"set_config('doorway.{name}', coalesce({name}::text, ''), true)" for name in known_facts())
    app = sql.Identifier(role("app")).as_string()
    return ENTER.format(settings=said, known=known, app=app)


def rights(table):
    """Take every right on the table from both roles, and give those that are declared."""
    names = {
        "table": sql.Identifier(table),
        "app": sql.Identifier(role("app")),
        "worker": sql.Identifier(role("worker")),
    }
    text = "REVOKE ALL ON {table} FROM PUBLIC, {app}, {worker};"
    rule = RULES.get(table)
    for who, verbs in (("app", verbs_of(table)), ("worker", rule.worker if rule else "")):
        if verbs:
            text += f"GRANT {', '.join(VERBS[each] for each in verbs)} ON {{table}} TO {{{who}}};"
    return sql.SQL(text).format(**names)


def policies(cursor, table, owner):
    """Row level security of one table: forced, and a policy for each thing a role may do, and none for the rest."""
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
    name = sql.Identifier(table).as_string()
    lines = [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"]
    lines += [f'DROP POLICY "{policy}" ON {name}' for (policy,) in cursor.fetchall()]
    lines += [f"CREATE POLICY owner_keeps ON {name} TO {sql.Identifier(owner).as_string()} USING (true)"]
    if rule := RULES.get(table):
        app, worker = (sql.Identifier(role(kind)).as_string() for kind in ("app", "worker"))
        sees = condition(rule.sees)
        writes = condition(rule.writes) if rule.writes else sees
        for verb in rule.verbs:
            lines.append(policy(name, f"app_{VERBS[verb]}", verb, to=app, sees=sees, writes=writes))
        for verb in rule.worker:
            lines.append(policy(name, f"worker_{VERBS[verb]}", verb, to=worker, sees="true", writes="true"))
        for number, (shown, text) in enumerate(ALSO_SHOWN):
            if shown == table:
                lines.append(policy(name, f"app_also_{number}", "S", to=app, sees=condition(text), writes=""))
    return "; ".join(lines)


def policy(table, name, verb, *, to, sees, writes):
    shown = "" if verb == "I" else f" USING ({sees})"
    checked = f" WITH CHECK ({writes})" if verb in "IU" else ""
    return f"CREATE POLICY {name} ON {table} FOR {VERBS[verb]} TO {to}{shown}{checked}"


def guard_triggers(cursor):
    """Triggers run as the owner of the tables, with a fixed search path, and cannot be borrowed or switched off.

    So they see every row that they judge by, and write history that no role can write itself. Whoever may execute
    such a function could hang it on a table of their own and have history written: nobody may. `pgtrigger.ignore`
    switches triggers off for whoever sets it; here only for the owner, acting as themselves.
    """
    cursor.execute(
        "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal AND pronamespace = 'public'::regnamespace"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(
            f"ALTER FUNCTION {name} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;"
            f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
        )
    cursor.execute(IGNORE.format(**{kind: sql.Literal(role(kind)).as_string() for kind in ("app", "worker")}))


IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(trigger_name = ANY(nullif(current_setting('pgtrigger.ignore', true), '')::text[]), false)
    AND current_setting('role') NOT IN ({app}, {worker})
    AND pg_has_role(session_user, current_user, 'MEMBER')
$body$;
"""


def close_doors(cursor):
    """Nobody but the owner makes anything in this database, not even a table that goes with the session."""
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
