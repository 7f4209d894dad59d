"""Servers for trying and testing: they start, keep what they should keep, and always end."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.conf import settings

from config.local import processes, servers
from config.local.processes import DidNotStart, Program, answers, free_port
from tests.config.living import as_root, descendants, fresh_environment, is_alive, on_linux
from tests.followups.programs import eventually

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def start(tmp_path):
    """Run a line of Python: `start("print(1)")` returns the Program."""
    started = []

    def run(code, *words):
        program = Program("The test program", [sys.executable, "-c", code, *words], log=tmp_path / "program.log")
        started.append(program)
        return program

    yield run
    for program in started:
        program.stop()


# Programs -----------------------------------------------------------------------------------------------------


def test_stopping_ends_the_whole_group_also_who_does_not_listen(start, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    program = start(
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', sys.argv[1]]);"
        "print('child', child.pid, flush=True); child.wait()",
        STUBBORN,
    )
    eventually(lambda: "up" in program.last_words())
    child = int(program.last_words().split()[1])
    program.stop()
    assert not program.is_running
    eventually(lambda: not is_alive(child))


def test_a_program_that_does_not_listen_is_killed(start, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    program = start(STUBBORN)
    eventually(lambda: "up" in program.last_words())
    program.stop()
    assert program.process.returncode == -signal.SIGKILL


def test_stopping_twice_is_fine(start):
    program = start("import time; time.sleep(60)")
    program.stop()
    program.stop()
    assert program.process.returncode == -signal.SIGTERM


def test_a_program_that_ends_while_starting_leaves_its_last_words(start):
    program = start("[print('line', each) for each in range(20)]; print('the disk is full')")
    with pytest.raises(DidNotStart, match="The test program ended while starting") as problem:
        program.wait_until(lambda: False)
    assert "the disk is full" in str(problem.value)
    assert "line 2\n" not in str(problem.value)


def test_a_program_that_never_answers_is_not_waited_for_forever(start):
    with pytest.raises(DidNotStart, match=r"did not answer within 0\.1 s"):
        start("import time; time.sleep(60)").wait_until(lambda: False, seconds=0.1)


@contextmanager
def taken(port=0):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_that_is_free_is_the_one_that_was_wanted():
    with taken() as port:
        pass
    assert free_port(port) == port


def test_a_port_that_is_taken_gives_the_next_free_one():
    with taken() as port:
        assert port < free_port(port) < port + 50
        assert answers(port)
    assert not answers(port)


def test_no_port_at_all_is_a_sentence(monkeypatch):
    monkeypatch.setattr(socket.socket, "bind", lambda *_: (_ for _ in ()).throw(OSError))
    with pytest.raises(DidNotStart, match="No free port between 8000 and 8049"):
        free_port(8000)


# PostgreSQL and Redis -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Where PostgreSQL may keep its data, also for root, whose PostgreSQL user cannot enter root's folders."""
    found = servers.data_folder(tmp_path / "postgres")
    yield found
    servers.remove_data(tmp_path / "postgres")


def test_data_survive_a_restart_and_the_password_stays(folder):
    with servers.postgres(folder, is_lasting=True) as url, psycopg.connect(url) as database:
        database.execute("CREATE TABLE kept AS SELECT 'a departure' AS what")
        first = url
    with servers.postgres(folder, is_lasting=True) as url, psycopg.connect(url) as database:
        assert database.execute("SELECT what FROM kept").fetchall() == [("a departure",)]
        assert database.execute("SHOW fsync").fetchone() == ("on",)
        assert urlsplit(url).password == urlsplit(first).password


def test_nobody_gets_in_without_the_password(folder):
    with servers.postgres(folder, is_lasting=False) as url:
        known = urlsplit(url)
        for password in ("", "wrong"):
            guess = url.replace(f":{known.password}@", f":{password}@")
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(guess)
        assert (folder / "password").stat().st_mode & 0o077 == 0
        assert (folder / "data").stat().st_mode & 0o077 == 0
    assert not answers(known.port)


def test_two_at_once_on_the_same_data_is_refused_with_its_reason(folder):
    with servers.postgres(folder, is_lasting=False) as url:
        with pytest.raises(DidNotStart, match=r"postmaster\.pid"), servers.postgres(folder, is_lasting=False):
            pass
        psycopg.connect(url).close()


def test_what_could_not_be_made_leaves_nothing_half_made(folder, monkeypatch):
    """The next try must not find a cluster without its database and take it for a whole one."""
    really_run = servers.run

    def run(command, told, *, user):
        done = really_run(command, told, user=user)
        done.returncode = 1 if told else 0
        return done

    with monkeypatch.context() as broken:
        broken.setattr(servers, "run", run)
        with pytest.raises(DidNotStart, match="could not make its files"), servers.postgres(folder, is_lasting=True):
            pass
    assert not (folder / "data").exists()
    with servers.postgres(folder, is_lasting=True) as url:
        psycopg.connect(url).close()


def test_redis_asks_for_its_password_and_keeps_nothing(tmp_path):
    with servers.redis(tmp_path / "redis") as url:
        with redis.Redis.from_url(url) as known:
            assert known.set("a", "b")
        with socket.create_connection(("127.0.0.1", urlsplit(url).port)) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")
        assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o077 == 0
    assert not answers(urlsplit(url).port)
    assert not list((tmp_path / "redis").glob("*.rdb"))


@pytest.fixture
def closed(tmp_path):
    """A folder that only its owner enters."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    if os.geteuid() == 0:
        servers.remove_data(folder / "postgres")


def test_a_closed_folder_anywhere_above_is_out_of_reach(closed):
    assert not servers.is_reachable(closed / "postgres")
    assert servers.is_reachable(Path("/tmp/x"))


@as_root
def test_data_of_root_lie_where_their_user_gets_to_and_are_found_again(closed):
    data = servers.data_folder(closed / "postgres")
    assert servers.is_reachable(data)
    with servers.postgres(data, is_lasting=True):
        assert data.stat().st_uid == servers.other_user().pw_uid
    assert servers.data_folder(closed / "postgres") == data
    servers.remove_data(closed / "postgres")
    assert not data.parent.exists()


@as_root
def test_root_follows_no_link_that_somebody_put_in_the_way(closed, tmp_path):
    place = servers.data_folder(closed / "postgres").parent
    place.rmdir()
    place.symlink_to(tmp_path)
    try:
        with pytest.raises(DidNotStart, match="belongs to somebody else"):
            servers.data_folder(closed / "postgres")
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    finally:
        place.unlink()


# A throw-away pair --------------------------------------------------------------------------------------------


@pytest.fixture
def throwaway(tmp_path):
    """Start `config.local.throwaway` with a line of Python: `throwaway("print(1)", DATABASE_URL="…")`."""
    started = []

    def run(code, **given):
        env = fresh_environment() | {"TMPDIR": str(tmp_path)} | given
        words = [sys.executable, "-m", "config.local.throwaway", sys.executable, "-c", code]
        started.append(subprocess.Popen(words, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for each in started:
        each.kill()
        each.communicate()
    for left in tmp_path.glob("doorway-*/postgres"):
        servers.remove_data(left)


def test_the_exit_code_comes_through_and_nothing_stays(throwaway, tmp_path):
    code = (
        "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], *os.listdir(os.environ['TMPDIR']))"
    )
    process = throwaway(f"{code}; import time; time.sleep(0.5); sys.exit(7)")
    database, broker, folder = process.stdout.readline().split()
    family = descendants(process.pid)
    assert len(family) > 3
    assert process.wait(30) == 7
    assert not any(map(is_alive, family))
    assert not any(answers(urlsplit(url).port) for url in (database, broker))
    assert list(tmp_path.iterdir()) == []
    assert not list(servers.data_folder(tmp_path / folder / "postgres").glob("*"))


def test_a_database_that_is_named_is_used(throwaway, tmp_path):
    code = "import os, pathlib; print(os.environ['DATABASE_URL'], *pathlib.Path(os.environ['TMPDIR']).glob('*/*'))"
    said, _ = throwaway(code, DATABASE_URL="postgresql://127.0.0.1/named").communicate(timeout=30)
    url, *folders = said.split()
    assert url == "postgresql://127.0.0.1/named"
    assert [Path(each).name for each in folders] == ["redis"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_takes_everything_with_it(throwaway, tmp_path, how):
    process = throwaway("import time; print('up', flush=True); time.sleep(60)")
    assert process.stdout.readline() == "up\n"
    family = descendants(process.pid)
    process.send_signal(how)
    assert process.wait(30) == 1
    assert not any(map(is_alive, family))
    assert list(tmp_path.iterdir()) == []


@on_linux
def test_killed_it_still_takes_everything_with_it(throwaway):
    process = throwaway("import time; print('up', flush=True); time.sleep(60)")
    assert process.stdout.readline() == "up\n"
    family = descendants(process.pid)
    assert len(family) > 3
    process.kill()
    eventually(lambda: not any(map(is_alive, family)))
