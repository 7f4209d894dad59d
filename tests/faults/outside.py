"""F6 to F9 and F15: what the world around the senders does. Database away, mail server unwell, disk full."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection

from followups import clock
from followups.models import Delivery, DeliveryEnd, Reminder
from tests.faults.world import Skipped
from tests.followups.programs import kill

State, Result = Delivery.State, DeliveryEnd.Result


ROOM = 300_000  # bytes left: some saves still succeed, and then no more


def f6(world):
    """the database stops at once (-m immediate) three times in mid-send"""
    ids = world.make(120)
    world.sink.mode, world.sink.pause = "after", 0.1
    for start in (world.programs.start_beat, world.programs.start_worker, world.programs.start_sweeper):
        start()
    hits = 0
    for away in (6, 3, 3):
        target = len(world.sink.copies) + 5
        world.wait_for(lambda target=target: len(world.sink.copies) >= target and world.sink.talking)
        hits += world.open_starts()
        world.postgres.stop_at_once()
        world.bound += 2  # as many as there are senders
        time.sleep(away)
        world.postgres.start()
        world.wait_for(world.database_is_back)
        crashed_at = clock.now() - timedelta(seconds=0.5)
        time.sleep(2)
        world.expire_leases(stamped_before=crashed_at)
    assert hits >= 3
    world.settle(ids)
    return world.judge(ids), f"{hits} starts were open when it stopped"


def f7(world):
    """the mail server refuses connections, says 451, hangs longer than the time-out"""
    one, other, *_ = world.people
    world.sink.stop()
    assert world.sink.is_refusing()
    ids = world.make(15, recipient=one)
    world.programs.start_sweeper()
    world.wait_for(lambda: world.messages(ids).filter(last_problem__startswith="No connection").count() >= 10)
    world.sink.start()
    world.sink.mode = "451"
    refused = world.make(15, recipient=one)
    world.wait_for(lambda: world.messages(refused).filter(last_problem__contains="451").count() >= 10)
    world.sink.mode, world.sink.pause, world.sink.only = "before", 14, other.email  # or each retry would hang as well
    hung = world.make(1, recipient=other)
    timed_out = DeliveryEnd.objects.filter(start__delivery__reminder__in=hung, result=Result.AMBIGUOUS)
    world.wait_for(timed_out.exists)
    world.bound += timed_out.count()
    world.sink.mode = "ok"
    world.settle(ids + refused + hung)
    return world.judge(ids + refused + hung), "all three were met"


def f8(world):
    """550: failed at once, visible, and somebody is told"""
    world.sink.mode = "550"
    ids = world.make(20)
    world.programs.start_sweeper()
    world.settle(ids, hurry=False)
    counts = world.judge(ids, failed_allowed=20)
    tries = DeliveryEnd.objects.filter(start__delivery__reminder__in=ids)
    if counts.failed != 20 or tries.exclude(result=Result.PERMANENT).exists() or tries.count() != 20:
        counts.problems.append("not every refusal failed at its first try")
    told = Delivery.objects.filter(kind=Delivery.Kind.NOT_SENT, created_at__gte=clock.now() - timedelta(minutes=5))
    return counts, f"{world.sink.met} times 550; {told.count()} messages tell somebody else"


def f9(world, *, late=1):
    """accepted, then the line drops; or the answer comes after the time-out"""
    world.sink.mode = "drop"
    one, other, *_ = world.people
    ids = world.make(10, recipient=one)
    sender = world.programs.start_sweeper()
    unknown = DeliveryEnd.objects.filter(start__delivery__reminder__in=ids, result=Result.AMBIGUOUS)
    world.wait_for(lambda: unknown.count() >= 10, sender)
    if late:
        world.sink.mode, world.sink.pause, world.sink.only = "after", 14, other.email
        ids += world.make(late, recipient=other)
        unknown = DeliveryEnd.objects.filter(start__delivery__reminder__in=ids, result=Result.AMBIGUOUS)
        world.wait_for(lambda: unknown.filter(start__delivery__reminder__in=ids[10:]).count() >= late, sender)
    world.sink.mode = "ok"
    world.settle(ids)
    world.bound += unknown.count()
    counts = world.judge(ids)
    if counts.extra < len(ids):
        counts.problems.append("not every ambiguous message was sent again")
    return counts, f"{unknown.count()} replies never came"


def elsewhere(name, size, variable):
    """Run fault `name` in a run of its own whose database lies on a small disk that we make, as root only."""
    if os.geteuid() != 0 or sys.platform != "linux":
        raise Skipped("a small disk of its own needs root on Linux")
    folder = Path("/var/tmp") / f"doorway-disk-{os.getpid()}"
    folder.mkdir(mode=0o711)
    try:
        if subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", folder], check=False
        ).returncode:
            raise Skipped("this machine does not let us mount a small disk")
        try:
            command = [sys.executable, "-m", "tests.faults", name]
            return subprocess.run(command, env=os.environ | {variable: str(folder)}, check=False).returncode
        finally:
            subprocess.run(["umount", "-l", folder], check=False)
    finally:
        with suppress(OSError):
            folder.rmdir()


def fill(folder):
    """Write until nothing fits; returns the file."""
    filler = Path(folder) / "filler"
    with open(filler, "wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    out.write(b"0" * size)
    return filler


def full_disk(world, folder):
    """Save and send while the disk is full; what was acknowledged must be there, and told, once there is room again."""
    ids = world.make(60)
    world.sink.mode, world.sink.pause = "after", 0.05
    sender = world.programs.start_sweeper()
    world.wait_for(lambda: world.left(ids) < 50, sender)
    filler = fill(folder)
    os.truncate(filler, filler.stat().st_size - ROOM)
    saved, refused, until = [], 0, time.monotonic() + 12
    while time.monotonic() < until:
        try:
            saved += world.make(20)
        except (DatabaseError, InterfaceError):
            refused += 1
            connection.close()
        time.sleep(0.05)
    filler.unlink()
    assert refused, "nothing was refused: the disk was never full"
    if not world.postgres.program.is_running:
        world.postgres.start()
    world.wait_for(world.database_is_back)
    kill(sender)
    world.bound += world.open_starts() + 2
    world.expire_leases()
    world.programs.start_sweeper()
    world.settle(ids + saved)
    counts = world.judge(ids + saved)
    if Reminder.objects.filter(pk__in=saved).count() != len(saved):
        counts.problems.append("an acknowledged save is gone")
    return counts, f"{len(saved)} saves acknowledged, {refused} refused while it was full"


def f15(world):
    """the database's disk is full"""
    if folder := os.environ.get("FAULTS_DATA"):
        return full_disk(world, folder)
    return elsewhere("F15", "420m", "FAULTS_DATA")


def f17_wal(world):
    """the disk of the database's log (WAL) is full"""
    if folder := os.environ.get("FAULTS_WAL"):
        return full_disk(world, folder)
    return elsewhere("F17b", "140m", "FAULTS_WAL")
