"""The database dies in the middle of a write: afterwards the record is whole or was never touched, and a retry works.

Each write of the clinical flow is sent with the connection cut after its first statement, its second, and so on. Here
that is after each statement that writes, of the writes that matter most; `make faults` (F18) cuts after every statement
of all of them.
"""

import os
import uuid

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups.keeping import reach
from sessions_app.models import ReportAddendum, StepResponse
from tests.databases import database_url

IS_WHOLE = os.environ.get("WHOLE_OR_NONE") == "all"
MOST = 200  # statements of one request; more is a fault of its own
pytestmark = pytest.mark.django_db(transaction=True)


class Cut:
    """Ends this connection from outside after the statement with a given number, as a killed server would."""

    def __init__(self, after, *, admin):
        self.after, self.admin, self.count, self.has_struck = after, admin, 0, False

    def __call__(self, execute, statement, params, many, context):
        result = execute(statement, params, many, context)
        if IS_WHOLE or not statement.lstrip("( ").upper().startswith("SELECT"):
            self.count += 1
            if self.count == self.after:
                pid = context["connection"].connection.info.backend_pid
                self.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
                self.has_struck = True
        return result


@pytest.fixture
def admin(request):
    """Somebody beside the application who can end its connections, and look at what is there."""
    with psycopg.connect(database_url(), autocommit=True) as there:
        yield there


def state(admin):
    """Every clinical table, and the audit trail but for what was only looked at, as numbers."""
    tables = [*(each.table for each in reach.tables()), "(SELECT * FROM accounts_auditentry WHERE action <> 'viewed')"]
    asked = " UNION ALL ".join(
        f"SELECT {number}, count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} AS t"
        for number, table in enumerate(tables)
    )
    return admin.execute(asked).fetchall()


class Hand:
    """Sends one request after the other, each cut everywhere before it goes through."""

    def __init__(self, person, *, admin):
        self.browser, self.admin = Browser(raise_request_exception=False), admin
        self.browser.force_login(person)
        self.cuts = 0

    def send(self, name, *args, **data):
        """Cut after statement 1, 2, 3 … until the request is through. Returns its answer."""
        address, before = reverse(name, args=args), state(self.admin)
        for after in range(1, MOST):
            cut = Cut(after, admin=self.admin)
            connection.ensure_connection()
            with connection.execute_wrapper(cut):
                answer = self.browser.post(address, data)
            if not cut.has_struck:
                assert answer.status_code < 400, (name, answer.status_code)
                assert state(self.admin) != before, f"{name} wrote something"
                return answer
            connection.close()
            self.cuts += 1
            if state(self.admin) != before:
                return self.went_through(address, data, after=after)
        raise AssertionError(f"{name} never ends")

    def went_through(self, address, data, *, after):
        """What was there after a cut must be the whole: the same request again adds nothing to it."""
        whole = state(self.admin)
        answer = self.browser.post(address, data)
        assert answer.status_code < 400, (address, after, answer.status_code)
        assert state(self.admin) == whole, f"{address} was cut after statement {after} and left a part"
        return answer


@pytest.fixture
def hand(therapist, supervisor, admin):
    return Hand(therapist, admin=admin)


def op():
    return str(uuid.uuid4())


def test_a_departure_and_what_is_written_of_it_are_whole_or_not_there(hand, session, client_0417):
    made = op()
    hand.send("start-departure", id=made, session=session.pk, op_id=op())
    hand.send("record-step", made, "stay-calm", outcome="done", op_id=op())
    hand.send("set-level", made, level="elevated", op_id=op())
    hand.send("gone", made, op_id=op())
    hand.send("save-draft", made, account="They stood up and left.")
    assert StepResponse.objects.filter(departure=made, outcome="done").count() == 1
    assert hand.cuts > 15


def test_signing_and_adding_are_whole_or_not_there(hand, departure):
    hand.send("check-report", departure.pk, author_state="steady")
    hand.send("add-addendum", departure.pk, text="Their sister drove.")
    assert ReportAddendum.objects.count() == 1
    assert AuditEntry.objects.filter(action="report_signed").count() == 1


@pytest.mark.skipif(not IS_WHOLE, reason="a part of `make faults`: every write, cut after every statement")
def test_every_other_write_is_whole_or_not_there(hand, departure, client_0417, supervisor, admin):
    pk = departure.pk
    hand.send("note-details", pk, "explore-reason", **{"explore-reason-reasons": ["privacy"], "op_id": op()})
    hand.send("take-break", pk, op_id=op())
    hand.send("came-back", pk, op_id=op())
    hand.send("ask-for-help", id=op())
    hand.send("private-notes", pk, text="Mine.")
    hand.send("quality", pk, author_state="steady")
    hand.send("gone", pk, op_id=op())
    call = departure.follow_ups.exclude(channel="").order_by("due_at").first()
    hand.send("record-contact", call.pk, channel="phone", result="no_answer", op_id=op())
    hand.send("no-contact", client_0417.pk)
    hand.send("check-report", pk, author_state="steady")
    other = Hand(supervisor, admin=admin)
    other.send("claim-review", pk)
    hand.send("add-client", reference="0999", age_band="adult")
    tomorrow = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    hand.send("add-session", starts_at=tomorrow, planned_minutes="50", format="in_person", composition="individual")


def two_writes():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sessions_app_therapysession SET room = 'Room 5'")
        cursor.execute("UPDATE sessions_app_therapysession SET room = 'Room 6'")


def test_a_cut_between_two_writes_that_are_no_transaction_is_seen(session, admin):
    """What the tests above would see of a view whose writes do not belong together."""
    before, cut = state(admin), Cut(1, admin=admin)
    connection.ensure_connection()
    with connection.execute_wrapper(cut), pytest.raises(OperationalError):
        two_writes()
    connection.close()
    assert cut.has_struck
    assert state(admin) != before
