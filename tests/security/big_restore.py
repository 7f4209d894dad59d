"""A database of a gigabyte, copied, put back into an empty server, set to work: how long, and what is sent again."""

import os
import re
import secrets
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from accounts import keys
from config.backup import contents
from config.local import servers
from tests.faults.machines import Sink
from tests.security import Result

NAME = "restore"
PROJECT = Path(__file__).resolve().parent.parent.parent
GIGABYTE = 1024**3
MOST_MINUTES = 15  # for putting it back and comparing it, on a small machine
DRAIN = "from followups import deliveries, reminders; reminders.sweep(clock_name='beat'); deliveries.drain()"
FILL = """
INSERT INTO followups_delivery (key, kind, channel, lane, state, next_at, may_be_repeat, last_problem, created_at,
        finished_at)
    SELECT 'filler:' || n, 'canary', 'email', 1, 'sent', now(), false, '', now(), now()
    FROM generate_series(1, 400000) AS n;
INSERT INTO followups_filedpaper (departure_id, language, state, why, mark, sha256, deaths, requested_by_id,
        requested_at, finished_at)
    SELECT (SELECT id FROM sessions_app_departureevent LIMIT 1), 'en-gb', 'made', '', 'm', 'filler', 0,
        (SELECT min(id) FROM accounts_user), now(), now()
    FROM generate_series(1, 960);
INSERT INTO followups_paperfile (paper_id, content)
    SELECT paper.id, (SELECT string_agg(sha256((paper.id::text || '-' || n)::bytea), ''::bytea)
                      FROM generate_series(1, 32768) AS n)
    FROM followups_filedpaper AS paper WHERE paper.sha256 = 'filler';
UPDATE followups_reminder SET due_at = now() - interval '1 minute' WHERE state = 'scheduled';
"""


def run(target):
    """copies a database of a gigabyte, puts it back, compares every table, and lets the senders run on it"""
    with ExitStack() as running:
        sink = Sink()
        sink.start()
        running.callback(sink.stop)
        first, second = (server(running, Path(target.folder) / name) for name in ("first", "second"))
        env = environment(sink)
        fill(first, env)
        manage(env, first, "-c", DRAIN, is_python=True)
        sent = ids(sink)
        file = Path(target.folder) / "big.backup"
        size = size_of(first)
        made = timed(manage, env, first, "backup", str(file))
        put_back = timed(manage, env, second, "restore", str(file))
        manage(env, second, "-c", DRAIN, is_python=True)
        again = [each for each in ids(sink)[len(sent) :] if each in set(sent)]
        found = [f"{len(again)} messages went out a second time"] if again else []
        found += [f"the database was no gigabyte: {size:,} bytes"] if size < GIGABYTE else []
        found += [f"putting it back took {put_back:.0f} s"] if put_back > MOST_MINUTES * 60 else []
        found += [] if len(sent) else ["nothing was sent before the copy, so nothing could go out twice"]
        told = f"{size / GIGABYTE:.2f} GB, copied in {made:.0f} s, put back and compared in {put_back:.0f} s; "
        return Result(
            counts=told + f"{len(sent)} messages sent before, {len(again)} of them again",
            found=found,
        )


def server(running, folder):
    data = servers.data_folder(folder)
    running.callback(servers.remove_data, folder)
    return running.enter_context(servers.postgres(data, is_lasting=True))


def environment(sink):
    key = {"SECRET_KEY": secrets.token_urlsafe(60), "BACKUP_KEY": secrets.token_urlsafe(32)}
    key |= {"DATA_KEYS": keys.new("restore"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return {**os.environ, **key, "DEBUG": "false", "DEMO": "false", "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}


def manage(env, url, *words, is_python=False):
    """`manage.py` on the database at `url`, or a line of Python with Django set up."""
    start = [sys.executable, "manage.py", "shell", "-v", "0"] if is_python else [sys.executable, "manage.py"]
    env = env | {"DATABASE_URL": url, "BACKUP_DATABASE_URL": url}
    done = subprocess.run([*start, *words], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[:2]}: {done.stderr[-600:]}")


def timed(deed, *args):
    began = time.monotonic()
    deed(*args)
    return time.monotonic() - began


def fill(url, env):
    manage(env, url, "migrate", "--verbosity=0")
    manage(env, url, "createcachetable")
    manage(env | {"DEMO": "true"}, url, "create_demo_data")
    with psycopg.connect(url, autocommit=True) as there:
        there.execute("SET statement_timeout = 0")
        for statement in re.split(r";\s*\n", FILL.strip()):
            there.execute(statement)
        there.execute("CHECKPOINT")


def size_of(url):
    with contents.connect(url) as there:
        return there.execute("SELECT pg_database_size(current_database())").fetchone()[0]


def ids(sink):
    """The keys of what was sent, in order; each names one message to one person."""
    return [key for key, *_rest in sink.copies]
