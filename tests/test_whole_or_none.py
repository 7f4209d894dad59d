"""The database dies in the middle of a write: afterwards the record is whole or was never touched, and a retry works.

Each write of the clinical flow is sent with the connection cut after its first statement, its second, and so on. Here
that is after each statement that writes, of the writes that matter most; `make faults` (N) cuts after every statement
of all of them.
"""

import os
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups.keeping import reach
from sessions_app import departures
from sessions_app.models import (
    Client,
    ContactPermission,
    DepartureReport,
    ReportAddendum,
    StepResponse,
    TherapySession,
)
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
def admin():
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
    return admin.execute(f"{asked} ORDER BY 1").fetchall()  # several readers at once give the parts in any order


def rows(found):
    return [count for _number, count, _sum in found]


def more(before, after):
    """How many rows each table has more."""
    return [new - old for old, new in zip(rows(before), rows(after), strict=True)]


#: Two wholes, one after the other: the report is begun and then keeps what was typed; what was typed is kept and then
#: signed. A cut between them loses no word, and the same request again goes on from there.
IN_TWO = {"save-draft", "check-report"}


class Hand:
    """Sends one request after the other. `known` is what each writes when nothing goes wrong; without it, it is learnt.

    With it, each request is cut everywhere before it goes through.
    """

    def __init__(self, person, *, admin, known=None):
        self.browser, self.admin = Browser(raise_request_exception=False), admin
        self.browser.force_login(person)
        self.is_learning, self.known, self.cuts = known is None, {} if known is None else known, 0

    def send(self, name, *args, **data):
        """Cut after statement 1, 2, 3 … until the request is through. Returns its answer."""
        address, before = reverse(name, args=args), state(self.admin)
        if self.is_learning:
            return self.learn(name, address, data, before)
        for after in range(1, MOST):
            answer, is_cut = self.post(address, data, after)
            whole = more(before, state(self.admin)) == self.known[name]
            if not is_cut:
                assert answer.status_code < 400, (name, answer.status_code)
                assert whole or name in IN_TWO, f"{name} wrote another thing than without a cut"
                return answer
            self.cuts += 1
            is_untouched = state(self.admin) == before
            assert is_untouched or whole or name in IN_TWO, f"{name} was cut after statement {after} and left a part"
            if whole and not is_untouched:
                return self.browser.post(address, data)
        raise AssertionError(f"{name} never ends")

    def learn(self, name, address, data, before):
        answer = self.browser.post(address, data)
        assert answer.status_code < 400, (name, answer.status_code)
        assert state(self.admin) != before, f"{name} wrote nothing"
        self.known[name] = more(before, state(self.admin))
        return answer

    def post(self, address, data, after):
        """(the answer, whether the connection was cut)."""
        cut = Cut(after, admin=self.admin)
        connection.ensure_connection()
        with connection.execute_wrapper(cut):
            answer = self.browser.post(address, data)
        if cut.has_struck:
            connection.close()
        return answer, cut.has_struck


def op():
    return str(uuid.uuid4())


@pytest.fixture
def told_twice(therapist, supervisor, admin, client_0417):
    """Tells a story to the end, then again about another client with every request cut; returns how many cuts."""

    def tell(story):
        hand = Hand(therapist, admin=admin)
        story(hand, there(client_0417))
        other = Client.objects.create(reference="0418", therapist=therapist, team=therapist.team)
        hand = Hand(therapist, admin=admin, known=hand.known)
        story(hand, there(other))
        return hand.cuts

    return tell


def there(client):
    """A session that is going on with a client who can be called."""
    for channel in ("phone", "voicemail"):
        ContactPermission.objects.update_or_create(client=client, channel=channel, defaults={"scope": "full"})
    now = {"starts_at": timezone.now() - timedelta(minutes=20)}
    made = TherapySession.objects.create(therapist=client.therapist, site=client.therapist.site, **now)
    made.clients.add(client)
    return made


def leaving(hand, session):
    made = op()
    hand.send("start-departure", id=made, session=session.pk, op_id=op())
    hand.send("record-step", made, "stay-calm", outcome="done", op_id=op())
    hand.send("set-level", made, level="elevated", op_id=op())
    hand.send("gone", made, op_id=op())
    hand.send("save-draft", made, account="They stood up and left.")


def writing_up(hand, session):
    made = departures.log(id=uuid.uuid4(), by=session.therapist, session=session).pk
    hand.send("check-report", made, author_state="steady")
    hand.send("add-addendum", made, text="Their sister drove.")
    assert ReportAddendum.objects.filter(report__departure=made).count() == 1
    report = DepartureReport.objects.get(departure=made)
    assert AuditEntry.objects.filter(action="report_signed", subject_id=str(report.pk)).count() == 1


def everything_else(hand, session):
    client = session.clients.get()
    made = departures.log(id=uuid.uuid4(), by=session.therapist, session=session)
    hand.send("note-details", made.pk, "explore-reason", **{"explore-reason-reasons": ["privacy"], "op_id": op()})
    hand.send("private-notes", made.pk, text="Mine.")
    hand.send("gone", made.pk, op_id=op())
    call = made.follow_ups.exclude(channel="").order_by("due_at").first()
    hand.send("record-contact", call.pk, channel="phone", result="no_answer", op_id=op())
    other = departures.log(id=uuid.uuid4(), by=session.therapist, session=session)
    hand.send("take-break", other.pk, op_id=op())
    hand.send("came-back", other.pk, op_id=op())
    hand.send("no-contact", client.pk)


def test_a_departure_and_what_is_written_of_it_are_whole_or_not_there(told_twice):
    assert told_twice(leaving) > 15
    assert StepResponse.objects.filter(step__slug="stay-calm").count() == 2, "one for each departure"


def test_signing_and_adding_are_whole_or_not_there(told_twice):
    assert told_twice(writing_up) > 5


@pytest.mark.skipif(not IS_WHOLE, reason="a part of `make faults`: every write, cut after every statement")
def test_every_other_write_is_whole_or_not_there(told_twice):
    assert told_twice(everything_else) > 100


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
