"""wapiti: walks through Doorway as each role and attacks every form and link it finds."""

import json
import re

from tests.security import Result, crawl
from tests.security.environments import python_tool
from tests.security.environments import run as start
from tests.security.request_log import RequestLog

NAME = "wapiti"
ORDER = 70
MODULES = "csp,http_headers,cookieflags,crlf,exec,file,redirect,sql,timesql,xss,permanentxss,methods"
SECONDS = {"crawl": 25, "module": 4}  # of each role; what was cut off is counted
OF_THE_SMALL = {"crawl": 30, "module": 60}  # the canary: it has to come to its end
ROLES = ["therapist", "supervisor", "admin", "privacy", None]
#: What it has to find on the canary, by words that stand in the names of its findings.
OF_THE_CANARY = ["SQL", "Cross Site Scripting", "Redirect", "Content Security Policy", "HttpOnly", "Secure Flag",
                 "Clickjacking|HTTP Headers|X-Frame", "Internal Server Error"]  # fmt: skip
#: What would end the session that is used, or change its password; and the way in, which is tried signed out.
KEPT_OUT = ["sign-out", "password", "devices/others", "sign-in"]
#: Read by our own script on purpose (config.settings). Its module about CSRF is left out: every request carries a
#: token here, or no form could be attacked at all; what is sent without one has tests of its own (test_edge).
MEANT = "HttpOnly flag is not set in the cookie : __Host-csrftoken"


def run(target):
    """wapiti walks through every page with each role's session and attacks each form and each link"""
    program = python_tool("wapiti") / "wapiti"
    known = attempt(target, program, "canary", target.canary + "/")
    kinds = " ".join(known)
    hits = sum(any(part in kinds for part in each.split("|")) for each in OF_THE_CANARY)
    found, counts = [], []
    for role in ROLES:
        name, log, walk = role or "nobody", RequestLog(target), crawl.walked(target, role)
        token = walk.visitor.token()
        headers = walk.visitor.headers | {"X-CSRFToken": token, "Origin": target.url} if role else {}
        begins = [addresses[0] for route, addresses in walk.pages.items() if route not in crawl.NEVER]
        told = attempt(target, program, name, target.url + "/", headers=headers, begins=begins)
        found += [f"{name}: {kind}: {line}" for kind, lines in told.items() for line in lines if MEANT not in line]
        found += log.lost_session(walk.visitor, target.people[role]) if role else []
        counts.append(f"{name} {told.pages} pages, {len(log.requests()):,} requests, {told.cut} modules cut off")
    return Result("; ".join(counts), canary=(hits, len(OF_THE_CANARY)), found=found)


class Told(dict):
    """{kind: lines} of a report, how many pages were walked through, and how many modules ran out of time."""

    pages = cut = 0


def attempt(target, program, name, url, *, headers=None, begins=()):
    """Walk from the pages in `begins` to what they lead to, and attack all of it."""
    report = target.folder / f"{name}.wapiti.json"
    words = [program, "-u", url, "--scope", "folder", "-m", MODULES, "--flush-session", "--no-bugreport", "-f", "json"]
    times = SECONDS if begins else OF_THE_SMALL
    words += ["-o", report, "--max-scan-time", times["crawl"], "--max-attack-time", times["module"]]
    words += [
        "--external-endpoint",
        target.canary,
        "--internal-endpoint",
        target.canary,
        "--verify-ssl",
        "0",
        "-t",
        "30",
    ]
    words += ["--store-session", target.folder / f"{name}.wapiti"]
    words += ["-d", "1", "--tasks", "4"] if begins else []  # as many at once as the web server answers
    words += ["-v", "1"]  # else it does not say which modules ran out of time
    for address in begins:
        words += ["-s", url + address[1:]]
    words += ["--skip", "csrfmiddlewaretoken"]  # with another one every form is refused before it is read
    for path in KEPT_OUT if headers else ():
        words += ["-x", f"{url}account/{path}/*"]
    for each, value in (headers or {}).items():
        words += ["-H", f"{each}: {value}"]
    done = start(words, seconds=900, cwd=target.folder)
    (target.folder / f"{name}.wapiti.txt").write_text(done.stdout + done.stderr)
    if not report.exists():
        raise RuntimeError(f"wapiti wrote no report: {(done.stdout + done.stderr)[-300:]}")
    told = told_in(json.loads(report.read_text()))
    told.cut = len(re.findall("Max attack time was reached", done.stdout + done.stderr))
    return told


def told_in(report):
    told = Told()
    told.pages = report.get("infos", {}).get("crawled_pages_nbr", 0)
    for part in ("vulnerabilities", "anomalies"):
        for kind, lines in report.get(part, {}).items():
            if lines:
                told[kind] = [f"{each.get('method')} {each.get('path')} {each.get('info', '')}"[:200] for each in lines]
    return told
