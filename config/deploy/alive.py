"""For a container: exit code 0 while its program lives. `alive.py web 8000`, or `alive.py sign` for all the others.

Needs nothing but Python itself, for it runs every few seconds: a web node is asked for /healthz, every other program
touches LIFE_SIGN_FILE as it goes round (followups.life_signs).
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

SILENT_FOR = 180  # seconds: the same as WatchdogSec= of the systemd units


def main(kind, port="8000"):
    return web(port) if kind == "web" else sign(Path(os.environ["LIFE_SIGN_FILE"]))


def web(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:  # nosec B310
            return 0 if answer.status == 200 else 1  # noqa: PLR2004
    except OSError as problem:
        print(problem)
        return 1


def sign(file):
    try:
        silent = time.time() - file.stat().st_mtime
    except OSError as problem:
        print(problem)
        return 1
    print(f"last sign of life {silent:.0f} s ago")
    return 0 if silent < SILENT_FOR else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
