"""sqlmap: tries to speak to the database through every query and every text field."""

import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from subprocess import TimeoutExpired
from urllib.parse import urlencode

from tests.security import Result, crawl
from tests.security.crawl import NEVER
from tests.security.environments import debian_tool
from tests.security.environments import run as start
from tests.security.request_log import RequestLog

NAME = "sqlmap"
ORDER = 80
SECONDS = 300  # of one address
SECONDS_OF_ROLE = 420  # then no other address is begun; those that are left are counted, and too many are a finding
AT_ONCE = 3  # half of its time a program of this kind starts, or waits for an answer
MOST_LEFT = 5
#: What a person writes into a search: every technique, and payloads that few need.
DEEP = ["--level", "3", "--risk", "2", "--technique", "BEUSTQ"]
#: Everything else: by answers true and false, and by errors. A quote that came through to a statement would break it,
#: and each answer with an error of ours is a finding of its own.
SHALLOW = ["--level", "1", "--risk", "1", "--technique", "BE", "--ignore-redirects"]
FOUND = re.compile(r"Type: ([^\n]+)")
MOST_FIELDS = 3  # for words, of one form; the last of ten text fields is bound as the first
ROLES = ["therapist", "supervisor", "admin"]


def run(target):
    """sqlmap tries every query of every page, and fields of every form, as three roles"""
    program = debian_tool("sqlmap", "sqlmap")
    canary = attempt(
        target, program, f"{target.canary}/search?q=1", parameters="q", options=["--dbms", "SQLite", *DEEP]
    )
    tried, found, seen, left = 0, [], set(), 0
    for role in ROLES:
        walk, log = crawl.walked(target, role), RequestLog(target)
        wanted = [each for each in addresses_of(target, walk) if not is_known(target, each, seen)]
        tried_out = partial(one, target, program, walk.visitor, time.monotonic() + SECONDS_OF_ROLE)
        with ThreadPoolExecutor(AT_ONCE) as together:
            came = list(together.map(tried_out, wanted))
        for (url, parameters, _), kinds in zip(wanted, came, strict=True):
            found += [f"{role} {url} {', '.join(parameters)}: {kind}" for kind in kinds or ()]
            tried, left = (tried + len(parameters), left) if kinds is not None else (tried, left + 1)
        found += log.lost_session(walk.visitor, target.people[role])
    told = f"{tried} parameters of {len(seen) - left} addresses" + (f", {left} left for want of time" if left else "")
    found += [f"{left} addresses were left for want of time"] if left > MOST_LEFT else []
    return Result(told, canary=(int(bool(canary)), 1), found=found)


def addresses_of(target, walk):
    yield from queries_of(target, walk)
    yield from forms_of(target, walk, walk.visitor)


def is_known(target, address, seen):
    """Whether it was tried as another role; from now on it is."""
    url, parameters, options = address
    key = (crawl.route_of(url.removeprefix(target.behind_a_proxy)), tuple(parameters), "--data" in options)
    is_new = key not in seen
    seen.add(key)
    return not is_new


def one(target, program, visitor, until, address):
    """What `attempt` says of an address; None where there was no time to begin."""
    url, parameters, options = address
    if time.monotonic() > until:
        return None
    more = {"parameters": ",".join(parameters), "headers": visitor.headers}
    return attempt(target, program, url, options=["--dbms", "PostgreSQL", *options], **more)


def queries_of(target, walk):
    for route, names in walk.queries.items():
        if names and walk.pages.get(route) and route not in NEVER:
            address = walk.pages[route][0].partition("?")[0]
            words, others = sorted(names & walk.words[route]), sorted(names - walk.words[route])
            for tried, options in ((words, DEEP), (others, SHALLOW)):
                if tried:
                    yield f"{target.behind_a_proxy}{address}?{query_of(walk, route, tried)}", tried, options


def query_of(walk, route, names):
    """Values that a page offers, and of no others: where one is refused, none comes as far as the database."""
    return urlencode({name: walk.examples[route].get(name, "a" if name in walk.words[route] else "") for name in names})


def forms_of(target, walk, visitor):
    """Each form with the values it came with; a token of the session goes along."""
    for (route, _), form in walk.forms.items():
        others = [name for name in form.fields if name not in ("csrfmiddlewaretoken", "next", *form.words)][:1]
        names = [*form.words[:MOST_FIELDS], *others]
        if names and route not in NEVER and not form.is_with_file:
            fields = form.fields | {"csrfmiddlewaretoken": visitor.token()}
            data = urlencode({name: value or 1 for name, value in fields.items()})
            yield f"{target.behind_a_proxy}{form.address}", names, [*SHALLOW, "--data", data]


def attempt(target, program, url, *, parameters, options, headers=None):
    """The kinds of injection that were found; None where it did not come to its end in time."""
    words = [program, "-u", url, "-p", parameters, "--batch", "--flush-session"]
    words += ["--output-dir", tempfile.mkdtemp(dir=target.folder), "--disable-coloring", "--threads", "4", *options]
    words += ["--ignore-code", "*", "--skip-waf", "--timeout", "30", "--retries", "2"]
    if headers:  # it speaks TLS 1.2 at most, so it comes as over a proxy
        origin = target.behind_a_proxy.replace("http://", "https://")
        words += ["--cookie", headers["Cookie"], "--headers", f"X-Forwarded-Proto: https\nOrigin: {origin}"]
    try:
        done = start(words, seconds=SECONDS, cwd=target.folder)
    except TimeoutExpired:
        return None
    if "all tested parameters do not appear" not in done.stdout and not FOUND.search(done.stdout):
        raise RuntimeError(f"sqlmap did not come to an end: {url} {(done.stdout + done.stderr)[-300:]}")
    return sorted(set(FOUND.findall(done.stdout)))
