"""Run the checks of this package one after the other, and print what came of them: `python -m tests.security`."""

import argparse
import importlib
import pkgutil
import signal
import sys
import time
import traceback
from contextlib import ExitStack

from tests import security
from tests.security import CannotRun
from tests.security.request_log import RequestLog
from tests.security.target import Target

WIDTH = 110  # columns of what is printed of one finding


def main(words):
    asked = argparse.ArgumentParser(prog="tests.security", description=security.__doc__.partition("\n")[0])
    asked.add_argument("names", nargs="*", help="which checks; all of them when none is named")
    asked.add_argument("--list", action="store_true", help="only say which there are")
    asked.add_argument("--strict", action="store_true", help="fail for what could not be run, too")
    chosen = asked.parse_args(words)
    checks = all_checks()
    if chosen.list:
        for name, check in checks.items():
            print(f"{name:<20} {about(check)}")
        return 0
    if unknown := set(chosen.names) - set(checks):
        asked.error(f"no such check: {', '.join(sorted(unknown))}. There are: {', '.join(checks)}")
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(1))
    with ExitStack() as running:
        target = running.enter_context(Target())
        names = [name for name in checks if name in (chosen.names or checks)]  # in their order: leaks comes last
        rows = [attempt(name, checks[name], target) for name in names]
    return told(rows, is_strict=chosen.strict)


def all_checks():
    """{name: module} of the modules that are checks; those that need no running Doorway come first.

    Settings are not among what is looked at: they would be read before the target has said where its database is.
    """
    names = [each.name for each in pkgutil.iter_modules(security.__path__) if each.name not in ("__main__", "settings")]
    modules = [importlib.import_module(f"tests.security.{name}") for name in names]
    checks = [each for each in modules if hasattr(each, "NAME") and callable(getattr(each, "run", None))]
    return {each.NAME: each for each in sorted(checks, key=lambda each: getattr(each, "ORDER", 50))}


def about(check):
    return (check.run.__doc__ or check.__doc__ or "").strip().partition("\n")[0]


def attempt(name, check, target):
    """(name, verdict, words, findings) of one check; never raises."""
    print(f"\n== {name}: {about(check)}", flush=True)
    began, log = time.monotonic(), RequestLog(target)
    try:
        result = check.run(target)
        result.found += log.errors()
    except CannotRun as reason:
        row = (name, "NOT RUN", str(reason), [])
    except Exception as error:  # whatever breaks a check must not keep the others from running
        traceback.print_exc()
        row = (name, "BROKE OFF", f"{type(error).__name__}: {error}"[:WIDTH], [])
    else:
        row = (name, verdict(result), result.counts, result.found)
    for line in row[3]:
        print(f"   {line[: 4 * WIDTH]}")
    answered = f", {len(log.requests()):,} answers of Doorway" if target else ""
    print(f"   {row[1]}: {row[2]} ({time.monotonic() - began:.0f} s{answered})", flush=True)
    return row


def verdict(result):
    if result.is_canary_missed:
        return f"CANARY MISSED ({result.canary[0]} of {result.canary[1]})"
    if result.found:
        return f"FOUND {len(result.found)}"
    return "clean" if result.canary is None else f"clean (canary {result.canary[0]} of {result.canary[1]})"


def told(rows, *, is_strict):
    """Print the table and return the exit code."""
    print("\n" + "-" * WIDTH)
    for name, said, words, _ in rows:
        print(f"{name:<20} {said:<24} {words}")
    ran = [said for _, said, _, _ in rows if said != "NOT RUN"]
    clean = [said for said in ran if said.startswith("clean")]
    not_run = [name for name, said, _, _ in rows if said == "NOT RUN"]
    print("-" * WIDTH)
    print(f"{len(clean)} clean, {len(ran) - len(clean)} not clean, {len(not_run)} not run", end="")
    print(f": {', '.join(not_run)}" if not_run else "")
    is_well = ran and len(clean) == len(ran) and not (is_strict and not_run)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
