"""`make demo` as somebody meets it: it starts, it can be used, it ends, and it finds everything again."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse

from accounts import demo as people_demo
from config.local import servers
from tests.config.living import descendants, fresh_environment, is_alive
from tests.followups.programs import Visitor, eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
PATIENCE = 300  # seconds a demo gets on a machine that is busy with other tests
KEPT = ["accounts_user", "resources_resource", "sessions_app_client", "sessions_app_departureevent"]


class Demo:
    """One run of the demo; `family` is every process it started."""

    def __init__(self, folder, output, *options, **given):
        self.folder, self.output, self.family = folder, output, set()
        words = [sys.executable, "-m", "config.local.demo", "--folder", folder, *options]
        with open(output, "wb") as said:
            env = fresh_environment(**given)
            self.process = subprocess.Popen(words, env=env, cwd=settings.BASE_DIR, stdout=said, stderr=said)

    def says(self, words):
        """Wait until it has said that."""
        eventually(lambda: words in self.said or self.process.poll() is not None, seconds=PATIENCE)
        assert words in self.said, self.said
        self.family |= descendants(self.process.pid)
        return self.said

    @property
    def said(self):
        return self.output.read_text()

    @property
    def url(self):
        return self.said.split("Doorway is at ")[1].split()[0]

    def stop(self, how):
        """Its exit code, once it and everything it started is gone."""
        self.family |= descendants(self.process.pid)
        assert len(self.family) > 3
        self.process.send_signal(how)
        code = self.process.wait(30)
        eventually(lambda: not any(map(is_alive, self.family)), seconds=15)
        return code

    def rows(self):
        """How many rows the tables of KEPT hold."""
        data = servers.data_folder(self.folder / "postgres")
        port = (data / "data" / "postmaster.pid").read_text().splitlines()[3]
        password = (data / "password").read_text()
        with psycopg.connect(f"postgresql://doorway:{password}@127.0.0.1:{port}/doorway") as database:
            return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in KEPT}


@pytest.fixture
def demo(tmp_path):
    """Start the demo in a folder of its own: `demo()`, `demo("--reset")`. However the test goes, it ends."""
    started, folder = [], tmp_path / "demo"

    def start(*options, **given):
        started.append(Demo(folder, tmp_path / f"output-{len(started)}", *options, **given))
        return started[-1]

    yield start
    for each in started:
        each.process.send_signal(signal.SIGTERM)
        each.process.wait(60)
    servers.remove_data(folder / "postgres")


@contextmanager
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def therapist_at(url):
    """Ana, signed in with what the demo printed."""
    ana = Visitor(url)
    assert ana.sign_in("ana@doorway.example", people_demo.PASSWORD) == reverse("now")
    return ana


def test_from_the_first_run_to_starting_over(demo):
    departure = str(uuid.uuid4())
    rows = first_run(demo(), departure)
    second_run(demo, departure, rows)
    with_reset = demo("--reset")
    with_reset.says("Ctrl-C stops it.")
    assert "Started over" in with_reset.said
    with pytest.raises(urllib.error.HTTPError, match="404"):
        therapist_at(with_reset.url).get(reverse("departure", args=[departure]))
    assert with_reset.rows() == rows | {"sessions_app_departureevent": rows["sessions_app_departureevent"] - 1}
    assert with_reset.stop(signal.SIGTERM) == 0


def first_run(running, departure):
    """Sign in, log a departure, press Ctrl-C."""
    running.says("Ctrl-C stops it.")
    for email, *_ in people_demo.PEOPLE:
        assert email in running.said
    assert people_demo.PASSWORD in running.said
    ana = therapist_at(running.url)
    assert "nobody here is real" in ana.get(reverse("now"))
    assert ana.post(reverse("start-departure"), id=departure) == reverse("departure", args=[departure])
    eventually(lambda: is_ready(ana), seconds=PATIENCE)
    rows = running.rows()
    assert running.stop(signal.SIGINT) == 0
    assert "Everything is stopped." in running.said
    return rows


def second_run(demo, departure, rows):
    """On another port, as the wanted one is taken; a twin is turned away; then killed without a word."""
    with taken_port() as port:
        running = demo("--port", str(port))
        running.says("Ctrl-C stops it.")
        assert f"Port {port} is in use; this is {urlsplit(running.url).port}." in running.said
        assert urlsplit(running.url).port > port
    assert Visitor(running.url).get(reverse("healthz")) == "ok"
    assert "</h1>" in therapist_at(running.url).get(reverse("departure", args=[departure]))
    twin = demo("--reset")
    assert twin.process.wait(30) == 1
    assert "is running already" in twin.said
    assert running.rows() == rows
    if sys.platform == "linux":
        running.stop(signal.SIGKILL)
    else:
        running.stop(signal.SIGINT)


def is_ready(visitor):
    try:
        return '"is_ready": true' in visitor.get(reverse("readyz"))
    except urllib.error.HTTPError:
        return False


def test_ctrl_c_while_it_starts(demo):
    running = demo()
    running.says("Database tables")
    time.sleep(0.3)
    assert running.stop(signal.SIGINT) == 0
    assert "Everything is stopped." in running.said


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_folder_of_something_else_is_left_alone(demo, tmp_path, options):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("Years of work")
    running = demo(*options)
    assert running.process.wait(30) == 1
    assert "holds something else than a demo" in running.said
    assert (tmp_path / "demo" / "thesis.txt").exists()


def test_a_database_of_somebody_elses_is_never_emptied(demo):
    running = demo("--reset", DATABASE_URL="postgresql://127.0.0.1/elsewhere")
    assert running.process.wait(30) == 1
    assert "only empties the demo's own database" in running.said
