"""Rare words written into every field of every form, with every role's session, and searched for in all that is kept.

It is the last check: all that the tools before it sent has gone through the same logs.
"""

import re
from pathlib import Path
from urllib.parse import quote

from tests.security import Result, crawl

NAME = "leaks"
ORDER = 95
ROLES = ["therapist", "supervisor", "admin", "privacy"]
WORD = "xylo{:05d}phage"
TEXT = re.compile(r"xylo\d{5}phage")


def run(target):
    """rare words go into every field of every form; logs, mails, Redis and health pages are searched for them"""
    planted, titles = [], []
    for role in ROLES:
        visitor = crawl.Visitor(target, role)
        for form in crawl.walk(visitor).forms.values():
            plant(visitor, form, planted)
        force_errors(visitor, planted)
        titles += titles_of(visitor)
    held = {
        **logs_of(target),
        "mails": mails_of(target),
        "Redis": redis_of(target),
        "health": health_of(target, planted),
    }
    held["titles"] = "\n".join(titles)
    found = [f"{place}: {word}" for place, text in held.items() for word in sorted(set(TEXT.findall(text.lower())))[:5]]
    silent = [place for place in ("web.log", "worker.log", "sweeper.log") if not held.get(place)]
    found += [f"{place} is empty: nothing was searched" for place in silent]
    seen = len(TEXT.findall(f"a line with {planted[0]} in it")) if planted else 0
    sizes = sum(len(text) for text in held.values())
    return Result(f"{len(planted)} words, {sizes:,} characters of {len(held)} places", canary=(seen, 1), found=found)


def plant(visitor, form, planted):
    """Send a form as it is, with a word of its own in every field without choices; then with words everywhere."""
    for everywhere in (False, True):
        fields = {}
        for name, value in form.fields.items():
            is_free = not value and name not in form.choices
            fields[name] = next_word(planted) if everywhere or is_free else value
        visitor.post(form.address, fields)


def next_word(planted):
    planted.append(WORD.format(len(planted)))
    return planted[-1]


def force_errors(visitor, planted):
    """Addresses, queries, headers and bodies that are refused in each way there is."""
    word = next_word(planted)
    for address in (f"/{word}/", f"/?{word}={word}", f"/departures/{word}/", f"/calendar/{word}.ics", f"/{word}%00"):
        visitor.get(address)
    visitor.ask("GET", "/", headers={"Host": f"{word}.example", "User-Agent": word, "Referer": f"https://{word}/"})
    visitor.ask("POST", "/", headers={"Sec-Fetch-Site": "cross-site"}, body=word)
    visitor.ask(word.upper(), "/")
    visitor.ask("POST", "/account/sign-in/", body=f"login={quote(word)}@x.example&password={word}")
    visitor.post("/account/sign-in/", {"login": f"{word}@x.example", "password": word})
    visitor.post("/account/password/forgotten/", {"email": f"{word}@x.example"})


def titles_of(visitor):
    """The titles of all pages as they are now: what stays in a browser's history and its tabs."""
    for address in crawl.walk(visitor).addresses:
        title = re.search(rb"<title>(.*?)</title>", visitor.get(address).data, re.DOTALL)
        yield title.group(1).decode() if title else ""


def logs_of(target):
    places = [*target.folder.glob("*.log"), *target.folder.rglob("redis.log"), *postgres_logs(target)]
    return {place.name: place.read_text(errors="replace") for place in places}


def postgres_logs(target):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return [Path(cursor.fetchone()[0]).parent / "postgres.log"]


def mails_of(target):
    """Bodies and headers of all that went out, as it is and out of its wrapping."""
    from tests.followups.test_nothing_leaks import readings

    mails = [each.read_bytes() for each in Path(target.env["MAIL_DIR"]).iterdir()]
    return b"\n".join(reading for mail in mails for reading in readings(mail)).decode(errors="replace")


def redis_of(target):
    import redis

    from tests.followups.test_nothing_leaks import value_of

    with redis.Redis.from_url(target.env["REDIS_URL"]) as store:
        return b"\n".join(key + b" " + value_of(store, key) for key in store.scan_iter()).decode(errors="replace")


def health_of(target, planted):
    visitor = crawl.Visitor(target, None)
    addresses = ("/healthz", "/readyz", "/manifest.webmanifest", "/offline/", "/sw.js", f"/{planted[0]}/")
    return "\n".join(visitor.get(address).data.decode(errors="replace") for address in addresses)
