"""Run the parts of this package one after the other: `python -m tests.deployment nodes rolling`."""

import argparse
import importlib
import os
import signal
import subprocess
import sys
import time

from tests.deployment import CannotRun

PARTS = ["proxy", "nodes", "rolling", "debian", "sizing"]


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
    if len(names) > 1:  # each with servers and settings of its own
        strict = ["--strict"] if chosen.strict else []
        command = [sys.executable, "-m", "tests.deployment", *strict]
        codes = [subprocess.run([*command, name], check=False, env=dict(os.environ)).returncode for name in names]
        print(f"\n{codes.count(0)} of {len(names)} parts of the deployment hold")
        return max(codes)
    return attempt(names[0], is_strict=chosen.strict)


def attempt(name, *, is_strict):
    """Run one part and print its verdict; the exit code."""
    part = importlib.import_module(f"tests.deployment.{name}")
    print(f"\n== {name}: {part.__doc__.strip().splitlines()[0]}", flush=True)
    began = time.monotonic()
    try:
        problems = part.run()
    except CannotRun as reason:
        print(f"   NOT RUN: {reason}")
        return 1 if is_strict else 0
    for each in problems:
        print(f"   WRONG: {each}")
    print(f"   {'FAILED' if problems else 'holds'} ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
