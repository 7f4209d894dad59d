"""PostgreSQL: whether it answers, keeps what it said it keeps, and knows what this Doorway needs."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.loader import MigrationLoader

from accounts.models import Conversion
from config.operations.answers import broken, look, ok
from followups import audits, database_log
from followups.management.commands.create_audit_role import READS

OLDEST = 150_000  # as PostgreSQL counts: 15.0
AS_SUPERUSER = "As a superuser: ALTER SYSTEM SET {0} = on; SELECT pg_reload_conf();"


def answers():
    if away := why_away():
        facts = connection.settings_dict
        says = f"The database at {facts['HOST'] or 'this machine'} does not answer: {away}."
        yield broken(
            "reachable", says, "Is PostgreSQL running, and are the address and password in DATABASE_URL right?"
        )
        return
    yield version(connection.pg_version)
    yield from keeps_its_word()
    yield checksums()
    yield from migrations()
    yield conversion()
    yield cache()
    yield role()
    yield from reader()
    yield from its_log()


def why_away():
    """The kind of error that connecting ends with, or ""."""
    try:
        connection.ensure_connection()
        shown("server_version")
    except (DatabaseError, InterfaceError) as problem:
        connection.close()
        return type(problem.__cause__ or problem).__name__
    return ""


def shown(setting):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return cursor.fetchone()[0]


def version(number):
    says = f"PostgreSQL {number // 10_000}.{number % 10_000} answers."
    if number < OLDEST:
        return broken("version", says, f"Doorway needs PostgreSQL {OLDEST // 10_000} or newer.")
    return ok("version", says)


def keeps_its_word():
    """What was acknowledged must survive a power cut; each of these off means that it may not."""
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        if shown(setting) == "off":
            says = f"{setting} is off: a departure that was saved can be lost when the power fails."
            yield broken(setting, says, AS_SUPERUSER.format(setting))
        else:
            yield ok(setting, f"{setting} is {shown(setting)}.")


def checksums():
    if shown("data_checksums") == "off":
        to_do = "Stop PostgreSQL for pg_checksums --enable, when there is time."
        return look("checksums", "Data have no checksums: a dying disk is not noticed.", to_do)
    return ok("checksums", "Data have checksums.")


def migrations():
    """Whether the database is of this version: neither behind nor ahead of it."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    if missing := sorted(set(loader.graph.nodes) - applied):
        says = f"{len(missing)} migrations are not applied, such as {'.'.join(missing[0])}."
        yield broken("migrations", says, "Run manage.py migrate; config/UPGRADING.md says what comes before it.")
    else:
        yield ok("migrations", "All migrations are applied.")
    replaced = {old for migration in loader.replacements.values() for old in migration.replaces}
    known = set(loader.disk_migrations) | replaced
    if ahead := sorted(each for each in applied - known if each[0] in loader.migrated_apps):
        says = f"The database is of a newer Doorway: it has {'.'.join(ahead[0])}."
        yield look("newer", says, "Run the newer version here as well.")


def conversion():
    if Conversion.objects.exists():
        return look("conversion", "Words from before encryption stand in clear.", "Run manage.py encrypt_existing.")
    return ok("conversion", "No word waits to be encrypted.")


def cache():
    """Limits at sign-in are counted in that table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [settings.CACHES["default"]["LOCATION"]])
        if cursor.fetchone()[0]:
            return ok("cache", "The table for limits at sign-in is there.")
    return broken("cache", "The table for limits at sign-in is missing.", "Run manage.py createcachetable.")


def role():
    """A superuser passes every wall there is inside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            to_do = "Give DATABASE_URL a role that is no superuser and has no BYPASSRLS."
            return look("role", "Doorway signs in to the database with more rights than it needs.", to_do)
    return ok("role", "Doorway signs in to the database as somebody who may not do everything.")


def reader():
    """The role that the auditor reads with: it may read the queue, and write nothing."""
    if audits.SIGN not in settings.DATABASES:
        to_do = "Run manage.py create_audit_role, and put what it prints into AUDIT_DATABASE_URL."
        yield look("audit_role", "The auditor reads with every right there is.", to_do)
        return
    tables = [model._meta.db_table for model in READS]
    asked = """
        SELECT bool_and(has_table_privilege(name, 'SELECT')),
            bool_or(has_table_privilege(name, 'INSERT, UPDATE, DELETE')) FROM unnest(%s::text[]) AS name
    """
    with connections[audits.SIGN].cursor() as cursor:
        cursor.execute(asked, [tables])
        may_read, may_write = cursor.fetchone()
    if not may_read:
        yield broken("audit_role", "The auditor's role may not read the queue.", "Run manage.py create_audit_role.")
    elif may_write:
        yield look("audit_role", "The auditor's role may write.", "Take every right but SELECT from it.")
    else:
        yield ok("audit_role", "The auditor's role may read the queue and nothing else.")


def its_log():
    """Whether PostgreSQL writes into its own log what people wrote."""
    warned = database_log.nothing_written_is_logged(databases=["default"])
    for each in warned:
        yield look("log", each.msg, each.hint)
    if not warned:
        yield ok("log", "PostgreSQL's own log holds no words of the record.")
