"""What `make security` calls clean, and what it never does."""

import json
import re
import subprocess
import sys
import types

import pytest

from tests.security import CannotRun, Result, static
from tests.security.__main__ import all_checks, attempt, told
from tests.security.canary import application
from tests.security.environments import HERE
from tests.security.request_log import RequestLog


def check(came_of_it):
    """A check that gives this result, or raises it."""

    def run(target):
        """tries something"""
        if isinstance(came_of_it, Exception):
            raise came_of_it
        return came_of_it

    return types.SimpleNamespace(run=run)


@pytest.mark.parametrize(
    ("came_of_it", "verdict", "code"),
    [
        (Result("10 pages", canary=(3, 3)), "clean (canary 3 of 3)", 0),
        (Result("10 pages"), "clean", 0),
        (Result("10 pages", canary=(2, 3)), "CANARY MISSED (2 of 3)", 1),
        (Result("10 pages", canary=(3, 3), found=["a", "b"]), "FOUND 2", 1),
        (Result("10 pages", canary=(0, 3), found=["a"]), "CANARY MISSED (0 of 3)", 1),
        (CannotRun("it is missing"), "NOT RUN", 1),
        (ValueError("it broke"), "BROKE OFF", 1),
    ],
)
def test_only_what_found_its_canary_and_nothing_else_is_clean(came_of_it, verdict, code, capsys):
    row = attempt("tool", check(came_of_it), None)
    assert row[1] == verdict
    assert told([row], is_strict=False) == code
    assert verdict in capsys.readouterr().out


def test_looking_for_the_checks_reads_no_settings():
    """They would be those of this machine: each check that asks a database would ask another than the target's."""
    words = "import sys; from tests.security.__main__ import all_checks; all_checks(); "
    words += "print('config.settings' in sys.modules)"
    here = HERE.parent.parent
    done = subprocess.run([sys.executable, "-c", words], cwd=here, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_error_of_ours_is_a_finding_whichever_check_ran(tmp_path):
    """Read from Doorway's log, and only of the time while the check ran."""
    log = tmp_path / "web.log"

    def line(status, route, person=None):
        facts = {"logger": "config.requests", "method": "GET", "route": route, "status": status, "person": person}
        with log.open("a") as file:
            file.write(f"{json.dumps(facts)}\nsomething else\n")

    def run(target):
        for status, route in ((500, "clients"), (500, "clients"), (200, "now"), (503, "readyz")):
            line(status, route, person=7)
        return Result("4 requests", canary=(1, 1))

    line(500, "before")
    target = types.SimpleNamespace(folder=tmp_path)
    assert attempt("tool", types.SimpleNamespace(run=run), target)[1:] == (
        "FOUND 1",
        "4 requests",
        ["500 GET clients, 2 times"],
    )
    told = RequestLog(target)
    line(200, "now", person=7)
    line(302, "now")
    assert told.by(types.SimpleNamespace(pk=7)) == (2, 1)
    line(200, "now", person=7)
    ana = types.SimpleNamespace(pk=7)
    in_it, out = (types.SimpleNamespace(role="therapist", is_signed_in=lambda is_in=is_in: is_in) for is_in in (1, 0))
    assert told.lost_session(in_it, ana) == []
    assert told.lost_session(out, ana) == ["therapist: 2 of 3 requests were signed in, not to the end"]
    assert told.lost_session(in_it, types.SimpleNamespace(pk=8)) != []


def test_what_could_not_be_run_is_counted_and_strictly_a_failure(capsys):
    rows = [attempt("one", check(Result("1", canary=(1, 1))), None), attempt("two", check(CannotRun("gone")), None)]
    assert told(rows, is_strict=False) == 0
    assert "1 clean, 0 not clean, 1 not run: two" in capsys.readouterr().out
    assert told(rows, is_strict=True) == 1


def test_every_check_says_what_it_does():
    checks = all_checks()
    assert {"axe", "leaks", "observatory", "schemathesis", "semgrep", "sqlmap", "static", "tls", "wapiti"} <= set(
        checks
    )
    assert [name for name, each in checks.items() if not each.run.__doc__] == []
    assert all(name == each.NAME for name, each in checks.items())


def test_tools_are_pinned_with_hashes_and_no_place_to_fetch_them_from_is_named():
    files = sorted(HERE.glob("requirements-*.txt"))
    assert len(files) >= 3
    for file in files:
        text = file.read_text()
        pinned = re.findall(r"^[a-z0-9_.\[\],-]+==[^\s;\\]+", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) > 5, file
        assert text.count("--hash=sha256:") >= len(pinned)
        assert not re.search(r"https?://|^--", text, re.MULTILINE), file
    lock = (HERE / "observatory" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 100


def test_the_canary_is_as_broken_as_it_says():
    def ask(path, query=""):
        told = {}
        environ = {"PATH_INFO": path, "QUERY_STRING": query}
        [body] = application(environ, lambda status, headers: told.update(status=status, headers=dict(headers)))
        return told["status"], told["headers"], body

    assert b"<b>" in ask("/hello", "name=<b>")[2]
    assert ask("/search", "q=1'")[0].startswith("500")
    assert b"Sam" in ask("/search", "q=1 OR 1=1")[2]
    assert ask("/go", "to=https://evil.example")[1]["Location"] == "https://evil.example"
    assert ask("/crash", "q=%00")[0].startswith("500")
    assert "Content-Security-Policy" not in ask("/")[1]


def test_known_mistakes_and_secrets_are_seen(tmp_path):
    """The tools of `make lint`; what they say of our own files is told there."""
    (tmp_path / "broken.py").write_text(static.BROKEN)
    assert {each["test_id"] for each in static.bandit([tmp_path / "broken.py"])} >= {"B602", "B608"}
    (tmp_path / "leaky.py").write_text(static.SECRET.format("IOSFODNN7EXAMPLE", "hunter2-Kx9v!Qz31"))
    assert len(static.secrets_in(["leaky.py"], cwd=tmp_path)) >= 2
