"""Changing signed words behind every trigger, as somebody can who has the database and the data key."""

from django.db import connection

from sessions_app.models import DepartureReport


def forge_content(**changes):
    """Other words into the signed content of the one report there is; its hashes stay. `account` is among answers."""
    report = DepartureReport.objects.get()
    content = dict(report.content)
    if "account" in changes:
        content["answers"] = {**content["answers"], "account": changes.pop("account")}
    value = DepartureReport._meta.get_field("content").close(content | changes, report)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE sessions_app_departurereport SET content = to_jsonb(%s::text)", [str(value)])
        cursor.execute("SET LOCAL session_replication_role = origin")
