"""`make faults`: break what reminders depend on, and count what came of it. Exit code 1 when a gate breaks.

`ARGS="F1 F6"` chooses; `CAMPAIGN=1000 SEED=7` instead runs that many mixed faults at random points.
Gates: 0 lost, 0 unmarked repeats, extra copies at most the sends in flight per crash or ambiguous replies.
"""

import argparse
import logging
import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from accounts import keys
from config.local import servers
from tests.faults.machines import Postgres, Redis, Sink


def main(words):
    asked = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    asked.add_argument("names", nargs="*", help="F1 … F17, W, E, N; all of them when none is named")
    asked.add_argument("--campaign", type=int, default=0)
    asked.add_argument("--seed", type=int, default=None)
    chosen = asked.parse_args(words)
    with ExitStack() as running:
        world = start(running)
        if chosen.campaign:
            from tests.faults import campaign

            seed = chosen.seed if chosen.seed is not None else secrets.randbelow(10**6)
            return campaign.run(world, number=chosen.campaign, seed=seed)
        return run(world, chosen.names)


def start(running):
    """Servers of our own, with data that last; Django set up on them, migrated."""
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="doorway-faults-")))
    folder.chmod(0o711)
    wanted = folder / "postgres"
    running.callback(servers.remove_data, wanted)
    small = {"data": os.environ.get("FAULTS_DATA"), "wal": os.environ.get("FAULTS_WAL")}
    for place in filter(None, small.values()):
        user = servers.other_user()
        os.chown(place, user.pw_uid, user.pw_gid)
    postgres, redis, sink = Postgres(servers.data_folder(wanted), **small), Redis(folder / "redis"), Sink()
    for machine in (postgres, redis, sink):
        running.callback(machine.stop)
        machine.start()
    os.environ.update(
        DATABASE_URL=postgres.url,
        REDIS_URL=redis.url,
        SECRET_KEY=secrets.token_urlsafe(60),
        DATA_KEYS=keys.new("faults"),
        DJANGO_SETTINGS_MODULE="config.settings",
        EMAIL_URL=f"smtp://127.0.0.1:{sink.port}",
        DEBUG="false",
        DEMO="false",
        MFA_REQUIRED_ROLES="privacy",  # whoever works in here signs in with a password
    )
    import django

    django.setup()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a peer that was killed is what we want
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.faults.world import World

    world = World(folder, postgres=postgres, redis=redis, sink=sink)
    running.callback(world.programs.stop)
    return world


def run(world, names):
    from tests.faults.catalogue import FAULTS

    chosen = [each for each in FAULTS if not names or any(is_meant(each[0], name) for name in names)]
    broken = [number for number, fault in chosen if not try_out(world, number, fault)]
    print(f"\n{len(chosen)} faults, {len(broken)} broken{': ' + ', '.join(broken) if broken else ''}")
    return 1 if broken or not chosen else 0


def is_meant(number, name):
    """F17 means all of F17a, F17b …"""
    return number == name or (name == "F17" and number.startswith("F17")) or (name in {"W", "E"} and number[0] == name)


def try_out(world, number, fault):
    """Make one fault happen and print its line. True when every gate held."""
    from tests.faults.world import Skipped

    world.begin()
    began, what = time.monotonic(), fault.__doc__.strip()
    try:
        found = fault(world)
    except Skipped as reason:
        print(f"{number:<5} SKIPPED  {what}: {reason}", flush=True)
        return True
    except Exception as error:
        print(f"{number:<5} FAILED   {what}\n      {type(error).__name__}: {error}", flush=True)
        recover(world)
        return False
    if isinstance(found, int):  # a run of its own, which printed its line
        return found == 0
    counts, hit = found
    verdict = f"FAILED ({', '.join(counts.problems)})" if counts.problems else "OK"
    print(
        f"{number:<5} {verdict:<8} {what}\n      {counts.line} | hit: {hit} | {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return not counts.problems


def recover(world):
    """After a fault that broke off, the servers are there again for the next."""
    for machine in (world.postgres, world.redis):
        if not machine.program.is_running:
            machine.start()
    if world.sink.controller is None:
        world.sink.start()
    world.database_is_back()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
