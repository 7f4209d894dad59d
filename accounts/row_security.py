"""Who acts, as far as the database is concerned: each request as the application, in the name of one person.

The whole request is one transaction. The role and the person are said at its beginning, in one statement, and hold
until it ends: a connection that the next request borrows remembers nothing. Rules: `accounts.database_rights`.

What follows from one transaction per request, and was decided:
- An answer of 500 and above takes back everything; every other answer keeps it, also 403, 404 and 422.
- What verbs do under `@transaction.atomic` is a savepoint; row locks are held until the page is rendered.
- `on_commit` runs after the answer is made; what it does in the database it does without a person.
- A streamed answer is read after the transaction, so it gets one of its own, in the name of the same person.
- The session is written by its own middleware, outside; a page that fails keeps who is signed in.
- Health checks and figures say for themselves whether the database is there, and what a device installs needs none:
  they are left alone.
"""

from contextlib import contextmanager
from functools import wraps

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.urls import reverse

from accounts.database_rights import role
from accounts.supervision import answers_for

ENTER = "SELECT doorway_enter(%s, {people}), set_config('role', %s, true)"
LEFT_ALONE = ("healthz", "readyz", "metrics", "manifest", "service-worker", "push-worker")


@contextmanager
def acting_as(person):
    """A transaction in which the database shows what `person` (None: nobody) may see, and no other clinical row.

    It may stand in another one, as in tests: afterwards whoever acted before acts again.
    """
    before, is_inner = acting(), connection.in_atomic_block
    now = {"person": person, "role": role("app")}
    with transaction.atomic():
        say(now)
        try:
            yield
        finally:
            connection.acting = before
        if is_inner and not connection.needs_rollback:
            say(before)  # a savepoint that is rolled back has done so by itself


def acting():
    """Who acts on this connection: the role that was set, if any, and the person."""
    return getattr(connection, "acting", {"person": None, "role": "none"})


def say(who):
    person = who["person"]
    people, values = whom_they_answer_for(person)
    with connection.cursor() as cursor:
        # What is put in is a statement of Django's own, or NULL; its values go beside it.
        told = [person and person.pk, *values, who["role"]]
        cursor.execute(ENTER.format(people=people), told)  # nosemgrep: sql-is-never-put-together
    connection.acting = who


def whom_they_answer_for(person):
    """A list of people as SQL: the rule is that of `accounts.supervision`, asked within the statement."""
    if person is None or not person.is_supervisor:
        return "NULL", []
    statement, values = answers_for(person).query.sql_with_params()
    return f"ARRAY({statement})", values


def look_again():
    """Something has just been opened to whoever acts: from now on the database shows it, within the same transaction.

    Nothing happens where nobody acts, as for a command that runs as the owner of the tables.
    """
    if acting()["role"] == role("app"):
        say(acting())


@contextmanager
def as_worker():
    """What the clock does by itself: it may read what reminders, papers and figures need, of everybody.

    It holds over many transactions, and over a connection that is lost and made anew.
    """
    before = acting()
    take_role({"person": None, "role": role("worker")})
    try:
        yield
    finally:
        connection.acting = before
        if connection.connection and not connection.needs_rollback:
            take_role(before)


def take_role(who):
    connection.acting = who
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, %s)", [who["role"], connection.in_atomic_block])


@receiver(connection_created, dispatch_uid="accounts.row_security")
def take_role_again(sender, connection, **_):
    who = getattr(connection, "acting", None)
    if who and who["role"] == role("worker") and connection.alias == "default":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [who["role"]])


def in_the_name_of_a_person(get_response):
    """Each request acts for the person who is signed in, or for nobody."""

    def middleware(request):
        if request.path_info in map(reverse, LEFT_ALONE):
            return get_response(request)
        person = request.user if request.user.is_authenticated else None
        with acting_as(person):
            response = get_response(request)
            if response.status_code >= 500:  # noqa: PLR2004
                transaction.set_rollback(True)
        if response.streaming:
            response.streaming_content = in_pieces(response.streaming_content, person)
        return response

    return middleware


def in_pieces(pieces, person):
    """What is made while it is sent, in the name of whoever asked for it."""
    with acting_as(person):
        yield from pieces


KEYS = ("_pkey", "_op_id_key", "_once_per_operation")  # constraints on what a device makes up


@contextmanager
def unless_hidden(problem):
    """Raise `problem` where there is a row with this key already which the database does not show: somebody else's."""
    try:
        yield
    except IntegrityError as error:
        if (error.__cause__.diag.constraint_name or "").endswith(KEYS):
            raise problem from error
        raise


#: Whether who signed in owns the tables, or may do as they like.
OWNS = """
    SELECT rolsuper OR EXISTS (
        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND pg_has_role(session_user, relowner, 'MEMBER')
    ), rolbypassrls FROM pg_roles WHERE rolname = session_user
"""


NOT_THE_OWNER = (
    "This takes the login that owns the tables: row level security hides rows from any other, and the command would "
    "do half its work without saying so. Set DATABASE_URL to the owner's login for it."
)


def for_the_owner(handle):
    """Mark `handle` of a command: it refuses, unless it signed in as who owns the tables, and nobody else acts."""

    @wraps(handle)
    def checked(*args, **options):
        with connection.cursor() as cursor:
            cursor.execute(OWNS)
            is_owner = cursor.fetchone()[0]
        if not is_owner or acting()["role"] != "none":
            raise CommandError(NOT_THE_OWNER)
        return handle(*args, **options)

    return checked


def refuse_too_strong_a_login():
    """Raises ImproperlyConfigured where the web server signs in to the database as somebody whom no rule holds.

    A small installation may say that it has one login for everything (ONE_DATABASE_LOGIN); each request then steps
    down to the application's role by itself. A database that is away is told by what needs it.
    """
    if settings.ONE_DATABASE_LOGIN:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNS)
            is_too_strong = any(cursor.fetchone())
    except DatabaseError:
        return
    finally:
        connection.close()
    if is_too_strong:
        raise ImproperlyConfigured(
            "DATABASE_URL signs in as the owner of the tables, or as somebody whom PostgreSQL lets past row level "
            "security. Give the web server a login of its own (manage.py create_database_roles), or set "
            "ONE_DATABASE_LOGIN=true."
        )
