"""pip-audit: whether any pinned library has a fault that is known. The one check that needs a network for its answer.

Without one pip-audit would find nothing wrong with anything; so a pin with known faults is asked about first, and as
long as it is not found the answer about ours counts for nothing.
"""

import json
from pathlib import Path
from subprocess import TimeoutExpired

from tests.security import CannotRun, Result
from tests.security.environments import python_tool
from tests.security.environments import run as start

NAME = "audit"
ORDER = 2
PROJECT = Path(__file__).resolve().parent.parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]
CANARY = "django==3.2.0"  # CVE-2021-31542 and many since
SECONDS = 180


def run(target):
    """pip-audit asks whether any pinned library has a known fault; a pin with known faults must be found first"""
    program = python_tool("audit") / "pip-audit"
    canary = target.folder / "canary.txt"
    canary.write_text(f"{CANARY}\n")
    known = asked(program, canary, "--no-deps")
    found = [line for lock in LOCKS for line in asked(program, PROJECT / lock, "--require-hashes")]
    return Result(f"{len(LOCKS)} lock files", canary=(min(len(known), 1), 1), found=found)


def asked(program, lock, *words):
    """Faults of a lock file; refuses to run where nobody could be asked."""
    command = [program, "--strict", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    try:
        done = start([*command, *words, "--requirement", lock], seconds=SECONDS)
    except TimeoutExpired as late:
        raise CannotRun(f"no service of known faults answers here within {SECONDS} s") from late
    if not done.stdout.strip():
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise CannotRun(f"no service of known faults answers here: {last[0][:120]}")
    return faults_in(done.stdout)


def faults_in(text):
    """A line for each known fault, and for each library that was left out."""
    found = []
    for each in json.loads(text)["dependencies"]:
        if "skip_reason" in each:
            found.append(f"{each['name']} was not looked up: {each['skip_reason']}")
        for fault in each.get("vulns", []):
            mended = ", ".join(fault["fix_versions"]) or "nothing yet"
            found.append(f"{each['name']} {each['version']}: {fault['id']}, mended in {mended}")
    return found
