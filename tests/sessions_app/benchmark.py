"""P3: every page with SCALE departures against the same page with a hundredth of them, in rounds that take turns.

P10: the review queue of fifty lines against a bare view that reads fifty rows of one table and renders them, in the
same rounds. P1: a tick against its floor, in the same rounds. P2 and P8: statements and bytes of each answer. Each size
has a database of its own, and a program of its own that looks at its pages when it is told to.
"""

import json
import os
import subprocess
import sys
import time
from statistics import median
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg import sql

from tests.sessions_app.ticking import FLOOR, TICK

ROUNDS, LOOKS = 9, 5
LIMIT, LIMIT_OF_QUEUE = 1.2, 2.0
LIMIT_OF_TICK, LIMIT_OF_SLOW_TICK = 2.0, 2.5
#: Statements and bytes at most; pages that are not named have no limit of their own.
MOST_STATEMENTS = {TICK: 7, "now": 12, "steps": 12, "queue": 9, "one report": 9}
MOST_BYTES = {TICK: 2 * 1024, "now": 12 * 1024, "steps": 12 * 1024, "queue": 12 * 1024}
BARE, QUEUE = "bare view of 50 rows", "queue"


def p3(world, scale):
    """Prints the median time of each page at both sizes and their ratio (at most 1.2); then P10, P1, P2 and P8."""
    sizes = {scale // 100: None, scale: None}  # what is broken breaks at the small one, before the long wait
    with psycopg.connect(world.postgres.url, autocommit=True) as admin:
        for number in sizes:
            sizes[number] = Looker(number, copy_of(world.postgres.url, f"p3_{number}", admin))
    try:
        measure(sizes)
    finally:
        for looker in sizes.values():
            looker.end()


def copy_of(url, name, admin):
    """The address of a new database with every table and nothing of the world in it."""
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


class Looker:
    """A program that fills one database and then looks at its pages, round after round."""

    def __init__(self, number, url):
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sessions_app.looker", str(number), str(LOOKS)],
            env=os.environ | {"DATABASE_URL": url},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.weights = self.told("weights")
        self.look()  # what is asked for the first time is read from the disk
        print(f"P3  {number} departures written in {time.perf_counter() - began:.0f} s", flush=True)

    def told(self, _words):
        return json.loads(self.process.stdout.readline())

    def look(self):
        """{page: seconds of each look} of one round."""
        self.process.stdin.write("look\n")
        self.process.stdin.flush()
        return self.told("times")

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def measure(sizes):
    times = {number: {} for number in sizes}
    for _round in range(ROUNDS):
        for number, looker in sizes.items():
            for page, spent in looker.look().items():
                times[number].setdefault(page, []).extend(spent)
    small, large = ({page: median(spent) * 1000 for page, spent in times[number].items()} for number in sizes)
    for page in large:
        tell("P3", page, small[page], large[page], LIMIT)
    for number, looker in sizes.items():
        tell_tick(number, times[number])
        tell_weights(number, looker.weights)
    for number, middle in zip(sizes, (small, large), strict=True):
        tell("P10", f"{QUEUE} / {BARE} with {number}", middle[BARE], middle[QUEUE], LIMIT_OF_QUEUE)


def tell_tick(number, times):
    """The middle one and the slowest of a hundred, each against the same of the floor."""
    for words, part, limit in (("middle", 0.5, LIMIT_OF_TICK), ("99 of 100", 0.99, LIMIT_OF_SLOW_TICK)):
        base, measured = (sorted(times[name])[int(len(times[name]) * part)] * 1000 for name in (FLOOR, TICK))
        tell("P1", f"{TICK} / {FLOOR} with {number}, {words}", base, measured, limit)


def tell_weights(number, weights):
    for page, (statements, size) in weights.items():
        most, heaviest = MOST_STATEMENTS.get(page, statements), MOST_BYTES.get(page, size)
        verdict = "OK" if statements <= most and size <= heaviest else "NOT REACHED"
        print(f"P2  {page} with {number}: {statements} statements, P8 {size / 1024:.1f} KB: {verdict}", flush=True)


def tell(what, words, base, measured, limit):
    ratio = measured / base
    verdict = "OK" if ratio <= limit else "NOT REACHED"
    print(
        f"{what}  {words}: {base:.1f} ms, {measured:.1f} ms, ratio {ratio:.2f}, wanted <= {limit}: {verdict}",
        flush=True,
    )
