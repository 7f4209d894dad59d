"""F13, F14, F16 and the disasters of F17: wrong clocks, clock changes, reboot, restore."""

import os
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from django.db import connection

from followups import clock, deliveries, due_times, notices, reminders
from followups.models import Delivery, Reminder
from tests.faults.world import Counts
from tests.followups.programs import CELERY, QUIET, kill

State = Delivery.State
HOUR = 3600


def shifted(world, name, seconds, module, *rest, after=0):
    command = [sys.executable, "-m", "tests.faults.shifted", str(seconds), str(after), module, *map(str, rest)]
    return world.programs.start(name, command)


def start_shifted(world, seconds, *, after=0):
    """Worker and beat whose own clock is wrong."""
    worker = ["-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO", *QUIET]
    beat = ["-A", "config", "beat", "--schedule", world.programs.folder / f"beat{seconds}", "--pidfile="]
    started = [shifted(world, "worker", seconds, *CELERY[2:3], *worker, after=after)]
    started.append(shifted(world, "beat", seconds, *CELERY[2:3], *beat, after=after))
    return started


def moved(program):
    return "clock moved by" in program.log.read_text(errors="replace")


def f13(world):
    """the clock of worker and beat is 2 h fast; then it steps back 2 h under a running beat, with the sweeper there"""
    programs = start_shifted(world, 2 * HOUR)
    now, later = world.make(10), world.make(5, due_in=timedelta(hours=1))
    world.settle(now, hurry=False)
    assert all(map(moved, programs)), "the clocks were not moved"
    assert world.left(later) == 5, "sent early"
    world.calm_down()
    programs = start_shifted(world, -2 * HOUR, after=6)
    world.wait_for(lambda: all(map(moved, programs)))
    world.programs.start_sweeper()
    back = world.make(10)
    world.settle(back, hurry=False)
    return world.judge(now + back), "four programs had a moved clock; none of 5 reminders due in an hour went out"


def f14(world):
    """the worker's clock is 60 s fast: wake-up calls do not expire"""
    programs = start_shifted(world, 60)
    ids = world.make(5)
    world.settle(ids, hurry=False)
    assert all(map(moved, programs))
    return world.judge(ids), "clock of worker and beat moved by 60 s"


def f16(world):
    """clock changes of every zone from 2026 to 2028, every quarter of an hour around them (no server needed)"""
    counts, gaps, twice, wrong = 0, 0, 0, 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for change in changes(zone):
            walls = [wall_before(change, zone) + timedelta(minutes=15 * n) for n in range(-16, 17)]
            instants = [due_times.instant(wall.date(), wall.time(), zone) for wall in walls]
            for wall, found in zip(walls, instants, strict=True):
                readings = instants_of(wall, change, zone)
                gaps, twice, counts = gaps + (not readings), twice + (len(readings) == 2), counts + 1
                wrong += found != (readings[0] if readings else change)
            wrong += instants != sorted(instants)
    assert gaps > 1000, "no gap was tried"
    assert twice > 1000, "no hour that comes twice was tried"
    result = Counts(due=counts, delivered=counts - wrong, problems=[f"{wrong} wrong"] if wrong else [])
    return result, f"{gaps} in gaps, {twice} that come twice, {wrong} wrong"


def changes(zone):
    """The instants at which the offset of the zone changes, to the second."""
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    step = timedelta(days=1)
    while moment < end:
        low, high = moment, moment + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds() // 2))
                is_old = middle.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset()
                low, high = (middle, high) if is_old else (low, middle)
            yield high
        moment += step


def wall_before(change, zone):
    return (change - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) + timedelta(seconds=1)


def instants_of(wall, change, zone):
    """Every instant at which that wall time is shown, by trying both offsets around the change."""
    offsets = {(change + timedelta(seconds=n)).astimezone(zone).utcoffset() for n in (-1, 0)}
    tried = sorted(wall.replace(tzinfo=UTC) - offset for offset in offsets)
    return [each for each in tried if each.astimezone(zone).replace(tzinfo=None) == wall]


def f17_clock(world):
    """what the engine reads as the database's time is 2 h ahead, then 2 h behind, then right again"""
    world.programs.start_sweeper()
    ahead, future = world.make(10), world.make(5, due_in=timedelta(hours=1))
    try:
        shift_database("+2 hours")
        restart_sweeper(world)
        assert timedelta(hours=1) < clock.now() - datetime.now(UTC), "the database's clock did not move"
        world.settle(ahead + future, hurry=False)
        shift_database("-2 hours")
        restart_sweeper(world)
        waits = world.make(10, due_in=timedelta(hours=2))  # due by the right clock
        time.sleep(4)
        assert world.left(waits) == 10, "sent before its time"
    finally:
        shift_database(None)
    restart_sweeper(world)
    world.settle(waits)
    counts = world.judge(ahead + future + waits)
    counts.latest = max(counts.latest, 0)
    return counts, "clock_timestamp() was replaced by one that is off; PostgreSQL's own timers were not moved"


def shift_database(by):
    with connection.cursor() as cursor:
        if by is None:
            cursor.execute("ALTER ROLE CURRENT_USER RESET search_path")
        else:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS wrong_clock")
            cursor.execute(
                "CREATE OR REPLACE FUNCTION wrong_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + interval '{by}' $$"
            )
            cursor.execute("ALTER ROLE CURRENT_USER SET search_path = wrong_clock, pg_catalog, public")
    connection.close()


def restart_sweeper(world):
    """A connection keeps its settings; a sender that reconnects has the new time."""
    world.calm_down()
    world.programs.start_sweeper()


def f17_reboot(world):
    """everything is killed at once: senders, Redis and the database; then all start again"""
    ids = world.make(50)
    world.sink.mode, world.sink.pause = "after", 0.2
    senders = [world.programs.start_worker(), world.programs.start_sweeper(), world.programs.start_beat()]
    target = len(world.sink.copies) + 6
    world.wait_for(lambda: len(world.sink.copies) >= target and world.sink.talking)
    world.postgres.kill()
    world.redis.kill()
    for sender in senders:
        kill(sender)
    world.sink.mode = "ok"
    (world.postgres.data / "postmaster.pid").unlink(missing_ok=True)
    world.postgres.start()
    world.redis.start()
    world.wait_for(world.database_is_back)
    hit = world.open_starts()
    assert hit, "nothing was under way"
    world.bound += hit
    world.expire_leases()
    world.programs.start_worker()
    world.programs.start_beat()
    world.settle(ids)
    return world.judge(ids), f"{hit} starts were open; database, Redis and 3 senders ended with -9"


def f17_restore(world):
    """a copy of the data is made in mid-sending, sending goes on, the copy is put back, and sending resumes"""
    ids = world.make(60)
    world.sink.mode, world.sink.pause = "after", 0.1
    sender = world.programs.start_sweeper()
    world.wait_for(lambda: world.left(ids) <= 40, sender)
    stop_now(world, sender)
    before = set(world.messages(ids).filter(state=State.SENT).values_list("pk", flat=True))
    connection.close()
    world.postgres.stop()
    saved = world.postgres.folder / "saved"
    copy(world.postgres.data, saved)
    world.postgres.start()
    sender = world.programs.start_sweeper()
    world.wait_for(lambda: world.left(ids) <= 20, sender)
    stop_now(world, sender)
    since = set(world.messages(ids).filter(state=State.SENT).values_list("pk", flat=True)) - before
    connection.close()
    world.postgres.stop()
    shutil.rmtree(world.postgres.data)
    copy(saved, world.postgres.data)
    world.postgres.start()
    assert len(before) >= 15, "too little was sent before the copy"
    assert len(since) >= 10, "too little was sent after the copy"
    return resume_after_restore(world, ids, before, since)


def stop_now(world, sender):
    """Asked to stop, it would finish its batch first."""
    kill(sender)
    world.bound += world.open_starts()
    world.expire_leases()


def resume_after_restore(world, ids, before, since):
    """As the README says: `manage.py after_restore` before any sender runs again."""
    world.expire_leases()
    deliveries.doubt_what_waits()
    world.bound += len(since)
    world.sink.mode = "ok"
    world.programs.start_sweeper()
    world.settle(ids)
    counts = world.judge(ids)
    known = [notices.opaque(each) for each in Delivery.objects.filter(pk__in=before)]
    if any(sum(key == copy[0] for copy in world.sink.copies) != 1 for key in known):
        counts.problems.append("sent again although the copy knew that it was sent")
    return counts, f"{len(since)} sent after the copy came again, marked by the restore step; none from before it"


def copy(source, target):
    shutil.copytree(source, target, symlinks=True)
    owner = source.stat()
    for path in [target, *target.rglob("*")]:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def f17_tzdata(world):
    """a zone gets other rules while reminders wait: the wall time stands, the instant follows, none is told early"""
    chicago, new_york = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
    ids, due_at = world.make(20, due_in=timedelta(seconds=15)), time.monotonic() + 15
    for each in Reminder.objects.filter(pk__in=ids):
        each.time_zone = "America/New_York"
        reminders.timed(each, each.due_at.replace(microsecond=0)).save()  # a wall shows whole seconds
    before = walls(ids)
    folder = world.programs.folder / "zones" / "America"
    folder.mkdir(parents=True, exist_ok=True)
    source = next(Path(each, "America/Chicago") for each in TZPATH if Path(each, "America/Chicago").exists())
    shutil.copy(source, folder / "New_York")
    world.programs.env["PYTHONTZPATH"] = str(folder.parent)
    sweeper = world.programs.start_sweeper()
    world.wait_for(lambda: all(walls(ids)[pk][2] != before[pk][2] for pk in ids), sweeper)
    assert time.monotonic() < due_at, "they fell due before the rules were there"
    time.sleep(max(0, due_at + 3 - time.monotonic()))
    after, is_off = walls(ids), new_york.utcoffset(datetime.now()) - chicago.utcoffset(datetime.now())  # noqa: DTZ005
    counts = Counts(due=len(ids), delivered=sum(after[pk] == (*before[pk][:2], before[pk][2] + is_off) for pk in ids))
    counts.lost, early = counts.due - counts.delivered, len(ids) - world.left(ids)
    counts.problems += [name for name, n in (("moved wrongly", counts.lost), ("told early", early)) if n]
    del world.programs.env["PYTHONTZPATH"]
    Reminder.objects.filter(pk__in=ids).update(state=Reminder.State.STOPPED)  # the next sweeper follows the old rules
    return counts, f"{len(ids)} reminders followed, by {is_off}; their wall times stand, none was told"


def walls(ids):
    facts = Reminder.objects.filter(pk__in=ids).values_list("pk", "due_on", "due_wall_time", "due_at")
    return {pk: (day, wall_time, due_at) for pk, day, wall_time, due_at in facts}
