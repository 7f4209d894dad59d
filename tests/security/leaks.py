"""Rare words written into every field of every form, with every role's session, and searched for in all that is kept.

Mails hold what was written into the invitation of somebody, their own name and address, and nothing else of it all.
It is the last check: all that the tools before it sent has gone through the same logs.
"""

import re
from pathlib import Path
from urllib.parse import quote, urljoin

from tests.security import Result, crawl, forms

NAME = "leaks"
ORDER = 95
ROLES = ["therapist", "supervisor", "admin", "privacy"]
LEAKY = "leaky.log"  # the canary: it holds one of the words
LEAST_ARRIVED = 30  # fields of the record, where the last word stays; or the forms were all refused
INVITATION = "invite"  # the one form whose words go out, to whom they are about
#: Forms whose words may be seen there: who is asked in reads their own name, and titles are names of people who work
#: here and of the protocol's steps. Nothing of a client.
MEANT = {"mails": {INVITATION}, "titles": {INVITATION, "edit-protocol-step"}}
AT_THE_END = {"void-departure", "choose-client", "no-contact"}  # what shuts the forms of a departure
REPORT = '{"csp-report": {"document-uri": "https://x/%s", "effective-directive": "img-src", "script-sample": "%s"}}'
WORD = "xylo{:05d}phage"
TEXT = re.compile(r"xylo\d{5}phage")


def run(target):
    """rare words go into every field of every form; logs, mails, Redis and health pages are searched for them"""
    planted, titles, sent = {}, [], 0  # {word: the form it was typed into}
    for role in ROLES:
        visitor, known = crawl.Visitor(target, role), set()
        for is_last in (False, True):  # what was begun in the first walk has pages of its own in the second
            plant_everywhere(visitor, crawl.walk(visitor), planted, sent=known, is_last=is_last)
        sent += len(known)
        force_errors(visitor, planted)
        titles += titles_of(visitor)
    first = next(iter(planted))
    (target.folder / LEAKY).write_text(f"a line about {first.upper()}\n")
    held = {
        **logs_of(target),
        "mails": mails_of(target),
        "Redis": redis_of(target),
        "health": health_of(target, first),
        "titles": "\n".join(titles),
    }
    words = {place: sorted(set(TEXT.findall(text.lower()))) for place, text in held.items()}
    seen, arrived = words.pop(LEAKY), len(set(TEXT.findall(record_of())))
    found = list(leaked(words, planted))
    found += [f"{place} is empty" for place in ("web.log", "worker.log", "sweeper.log") if not held.get(place)]
    found += [] if words["mails"] else ["no mail held an invitation, so no mail was read"]
    found += [f"only {arrived} words arrived in the record"] if arrived < LEAST_ARRIVED else []
    sizes = sum(len(text) for text in held.values())
    told = f"{sent} forms, {len(planted)} words, {arrived} in the record, {sizes:,} characters of {len(words)} places"
    return Result(told, canary=(int(seen == [first]), 1), found=found)


def leaked(words, planted):
    """Five of each place, with the form that each was typed into."""
    for place, some in words.items():
        wrong = [word for word in some if planted.get(word) not in MEANT.get(place, ())]
        yield from (f"{place}: {word}, typed into {planted.get(word)}" for word in wrong[:5])


def plant_everywhere(visitor, walk, planted, *, sent, is_last):
    """Each form of each kind of page that is not in `sent`, filled in."""
    for address in walk.addresses:
        answer = visitor.get(address)
        is_page = "html" in answer.headers.get("Content-Type", "")
        for form in forms.on(answer.data) if is_page else ():
            where = urljoin(address, form.action or address)
            key = (crawl.route_of(where), tuple(sorted(form.facts)))
            is_too_early = key[0] in AT_THE_END and not is_last
            if key in sent or key[0] in crawl.NEVER or form.is_with_file or is_too_early:
                continue
            sent.add(key)
            plant(visitor, where, form, planted)


def plant(visitor, where, form, planted):
    """A word in every field for words, then in each of them alone, since one that is refused takes all with it; then
    in every field."""
    some = [form.words, *([name] for name in form.words if len(form.words) > 1), form.facts]
    for names in some:
        visitor.post(where, form.with_words(lambda: next_word(planted, crawl.route_of(where)), names))


def record_of():
    """Every clinical row as somebody with the key reads it."""
    from django.apps import apps

    from tests.test_architecture import CLINICAL

    rows = [row for each in apps.get_models() if each.__name__ in CLINICAL for row in each._base_manager.all()]
    return "\n".join(str([getattr(row, field.attname) for field in row._meta.concrete_fields]) for row in rows)


def next_word(planted, form="no form"):
    word = WORD.format(len(planted))
    planted[word] = form
    return word


def force_errors(visitor, planted):
    """Addresses, queries, headers and bodies that are refused in each way there is."""
    word = next_word(planted)
    for address in (f"/{word}/", f"/?{word}={word}", f"/departures/{word}/", f"/calendar/{word}.ics", f"/{word}%00"):
        visitor.get(address)
    visitor.ask("GET", "/", headers={"Host": f"{word}.example", "User-Agent": word, "Referer": f"https://{word}/"})
    visitor.ask("POST", "/", headers={"Sec-Fetch-Site": "cross-site"}, body=word)
    visitor.ask(word.upper(), "/")
    visitor.ask("POST", "/policy-reports/", body=REPORT % (word, word))
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


def health_of(target, word):
    visitor = crawl.Visitor(target, None)
    addresses = ("/healthz", "/readyz", "/manifest.webmanifest", "/offline/", "/sw.js", f"/{word}/")
    return "\n".join(visitor.get(address).data.decode(errors="replace") for address in addresses)
