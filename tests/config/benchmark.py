"""P9: how long `make demo` takes until it says where it is, when everything is installed and its data is there."""

import signal
import subprocess
import sys
import time
from statistics import median

from django.conf import settings

from config.local import servers
from tests.config.living import fresh_environment

STARTS, LIMIT = 3, 10
READY = b"Doorway is at"


def p9(world, _scale):
    """Prints the first start, which makes tables and data, and the middle one of those after it (under 10 s)."""
    folder = world.programs.folder / "demo"
    try:
        first = started(folder)
        later = median(started(folder) for _start in range(STARTS))
    finally:
        servers.remove_data(folder / "postgres")
    verdict = "OK" if later < LIMIT else "NOT REACHED"
    print(f"P9  first start {first:.1f} s, later ones {later:.1f} s, wanted < {LIMIT}: {verdict}", flush=True)


def started(folder):
    """Seconds until it can be used. It is stopped afterwards, its data stays."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "config.local.demo", "--folder", folder]
    demo = subprocess.Popen(words, env=fresh_environment(), cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
    try:
        if not any(READY in line for line in demo.stdout):
            raise SystemExit(f"P9: the demo ended with {demo.wait()} before it was ready")
        return time.perf_counter() - began
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
