"""wapiti: walks through Doorway as each role and attacks every form and link it finds."""

import json

from tests.security import Result, crawl
from tests.security.environments import python_tool
from tests.security.environments import run as start

NAME = "wapiti"
ORDER = 70
MODULES = "csp,http_headers,cookieflags,crlf,exec,file,redirect,sql,timesql,xss,permanentxss,methods"
SECONDS = {"crawl": 120, "attack": 260}
ROLES = ["therapist", "supervisor", "admin", "privacy", None]
#: What it has to find on the canary, by words that stand in the names of its findings.
OF_THE_CANARY = ["SQL", "Cross Site Scripting", "Redirect", "Content Security Policy", "HttpOnly", "Secure Flag",
                 "Clickjacking|HTTP Headers|X-Frame", "Internal Server Error"]  # fmt: skip
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
        name = role or "nobody"
        visitor = crawl.Visitor(target, role)
        token = visitor.token()
        headers = visitor.headers | {"X-CSRFToken": token, "Origin": target.url}
        told = attempt(target, program, name, target.url + "/", headers=headers)
        found += [f"{name}: {kind}: {line}" for kind, lines in told.items() for line in lines if MEANT not in line]
        counts.append(f"{name} {told.pages}")
    return Result(
        f"pages: {', '.join(counts)}; {MODULES.count(',') + 1} modules", canary=(hits, len(OF_THE_CANARY)), found=found
    )


class Told(dict):
    """{kind: lines} of a report, and how many pages were walked through."""

    pages = 0


def attempt(target, program, name, url, *, headers=None):
    report = target.folder / f"{name}.wapiti.json"
    words = [program, "-u", url, "--scope", "folder", "-m", MODULES, "--flush-session", "--no-bugreport", "-f", "json"]
    words += ["-o", report, "--max-scan-time", SECONDS["crawl"], "--max-attack-time", SECONDS["attack"] // 13]
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
    for path in ("sign-out", "password"):
        words += ["-x", f"{url}account/{path}/*"]
    for each, value in (headers or {}).items():
        words += ["-H", f"{each}: {value}"]
    done = start(words, seconds=3 * sum(SECONDS.values()), cwd=target.folder)
    (target.folder / f"{name}.wapiti.txt").write_text(done.stdout + done.stderr)
    if not report.exists():
        raise RuntimeError(f"wapiti wrote no report: {(done.stdout + done.stderr)[-300:]}")
    return told_in(json.loads(report.read_text()))


def told_in(report):
    told = Told()
    told.pages = report.get("infos", {}).get("crawled_pages_nbr", 0)
    for part in ("vulnerabilities", "anomalies"):
        for kind, lines in report.get(part, {}).items():
            if lines:
                told[kind] = [f"{each.get('method')} {each.get('path')} {each.get('info', '')}"[:200] for each in lines]
    return told
