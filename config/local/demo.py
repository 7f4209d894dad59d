"""`make demo`: the whole of Doorway on this machine, with made-up people, until Ctrl-C.

Starts PostgreSQL and Redis (unless DATABASE_URL and REDIS_URL name others), migrates, loads demo data, then
starts the web server, the Celery worker, beat and the broker-free sweeper. Everything lives in `.local/demo`;
a second run finds it again, RESET=1 starts over.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from accounts import keys
from config.local import servers
from config.local.processes import DidNotStart, Program, free_port

PROJECT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
WANTED_PORT = 8000


class Stopped(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or asked the demo to stop."""


def main():
    options = argparse.ArgumentParser(description="Run Doorway on this machine.")
    options.add_argument("--reset", action="store_true", help="forget what earlier runs left")
    options.add_argument("--port", type=int, default=WANTED_PORT)
    options.add_argument("--folder", type=Path, default=PROJECT / ".local" / "demo", help="where everything is kept")
    chosen = options.parse_args()
    return serve(chosen.folder.resolve(), partial(run, port=chosen.port, is_fresh=chosen.reset))


def serve(folder, run):
    """Let `run(running, folder)` start what it starts, alone in that folder, until it is stopped. The exit code."""
    try:
        stop_on_signals()
        with ExitStack() as running:
            hold(running, folder)
            run(running, folder)
    except Stopped:
        say("Everything is stopped. The next `make demo` finds your data again.")
        return 0
    except DidNotStart as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


def hold(running, folder):
    """One demo at a time in a folder. The lock is the kernel's, so a killed demo leaves none behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = running.enter_context(folder.with_name(f"{folder.name}.lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DidNotStart(f"The demo in {folder} is running already. Stop it with Ctrl-C where it runs.") from None


def run(running, folder, *, port, is_fresh):
    """Start one thing after the other, say how long each took, then watch them."""
    if is_fresh:
        forget(folder)
    env, public = prepare(running, folder, port=port)
    with step("Static files"):
        manage("collectstatic", "--noinput", "--verbosity=0", env=env)
    programs = start_programs(running, folder, commands(folder, public), port=public, env=env)
    greet(folder, port, public, env=env)
    watch(programs)


def prepare(running, folder, *, port):
    """Servers, tables and made-up people. Returns the environment, and the port that is free."""
    env = os.environ | fixed_settings(folder) | start_servers(running, folder)
    public = free_port(port)
    env |= {"PUBLIC_URL": f"http://127.0.0.1:{public}"}
    with step("Database tables"):
        manage("migrate", "--verbosity=0", env=env)
        manage("createcachetable", env=env)
    with step("Demo data"):
        manage("create_demo_data", env=env)
    return env, public


def greet(folder, port, public, *, env):
    """Where it is, who can sign in, and how it ends."""
    if public != port:
        say(f"Port {port} is in use; this is {public}.")
    subprocess.run([PYTHON, "manage.py", "create_demo_data", "--who"], cwd=PROJECT, env=env, check=True)  # noqa: S603
    say(f"Mail goes to files in {folder / 'mail'}")
    say("Ctrl-C stops it.")


def fixed_settings(folder):
    """What makes it a demo; the rest is as it would be in earnest."""
    key = key_in(folder)
    keep(key, lambda: secrets.token_urlsafe(50))
    push_key = folder / "vapid_key"
    keep(push_key, lambda: secrets.token_urlsafe(32))  # any 32 bytes are such a key
    data_keys = folder / "data_keys"
    keep(data_keys, lambda: keys.new("demo"))
    for each in ("logs", "mail"):
        (folder / each).mkdir(exist_ok=True)
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "true",
        "DEBUG": "false",
        "SECRET_KEY": key.read_text(),
        "DATA_KEYS": data_keys.read_text(),
        "VAPID_PRIVATE_KEY": push_key.read_text(),
        "MAIL_DIR": str(folder / "mail"),
        "STATIC_ROOT": str(folder / "static"),
        "SWEEP_SECONDS": "5",
        "AUDIT_SECONDS": "15",
        "CANARY_ADDRESS": "canary@doorway.example",
        "LOG_LEVEL": "INFO",
    }


def keep(file, make):
    """A secret of this demo, the same at its next run."""
    if not file.exists():
        file.write_text(make())
        file.chmod(0o600)


def key_in(folder):
    """Where the demo keeps its key; raises DidNotStart for a folder that holds something else than a demo."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "secret_key"
    if any(folder.iterdir()) and not key.exists():
        raise DidNotStart(f"{folder} holds something else than a demo. Choose an empty folder.")
    return key


def start_servers(running, folder):
    """PostgreSQL and Redis, unless the environment names them; returns the variables to add."""
    given = {}
    if not os.environ.get("DATABASE_URL"):
        with step("PostgreSQL"):
            data = servers.data_folder(folder / "postgres")
            given["DATABASE_URL"] = running.enter_context(servers.postgres(data, is_lasting=True))
    if not os.environ.get("REDIS_URL"):
        with step("Redis"):
            given["REDIS_URL"] = running.enter_context(servers.redis(folder / "redis"))
    return given


def commands(folder, port):
    """The programs Doorway is made of, by name; the web server last."""
    celery = [PYTHON, "-m", "celery", "-A", "config"]
    beat_file = folder / "beat"
    granian = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port]
    return {
        "worker": [
            *celery,
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ],
        "beat": [*celery, "beat", "--schedule", beat_file, "--pidfile=", "--loglevel", "INFO"],
        "sweeper": [PYTHON, "manage.py", "sweeper"],
        "auditor": [PYTHON, "manage.py", "auditor"],
        "web": [*granian, "--no-ws", "--workers", "1", "--blocking-threads", "4", "config.wsgi:application"],
    }


def start_programs(running, folder, chosen, *, port, env):
    """Start these, and wait for the last of them to answer; each is stopped in turn when `running` closes."""
    with step("Web server, worker, beat, sweeper, auditor"):
        programs = []
        for name, command in chosen.items():
            program = Program(name, command, log=folder / "logs" / f"{name}.log", env=env, cwd=PROJECT)
            running.callback(program.stop)
            programs.append(program)
        running.callback(lambda: [program.ask_to_stop() for program in programs])  # all at once, then each in turn
        programs[-1].wait_until(lambda: is_up(port))
    return programs


def is_up(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:  # nosec B310 - this machine
            return answer.status == 200  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def watch(programs):
    """Wait for Ctrl-C; a program that ends by itself ends the demo, with its last words."""
    while True:
        for program in programs:
            if not program.is_running:
                raise DidNotStart(f"The {program.name} stopped by itself. Its last words:\n{program.last_words()}")
        time.sleep(0.5)


def forget(folder):
    """Remove what earlier runs left here. A database of somebody else's is never emptied."""
    if os.environ.get("DATABASE_URL"):
        raise DidNotStart("RESET=1 only empties the demo's own database, and DATABASE_URL names another one.")
    key_in(folder)
    servers.remove_data(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)
    say("Started over: earlier demo data are gone.")


def manage(*words, env):
    done = subprocess.run(  # noqa: S603
        [PYTHON, "manage.py", *words], cwd=PROJECT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DidNotStart(f"manage.py {words[0]} did not work:\n{done.stderr[-2000:]}")


def stop_on_signals():
    """The first signal stops everything; later ones are ignored, so that impatience leaves nothing behind."""

    def stop(*_):
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        say("\nStopping …")
        raise Stopped

    for each in SIGNALS:
        signal.signal(each, stop)


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextmanager
def step(what):
    started = time.monotonic()
    print(f"  {what} …", end="", flush=True)
    yield
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def say(words):
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
