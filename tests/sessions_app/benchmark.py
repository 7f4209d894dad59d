"""P3: every page with SCALE departures against the same page with a hundredth of them, in rounds that take turns.

P10: the review queue of fifty lines against a bare view that reads fifty rows of one table and renders them, in the
same rounds. Each size has a database of its own, and a program of its own that looks at its pages when it is told to.
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

ROUNDS, LOOKS = 9, 5
LIMIT, LIMIT_OF_QUEUE = 1.2, 2.0
BARE, QUEUE = "bare view of 50 rows", "queue"


def p3(world, scale):
    """Prints the median time of each page at both sizes and their ratio (at most 1.2); then P10 (at most 2.0)."""
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
        self.told("ready")
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
    for number, middle in zip(sizes, (small, large), strict=True):
        tell("P10", f"{QUEUE} / {BARE} with {number}", middle[BARE], middle[QUEUE], LIMIT_OF_QUEUE)


def tell(what, words, base, measured, limit):
    ratio = measured / base
    verdict = "OK" if ratio <= limit else "NOT REACHED"
    print(
        f"{what}  {words}: {base:.1f} ms, {measured:.1f} ms, ratio {ratio:.2f}, wanted <= {limit}: {verdict}",
        flush=True,
    )
