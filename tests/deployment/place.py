"""One machine with two of each program: PostgreSQL, Redis, a mail server, nodes behind nginx, workers and clocks."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from config.local.demo import is_up
from config.local.processes import Program, free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def place():
    """A Place with nothing started but its servers. Everything ends with it."""
    from contextlib import ExitStack

    from tests.faults.__main__ import start

    with ExitStack() as running:
        world = start(running)
        here = Place(world)
        running.callback(here.stop)
        yield here


class Place:
    """`run("web-1")` starts a program, kept in `programs` by its name; `again(name)` is what systemd would do."""

    def __init__(self, world):
        from tests.deployment.nginx import HOST, Nginx

        self.world, self.folder = world, world.programs.folder
        self.ports = {"web-1": free_port(), "web-2": free_port()}
        self.nginx = Nginx(self.folder, nodes=self.ports.values())
        self.url = f"https://{HOST}:{self.nginx.port}"
        self.programs, self.code = {}, {}
        static = self.folder / "static"
        self.env = world.programs.env | {
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "TRUSTED_PROXIES": "1",
            "STATIC_ROOT": str(static),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOG_LEVEL": "WARNING",
        }
        for words in (["createcachetable"], ["collectstatic", "--noinput", "--verbosity=0"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.env, check=True)

    def words(self, name):
        """What the launcher is told for a program with this name: `worker-urgent-2` serves the queue `urgent`."""
        kind, *more = name.split("-")
        return {"web": ["web", self.ports.get(name)], "worker": ["worker", more and more[0]]}.get(kind, [kind])

    def run(self, name, *, code=ROOT, **env):
        own = self.folder / name
        own.mkdir(exist_ok=True)
        command = [code / "config/deploy/run", *self.words(name)]
        given = self.env | {"RUNTIME_DIRECTORY": str(own), "LIFE_SIGN_FILE": str(own / "alive")} | env
        log = self.folder / f"{name}.log"
        self.programs[name] = program = Program(name, command, log=log, env=given, cwd="/")
        self.code[name] = (code, env)
        if name.startswith("web"):
            program.wait_until(lambda: is_up(self.ports[name]), seconds=90)
        return program

    def again(self, name):
        code, env = self.code[name]
        return self.run(name, code=code, **env)

    @contextmanager
    def to_itself(self):
        """For one part: nothing runs when it begins, and nothing when it has ended."""
        self.world.begin()
        try:
            yield
        finally:
            self.stop()

    def stop(self):
        for program in self.programs.values():
            program.ask_to_stop()
        for program in self.programs.values():
            program.stop()
        self.nginx.stop()
        self.programs.clear()


def copy_of_the_code(folder):
    """The code as an installation has it: without tests, with the same environment."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".local", "tests", "__pycache__", "staticfiles", ".*_cache")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=left_out)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    return folder


def memory_of(program):
    """Resident memory of a program and its children, in MB: what they share counts once (PSS)."""
    from tests.config.living import descendants

    total = 0
    for pid in {program.process.pid} | descendants(program.process.pid):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
