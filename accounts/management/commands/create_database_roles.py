"""The roles that the application works with in the database, apart from the owner of the tables."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

from accounts import database_walls
from accounts.database_rights import role

LOGINS = {"web": "app", "work": "worker"}


class Command(BaseCommand):
    help = (
        "Make the group roles of the web server and the workers, and write their rights and rules into the database. "
        "With --logins also a login for each of them; prints their new passwords. Needs the right to make roles."
    )

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true")

    @transaction.atomic
    def handle(self, *args, logins, **options):
        database_walls.apply()
        self.stdout.write(f"{role('app')} and {role('worker')} have their rights.")
        if logins:
            for name, group in LOGINS.items():
                self.stdout.write(f"{role(name)} is a member of {role(group)}; its password is {make(name, group)}")


def make(name, group):
    """The login anew, with a new password."""
    with connection.cursor() as cursor:
        password = database_walls.make_login(cursor, role(name))
        words = sql.SQL("GRANT {} TO {}")
        cursor.execute(words.format(sql.Identifier(role(group)), sql.Identifier(role(name))))
    return password
