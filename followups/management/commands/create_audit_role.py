"""The role that the auditor reads with."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

from accounts.database_walls import make_login
from followups.models import Delivery, DeliveryEnd, DeliveryStart, Heartbeat, HelpEscalation, Reminder, ReviewEscalation

#: No clinical word stands in any of them.
READS = [Reminder, Delivery, DeliveryStart, DeliveryEnd, HelpEscalation, ReviewEscalation, Heartbeat]


class Command(BaseCommand):
    help = "Make a database role that may read the queue's tables and do nothing else; prints its new password."

    def add_arguments(self, parser):
        parser.add_argument("--name", default="doorway_audit")

    @transaction.atomic
    def handle(self, *args, name, **options):
        role = sql.Identifier(name)
        tables = sql.SQL(", ").join(sql.Identifier(model._meta.db_table) for model in READS)
        with connection.cursor() as cursor:
            password = make_login(cursor, name)
            cursor.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role))
            cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(tables, role))
        self.stdout.write(f"{name} may read the queue. For AUDIT_DATABASE_URL, its password is {password}")
