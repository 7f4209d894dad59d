"""The cast of retention, and ways to let years go by."""

from datetime import timedelta

from django.db import connection

from accounts.models import User
from followups.keeping import reach, rules
from sessions_app.models import TherapySession

DAYS_OF_A_YEAR = 365.25
#: Columns that say when something was done for somebody, by table, as `doorway_last_service` reads them.
WHEN = {
    "sessions_app_therapysession": ["starts_at"],
    "sessions_app_departureevent": ["began_at", "ended_at", "received_at"],
    "followups_contactattempt": ["occurred_at"],
    "sessions_app_reportaddendum": ["at"],
    "followups_copyrequest": ["at"],
    "sessions_app_clientevent": ["pgh_created_at"],
}


def years_ago(years):
    """Everything that was written down happened that many years earlier. As scenery, behind the triggers."""
    days = round(years * DAYS_OF_A_YEAR)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, columns in WHEN.items():
            moved = ", ".join(f"{each} = {each} - make_interval(days => {days})" for each in columns)
            cursor.execute(f"UPDATE {table} SET {moved}")
        cursor.execute("SET LOCAL session_replication_role = origin")


def lead_of(policy):
    """The clinical lead, back at work."""
    User.objects.filter(pk=policy.adopted_by_id).update(is_active=True)
    return User.objects.get(pk=policy.adopted_by_id)


def adopt_apa(site, *, by, **years):
    """Seven years after the last service, three after coming of age."""
    years = {"years_after_last": 7, "years_after_majority": 3, **years}
    return rules.adopt(site, key="us_apa", by=by, **years)


def session_of(client, *, started):
    made = TherapySession.objects.create(therapist=client.therapist, site=client.team.site, starts_at=started)
    made.clients.add(client)
    return made


def why_kept(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_why_kept(%s, NULL)", [client.pk])
        return cursor.fetchone()[0]


def kept_until(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorway_keep_until(%s, NULL), doorway_last_service(%s, NULL)::date", [client.pk] * 2)
        return cursor.fetchone()


A_DAY = timedelta(days=1)


def close_promises():
    """Nothing is open any more. As scenery: how promises end has stories of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        done = "state = 'done', closed_at = due_at, closed_by_id = owner_id"
        cursor.execute(f"UPDATE followups_followup SET {done} WHERE state = 'open'")
        cursor.execute("SET LOCAL session_replication_role = origin")


def contents():
    """Every row of every table of a record, by table, as it stands."""
    found = {}
    with connection.cursor() as cursor:
        for each in reach.tables():
            cursor.execute(f'SELECT t::text FROM "{each.table}" t')
            found[each.table] = sorted(row for (row,) in cursor.fetchall())
    return found
