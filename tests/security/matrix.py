"""The whole access matrix: every address, asked for in every way, by everybody, at everybody's rows.

`make test` does a part of it. This does all; then that part without row level security, where the application's own
filters stand alone; and it asks once more with Redis, the mail server and the cache gone whether anything opens that
was shut. The canaries are Doorway without what asks people to sign in, for a role, or for whose a row is.
"""

import os
import re
import secrets
import sys
from contextlib import ExitStack

from accounts import keys
from config.local import servers
from tests.security import Result
from tests.security.environments import HERE
from tests.security.environments import run as start

NAME = "access"
ORDER = 15
PROJECT = HERE.parent.parent
SECONDS = 1500
FIRST = ["--fast", "--first", "--one-wall", "--near=sessions_app/views/departures.py"]
TOLD = re.compile(r"^(\d+) cells, (\d+) open, (\d+) wrong$", re.MULTILINE)


def run(target):
    """knocks at every door as everybody; again without row level security; again with Redis, mail and the cache gone"""
    with ExitStack() as running:
        env = environment(running, target.folder / "matrix")
        made = start([sys.executable, "manage.py", "migrate", "--verbosity=0"], seconds=SECONDS, cwd=PROJECT, env=env)
        if made.returncode:
            raise RuntimeError(f"the database could not be made: {made.stderr[-300:]}")
        canaries = [knocked(env, f"--broken={each}", *FIRST)[0] for each in ("sign-in", "roles", "rows")]
        wrong, cells, opened = knocked(env)
        wrong_alone, cells_alone, _ = knocked(env, "--fast", "--one-wall")
        wrong_when_down, cells_when_down, _ = knocked(env, "--down")
    found = wrong + [f"without row level security: {each}" for each in wrong_alone]
    found += [f"with Redis, mail and cache gone: {each}" for each in wrong_when_down]
    told = f"{cells:,} cells, {opened:,} of them open; {cells_alone:,} without row level security; {cells_when_down:,} "
    told += "with Redis, mail and cache gone"
    return Result(told, canary=(sum(map(bool, canaries)), len(canaries)), found=found)


def environment(running, folder):
    folder.mkdir()
    folder.chmod(0o711)
    data = folder / "postgres"
    running.callback(servers.remove_data, data)
    return os.environ | {
        "DATABASE_URL": running.enter_context(servers.postgres(servers.data_folder(data), is_lasting=False)),
        "REDIS_URL": running.enter_context(servers.redis(folder / "redis")),
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DATA_KEYS": keys.new("matrix"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def knocked(env, *words):
    """(what is wrong, cells, how many of them open)."""
    done = start([sys.executable, "-m", "tests.security.knock", *words], seconds=SECONDS, cwd=PROJECT, env=env)
    told = TOLD.search(done.stdout)
    if not told:
        raise RuntimeError(f"knock {' '.join(words)} broke off: {(done.stdout + done.stderr)[-600:]}")
    lines = [line for line in done.stdout.splitlines() if line and not TOLD.match(line)]
    wrong = lines[: int(told.group(3))]
    if done.returncode and not wrong:
        wrong = [f"only {told.group(1)} cells"]
    return wrong, int(told.group(1)), int(told.group(2))
