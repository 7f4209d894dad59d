"""MDN's HTTP Observatory, on this machine: the score that its website would give Doorway's headers."""

import json
import os
import shutil

from tests.security import CannotRun, Result
from tests.security.environments import HERE, PATIENCE, PLACE
from tests.security.environments import run as start

NAME = "observatory"
ORDER = 30
LEAST = 130  # of 145 that can be had
SECONDS = 120
WANTED = HERE / "observatory"


def run(target):
    """MDN's Observatory scores the headers of the sign-in page: 130 at least"""
    folder = installed()
    canary, *_ = scanned(folder, target.canary.removeprefix("http://"), target)
    score, tests, headers = scanned(folder, target.url.removeprefix("https://"), target)
    failed = [f"{name}: {test.get('result')}" for name, test in tests.items() if not test["pass"]]
    failed += [f"the web server says what it is: {headers.get('server')}"] if headers.get("server") != "web" else []
    if score < LEAST:
        failed.append(f"the score is {score}, {LEAST} is wanted")
    return Result(f"score {score}, {len(tests)} tests", canary=(int(canary < LEAST), 1), found=failed)


def installed():
    """The folder with the tool. It would fetch two lists while installing; without network they are empty."""
    npm, folder = shutil.which("npm"), PLACE / "observatory"
    if not npm or not shutil.which("node"):
        raise CannotRun("node and npm are missing. On Debian: apt-get install nodejs npm")
    tool = folder / "node_modules" / "@mdn" / "mdn-http-observatory"
    lock = (WANTED / "package-lock.json").read_bytes()
    if not (folder / "ready").exists() or (folder / "package-lock.json").read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(WANTED, folder)
        done = start([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], seconds=PATIENCE, cwd=folder)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise CannotRun(f"the Observatory could not be installed: {done.stderr.strip().splitlines()[-1:]}")
        (tool / "conf" / "hsts-preload.json").write_text("{}")
        (tool / "conf" / "tld-list.json").write_text("[]")
        (folder / "ready").touch()
    return tool


def scanned(tool, host, target):
    """(score, {test: its result}, headers) of what listens at `host`."""
    env = os.environ | {"NODE_EXTRA_CA_CERTS": str(target.ca_file)}
    done = start(["node", "src/scan.js", host], seconds=SECONDS, cwd=tool, env=env)
    told = json.loads(done.stdout)
    if "error" in told:
        raise RuntimeError(f"the Observatory says of {host}: {told['error']}")
    return told["scan"]["score"], told["tests"], told["scan"]["responseHeaders"]
