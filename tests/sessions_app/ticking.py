"""P1, P2 and P8: a step tick through the whole application, and the floor that it stands on.

The floor is a signed-in view that writes one row and changes another in a transaction and answers with a kilobyte.
"""

import gzip
import uuid
from datetime import timedelta
from itertools import cycle

from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

FLOOR, TICK = "floor of a tick", "tick"
TABLE = (
    "CREATE TABLE floor (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), count int NOT NULL DEFAULT 0)"
)
KILOBYTE = "<p>Step 1, done.</p>\n" * 50
AS_HTMX = {"HX-Request": "true"}


def lay():
    """The table of the floor, with the row that each request changes."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor")
        cursor.execute(TABLE)
        cursor.execute("INSERT INTO floor DEFAULT VALUES")
        cursor.execute("GRANT ALL ON floor, floor_id_seq TO PUBLIC")  # a request acts as the web server's role


def floor(request):
    """One INSERT and one UPDATE, for somebody who is signed in, and nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO floor (count) VALUES (%s)", [request.user.pk or 0])
        cursor.execute("UPDATE floor SET count = count + 1 WHERE id = 1")
    return HttpResponse(KILOBYTE)


def looks(browser, therapist):
    """{what: how to do it once}: the floor, and a tick of a departure that is going on."""
    address = reverse("record-step", args=[begun(therapist).pk, "stay-calm"])
    outcomes = cycle(["done", "partly"])

    def tick():
        facts = {"outcome": next(outcomes), "op_id": str(uuid.uuid4())}
        return browser.post(address, facts, headers=AS_HTMX)

    return {FLOOR: lambda: browser.post("/floor/", headers=AS_HTMX), TICK: tick}


def begun(therapist):
    """A departure of a client in care who leaves right now."""
    from sessions_app import departures
    from sessions_app.models import Client, TherapySession

    began = timezone.now() - timedelta(minutes=20)
    session = TherapySession.objects.create(therapist=therapist, site=therapist.site, starts_at=began)
    session.clients.add(Client.objects.filter(therapist=therapist).first())
    return departures.log(id=uuid.uuid4(), by=therapist, session=session)


def weigh(look):
    """(statements, bytes on the wire) of an answer. Statements are counted without those that say who acts."""
    with CaptureQueriesContext(connection) as asked:
        answer = look()
    own = [each for each in asked.captured_queries if is_asked(each["sql"])]
    return len(own), len(gzip.compress(answer.content, 6))


def is_asked(statement):
    return "set_config" not in statement and not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
