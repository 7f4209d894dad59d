"""Telling whoever looks after this program that it still goes round. Elsewhere nothing is told to anybody.

systemd listens at NOTIFY_SOCKET and starts a program again that is silent for `WatchdogSec=`. Where there is no
systemd, LIFE_SIGN_FILE names a file that is touched, and something else looks how old it is (config/deploy/alive.py).
"""

import os
import socket
from contextlib import suppress
from pathlib import Path


def give():
    """One sign of life. Never raises: a supervisor that does not listen is no reason to stop."""
    with suppress(OSError):
        if file := os.environ.get("LIFE_SIGN_FILE"):
            Path(file).touch()
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(1)
        line.sendto(b"READY=1\nWATCHDOG=1", address.replace("@", "\0", 1) if address.startswith("@") else address)
