"""schemathesis: made-up requests to every route, NUL bytes among them, and no answer may be an error of ours."""

import json
import os
import re
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
SECONDS = 2400
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
    _, seen = attempt(target, program, "canary", OF_THE_CANARY, target.canary, examples=100)
    number, found, counts, seen = 0, [], [], set()
    for role, examples in PER_OPERATION.items():
        walk = crawl.walked(target, role)
        reached = {*walk.pages, *(route for route, _ in walk.forms)}
        document = openapi.described(walk, only=reached - seen if seen else None)
        visitor, log, seen = walk.visitor, RequestLog(target), seen | reached
        token = visitor.token()
        headers = visitor.headers | {"X-CSRFToken": token, "Origin": target.url, "Sec-Fetch-Site": "same-origin"}
        cases, broken = attempt(target, program, role, document, target.url, headers=headers, examples=examples)
        number, found = number + cases, found + [f"{role}: {each}" for each in broken]
        found += log.lost_session(role, target.people[role])
        counts.append(f"{role} {cases:,}")
    if number < CASES:
        found.append(f"only {number:,} cases were sent; {CASES:,} are wanted")
    return Result(
        f"{number:,} cases: {', '.join(counts)}",
        canary=(int(any("Server error" in each for each in seen)), 1),
        found=found,
    )


def attempt(target, program, name, document, url, *, examples, headers=None):
    """(cases sent, what broke) of one run."""
    described, report = target.folder / f"{name}.openapi.json", target.folder / f"{name}.junit.xml"
    described.write_text(json.dumps(document))
    words = [program, "run", described, "--url", url, "--checks", "not_a_server_error", "--phases", "coverage,fuzzing"]
    words += ["--max-examples", examples, "--generation-allow-x00", "true", "--continue-on-failure", "--no-color"]
    words += ["--report", "junit", "--report-junit-path", report, "--generation-database", "none", "--workers", "4"]
    words += ["--tls-verify", "false", "--request-timeout", "60", "--suppress-health-check", "all"]
    for each, value in (headers or {}).items():
        words += ["-H", f"{each}: {value}"]
    done = start(
        words, seconds=SECONDS, cwd=target.folder, env=os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": str(target.folder)}
    )
    (target.folder / f"{name}.schemathesis.txt").write_text(done.stdout + done.stderr)
    said = re.search(r"([\d,]+) generated", done.stdout)
    if not said:
        raise RuntimeError(f"schemathesis did not say how much it sent: {(done.stdout + done.stderr)[-300:]}")
    return int(said.group(1).replace(",", "")), broken_in(report)


def broken_in(report):
    """The operations for which some case was answered 5xx, each with the request that did it."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    found = []
    for case in cases:
        for failure in [*case.findall("failure"), *case.findall("error")]:
            words = " ".join(((failure.get("message") or "") + " " + (failure.text or "")).split())
            found.append(f"{case.get('name')}: {words[:300]}")
    return found
