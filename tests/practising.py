"""What looks like an exercise, for tests of who leaves exercises out."""

from django.db import connection

from sessions_app.models import TherapySession

OF_ONE = """
UPDATE sessions_app_departureevent SET is_practice = true WHERE id = %(departure)s;
UPDATE sessions_app_therapysession SET is_practice = true WHERE id = %(session)s;
UPDATE sessions_app_client SET is_practice = true WHERE id = %(client)s;
"""


def as_exercise(departure):
    """A departure as exercises have it, with its session and client, behind the triggers that keep real ones real."""
    if departure.session_id is None:
        where = {"therapist": departure.therapist, "site": departure.site}
        departure.session = TherapySession.objects.create(starts_at=departure.began_at, **where)
        departure.save(update_fields=["session"])
    facts = {"departure": departure.pk, "session": departure.session_id, "client": departure.client_id}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(OF_ONE, facts)
        cursor.execute("SET LOCAL session_replication_role = origin")
    departure.refresh_from_db()
    return departure
