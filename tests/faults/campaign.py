"""A seeded campaign: mixed faults at random points over a stream of reminders that fall due.

Most senders are forked children that die by SIGKILL before a random statement, or in mid-talk with the mail server:
a thousand deaths in minutes. In between, the real servers are killed and real programs too.
"""

import os
import random
import signal
import time
from collections import Counter

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max, Q

from followups import clock, deliveries, reminders
from followups.models import DeliveryEnd, DeliveryStart
from tests.followups.programs import kill

#: How often each fault is drawn, of a thousand.
WEIGHTS = {
    "killed at a statement": 560,
    "killed before accepting": 90,
    "killed after accepting": 90,
    "connection to the database cut": 90,
    "451": 50,
    "accepted, then dropped": 60,
    "connection refused": 30,
    "FLUSHALL": 10,
    "Redis killed": 6,
    "database stopped at once": 8,
    "real sweeper killed": 6,
}
STATEMENTS = 60  # a child sends about a dozen messages within so many


def run(world, *, number, seed):
    """Make `number` faults. Prints the seed, the faults by kind and the counts; 1 when a gate breaks."""
    print(f"seed {seed}, {number} faults", flush=True)
    world.begin()
    chance, hits, missed, ids, began = random.Random(seed), Counter(), Counter(), [], time.monotonic()
    while sum(hits.values()) < number:
        kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        ids += world.make(chance.randint(3, 8), lane=chance.choice([0, 1]))
        did_hit = MAKERS[kind](world, chance)
        (hits if did_hit else missed)[kind] += 1
        if sum(hits.values()) % 100 == 0 and did_hit:
            print(f"{sum(hits.values())} faults, {len(ids)} reminders, {time.monotonic() - began:.0f} s", flush=True)
        assert sum(missed.values()) < 3 * number + 50, f"the faults do not hit: {missed}"
    finish(world, ids)
    counts = world.judge(ids, failed_allowed=len(ids) // 50)
    for kind, hit in hits.most_common():
        print(f"  {hit:>5}  {kind}  ({missed[kind]} drawn that did not hit, not counted)")
    print(f"seed {seed}: {sum(hits.values())} faults. {counts.line} | {time.monotonic() - began:.0f} s")
    print(f"FAILED: {', '.join(counts.problems)}" if counts.problems else "OK")
    return 1 if counts.problems else 0


def finish(world, ids):
    """The faults are over: one sender without trouble sends what is left."""
    world.calm_down()
    world.expire_leases()
    world.programs.start_sweeper()
    world.settle(ids, seconds=240)


def in_child(work):
    """Fork a sender that sweeps and drains; `work` may arm its death. Returns its pid."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        reminders.sweep(clock_name="campaign")
        deliveries.drain()
    except (DatabaseError, InterfaceError):
        os._exit(3)
    except BaseException:
        os._exit(4)
    os._exit(0)


def ended(pid, *, seconds=30):
    """The child's exit code, negative for a signal. One that never ends is killed and reported as -14."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            code = os.waitstatus_to_exitcode(status)
            assert code != 4, "the engine raised what it should not"
            return code
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -signal.SIGALRM


def after_death(world):
    """Bounds what the dead may have sent, lets its lease run out and pauses end."""
    newest = getattr(world, "newest_start", 0)
    in_doubt = Q(end=None) | Q(end__result=DeliveryEnd.Result.AMBIGUOUS)
    world.bound += DeliveryStart.objects.filter(in_doubt, pk__gt=newest).count()
    world.newest_start = DeliveryStart.objects.aggregate(newest=Max("pk"))["newest"] or 0
    world.expire_leases()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE followups_delivery SET next_at = %s WHERE state = 'pending'", [clock.now()])


def death_at_a_statement(world, chance):
    number = chance.randint(1, STATEMENTS)
    is_before = chance.random() < 0.5

    def arm():
        seen = 0

        def count(execute, sql, params, many, context):
            nonlocal seen
            seen += 1
            if seen == number and is_before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = execute(sql, params, many, context)
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        connection.execute_wrappers.append(count)

    code = ended(in_child(arm))
    after_death(world)
    return code == -signal.SIGKILL


def death_in_talk(moment):
    def make(world, chance):
        world.sink.mode, world.sink.pause = "ok", 0.4
        start, wanted = len(world.sink.copies), chance.randint(0, 2)
        pid = in_child(lambda: None)
        world.sink.mode = moment if not wanted else "ok"
        hit, deadline = False, time.monotonic() + 3
        while time.monotonic() < deadline and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if len(world.sink.copies) >= start + wanted:
                world.sink.mode = moment
            if moment in world.sink.talking.values():
                os.kill(pid, signal.SIGKILL)
                hit = True
                break
            time.sleep(0.001)
        code = ended(pid)
        world.sink.mode = "ok"
        time.sleep(0.06)  # the mail server notices that nobody is there any more
        after_death(world)
        return hit and code == -signal.SIGKILL

    return make


def cut_connection(world, chance):
    """The database ends the sender's session at a random moment; the sender lives and must cope."""
    world.sink.mode, world.sink.pause = "after", 0.05
    pid = in_child(lambda: None)
    time.sleep(chance.uniform(0.02, 0.25))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        cut = cursor.fetchone()[0]
    code = ended(pid)
    world.sink.mode = "ok"
    after_death(world)
    return cut >= 1 and code == 3


def unwell(mode):
    def make(world, chance):
        world.sink.mode = mode
        met = world.sink.met
        pid = in_child(lambda: None)
        time.sleep(chance.uniform(0.01, 0.1))
        world.wait_for(lambda: world.sink.met > met or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))
        world.sink.mode = "ok"
        ended(pid)
        after_death(world)
        return world.sink.met > met

    return make


def refused(world, chance):
    world.sink.stop()
    asked_at = clock.now()
    ended(in_child(lambda: None))
    world.sink.start()
    hit = DeliveryEnd.objects.filter(result="temporary", at__gte=asked_at, detail__startswith="No connection").exists()
    after_death(world)
    return hit


def flush(world, chance):
    world.redis.flush()
    ended(in_child(lambda: None))
    after_death(world)
    return True


def redis_killed(world, chance):
    world.redis.kill()
    ended(in_child(lambda: None))
    world.redis.start()
    after_death(world)
    return True


def database_stopped(world, chance):
    world.sink.mode, world.sink.pause = "after", 0.1
    pid = in_child(lambda: None)
    time.sleep(chance.uniform(0.05, 0.4))
    connection.close()
    world.postgres.stop_at_once()
    code = ended(pid)
    world.sink.mode = "ok"
    world.postgres.start()
    world.wait_for(world.database_is_back)
    after_death(world)
    return code == 3


def real_sweeper(world, chance):
    world.sink.mode, world.sink.pause = chance.choice(["before", "after"]), 0.4
    sender = world.programs.start_sweeper()
    world.wait_for(lambda: world.sink.talking, sender)
    time.sleep(chance.uniform(0, 0.3))
    kill(sender)
    world.sink.mode = "ok"
    time.sleep(0.06)
    hit = world.open_starts() > 0
    after_death(world)
    return hit


MAKERS = {
    "killed at a statement": death_at_a_statement,
    "killed before accepting": death_in_talk("before"),
    "killed after accepting": death_in_talk("after"),
    "connection to the database cut": cut_connection,
    "451": unwell("451"),
    "accepted, then dropped": unwell("drop"),
    "connection refused": refused,
    "FLUSHALL": flush,
    "Redis killed": redis_killed,
    "database stopped at once": database_stopped,
    "real sweeper killed": real_sweeper,
}
