"""Two of each program, each killed in turn under load: nothing acknowledged is lost, nothing is doubled, all is sent.

Real nginx in front of two web nodes; two workers for each queue, two beats, two sweepers, the auditor. Four people work
with a client that repeats what was not acknowledged, reminders fall due all the while. SIGKILL, then what systemd does.
"""

import time
import uuid
from collections import Counter

from tests.deployment import clinicians

TWICE = ["web", "worker-urgent", "worker-routine", "beat", "sweeper"]
PROGRAMS = [f"{each}-{number}" for each in TWICE for number in (1, 2)] + ["worker-background-1", "auditor"]
DOWN, UP = 2, 2  # seconds that a program is away, and that all are there before the next is killed
DUE = 12  # reminders that fall due around each kill
MANY = 10**9  # departures before, where their number does not matter
LEFT_BEHIND = 240  # seconds that a dead sender's messages may take: its lease is two minutes


def run(here):
    with here.to_itself():
        return judged(here)


def judged(here):
    world = here.world
    people = world.people[:4]
    earlier = made_ready(people)
    begin(here)
    working = clinicians.at_work(here, people, password=password())
    due, hits = [], Counter()
    for name in PROGRAMS:
        due += world.make(DUE)
        time.sleep(UP)
        hits[name] = strike(here, name)
        due += world.make(DUE)
        time.sleep(DOWN)
        here.again(name)
    time.sleep(UP)
    ledgers = clinicians.stopped(working)
    world.settle(due, seconds=LEFT_BEHIND, hurry=False)
    return told(world, ledgers, due, hits, earlier)


def password():
    """What each of them signs in with. Models are imported once Django knows its database."""
    from tests.conftest import PASSWORD

    return PASSWORD


def made_ready(people):
    """Passwords that real programs take, and a policy in force: without one no plan has times.

    Returns how many departures there are already.
    """
    from django.utils import timezone

    from followups.models import FollowUpPolicy
    from protocols import adoptions
    from sessions_app.models import DepartureEvent
    from tests.followups.programs import keep_real_password

    adoptions.carry_over()

    for each in people:
        keep_real_password(each)
    FollowUpPolicy.objects.filter(number=1, adopted_at=None).update(adopted_at=timezone.now(), adopted_by=people[0])
    return DepartureEvent.objects.filter(session=None).count()


def begin(here):
    here.nginx.start()
    for name in PROGRAMS:
        here.run(name)
    world = here.world
    world.bound = 0
    world.sink.mode, world.sink.pause = "before", 0.05  # a talk takes a moment, so that kills fall into it
    world.wait_for(heartbeats, seconds=90)


def heartbeats():
    from followups.models import Heartbeat

    return Heartbeat.objects.filter(clock__in=["beat", "sweeper"]).count() == 2


def strike(here, name):
    """SIGKILL to a program and its children. Returns how many talks with the mail server it left open."""
    from followups.models import DeliveryStart
    from tests.config.living import descendants
    from tests.followups.programs import kill

    program = here.programs[name]
    family = {program.process.pid} | descendants(program.process.pid)
    kill(program)
    left = DeliveryStart.objects.filter(end=None).values_list("worker", flat=True)
    mine = sum(int(worker.rpartition(":")[2]) in family for worker in left)
    here.world.bound += mine
    return mine


def told(world, ledgers, due, hits, earlier):
    """Print what came of it; the problems."""
    counts = world.judge(due)
    problems = [problem for each in ledgers for problem in each.problems] + counts.problems
    problems += kept(ledgers, earlier=earlier)
    departures, ticks = (sum(len(getattr(each, name)) for each in ledgers) for name in ("departures", "ticks"))
    repeats, longest = sum(each.repeats for each in ledgers), max(each.longest for each in ledgers)
    pages, failed = sum(each.pages for each in ledgers), sum(each.failed_pages for each in ledgers)
    print(f"   killed {len(hits)} programs, {sum(hits.values())} talks with the mail server cut")
    print(f"   {departures} departures and {ticks} ticks acknowledged, {repeats} sent again, longest {longest:.1f} s")
    reloads = sum(each.reloads for each in ledgers)
    print(f"   {pages} pages looked at, {reloads} times one was loaded again, {failed} never came")
    print(f"   reminders: {counts.line}")
    made_up = clinicians.Ledger(departures={uuid.uuid4()}, ticks={(uuid.uuid4(), "stay-calm", uuid.uuid4())})
    if len(kept([made_up], earlier=MANY)) != 2:
        problems.append("what nobody saved was not missed: the comparison sees nothing")
    if not repeats:
        problems.append("no tap had to be sent again: the kills hit nothing")
    if failed:
        problems.append(f"{failed} pages never came although one node was there")
    return problems


def kept(ledgers, *, earlier):
    """What was acknowledged and is not there, or is there twice."""
    from sessions_app.models import DepartureEvent, StepResponse

    departures = {each for ledger in ledgers for each in ledger.departures}
    ticks = {tick for ledger in ledgers for tick in ledger.ticks}
    there = set(DepartureEvent.objects.filter(pk__in=departures).values_list("pk", flat=True))
    rows = StepResponse.objects.filter(departure__in=departures)
    answers = list(rows.values_list("departure_id", "step__slug", "op_id"))
    by_step = Counter((departure, slug) for departure, slug, _op in answers if slug in clinicians.STEPS)
    levels = {each for ledger in ledgers for each in ledger.levels}
    planned = set(DepartureEvent.objects.filter(pk__in=levels, plans__isnull=False).values_list("pk", flat=True))
    facts = {
        "acknowledged departures lost": len(departures - there),
        "acknowledged ticks lost": len(ticks - set(answers)),
        "steps with two answers of one tap": sum(number > 1 for number in by_step.values()),
        "levels without a plan": len(levels - planned),
        "departures nobody asked for": doubled(ledgers, earlier),
    }
    return [f"{number} {what}" for what, number in facts.items() if number]


def doubled(ledgers, earlier):
    """Departures of these people beyond what they tapped; one of each may still have been on its way at the end."""
    from sessions_app.models import DepartureEvent

    tapped = sum(len(each.departures) for each in ledgers)
    made = DepartureEvent.objects.filter(session=None).count() - earlier
    return max(0, made - tapped - sum(bool(each.problems) for each in ledgers))
