"""Run a command with a PostgreSQL and a Redis of its own, gone when it ends: `python -m config.local.throwaway pytest`.

Servers named by DATABASE_URL or REDIS_URL are used instead where these are set.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from config.local import servers
from config.local.processes import DidNotStart, die_with_parent


def main(command):
    """Run `command`; its exit code, or 1 and a sentence when a server does not start."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(1))
    try:
        with ExitStack() as running:
            env = os.environ | start(running)
            together = partial(die_with_parent, signal.SIGTERM)
            return subprocess.run(command, env=env, preexec_fn=together, check=False).returncode  # noqa: S603
    except DidNotStart as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        pass
    return 1


def start(running):
    """Start what is not given; returns the variables to add."""
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="doorway-")))
    folder.chmod(0o711)
    given = {}
    if not os.environ.get("DATABASE_URL"):
        data = servers.data_folder(folder / "postgres")
        running.callback(servers.remove_data, folder / "postgres")
        given["DATABASE_URL"] = running.enter_context(servers.postgres(data, is_lasting=False))
    if not os.environ.get("REDIS_URL"):
        given["REDIS_URL"] = running.enter_context(servers.redis(folder / "redis"))
    return given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
