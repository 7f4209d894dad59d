"""The everyday way of a message: one statement before the first byte, and one after it was accepted.

Thousands may be due at once, and then statements are what takes the time: these two are compiled once, and each is a
transaction of its own. What is not everyday is left to `deliveries`, which sees to it at length: another kind than a
reminder by mail, a possible repeat, a promise that does not stand any more, a recipient without an account.
"""

from functools import cache

from django.db import connection
from psycopg import sql

from accounts.models import User
from followups import reminders
from followups.models import Delivery, DeliveryEnd, DeliveryStart
from followups.models.deliveries import DeliveryChannel

ANY = -1  # stands for the id of a reminder while its condition is compiled

BEGIN = """
    WITH held AS (
        UPDATE {delivery} AS mine SET lease_until = clock_timestamp() + %(lease)s
        WHERE id = %(pk)s AND lease_token = %(token)s AND NOT may_be_repeat
        AND EXISTS (SELECT 1 FROM {user} AS person WHERE person.id = mine.recipient_id AND person.is_active)
        AND EXISTS ({standing})
        RETURNING id
    )
    INSERT INTO {start} (delivery_id, lease_token, worker, at)
    SELECT id, %(token)s, %(worker)s, clock_timestamp() FROM held RETURNING id
"""
ACCEPTED = """
    WITH held AS (
        UPDATE {delivery} SET state = 'sent', finished_at = clock_timestamp(), last_problem = '',
        lease_token = NULL, lease_until = NULL
        WHERE id = %(pk)s AND lease_token = %(token)s
        RETURNING id
    )
    INSERT INTO {end} (start_id, result, detail, at) SELECT %(start)s, 'sent', '', clock_timestamp() FROM held
"""


def begin(delivery, *, lease, worker):
    """Commit a start and renew the lease. Returns the start; None where nothing was written, for whatever reason."""
    if delivery.kind != Delivery.Kind.REMINDER or delivery.channel != DeliveryChannel.EMAIL:
        return None
    facts = {"pk": delivery.pk, "token": delivery.lease_token, "reminder": delivery.reminder_id}
    with connection.cursor() as cursor:
        cursor.execute(statement(BEGIN), facts | {"lease": lease, "worker": worker})
        row = cursor.fetchone()
    return DeliveryStart(pk=row[0], delivery=delivery) if row else None


def accepted(delivery, *, start):
    """Commit that it was handed over, if the lease is still ours; a late finisher changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(statement(ACCEPTED), {"pk": delivery.pk, "token": delivery.lease_token, "start": start.pk})


@cache
def statement(text):
    """With the names of the tables, and with the condition of `reminders` for what still stands."""
    known = {"delivery": Delivery, "start": DeliveryStart, "end": DeliveryEnd, "user": User}
    tables = {name: model._meta.db_table for name, model in known.items()}
    condition, values = reminders.standing(ANY).values("pk").query.sql_with_params()
    places = ["%(reminder)s" if each == ANY else sql.Literal(each).as_string() for each in values]
    return text.format(standing=condition % tuple(places), **tables)
