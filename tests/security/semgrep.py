"""semgrep: rules of our own, about mistakes that only somebody who knows Doorway can see."""

import json
import os
from pathlib import Path

from tests.security import Result
from tests.security.environments import python_tool
from tests.security.environments import run as start

NAME = "semgrep"
ORDER = 5
HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
RULES, BROKEN = HERE / "rules.yml", HERE / "rules_canary.py.txt"
ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app", "templates"]
SECONDS = 900


def run(target):
    """semgrep reads our code with rules of our own; a file with each fault on purpose first"""
    program = python_tool("semgrep") / "semgrep"
    folder = target.folder / "rooms" / "sessions_app" / "views"
    folder.mkdir(parents=True)
    (folder / "broken.py").write_text(BROKEN.read_text())
    rules = [
        line.partition("id:")[2].strip() for line in RULES.read_text().splitlines() if line.strip().startswith("- id:")
    ]
    known = {each["rule"] for each in attempt(program, [target.folder / "rooms"])}
    found = attempt(program, [PROJECT / each for each in ROOMS])
    lines = [f"{each['path']}:{each['line']} {each['rule']}" for each in found]
    return Result(
        f"{len(rules)} rules over {len(ROOMS)} folders", canary=(len(known & set(rules)), len(rules)), found=lines
    )


def attempt(program, paths):
    words = [
        program,
        "scan",
        "--metrics=off",
        "--disable-version-check",
        "--no-git-ignore",
        "--config",
        RULES,
        "--json",
    ]
    words += ["--quiet", "--jobs", "1", *paths]
    env = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "SEMGREP_SEND_METRICS": "off"}
    done = start(words, seconds=SECONDS, env=env)
    told = json.loads(done.stdout)
    if told["errors"]:
        raise RuntimeError(f"semgrep could not read something: {str(told['errors'])[:300]}")
    return [
        {
            "rule": each["check_id"].rpartition(".")[2],
            "path": each["path"].removeprefix(f"{PROJECT}/"),
            "line": each["start"]["line"],
        }
        for each in told["results"]
    ]
