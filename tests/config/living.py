"""Which processes live, and whose children they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child together with its parent")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")


def processes():
    """{pid: (pid of its parent, state)} of everything that runs."""
    if sys.platform == "linux":
        return dict(read(stat) for stat in Path("/proc").glob("[0-9]*/stat"))
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    return {int(pid): (int(parent), state) for pid, parent, state in map(str.split, listed.splitlines())}


def read(stat):
    """One process of Linux's /proc, where a small installation has no `ps`; it may end while we look."""
    try:
        state, parent = stat.read_text().rpartition(")")[2].split()[:2]
    except OSError:
        state, parent = "Z", 0
    return int(stat.parent.name), (int(parent), state)


def descendants(pid):
    """The ids of all children of that process, and of theirs."""
    parents = {child: parent for child, (parent, _) in processes().items()}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_alive(pid):
    """Whether that process still runs; one that ended and only waits to be collected does not."""
    _, state = processes().get(pid, (0, "Z"))
    return not state.startswith("Z")


#: What tests set for themselves, or a developer for their own server.
NOT_OF_A_FRESH_CLONE = [
    *("DATABASE_URL", "REDIS_URL", "DEBUG", "DEMO", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "EMAIL_URL"),
    *("DATA_KEYS", "DATA_KEYS_FILE", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "MFA_REQUIRED_ROLES"),
]


def fresh_environment(**given):
    """The environment of somebody who just cloned Doorway, and `given`."""
    return {name: value for name, value in os.environ.items() if name not in NOT_OF_A_FRESH_CLONE} | given
