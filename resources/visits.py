"""Visiting a web page once: from where it stands in the directory to where it leads, within fixed limits.

Every address on the way is looked at before connecting, and the connection goes to that very address: a name that
says something else a moment later changes nothing. No page can hold a visit longer than its time, or fill its memory.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from resources import public_addresses
from resources.models import PageState, Why
from resources.wires import BadCertificate, Fuse, NoConnection, TooSlow, ask

MOST_REDIRECTS = 5
SECONDS = 15  # for the whole visit, with all its redirects
HEAD_SHARE = 1 / 3  # of the time left: some servers never answer a HEAD
MOST_ADDRESSES = 3  # of one name, tried in turn
PERMANENT, REDIRECTS, GONE = {301, 308}, {301, 302, 303, 307, 308}, {404, 410}
OK = range(200, 300)


@dataclass(frozen=True)
class Door:
    """Where visits go out. Only tests open it to `allowed` (address, port) pairs, with own names and `ca_file`."""

    resolve: Callable = public_addresses.resolve
    allowed: frozenset = frozenset()
    ca_file: str | None = None
    seconds: float = SECONDS


@dataclass(frozen=True)
class Visit:
    """What came of it. `redirects` are pairs of status and the address that gave it. `body` is None if unread."""

    state: str
    why: str = ""
    final_url: str = ""
    status_code: int | None = None
    redirects: list = field(default_factory=list)
    content_type: str = ""
    body: bytes | None = None
    is_whole: bool = True


class Ended(Exception):
    """The visit cannot go on, for a reason that is not the page's answer."""

    def __init__(self, state, why=""):
        self.state, self.why = state, why


def visit(url, *, door=None):
    """Look at the page at `url`. Never raises for what the page or its server does."""
    door = door or Door()
    trail = []
    at = url.partition("#")[0]
    try:
        with Fuse(door.seconds) as fuse:
            at, answer = follow(at, trail, door=door, fuse=fuse)
    except Ended as end:
        last = trail[-1] if trail else (None, at)
        return Visit(end.state, end.why, final_url=last[1], status_code=last[0], redirects=trail)
    made = Visit(PageState.WORKS, "", at, answer.status, trail, answer.content_type, answer.body, answer.is_whole)
    return judged(made, start=url)


def judged(made, *, start):
    if made.status_code in GONE:
        return replace(made, state=PageState.GONE)
    if made.status_code not in OK:
        return replace(made, state=PageState.ERROR, why=Why.STATUS)
    return replace(made, state=PageState.MOVED) if has_moved(made) else made


def has_moved(made):
    """Whether a host on the way says that the page has gone to another host for good. `www.` is the same host."""
    stops = [url for _, url in made.redirects] + [made.final_url]
    return any(
        status in PERMANENT and host_of(stops[number]) != host_of(stops[number + 1])
        for number, (status, _) in enumerate(made.redirects)
    )


def host_of(url):
    """The name of the server, without `www.`; empty when the address has none that can be read."""
    try:
        return (parse_url(url).host or "").lower().rstrip(".").removeprefix("www.")
    except LocationParseError:
        return ""


def follow(url, trail, *, door, fuse):
    """Go where the page leads. Returns the last address and its answer; writes each redirect into `trail`."""
    method = "HEAD"
    while True:
        answer = head(url, door=door, fuse=fuse) if method == "HEAD" else get(url, door=door, fuse=fuse)
        if answer and answer.status in REDIRECTS and answer.location:
            trail.append((answer.status, url))
            if len(trail) > MOST_REDIRECTS:
                raise Ended(PageState.ERROR, Why.TOO_MANY_REDIRECTS)
            url = joined(url, answer.location)
        elif method == "GET" or is_something_else(answer):
            return url, answer
        else:
            method = "GET"


def joined(url, location):
    """Where a redirect leads, with every sign in it one that may stand in an address."""
    try:
        return parse_url(urljoin(url, re.sub(r"[\x00-\x20\x7f]", "", location))).url.partition("#")[0]
    except (LocationParseError, ValueError):
        raise Ended(PageState.ERROR, Why.NOT_AN_ADDRESS) from None


def is_something_else(answer):
    """Whether a HEAD already says that there is a document without words to read, such as a PDF."""
    kind = answer.content_type.partition(";")[0].strip().lower() if answer else ""
    return bool(kind) and answer.status in OK and kind not in ("text/html", "application/xhtml+xml", "text/plain")


def head(url, *, door, fuse):
    """The answer to a HEAD; None where there is none, because servers may be wrong about it: a GET decides."""
    try:
        with Fuse(fuse.left * HEAD_SHARE) as own:
            return send("HEAD", url, door=door, fuse=own)
    except Ended as end:
        if end.state != PageState.ERROR or end.why == Why.NOT_AN_ADDRESS:
            raise
        return None


def get(url, *, door, fuse):
    return send("GET", url, door=door, fuse=fuse)


def send(method, url, *, door, fuse):
    """Ask one server, at one of the addresses its name has; the next one where there is no connection."""
    place = place_of(url)
    problem = Ended(PageState.ERROR, Why.NO_CONNECTION)
    for address in addresses_of(place, door=door, fuse=fuse)[:MOST_ADDRESSES]:
        try:
            return ask(method, place, address=address, fuse=fuse, ca_file=door.ca_file)
        except BadCertificate:
            raise Ended(PageState.BAD_CERTIFICATE) from None
        except TooSlow:
            raise Ended(PageState.ERROR, Why.TOO_SLOW) from None
        except NoConnection:
            continue
    raise problem


@dataclass(frozen=True)
class Place:
    scheme: str
    host: str
    port: int
    path: str
    header: str


def place_of(url):
    """The parts of a web address. What is no web address ends the visit; a name and password in it are left out."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise Ended(PageState.ERROR, Why.NOT_AN_ADDRESS) from None
    if parts.scheme not in ("http", "https"):
        raise Ended(PageState.REFUSED, Why.NOT_WEB)
    if not parts.host:
        raise Ended(PageState.ERROR, Why.NOT_AN_ADDRESS)
    usual = 443 if parts.scheme == "https" else 80
    port = parts.port or usual
    header = parts.host if port == usual else f"{parts.host}:{port}"
    return Place(parts.scheme, parts.host.strip("[]"), port, parts.request_uri, header)


def addresses_of(place, *, door, fuse):
    """The addresses to connect to. One that is not public among them refuses them all."""
    found = door.resolve(place.host, place.port, seconds=fuse.left)
    if not found:
        raise Ended(PageState.ERROR, Why.TOO_SLOW if fuse.is_out else Why.NO_NAME)
    if not all(may_go_to(address, place.port, door=door) for address in found):
        raise Ended(PageState.REFUSED, Why.NOT_PUBLIC)
    return found


def may_go_to(address, port, *, door):
    is_usual = port in public_addresses.WEB_PORTS and public_addresses.is_public(address)
    return is_usual or (address, port) in door.allowed
