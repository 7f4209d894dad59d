"""Run the parts of this package one after the other: `python -m tests.deployment nodes rolling`."""

import argparse
import importlib
import signal
import sys
import time
import traceback
from contextlib import ExitStack
from functools import cached_property

from tests.deployment import CannotRun

PARTS = ["proxy", "debian", "nodes", "sizing", "rolling"]  # the last changes the tables of the three
IN_ONE_PLACE = {"nodes", "sizing", "rolling"}


def main(words):
    asked = argparse.ArgumentParser(prog="tests.deployment", description="Doorway as it is operated.")
    asked.add_argument("names", nargs="*", help=f"{', '.join(PARTS)}; all of them when none is named")
    asked.add_argument("--strict", action="store_true", help="fail for what could not be run, too")
    chosen = asked.parse_args(words)
    names = chosen.names or PARTS
    if unknown := set(names) - set(PARTS):
        asked.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(1))
    with ExitStack() as running:
        begun = Begun(running)
        codes = [attempt(name, begun, is_strict=chosen.strict) for name in names]
    print(f"\n{codes.count(0)} of {len(names)} parts of the deployment hold")
    return max(codes)


class Begun:
    """The one Place of a run, made when a part first needs it: making all the tables takes a minute."""

    def __init__(self, running):
        self.running = running

    @cached_property
    def place(self):
        from tests.deployment.place import place

        return self.running.enter_context(place())


def attempt(name, begun, *, is_strict):
    """Run one part and print its verdict; the exit code."""
    part = importlib.import_module(f"tests.deployment.{name}")
    print(f"\n== {name}: {part.__doc__.strip().splitlines()[0]}", flush=True)
    began = time.monotonic()
    try:
        problems = part.run(begun.place) if name in IN_ONE_PLACE else part.run()
    except CannotRun as reason:
        print(f"   NOT RUN: {reason}", flush=True)
        return 1 if is_strict else 0
    except Exception as error:  # whatever breaks a part must not keep the others from running
        traceback.print_exc()
        problems = [f"{type(error).__name__}: {error}"]
    for each in problems:
        print(f"   WRONG: {each}")
    print(f"   {'FAILED' if problems else 'holds'} ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
