"""Whether the time an answer takes gives away who works here.

A check of `python -m tests.security`: `run(target)` starts a web server of its own on the target's database, which
believes one proxy, so that each guess can come from another address and none is held back. It asks in turn with an
address that is known and one that is not, ROUNDS times each, and compares by Mann and Whitney's test: with a share of
`NOISE` of all runs it would call two equal ones different. The canary is a difference that is there: an address that
is none is refused before any password is looked at.

The page of forgotten passwords is not timed: it answers five times a minute for one address, from wherever it is asked.
It puts out a mail for known and unknown ones alike, which `tests/accounts/test_lock_out.py` looks at.
"""

import math
import re
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import count

import requests

from tests.security import CannotRun, Result

NAME = "sign_in_timing"
ROUNDS = 220
NOISE = 0.001
STARTS_WITHIN = 60  # seconds
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def run(target):
    """guesses at known and unknown addresses, and compares how long the answers take"""
    known = target.people["therapist"].email
    found = []
    with believing_a_proxy(target) as address:
        page = f"{address}/account/sign-in/"
        times = measured(page, {"known": known, "unknown": "nobody@doorway.example"})
        told = f"{ROUNDS} of each: {medians(times)}, p = {(chance := chance_that_equal(*times.values())):.5f}"
        if chance < NOISE:
            found.append(f"known and unknown differ: {told}")
        broken = measured(page, {"known": known, "no address": "nobody"}, rounds=40)
        canary = int(chance_that_equal(*broken.values()) < NOISE)
    return Result(told, canary=(canary, 1), found=found)


@contextmanager
def believing_a_proxy(target):
    """The address of another web server on the target's database."""
    _ = target.url
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    own = {"TRUSTED_PROXIES": "1", "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with (target.folder / "timed.log").open("wb") as log:
        words = [*web, "config.wsgi:application"]
        process = subprocess.Popen(words, env=target.env | own, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address):
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            return requests.get(address, timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.3)
    raise CannotRun("the web server did not start")


def measured(page, emails, *, rounds=ROUNDS):
    """{who: [seconds]}, taken in turn, so that whatever else the machine does falls on both."""
    places = (f"198.51.{number // 250}.{number % 250 + 1}" for number in count())
    times = {who: [] for who in emails}
    with requests.Session() as browser:
        token = TOKEN.search(browser.get(page, timeout=30).text).group(1)
        for _round in range(rounds):
            for who, email in emails.items():
                facts = {"login": email, "email": email, "password": "a wrong password", "csrfmiddlewaretoken": token}
                headers = {"X-Forwarded-For": next(places), "Referer": page}
                began = time.perf_counter()
                answer = browser.post(page, data=facts, headers=headers, timeout=30, allow_redirects=False)
                times[who].append(time.perf_counter() - began)
                if answer.status_code not in {200, 302}:
                    raise CannotRun(f"a guess was answered {answer.status_code}")
    return {who: each[rounds // 10 :] for who, each in times.items()}  # the first warm things up


def chance_that_equal(first, second):
    """The chance that two samples of one thing lie as far apart as these (Mann-Whitney U, normal approximation)."""
    larger = sum((one > other) + 0.5 * (one == other) for one in first for other in second)
    expected = len(first) * len(second) / 2
    spread = math.sqrt(len(first) * len(second) * (len(first) + len(second) + 1) / 12)
    return math.erfc(abs(larger - expected) / spread / math.sqrt(2))


def medians(times):
    return ", ".join(f"{who} {statistics.median(each) * 1000:.1f} ms" for who, each in times.items())
