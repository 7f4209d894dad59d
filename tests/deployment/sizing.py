"""What each program needs and what a node takes, as figures of this machine; the advice in DEPLOY.md is made of them.

Six people tap as fast as they are answered, through nginx, on one node and then on two. Clients, proxy, database and
nodes share the machine, so that what a node takes is said in its own processor time, which does not depend on that.
"""

import os
import time
from pathlib import Path

from tests.deployment import clinicians, nodes
from tests.deployment.place import memory_of

PROGRAMS = ["web-1", "web-2", "worker-urgent-1", "worker-routine-1", "worker-background-1"]
PROGRAMS += ["beat-1", "sweeper-1", "auditor-1"]
SECONDS = 20


def run(here):
    with here.to_itself():
        people = here.world.people
        nodes.made_ready(people)
        here.nginx.start()
        for name in PROGRAMS:
            here.run(name)
        here.world.wait_for(nodes.heartbeats, seconds=90)
        print(f"   {os.cpu_count()} processors, {machine()}")
        problems = loaded(here, people, "two nodes")
        here.programs["web-2"].stop()
        problems += loaded(here, people, "one node")
        here.again("web-2")
        told_memory(here)
        return problems


def machine():
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in facts if line.startswith("model name")), "unknown")


def loaded(here, people, what):
    """Everybody taps as fast as they are answered; prints how many a second, and what one costs."""
    working = clinicians.at_work(here, people, password=nodes.password(), pause=0)
    used, began, before = processor_time(here), time.monotonic(), asked(working)
    time.sleep(SECONDS)
    used, took, number = processor_time(here) - used, time.monotonic() - began, asked(working) - before
    ledgers = clinicians.stopped(working)
    each = 1000 * used / max(1, number)
    print(f"   {what}: {number / took:.0f} requests a second, {each:.1f} ms of a node's processor time for each")
    print(f"   {what}: {connections()} connections to the database")
    return [problem for ledger in ledgers for problem in ledger.problems]


def asked(working):
    """Taps and pages: four taps and a level to each departure, and one page."""
    return sum(len(x.ledger.departures) + len(x.ledger.ticks) + len(x.ledger.levels) + x.ledger.pages for x in working)


def processor_time(here):
    """Seconds that the web nodes have used, with their children."""
    from tests.config.living import descendants

    total = 0
    for name, program in here.programs.items():
        if name.startswith("web") and program.is_running:
            for pid in {program.process.pid} | descendants(program.process.pid):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def connections():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


def told_memory(here):
    for name, program in here.programs.items():
        print(f"   {name}: {memory_of(program):.0f} MB")
