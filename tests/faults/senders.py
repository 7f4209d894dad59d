"""F1 to F5, F10, F11 and what happens to single senders: killed, stopped, doubled, without broker."""

import os
import signal
import time
from datetime import timedelta

from followups import clock
from followups.models import Delivery, DeliveryEnd, DeliveryStart
from tests.config.living import descendants
from tests.followups.programs import kill

State, Result = Delivery.State, DeliveryEnd.Result


def kill_often(world, moment, *, times):
    """Worker and sweeper in turn, so that both kinds of sender die."""
    ids = world.make(6 * times + 4)
    world.sink.mode, world.sink.pause = moment, 0.25
    world.programs.start_beat()
    hits = 0
    for turn in range(times):
        sender = world.programs.start_worker() if turn % 2 == 0 else world.programs.start_sweeper()
        hits += world.kill_mid_talk(sender, moment=moment, after=2)
    assert hits >= times * 0.8, f"only {hits} of {times} kills left an open start"
    world.sink.mode = "ok"
    world.programs.start_worker()
    world.settle(ids)
    return ids, f"{hits} open starts at {times} kills with return code -9"


def f1(world, *, times=6):
    """kill -9 after the server accepted, before it said so, six times"""
    ids, hit = kill_often(world, "after", times=times)
    counts = world.judge(ids)
    if counts.extra < times * 0.8:
        counts.problems.append("no copy had been accepted when the senders died: not this fault")
    return counts, hit


def f2(world, *, times=6):
    """kill -9 before the server accepts, six times"""
    ids, hit = kill_often(world, "before", times=times)
    counts = world.judge(ids)
    if counts.extra:
        counts.problems.append("extra copies, although none was accepted")
    return counts, hit


def f3(world):
    """kill -9 beat, never restarted: the sweeper is a clock of its own"""
    beat = world.programs.start_beat()
    world.programs.start_worker()
    world.settle(world.make(2))
    kill(beat)
    world.programs.start_sweeper()
    ids = world.make(20)
    world.settle(ids, hurry=False)
    assert beat.process.poll() == -signal.SIGKILL
    return world.judge(ids), "beat ended with -9"


def f4(world, *, times=12):
    """FLUSHALL twelve times during sending"""
    ids = world.make(times * 8)
    world.sink.mode, world.sink.pause = "after", 0.05
    for start in (world.programs.start_beat, world.programs.start_worker, world.programs.start_sweeper):
        start()
    world.wait_for(lambda: world.sink.copies and world.left(ids) < len(ids))
    known = 0
    for _round in range(times):
        known += world.redis.flush()
        time.sleep(0.2)
    world.settle(ids, hurry=False)
    assert known, "Redis never held anything that could be forgotten"
    return world.judge(ids), f"{known} keys forgotten"


def f5(world):
    """kill -9 Redis five times, without the sweeper"""
    world.programs.start_beat()
    world.programs.start_worker()
    ids = world.make(1)
    world.settle(ids)
    for _round in range(5):
        world.redis.kill()
        ids += world.make(1)
        time.sleep(1)
        assert world.left(ids) == 1, "delivered without a broker: somebody else was sending"
        world.redis.start()
        world.settle(ids, hurry=False)
    return world.judge(ids), "5 times return code -9, nothing delivered meanwhile"


def f10(world):
    """a talk longer than its lease: another sender takes over, marked; within the lease nobody does"""
    world.sink.mode, world.sink.pause = "tarpit", 2
    ids = world.make(3)
    world.programs.start_sweeper()
    world.settle(ids, hurry=False)
    within = world.judge(ids)
    assert world.sink.met >= 3
    assert within.extra == 0, "a second copy within the lease"
    world.programs.start_worker()
    world.programs.start_beat()
    world.sink.pause = 8  # longer than the others need to notice, shorter than the time-out
    one = world.make(1)
    world.wait_for(lambda: "before" in world.sink.talking.values())
    world.sink.mode = "ok"
    assert world.expire_leases() >= 1
    world.bound += 1
    world.settle(one, hurry=False)
    world.wait_for(lambda: not world.sink.talking)
    time.sleep(1)
    counts = world.judge(ids + one)
    if counts.extra != 1:
        counts.problems.append("nobody took over")
    return counts, "4 slow talks; the lease was moved in the row for one of them"


def f11(world):
    """two beats, two workers, two sweepers at once"""
    ids = world.make(600)
    for start in (world.programs.start_worker, world.programs.start_sweeper, world.programs.start_beat):
        start()
        start() if start != world.programs.start_beat else second_beat(world)
    world.settle(ids, hurry=False, seconds=120)
    senders = set(DeliveryStart.objects.filter(delivery__reminder__in=ids).values_list("worker", flat=True))
    assert len(senders) >= 2, "only one sender took part"
    return world.judge(ids), f"{len(senders)} senders took part"


def second_beat(world):
    from tests.followups.programs import CELERY

    schedule = world.programs.folder / "second-beat"
    return world.programs.start("beat", [*CELERY, "beat", "--schedule", schedule, "--pidfile="])


def f17_stopped(world):
    """SIGSTOP a sender in mid-talk beyond its lease, another one sends, then SIGCONT (the lease is moved in the row)"""
    world.sink.mode, world.sink.pause = "after", 1.5
    ids = world.make(1)
    slow = world.programs.start_sweeper()
    world.wait_for(lambda: "after" in world.sink.talking.values(), slow)
    os.killpg(slow.process.pid, signal.SIGSTOP)
    assert world.open_starts() == 1
    world.sink.mode = "ok"
    world.expire_leases()
    world.bound += 1
    world.programs.start_worker()
    world.programs.start_beat()
    world.settle(ids, hurry=False)
    ends = DeliveryEnd.objects.filter(start__delivery__reminder__in=ids).order_by("pk")
    before = list(ends.values_list("result", flat=True))
    os.killpg(slow.process.pid, signal.SIGCONT)
    time.sleep(4)
    assert list(ends.values_list("result", flat=True)) == before == [Result.LOST, Result.SENT], before
    return world.judge(ids), "its late end was fenced off"


def f17_child(world):
    """the pool's child alone is killed, which is what the kernel does when memory is short (memory was not filled)"""
    world.sink.mode, world.sink.pause = "after", 0.3
    ids = world.make(15)
    world.programs.start_beat()
    worker = world.programs.start_worker()
    world.wait_for(lambda: len(world.judge(ids).problems) and "after" in world.sink.talking.values(), worker)
    [child] = descendants(worker.process.pid)
    os.kill(child, signal.SIGKILL)
    world.wait_for(lambda: descendants(worker.process.pid) != {child}, worker)
    assert worker.is_running, "the whole worker died"
    hit = world.open_starts()
    world.bound += hit
    world.expire_leases()
    world.sink.mode = "ok"
    world.settle(ids)
    return world.judge(ids), f"{hit} open start, the worker made a new child"


def f17_poison(world):
    """one message kills its sender each time: set aside after three, the others go out"""
    poison, *_ = world.people
    world.sink.mode, world.sink.pause, world.sink.only = "before", 20, poison.email
    ids = world.make(1, recipient=poison)
    others = world.make(12, recipient=world.people[1])
    deaths = 0
    for _turn in range(3):
        sender = world.programs.start_sweeper()
        world.wait_for(lambda: "before" in world.sink.talking.values(), sender)
        kill(sender)
        deaths += world.open_starts()
        world.expire_leases()
    assert deaths == 3
    world.programs.start_sweeper()
    world.settle(ids + others)
    counts = world.judge(ids + others, failed_allowed=1)
    if counts.failed != 1 or counts.delivered != len(others):
        counts.problems.append("the poison row was not set aside")
    return counts, "three senders died on one row"


def f12(world, number=3000):
    """many due at once, one worker and one sweeper"""
    ids = world.make(number, due_in=timedelta(seconds=-1))
    began = clock.now()
    world.programs.start_worker()
    world.programs.start_beat()
    world.programs.start_sweeper()
    world.settle(ids, hurry=False, seconds=240)
    return world.judge(ids), f"{number / (clock.now() - began).total_seconds():.0f} per second"
