"""What people who leave have open here: counted without showing a row, and handed on where it goes with no client."""

from pathlib import Path

from django.db import connection, transaction
from django.db.models import F, Q
from psycopg import sql

from accounts import audit
from accounts.database_rights import EXECUTE, FUNCTIONS, condition, role
from followups import clock, follow_ups
from followups.models import CalendarFeed, FollowUp, FollowUpChange, PushSubscription

FILE = Path(__file__).with_name("open_work.sql")
KINDS = ["clients", "follow_ups", "reports", "supervisees", "reviews", "covers"]


def write(cursor):
    facts = {"me": condition("{me}"), "people": condition("{people}")}
    cursor.execute(FILE.read_text().format(worker=sql.Literal(role("worker")).as_string(), **facts))


FUNCTIONS.append(write)
EXECUTE["app"] |= {"doorway_open_work"}


def open_work(people):
    """What stands open in the names of these people (ids): {id: {kind: number}}, numbers alone. One query.

    For an admin, a clinical lead and the clock of everybody, for a supervisor of those whom they answer for; of others
    nothing is said. `follow_ups` are those about clients of their own: others go back to the client's therapist.
    """
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM doorway_open_work(%s)", [list(people)])
        for person, kind, number in cursor.fetchall():
            found.setdefault(person, {})[kind] = number
    return found


@transaction.atomic
def end_addresses(person, *, by):
    """The calendar's address and the devices that take notifications are theirs no more."""
    if CalendarFeed.objects.filter(person=person, revoked_at=None).update(revoked_at=clock.now()):
        audit.record("calendar_closed", person, by=by)
    if PushSubscription.objects.live().filter(person=person).update(gone_at=clock.now()):
        audit.record("device_removed", person, by=by)


def left_without_client(person, *, by):
    """Their open follow-ups that go with no client of theirs, as far as `by` sees them: nobody was chosen yet, or
    the client is somebody else's.
    """
    owned = FollowUp.objects.visible_to(by).real().open().owned_by(person)
    return owned.filter(Q(departure__client=None) | ~Q(departure__therapist=person)).for_list()


@transaction.atomic
def hand_on(person, *, to, by):
    """Each of `left_without_client` is from now on `to`'s, who is reminded anew. Returns how many.

    What was closed or passed on in the meantime stays so.
    """
    return sum(hand_on_one(each, person, to=to, by=by) for each in left_without_client(person, by=by).order_by("pk"))


def hand_on_one(follow_up, person, *, to, by):
    try:
        follow_up = follow_ups.locked(follow_up)
    except follow_ups.FollowUpIsClosed:
        return 0
    if follow_up.owner_id != person.pk:
        return 0
    follow_ups.pass_to(follow_up, to, deed=FollowUpChange.Deed.CHANGED, by=by)
    return 1


def sweep():
    """What somebody without an account still owns about the client of a colleague goes back to that colleague."""
    left = FollowUp.objects.real().open().filter(owner__is_active=False, departure__therapist__is_active=True)
    for each in left.exclude(owner=F("departure__therapist")).select_related("departure__therapist").order_by("pk"):
        give_back(each)


@transaction.atomic
def give_back(follow_up):
    therapist = follow_up.departure.therapist
    try:
        follow_up = follow_ups.locked(follow_up)
    except follow_ups.FollowUpIsClosed:
        return
    if not follow_up.owner.is_active:
        follow_ups.pass_to(follow_up, therapist, deed=FollowUpChange.Deed.GIVEN_BACK, by=therapist)
