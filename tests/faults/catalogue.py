"""Every fault by its number, in the order in which they run. W, E and N are tests of pytest, run by their names."""

import os
import subprocess
import sys
from pathlib import Path

from tests.faults import outside, senders
from tests.faults import time_and_disaster as disaster
from tests.faults.world import Counts, Skipped

ROOT = Path(__file__).parents[2]
#: Tests of the watchdog and of escalation, and the file (with a name to look for) that holds each.
BY_PYTEST = {
    "W": (
        "the watchdog: banner and missing ping, sends that all fail, the auditor killed",
        "tests/followups/test_audits.py",
    ),
    "E": (
        "escalation: each step at its minute, acknowledged, recipient gone, target fails",
        "tests/followups/test_escalations.py",
    ),
    "N": (
        "whole or none: the database dies after each statement of each write of the clinical flow",
        "tests/test_whole_or_none.py",
    ),
}


def by_pytest(number):
    what, file = BY_PYTEST[number]

    def fault(world):
        if not (ROOT / file).exists():
            raise Skipped(f"{file} does not exist yet")
        quiet = ["-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib --create-db"]
        env = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "EMAIL_URL", "REDIS_URL"}
        }
        env["WHOLE_OR_NONE"] = "all"
        command = [sys.executable, "-m", "config.local.throwaway", sys.executable, "-m", "pytest", *quiet, file]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        problems = [done.stdout[-600:]] if done.returncode else []
        return Counts(problems=problems), done.stdout.strip().splitlines()[-1]

    fault.__doc__ = what
    return fault


FAULTS = [
    ("F1", senders.f1),
    ("F2", senders.f2),
    ("F3", senders.f3),
    ("F4", senders.f4),
    ("F5", senders.f5),
    ("F6", outside.f6),
    ("F7", outside.f7),
    ("F8", outside.f8),
    ("F9", outside.f9),
    ("F10", senders.f10),
    ("F11", senders.f11),
    ("F12", senders.f12),
    ("F13", disaster.f13),
    ("F14", disaster.f14),
    ("F15", outside.f15),
    ("F16", disaster.f16),
    ("F17a", disaster.f17_clock),
    ("F17b", outside.f17_wal),
    ("F17c", senders.f17_child),
    ("F17d", senders.f17_stopped),
    ("F17e", disaster.f17_reboot),
    ("F17f", disaster.f17_restore),
    ("F17g", disaster.f17_tzdata),
    ("F17h", senders.f17_poison),
    *((number, by_pytest(number)) for number in BY_PYTEST),
]
