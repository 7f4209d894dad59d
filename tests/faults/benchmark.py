"""`make benchmark`: reminders against plain mail and plain Celery, in rounds that take turns; medians as ratios.

P4 reminders per second through SMTP against raw `smtplib` (>= 0.6) and Celery ETA (>= 2): by a worker with as many
senders as it has in earnest, and by one sender alone. P5 memory of a worker with nothing and with SCALE waiting
reminders, its idle CPU, and the plan of the sweep's query. P6 how late 100 immediate ones are while SCALE others are
due. P7 the directory's search (see `tests.resources.benchmark`). P3 every page with SCALE departures against a
hundredth of them; with it P10, the queue against a bare view, P1, a tick against its floor, and P2 and P8, statements
and bytes of each answer (see `tests.sessions_app.benchmark`). P9 how long `make demo` takes to start again. The
default scale is small; SCALE=100000 is the one promised, for P3 SCALE=1000000.
"""

import argparse
import os
import smtplib
import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from django.db import connection
from kombu import Connection

from tests.config.benchmark import p9
from tests.faults import plain_celery as plain
from tests.resources.benchmark import p7
from tests.sessions_app.benchmark import p3

ROUNDS, PER_ROUND = 5, 600
SENDERS = 2 * (os.cpu_count() or 1)  # while one waits for a mail server or a disk, another has the processor


def main(words):
    asked = argparse.ArgumentParser(prog="tests.faults.benchmark", description=__doc__)
    asked.add_argument("names", nargs="*", help="P3, P4, P5, P6, P7, P9; all of them when none is named")
    asked.add_argument("--scale", type=int, default=5000)
    chosen = asked.parse_args(words)
    from tests.faults.__main__ import start

    with ExitStack() as running:
        world = start(running)
        for name, measure in (("P4", p4), ("P5", p5), ("P6", p6), ("P7", p7), ("P9", p9), ("P3", p3)):
            if not chosen.names or name in chosen.names:
                measure(world, chosen.scale)
    return 0


def p4(world, _scale):
    """Four ways in turn, so that a busy moment of the machine hits all alike."""
    world.mail_port = mail_server_of_its_own(world)
    workers_of_doorway(world)
    workers_of_plain_celery(world)
    ways = {"doorway": by_doorway, "one sender": by_one_sender, "smtplib": by_smtplib}
    ways |= {"celery with rows": by_celery_with_rows, "bare celery": by_bare_celery}
    rates = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, way in ways.items():
            rates[name].append(PER_ROUND / way(world, PER_ROUND))
    world.calm_down()
    middle = {name: statistics.median(each) for name, each in rates.items()}
    print(f"P4  medians of {ROUNDS} rounds of {PER_ROUND}: " + ", ".join(f"{n} {r:.0f}/s" for n, r in middle.items()))
    for other, wanted in (("smtplib", 0.6), ("celery with rows", 2), ("bare celery", 2)):
        ratio = middle["doorway"] / middle[other]
        verdict = "OK" if ratio >= wanted else "NOT REACHED"
        print(f"    {SENDERS} senders / {other} {ratio:.2f}, wanted >= {wanted}: {verdict}")


def mail_server_of_its_own(world):
    """In the sender's process it would take turns with it, and the comparison would be about that."""
    from django.conf import settings

    from config.local.processes import answers, free_port

    port = free_port()
    server = world.programs.start("mail", [sys.executable, "-m", "tests.faults.machines", port])
    server.wait_until(lambda: answers(port))
    settings.EMAIL_PORT = port
    return port


def taken(world):
    """How many mails that server has taken."""
    with smtplib.SMTP("127.0.0.1", world.mail_port) as server:
        return int(server.verify("x@clinic.example")[1])


def workers_of_doorway(world):
    """A worker as it runs in earnest, warm."""
    from tests.followups.programs import CELERY, QUIET

    world.programs.env["EMAIL_URL"] = f"smtp://127.0.0.1:{world.mail_port}"
    world.programs.start("worker", [*CELERY, "worker", "--concurrency", SENDERS, "--loglevel", "WARNING", *QUIET])
    by_doorway(world, 10 * SENDERS)


def by_doorway(world, number):
    """One wake-up call to a worker: it sweeps, drains, and calls more of its senders."""
    from followups import tasks

    count, _ids = taken(world), made(world, number)
    with Connection(world.programs.env["REDIS_URL"]) as broker:
        began = time.perf_counter()
        tasks.sweep.apply_async(connection=broker)
        world.wait_for(lambda: taken(world) >= count + number)
    return time.perf_counter() - began


def made(world, number):
    """That many due reminders, known to the planner of the database: an installation that runs has statistics."""
    ids = world.make(number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE followups_reminder, followups_followup, followups_delivery, followups_deliverystart")
    return ids


def by_one_sender(world, number):
    """The same by one process, which is this one."""
    from followups import deliveries, reminders

    ids = made(world, number)
    began = time.perf_counter()
    reminders.sweep(clock_name="benchmark")
    deliveries.drain()
    took = time.perf_counter() - began
    assert world.left(ids) == 0
    return took


def by_smtplib(world, number):
    """One connection, one message after the other: as fast as this mail server takes them."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", world.mail_port) as server:
        for n in range(number):
            server.send_message(a_mail(n))
    return time.perf_counter() - began


def a_mail(n, address="p@clinic.example"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "doorway@localhost", address, "A follow-up is due"
    mail["Message-ID"] = f"<raw-{n}@doorway>"
    mail.set_content("A follow-up is due. Open Doorway: http://127.0.0.1:8000/follow-ups/\n")
    return mail


def workers_of_plain_celery(world):
    """What most would write: a task per reminder with an ETA that is over, which opens a connection and sends."""
    world.programs.env |= {"PLAIN_BROKER": f"{world.redis.url.rsplit('/', 1)[0]}/9", "PLAIN_PORT": str(world.mail_port)}
    plain.app.conf.broker_url = world.programs.env["PLAIN_BROKER"]
    command = [sys.executable, "-m", "celery", "-A", "tests.faults.plain_celery", "worker", "--concurrency", SENDERS]
    world.programs.start("plain", [*command, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"])
    by_bare_celery(world, 10 * SENDERS)
    by_celery_with_rows(world, 10 * SENDERS)


def by_bare_celery(world, number):
    return by_celery(world, plain.remind, range(number))


def by_celery_with_rows(world, number):
    from followups.models import Reminder

    ids = made(world, number)
    took = by_celery(world, plain.remind_of, ids)
    Reminder.objects.filter(pk__in=ids).update(state=Reminder.State.STOPPED)
    return took


def by_celery(world, task, about):
    count, number, now = taken(world), len(about), datetime.now(UTC)
    began = time.perf_counter()
    for each in about:
        task.apply_async(args=[each], eta=now)
    world.wait_for(lambda: taken(world) >= count + number)
    return time.perf_counter() - began


def memory(program):
    """MiB of the worker and its children that are their own."""
    from tests.config.living import descendants

    total = 0
    for pid in {program.process.pid} | descendants(program.process.pid):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / 1024


def cpu_seconds(program):
    from tests.config.living import descendants

    ticks = 0
    for pid in {program.process.pid} | descendants(program.process.pid):
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def p5(world, scale):
    world.calm_down()
    world.programs.env["SWEEP_SECONDS"] = "15"
    found = {}
    for waiting in (0, scale):
        for _part in range(waiting // 5000):
            world.make(5000, due_in=timedelta(days=2))
        worker, _beat = world.programs.start_worker(), world.programs.start_beat()
        time.sleep(20)
        before, began = cpu_seconds(worker), time.monotonic()
        time.sleep(20)
        found[waiting] = memory(worker), 100 * (cpu_seconds(worker) - before) / (time.monotonic() - began)
        world.calm_down()
    (empty, _), (full, idle) = found[0], found[scale]
    print(f"P5  worker with 0 waiting {empty:.1f} MiB, with {scale} {full:.1f} MiB; idle CPU {idle:.2f} %, wanted < 1")
    print(f"    the sweep's query: {plan_of_the_sweep()}")
    world.programs.env["SWEEP_SECONDS"] = "1"


def plan_of_the_sweep():
    from django.db import transaction

    from followups import clock
    from followups.models import Reminder

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE followups_reminder")
    due = Reminder.objects.due(clock.now()).select_for_update(of=["self"], skip_locked=True)
    with transaction.atomic():
        plan = due.order_by("lane", "due_at", "pk")[:500].explain(analyze=True, buffers=True)
    wanted = [line.strip() for line in plan.splitlines() if "Scan" in line or "Buffers" in line or "Execution" in line]
    return " / ".join(wanted)


def p6(world, scale):
    """Routine ones are all due; then 100 immediate ones fall due, once a thousand are out."""
    world.begin()
    before, few = len(world.sink.copies), world.people
    world.people = world.crowd()
    ids = [each for _part in range(scale // 5000) for each in world.make(5000, lane=1)]
    world.people = few
    began = time.monotonic()
    world.programs.start_sweeper()
    world.programs.start_worker()
    world.programs.start_beat()
    world.wait_for(lambda: len(world.sink.copies) > before + min(1000, scale // 5), seconds=300)
    urgent, due_at = world.make(100), time.monotonic()
    world.settle(urgent, hurry=False, seconds=300)
    urgent_took = time.monotonic() - due_at
    world.settle(ids, hurry=False, seconds=3000)
    total = time.monotonic() - began
    share = 100 * urgent_took / total
    counts = world.judge(ids + urgent)
    print(f"P6  {scale} in {total:.0f} s; 100 immediate ones out {urgent_took:.1f} s after due: {share:.1f} %")
    print(f"    wanted: within 2 % of the time at 100000; {counts.line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
