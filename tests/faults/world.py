"""Everything a fault happens to: servers, programs, reminders that are due, and the judge of what came of them."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count

from accounts.models import Role, Site, Team, User
from followups import clock, deliveries, notices, reminders
from followups.models import Delivery, DeliveryEnd, DeliveryStart, FollowUp, FollowUpPlan, FollowUpPolicy, Reminder
from protocols import adoptions
from sessions_app import departures
from sessions_app.models import Client, TherapySession
from tests.followups.programs import Doorway, kill

State, Result = Delivery.State, DeliveryEnd.Result
OVER = [State.SENT, State.FAILED, State.STOPPED]


class Skipped(Exception):
    """This fault cannot be made here; the message says why."""


@dataclass
class Counts:
    """What came of the reminders of one fault. `bound` is how many extra copies the faults excuse."""

    due: int = 0
    delivered: int = 0
    extra: int = 0
    bound: int = 0
    marked: int = 0
    lost: int = 0
    failed: int = 0
    open: int = 0
    latest: float = 0
    problems: list = field(default_factory=list)

    @property
    def line(self):
        return (
            f"due {self.due}, delivered {self.delivered}, failed and shown {self.failed}, lost {self.lost}, "
            f"extra {self.extra} (bound {self.bound}), marked {self.marked}, open {self.open}, late {self.latest:.0f} s"
        )


class World:
    def __init__(self, folder, *, postgres, redis, sink):
        self.postgres, self.redis, self.sink = postgres, redis, sink
        self.programs = Doorway(folder, mail_port=sink.port)
        self.programs.env["SECRET_KEY"] = settings.SECRET_KEY  # or keys would differ between us and them
        self.plan, self.people = make_cast()

    def begin(self):
        """A clean start for the next fault: nothing runs, nothing waits, the mail server is well."""
        self.calm_down()
        left = Delivery.objects.exclude(state__in=OVER)  # of a fault that broke off
        left.update(state=State.STOPPED, lease_token=None, lease_until=None, finished_at=clock.now())
        self.bound, self.began = 0, time.time()

    def calm_down(self):
        self.programs.stop()
        self.programs.started.clear()
        self.sink.mode, self.sink.only, self.sink.pause = "ok", "", 0.5
        self.sink.met = 0

    def make(self, number, *, lane=Reminder.Lane.URGENT, due_in=timedelta(seconds=-1), recipient=None):
        """That many follow-ups with one reminder each. Returns the ids of the reminders.

        Urgent ones have a message each; routine ones of one person may share one.
        """
        due_at = clock.now() + due_in
        when = {"due_on": due_at.date(), "due_wall_time": due_at.time(), "time_zone": "UTC", "due_at": due_at}
        people = [recipient] if recipient else self.people
        promised = FollowUp.objects.bulk_create(
            FollowUp(plan=self.plan, departure=self.plan.departure, owner=people[n % len(people)], title="Call", **when)
            for n in range(number)
        )
        made = Reminder.objects.bulk_create(
            Reminder(follow_up=each, recipient=each.owner, lane=lane, **when) for each in promised
        )
        return [each.pk for each in made]

    def crowd(self):
        """So many people that no two reminders of one sweep are for the same person."""
        facts = {"name": "C", "roles": [Role.THERAPIST], "team": self.people[0].team}
        made = (User(email=f"c{n}@crowd.example", **facts) for n in range(reminders.BATCH))
        return User.objects.bulk_create(made)

    def messages(self, ids):
        return Delivery.objects.filter(kind=Delivery.Kind.REMINDER, channel="email", reminder_id__in=ids)

    def carriers(self, ids):
        """By reminder: the reminder whose message tells of it, which is itself unless it shares another's."""
        told_with = Reminder.objects.filter(pk__in=ids).values_list("pk", "told_with_id")
        return {mine: other or mine for mine, other in told_with}

    def left(self, ids):
        """How many of these reminders have no message that came to its end."""
        carriers = self.carriers(ids)
        messages = self.messages(set(carriers.values()))
        ended = set(messages.filter(state__in=OVER).values_list("reminder_id", flat=True))
        waiting = messages.exclude(state__in=OVER).count()
        return waiting + sum(carrier not in ended for carrier in carriers.values())

    def settle(self, ids, *, seconds=90, hurry=True):
        """Wait until every message came to its end; pauses between tries are cut short in the rows."""
        deadline = time.monotonic() + seconds
        while self.left(ids):
            assert time.monotonic() < deadline, f"{self.left(ids)} of {len(ids)} are still under way after {seconds} s"
            if hurry:
                self.messages(ids).filter(state=State.PENDING).update(next_at=clock.now())
            time.sleep(max(0.3, len(ids) / 10_000))  # looking takes time itself

    def open_starts(self):
        return DeliveryStart.objects.filter(end=None).count()

    def expire_leases(self, *, stamped_before=None):
        """Two minutes pass, for leases only. The caller has made sure that who holds them is dead or done."""
        stamped_before = stamped_before or clock.now() + timedelta(seconds=1)
        mine = Delivery.objects.filter(state=State.LEASED, lease_until__lt=stamped_before + deliveries.LEASE)
        return mine.update(lease_until=clock.now() - timedelta(seconds=1))

    def kill_mid_talk(self, program, *, moment, after=3):
        """SIGKILL once `after` more copies are in and a talk stands at `moment`. Returns how many starts it left."""
        target = len(self.sink.copies) + after
        self.wait_for(lambda: len(self.sink.copies) >= target and moment in self.sink.talking.values(), program)
        kill(program)
        found = self.open_starts()
        self.bound += found
        self.expire_leases()
        return found

    def wait_for(self, is_so, program=None, *, seconds=60):
        deadline = time.monotonic() + seconds
        while not is_so():
            words = program.last_words() if program else ""
            assert time.monotonic() < deadline, f"what the fault waits for did not come within {seconds} s. {words}"
            time.sleep(0.02)

    def database_is_back(self):
        """Reconnects; true once the database answers."""
        connection.close()
        try:
            clock.now()
        except (DatabaseError, InterfaceError):
            return False
        return True

    def judge(self, ids, *, unmarked_allowed=0, failed_allowed=0):
        """I1 each key reached the sink or failed visibly; I2 extra copies bounded and marked; I3 no open start."""
        carriers = self.carriers(ids)
        messages = list(self.messages(set(carriers.values())))
        key_of = {notices.opaque(each): each for each in messages}
        copies = {}
        for key, at, is_marked, message_id in list(self.sink.copies):
            if key in key_of:
                copies.setdefault(key, []).append((at, is_marked, message_id))
        reached = {key_of[key].reminder_id for key in copies}
        unsent = {each.reminder_id for each in messages if each.state == State.FAILED}
        told = {each for each, carrier in carriers.items() if carrier in reached}
        failed = {each for each, carrier in carriers.items() if carrier in unsent} - told
        extra = sum(len(each) - 1 for each in copies.values())
        # The one that is not marked may arrive last: a slow sender's, overtaken by the one who took over.
        unmarked = sum(max(0, sum(not is_marked for _, is_marked, _ in each) - 1) for each in copies.values())
        due = {each.pk: each.due_at.timestamp() for each in Reminder.objects.filter(pk__in=ids)}
        counts = Counts(
            due=len(ids),
            delivered=len(told),
            extra=extra,
            bound=self.bound,
            marked=extra - unmarked,
            lost=len(set(ids) - told - failed),
            failed=len(failed),
            open=DeliveryStart.objects.filter(delivery__in=messages, end=None).count(),
            latest=max((min(each)[0] - due[key_of[key].reminder_id] for key, each in copies.items()), default=0),
        )
        self.find_problems(counts, copies, messages, unmarked_allowed=unmarked_allowed, failed_allowed=failed_allowed)
        return counts

    def find_problems(self, counts, copies, messages, *, unmarked_allowed, failed_allowed):
        doubled = Delivery.objects.filter(pk__in=[each.pk for each in messages]).values("reminder_id", "recipient_id")
        rules = {
            "lost": counts.lost == 0,
            "unmarked repeats": counts.extra - counts.marked <= unmarked_allowed,
            "more extra copies than the faults excuse": counts.extra <= counts.bound,
            "open starts": counts.open == 0,
            "failed": counts.failed <= failed_allowed,
            "another Message-ID": all(len({name for *_, name in each}) == 1 for each in copies.values()),
            "two messages for one": not doubled.annotate(n=Count("pk")).filter(n__gt=1).exists(),
        }
        counts.problems += [name for name, holds in rules.items() if not holds]


def make_cast():
    """A site, six people, and the departure whose plan carries every follow-up of the run."""
    adoptions.carry_over()
    name = uuid.uuid4().hex[:6]
    site = Site.objects.create(name=f"Fault {name}", country="US", time_zone="America/New_York", emergency_number="911")
    team = Team.objects.create(name=f"Fault {name}", site=site)
    people = [
        User.objects.create(email=f"p{n}.{name}@clinic.example", name=f"P {n}", roles=[Role.THERAPIST], team=team)
        for n in range(6)
    ]
    client = Client.objects.create(reference=name, preferred_name="Robin", therapist=people[0], team=team)
    session = TherapySession.objects.create(therapist=people[0], site=site, starts_at=clock.now(), room="1")
    session.clients.add(client)
    departure = departures.log(id=uuid.uuid4(), by=people[0], session=session)
    plan = FollowUpPlan.objects.create(
        departure=departure,
        policy=FollowUpPolicy.objects.latest("pk"),
        response_level="elevated",
        opened_by=people[0],
    )
    return plan, people
