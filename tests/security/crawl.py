"""Walking through Doorway with somebody's session: which pages they reach, which forms and queries are on them."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urljoin, urlsplit

import lxml.html
import urllib3
from django.urls import Resolver404, resolve

MOST_PAGES = 400
OF_A_KIND = 3  # pages of one route: the next ten clients look like the first
#: What would end the session that a tool is using, or change its password.
NEVER = {"account_logout", "account_change_password", "account_reset_password_from_key", "end-other-devices"}


@dataclass
class Form:
    address: str
    route: str
    fields: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)
    words: list = field(default_factory=list)
    is_with_file: bool = False


@dataclass
class Walk:
    """What was found: {route: addresses}, {parameter of a route: values}, {route: names of its query}, forms.

    `words` are those names of queries that somebody writes into, `examples` values of the others, as pages offer them.
    """

    visitor: "Visitor"
    pages: dict = field(default_factory=lambda: defaultdict(list))
    forms: dict = field(default_factory=dict)
    queries: dict = field(default_factory=lambda: defaultdict(set))
    words: dict = field(default_factory=lambda: defaultdict(set))
    examples: dict = field(default_factory=lambda: defaultdict(dict))
    values: dict = field(default_factory=lambda: defaultdict(set))

    @property
    def role(self):
        return self.visitor.role

    @property
    def addresses(self):
        return [address for addresses in self.pages.values() for address in addresses]


class Visitor:
    """Somebody with the session of a role, who trusts the target's certificate."""

    def __init__(self, target, role):
        self.target, self.role = target, role
        self.pool = urllib3.PoolManager(ca_certs=str(target.ca_file), retries=False, timeout=30)
        self.cookies = target.cookies(role) if role else {}

    @property
    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def get(self, address):
        return self.ask("GET", address)

    def post(self, address, fields):
        """A form as a page of Doorway would send it."""
        token = self.token()
        return self.ask("POST", address, fields={**fields, "csrfmiddlewaretoken": token}, encode_multipart=False,
                        headers={"Origin": self.target.url})  # fmt: skip

    def ask(self, method, address, *, headers=None, **more):
        url = urljoin(self.target.url, address)
        answer = self.pool.request(method, url, headers=self.headers | (headers or {}), redirect=False, **more)
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def is_signed_in(self):
        return self.get("/account/").status == 200

    def token(self):
        """The one of the CSRF cookie, which any page with a form sets."""
        if "__Host-csrftoken" not in self.cookies:
            self.get("/account/" if self.role else "/account/sign-in/")
        return self.cookies["__Host-csrftoken"]


def walked(target, role):
    """What a walk with the role's session finds, walked once for all checks; the visitor has a session made anew."""
    if role not in target.walks:
        target.walks[role] = walk(Visitor(target, role))
    return replace(target.walks[role], visitor=Visitor(target, role))


def walk(visitor, *, most=MOST_PAGES):
    """Follow every link from the front page on, without changing anything."""
    found, waiting, seen = Walk(visitor), ["/"], {"/"}
    while waiting and most:
        address = waiting.pop(0)
        route = route_of(address)
        if route in NEVER or len(found.pages[route]) >= OF_A_KIND:
            continue
        most -= 1
        answer = visitor.get(address)
        found.pages[route].append(address)
        for each in [*links_of(found, address, answer)]:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return found


def links_of(found, address, answer):
    """Where a page leads, by links, forms that only ask, redirects and fragments; its forms are noted down."""
    if location := answer.headers.get("Location"):
        yield from own(urljoin(address, location))
    if "html" not in answer.headers.get("Content-Type", "") or not answer.data.strip():
        return
    page = lxml.html.fromstring(answer.data)
    for form in page.forms:
        note(found, address, form)
    for name in ("href", "hx-get", "action"):
        for each in page.xpath(f"//@{name}"):
            for link in own(urljoin(address, each)):
                remember(found, link)
                yield link


def own(link):
    parts = urlsplit(link)
    if not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("/static/"):
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def remember(found, link):
    """The names of a query and the ids of an address."""
    parts = urlsplit(link)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return
    asked = parse_qs(parts.query)
    found.queries[match.url_name] |= set(asked)
    found.examples[match.url_name] |= {name: values[0] for name, values in asked.items()}
    for name, value in match.kwargs.items():
        found.values[name].add(str(value))


def note(found, address, form):
    where = urljoin(address, form.get("action") or address)
    route = route_of(where)
    fields = {each.get("name"): each for each in form.xpath(".//input|.//select|.//textarea|.//button")}
    fields.pop(None, None)
    if (form.get("method") or "get").lower() == "get":
        found.queries[route] |= set(fields)
        found.words[route] |= {name for name, each in fields.items() if is_for_words(each)}
        return
    made = Form(where, route)
    for name, each in fields.items():
        made.fields[name] = (each.text or "") if each.tag == "textarea" else (each.get("value") or "")
        if each.tag == "select":
            made.choices[name] = [option.get("value") or "" for option in each.xpath(".//option")]
        made.is_with_file |= each.get("type") == "file"
    made.words = [name for name, each in fields.items() if is_for_words(each)]
    found.forms.setdefault((route, tuple(sorted(fields))), made)


def is_for_words(each):
    return each.tag == "textarea" or (each.tag == "input" and each.get("type", "text") in ("text", "search"))


def route_of(address):
    try:
        return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return ""
