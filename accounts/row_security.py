"""Who acts, as far as the database is concerned: each request as the application, in the name of one person.

The whole request is one transaction. The role and the person are said at its beginning, in one statement, and hold
until it ends: a connection that the next request borrows remembers nothing. Rules: `accounts.database_rights`.

What follows from one transaction per request, and was decided:
- An answer of 500 and above takes back everything; every other answer keeps it, also 403, 404 and 422.
- What verbs do under `@transaction.atomic` is a savepoint; row locks are held until the page is rendered.
- `on_commit` runs after the answer is made; what it does in the database it does without a person.
- A streamed answer is read after the transaction: only the directory is streamed, which has no clinical rows.
- The session is written by its own middleware, outside; a page that fails keeps who is signed in.
- Health checks say for themselves whether the database is there, so they are left alone.
"""

from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from accounts.database_rights import role

ENTER = "SELECT doorway_enter(%s, %s), set_config('role', %s, true)"
LEFT_ALONE = ("healthz", "readyz")


@contextmanager
def acting_as(person):
    """A transaction in which the database shows what `person` (None: nobody) may see, and no other clinical row.

    It may stand in another one, as in tests: afterwards whoever acted before acts again.
    """
    before, is_inner = acting(), connection.in_atomic_block
    now = {"person": person.pk if person else None, "role": role("app")}
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
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [who["person"], timezone.now(), who["role"]])
    connection.acting = who


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
        with acting_as(request.user if request.user.is_authenticated else None):
            response = get_response(request)
            if response.status_code >= 500:  # noqa: PLR2004
                transaction.set_rollback(True)
        return response

    return middleware
