"""Starting programs so that they are always stopped again."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial

PATIENCE = 10  # seconds a program gets to stop by itself before it is killed
PR_SET_PDEATHSIG = 1  # from Linux' prctl.h


class DidNotStart(Exception):
    """A program ended, or did not answer, while it should have been starting. The message is for the person."""


class Program:
    """One running program in a process group of its own, its output in a file.

    `stop()` ends the whole group. On Linux it also ends when the program that started it is killed.
    """

    def __init__(self, name, command, *, log, env=None, cwd=None, user=None, stop_with=signal.SIGTERM):
        self.name, self.log, self.stop_with = name, log, stop_with
        with open(log, "ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, stop_with),  # noqa: PLW1509
                **as_user(user),
            )

    @property
    def is_running(self):
        return self.process.poll() is None

    def wait_until(self, is_ready, *, seconds=60):
        """Return once `is_ready()` is true; raise DidNotStart when the program ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running:
                raise DidNotStart(f"{self.name} ended while starting. Its last words:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} did not answer within {seconds} s. See {self.log}")
            time.sleep(0.05)

    def last_words(self):
        with open(self.log, errors="replace") as lines:
            return "".join(lines.readlines()[-8:])

    def ask_to_stop(self):
        if self.is_running:
            self.process.send_signal(self.stop_with)

    def stop(self):
        """Ask, wait, then kill; whatever it had started itself goes too."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def die_with_parent(how):
    """Runs in the child: have the kernel send `how` when the parent is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def as_user(user):
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port(wanted=0):
    """`wanted` if nobody uses it, else the next free one; any free one for 0."""
    for port in range(wanted, wanted + 50) if wanted else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
    raise DidNotStart(f"No free port between {wanted} and {wanted + 49}.")


def answers(port):
    """Whether something listens on that port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
