"""schemathesis: made-up requests to every route, NUL bytes among them, and no answer may be an error of ours."""

import json
import os
import re
from dataclasses import dataclass, field
from subprocess import TimeoutExpired
from xml.etree import ElementTree

from tests.security import Result, crawl, openapi
from tests.security.environments import python_tool
from tests.security.environments import run as start
from tests.security.request_log import RequestLog

NAME = "schemathesis"
ORDER = 60
CASES = 10_000  # at least, of all roles together
#: Examples of each operation. The therapist tries every route there is, the others those that open only for them.
PER_OPERATION = {"therapist": 10, "supervisor": 20, "admin": 20, "privacy": 20}
#: A run that is not through by then is broken off, and says so; what it sent is counted in Doorway's log, where an
#: error of ours stands as well.
SECONDS = {"therapist": 270, "supervisor": 45, "admin": 60, "privacy": 45, "canary": 120}
OF_THE_CANARY = {
    "openapi": "3.0.3",
    "info": {"title": "Canary", "version": "1"},
    "paths": {
        "/crash": {
            "get": {
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
                "responses": {"default": {"description": "any"}},
            }
        }
    },
}


def run(target):
    """schemathesis sends every route and form what nobody thought of, 10,000 cases and more, as each role"""
    program = python_tool("schemathesis") / "schemathesis"
    known = attempt(target, program, "canary", OF_THE_CANARY, target.canary, examples=100).broken
    number, found, counts, seen = 0, [], [], set()
    for role, examples in PER_OPERATION.items():
        walk = crawl.walked(target, role)
        reached = {*walk.pages, *(route for route, _ in walk.forms)}
        document = openapi.described(walk, only=reached - seen if seen else None)
        visitor, log, seen = walk.visitor, RequestLog(target), seen | reached
        token = visitor.token()
        headers = visitor.headers | {"X-CSRFToken": token, "Origin": target.url, "Sec-Fetch-Site": "same-origin"}
        told = attempt(target, program, role, document, target.url, headers=headers, examples=examples)
        cases = len(log.requests())
        number, found = number + cases, found + [f"{role}: {each}" for each in told.broken]
        found += log.lost_session(visitor, target.people[role])
        met = len({each.get("route") for each in log.requests()})
        counts.append(f"{role} {cases:,} to {met} of {len(document['paths'])} addresses{told.words}")
    if number < CASES:
        found.append(f"only {number:,} cases were sent; {CASES:,} are wanted")
    return Result(
        f"{number:,} cases: {', '.join(counts)}",
        canary=(int(any("Server error" in each for each in known)), 1),
        found=found,
    )


@dataclass
class Told:
    """What came of one run: the operations that broke, and whether it came to its end."""

    broken: list = field(default_factory=list)
    is_cut: bool = False

    @property
    def words(self):
        return " (broken off)" if self.is_cut else ""


def attempt(target, program, name, document, url, *, examples, headers=None):
    described, report = target.folder / f"{name}.openapi.json", target.folder / f"{name}.junit.xml"
    described.write_text(json.dumps(document))
    words = [program, "run", described, "--url", url, "--checks", "not_a_server_error", "--phases", "coverage,fuzzing"]
    words += ["--max-examples", examples, "--generation-allow-x00", "true", "--continue-on-failure", "--no-color"]
    words += ["--report", "junit", "--report-junit-path", report, "--generation-database", "none", "--workers", "4"]
    words += [
        "--max-time",
        SECONDS[name],
        "--tls-verify",
        "false",
        "--request-timeout",
        "60",
        "--suppress-health-check",
        "all",
    ]
    for each, value in (headers or {}).items():
        words += ["-H", f"{each}: {value}"]
    env = os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": str(target.folder)}
    try:
        done = start(words, seconds=SECONDS[name] + 60, cwd=target.folder, env=env)
    except TimeoutExpired:
        return Told(is_cut=True)
    (target.folder / f"{name}.schemathesis.txt").write_text(done.stdout + done.stderr)
    if not re.search(r"([\d,]+) generated", done.stdout):
        raise RuntimeError(f"schemathesis did not say how much it sent: {(done.stdout + done.stderr)[-300:]}")
    return Told(broken_in(report))


def broken_in(report):
    """The operations for which some case was answered 5xx, each with the request that did it."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    found = []
    for case in cases:
        for failure in [*case.findall("failure"), *case.findall("error")]:
            words = " ".join(((failure.get("message") or "") + " " + (failure.text or "")).split())
            found.append(f"{case.get('name')}: {words[:300]}")
    return found
