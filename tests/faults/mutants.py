"""`make mutants`: breaks the engine in one place at a time, and shows which test notices. Exit code 1 if one survives.

`ARGS=access` breaks who may see what instead; `ARGS="access: unscoped, filter"` those with either in their name.

Each mutant is tried on a copy of the tree; two copies work at once, each with a database of its own.
"""

import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
from psycopg import sql

from accounts import keys
from tests.faults import engine_mutants
from tests.security import access_mutants

ROOT = Path(__file__).parents[2]
LANES = int(os.environ.get("LANES", "2"))
NAMES = [
    "reminders",
    "fences",
    "deliveries",
    "help",
    "follow_ups",
    "escalations",
    "audits",
    "invariants",
    "breaking_off",
    "push",
]
OF_ACCESS = [
    "tests/sessions_app/test_emergency_access.py",
    "tests/test_access_matrix.py::test_a_foreign_id_in_a_form_is_not_there",
    "tests/test_access_matrix.py::test_a_tap_or_a_call_for_help_with_a_foreign_id_goes_through_without_it",
    "tests/test_access_matrix.py::test_what_is_typed_into_a_search_or_an_address_finds_nothing_of_others",
    *(
        f"tests/followups/test_{name}"
        for name in (
            "follow_ups.py::test_promises_are_listed_as_late_for_today_and_coming",
            "follow_ups.py::test_a_promise_stays_its_owners_when_nothing_else_ties_them_to_the_client_any_more",
            "relations.py::test_a_proposal_waits_for_who_answers_for_the_therapist_and_for_no_other_supervisor",
        )
    ),
]
#: What can be broken, by the first word of ARGS; and the tests that must notice.
CAMPAIGNS = {
    "engine": (engine_mutants.MUTANTS, [f"tests/followups/test_{name}.py" for name in NAMES]),
    "access": (access_mutants.MUTANTS, OF_ACCESS),
}
OPTIONS = "--strict-markers --import-mode=importlib --reuse-db"  # one database per copy: no mutant changes the schema
LONGEST = 600  # seconds; a run that hangs has not been noticed by any assertion


class Lane:
    """A copy of the tree and a database, on which one mutant after another is tried."""

    def __init__(self, folder, number, *, tests):
        self.folder, self.tests = folder, tests
        copied = ["accounts", "config", "followups", "protocols", "resources", "sessions_app", "static", "templates"]
        for name in [*copied, "tests"]:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("manage.py", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        self.env = os.environ | {
            "DATABASE_URL": f"{os.environ['DATABASE_URL']}{number}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run_tests(self):
        """(exit code, what pytest said)."""
        options = ["-x", "-q", "-p", "no:cacheprovider", "-o", f"addopts={OPTIONS}", "-m", "not processes"]
        return self.run("-m", "pytest", *options, *self.tests)

    def run(self, *words):
        """(exit code, what the program said)."""
        try:
            done = subprocess.run(
                [sys.executable, *words],
                cwd=self.folder,
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired:
            return -1, "hangs"
        return done.returncode, done.stdout

    def try_out(self, mutant):
        """The test that noticed the mutant, or "" when it survived."""
        path = self.folder / mutant.path
        source = path.read_text()
        path.write_text(mutant.applied_to(source))
        try:
            return self.look(mutant)
        finally:
            path.write_text(source)

    def look(self, _mutant):
        return noticed_by(*self.run_tests())


class AccessLane(Lane):
    """The same, where the access matrix looks first: it is cheaper than the tests, and most is its to notice.

    It looks without row level security, which would make good what a mutant breaks, and has tests of its own.
    """

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
            name = sql.Identifier(self.env["DATABASE_URL"].rpartition("/")[2])
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        self.env |= {"SECRET_KEY": "k" * 60, "DATA_KEYS": keys.new("mutants")}
        code, said = self.run("manage.py", "migrate", "--verbosity=0")
        if code:
            raise RuntimeError(said)

    def run_tests(self):
        code, said = self.knock("")
        return (code, said) if code else super().run_tests()

    def look(self, mutant):
        """What notices most of its kind looks first: the matrix; but stories at what opens in an emergency."""
        ways = [self.in_the_matrix, self.in_the_stories]
        if "emergency" in mutant.path:
            ways.reverse()
        return next((noticed for way in ways if (noticed := way(mutant))), "")

    def in_the_matrix(self, mutant):
        code, said = self.knock(mutant.path)
        wrong = re.search(r"^([^{\s].+)\n(?:.*\n)*?\d+ cells, \d+ open, [1-9]\d* wrong$", said, re.MULTILINE)
        return wrong.group(1) if code == 1 and wrong else ""

    def in_the_stories(self, _mutant):
        return noticed_by(*super().run_tests())

    def knock(self, path):
        return self.run("-m", "tests.security.knock", "--fast", "--first", "--one-wall", f"--near={path}")


def noticed_by(code, said):
    """A test that failed while it ran; one that could not be set up or collected shows nothing."""
    failed = re.search(r"^FAILED \S+::(\w+)", said, re.MULTILINE)
    return failed.group(1) if code == 1 and failed else ""


def check_texts(mutants):
    """Every mutant still fits the source, and the result is Python. Raises ValueError or SyntaxError."""
    for mutant in mutants:
        compile(mutant.applied_to((ROOT / mutant.path).read_text()), mutant.path, "exec")


def work(lane, waiting, results):
    code, said = lane.run_tests()
    if code:
        results.put((None, f"The tests fail without any mutant:\n{said[-3000:]}", 0))
        return
    while True:
        try:
            mutant = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        results.put((mutant, lane.try_out(mutant), time.monotonic() - began))


def chosen(words):
    """The mutants and tests of the campaign that is named, or the engine's; and what must be in a mutant's name."""
    name, _colon, rest = words.partition(":")
    if name.strip() in CAMPAIGNS:
        words = rest
    else:
        name = "engine"
    mutants, tests = CAMPAIGNS[name.strip()]
    kind = AccessLane if name.strip() == "access" else Lane
    return kind, mutants, tests, [part.strip() for part in words.split(",")]  # "lease, urgent": either of them


def main(words):
    kind, known, tests, wanted = chosen(" ".join(words))
    mutants = [each for each in known if any(part in each.name for part in wanted)]
    if not mutants:
        print(f"No mutant has {' or '.join(wanted)} in its name.")
        return 2
    check_texts(mutants)
    waiting, results = queue.Queue(), queue.Queue()
    for mutant in mutants:
        waiting.put(mutant)
    with tempfile.TemporaryDirectory(prefix="doorway-mutants-") as folder:
        lanes = [kind(Path(folder) / str(number), number, tests=tests) for number in range(LANES)]
        threads = [threading.Thread(target=work, args=[lane, waiting, results], daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        survivors = report(threads, results, total=len(mutants))
    return 1 if survivors else 0


def report(threads, results, *, total):
    """Print each as it comes. Returns the names of those that nobody noticed."""
    seen, survivors = 0, []
    while seen < total and (not results.empty() or any(thread.is_alive() for thread in threads)):
        try:
            mutant, test, seconds = results.get(timeout=1)
        except queue.Empty:
            continue
        if mutant is None:
            print(test)
            return ["none"]
        seen += 1
        survivors += [] if test else [mutant.name]
        print(
            f"{'killed  ' if test else 'SURVIVED'}  {mutant.name:<42} {test or 'no test noticed':<80} {seconds:4.0f} s"
        )
        sys.stdout.flush()
    print(f"\n{seen} of {total} tried, {seen - len(survivors)} killed, {len(survivors)} survived")
    return survivors if seen == total else [*survivors, "not all were tried"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
