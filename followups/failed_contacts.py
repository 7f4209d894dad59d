"""Once a week: who was not reached, what was tried, and whether the organisation's own policy was kept.

For the supervisor of the people whose departures they are. It lists clients by their reference and the time the next
attempt is due; it ranks nobody and blames nobody. Nobody leaves the list by being forgotten: only by being reached, by
a decision of two, or once somebody has said where the work stands and no task is open any more.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.supervision import answers_for
from followups import relations, unreached
from followups.models import ContactAttempt, FollowUp, FollowUpPlan, PackReading, RelationshipStatus, StatusDecision
from followups.models.follow_ups import REACHED, RESULTS
from followups.models.policy import PolicyOverlay, Situation
from followups.models.two_people import ENDS_CONTACT
from followups.promises import promises_of
from sessions_app.models import Channel, DepartureEvent
from sessions_app.models.departures import DID_NOT_HAPPEN

WEEKS_BACK = 26  # a departure is listed for half a year; the page says so
MOST = 300
OPEN_QUESTION = ["", "unclear", "not_said"]  # of where the work stands; empty: nobody has said anything


@dataclass(frozen=True)
class Week:
    """A week of ISO 8601, Monday to Sunday on somebody's wall."""

    monday: date
    zone: object

    @classmethod
    def read(cls, code, zone):
        """From a code such as 2026-W48. Raises ValueError for what is none."""
        return cls(date.fromisoformat(f"{code}-1"), zone)

    @classmethod
    def last(cls, zone, *, now=None):
        """The last one that is over."""
        today = timezone.localdate(now or timezone.now(), timezone=zone)
        return cls(today - timedelta(days=today.weekday() + 7), zone)

    @property
    def code(self):
        return f"{self.monday:%G-W%V}"

    @property
    def sunday(self):
        return self.monday + timedelta(days=6)

    @property
    def start(self):
        return datetime.combine(self.monday, time.min, self.zone).astimezone(UTC)

    @property
    def end(self):
        """The first moment that does not belong to it (UTC)."""
        return datetime.combine(self.monday + timedelta(days=7), time.min, self.zone).astimezone(UTC)

    def moved(self, weeks):
        return Week(self.monday + timedelta(weeks=weeks), self.zone)


@dataclass(frozen=True)
class Entry:
    """One departure whose client was not reached by the end of the week. `now` is when it is looked at."""

    departure: DepartureEvent
    attempts: list
    promises: list
    open_tasks: list
    tally: unreached.Tally
    has_been_reached_since: bool
    decision: StatusDecision | None
    now: datetime

    @property
    def reference(self):
        return self.departure.client.reference if self.departure.client else ""

    @property
    def stands(self):
        """Where the work stands, in words."""
        return relations.words_of(self.departure.stands)

    @property
    def next_one(self):
        """The next attempt that is due, as it stands now."""
        return next((each for each in self.open_tasks if each.channel), None)

    @property
    def next_task(self):
        return self.next_one or next(iter(self.open_tasks), None)

    @property
    def is_overdue(self):
        return self.next_task is not None and self.next_task.due_at < self.now

    @property
    def owner(self):
        """Who owns what comes next; where nothing is planned, whose departure it is."""
        return self.next_task.owner if self.next_task else self.departure.therapist

    @property
    def has_asked_for_none(self):
        return bool(self.departure.client and self.departure.client.asked_for_no_contact)


def pack(week, *, user, now=None):
    """The entries of a week that `user` answers for, by client reference, then by what is due first.

    Own departures are for somebody else to go through. Attempts are those until the week's end; what is open is as it
    stands now. At most MOST.
    """
    now = now or timezone.now()
    rows = with_what_is_shown(not_reached(week, user=user))[:MOST]
    listed = [entry_of(each, week=week, now=now) for each in rows]
    return sorted(listed, key=lambda each: (each.reference, each.next_task.due_at if each.next_task else now))


def not_reached(week, *, user):
    """Departures of the people `user` answers for whose client nobody had reached when the week was over.

    Without those of which nobody has to think any more, as they stand now: no task is open, and somebody has said
    where the work stands, or the client asked for no contact.
    """
    reached = ContactAttempt.objects.filter(departure=OuterRef("pk"), result__in=REACHED, occurred_at__lt=week.end)
    decided = StatusDecision.objects.agreed().filter(
        departure=OuterRef("pk"), choice__in=ENDS_CONTACT, answered_at__lt=week.start
    )
    # Named once more than `visible_to` does: alone, so that the index on therapist and time serves at any size.
    rows = DepartureEvent.objects.visible_to(user).filter(therapist__in=answers_for(user)).exclude(therapist=user)
    rows = rows.standing().real()
    rows = rows.filter(began_at__lt=week.end, began_at__gte=week.end - timedelta(weeks=WEEKS_BACK))
    rows = rows.exclude(ending__in=DID_NOT_HAPPEN).filter(~Exists(reached), ~Exists(decided))
    said = RelationshipStatus.objects.filter(departure=OuterRef("pk")).newest_first().values("status")[:1]
    has_task = Exists(FollowUp.objects.open().filter(departure=OuterRef("pk")))
    may_be_contacted = Q(client=None) | Q(client__asked_for_no_contact=False)
    rows = rows.annotate(stands=Coalesce(Subquery(said), Value("")))
    return rows.filter(has_task | (Q(stands__in=OPEN_QUESTION) & may_be_contacted)).order_by("-began_at", "pk")


def with_what_is_shown(rows):
    overlays = PolicyOverlay.objects.filter(situation=Situation.UNREACHED, effect=PolicyOverlay.Effect.RULE)
    rule = overlays.filter(policy=OuterRef("policy")).order_by("position")
    plans = FollowUpPlan.objects.filter(superseded_at=None).select_related("policy__adopted_by")
    plans = plans.annotate(
        days=Subquery(rule.values("least_days")[:1]), ways=Subquery(rule.values("least_channels")[:1])
    )
    tasks = FollowUp.objects.exclude(state=FollowUp.State.REPLACED).select_related("owner").order_by("due_at", "pk")
    return rows.select_related("client", "site", "therapist").prefetch_related(
        Prefetch("plans", plans, to_attr="in_force"),
        Prefetch("follow_ups", tasks.prefetch_related("changes"), to_attr="tasks"),
        "contact_attempts",
        Prefetch("decisions", StatusDecision.objects.agreed(), to_attr="agreed"),
        "client__contact_permissions",
    )


def entry_of(departure, *, week, now):
    attempts = [each for each in departure.contact_attempts.all() if each.occurred_at < week.end]
    reached_since = any(each.is_reached for each in departure.contact_attempts.all())
    return Entry(
        departure=departure,
        attempts=attempts,
        promises=promises_of(departure.tasks, attempts, until=min(week.end, now), began_at=departure.began_at),
        open_tasks=[each for each in departure.tasks if each.is_open],
        tally=tally_of(departure, attempts),
        has_been_reached_since=reached_since,
        decision=next(iter(departure.agreed), None),
        now=now,
    )


def tally_of(departure, attempts):
    """What was tried since the last decision, beside what the policy of the plan asks for; from what was read."""
    lately = unreached.since_last_known(departure, attempts=attempts, decisions=departure.agreed)
    tried = [each for each in lately if RESULTS[each.result].counts and each.channel != Channel.LETTER]
    plan = next(iter(departure.in_force), None)
    permissions = departure.client.contact_permissions.all() if departure.client else []
    allowed = {each.channel for each in permissions if each.is_allowed}
    wanted = (plan and plan.ways) or unreached.CHANNELS
    return unreached.Tally(
        days=len({each.occurred_at.astimezone(departure.site.zone).date() for each in tried}),
        days_needed=(plan and plan.days) or unreached.DAYS,
        channels=len({each.channel for each in tried}),
        channels_needed=max(1, min(wanted, len(allowed - {Channel.LETTER}))),
        letter_sent=any(each.result == ContactAttempt.Result.LETTER_SENT for each in lately),
        letter_allowed=Channel.LETTER in allowed,
    )


@transaction.atomic
def confirm(week, *, listed, by, words=""):
    """`by` has gone through the week. Saying it again, or twice at once, adds nothing. Returns the row."""
    try:
        with transaction.atomic():
            reading = PackReading.objects.create(week=week.code, listed=listed, words=words, by=by)
    except IntegrityError:
        return PackReading.objects.get(week=week.code, by=by)
    audit.record("pack_read", reading, by=by, week=week.code, listed=listed)
    return reading


def waiting_for(person, *, now=None):
    """(week, how many) of the last week that is over, unless `person` has gone through it or nobody stands there.

    Only the last one: whoever is still not reached stands in it too, so a week that was missed loses nobody.
    """
    week = Week.last(person.zone, now=now)
    if PackReading.objects.filter(by=person, week=week.code).exists():
        return None
    count = not_reached(week, user=person)[: MOST + 1].count()
    return (week, count) if count else None
