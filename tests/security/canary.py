"""A page that is broken on purpose: what each tool has to find here before its silence about Doorway is worth anything.

It listens on 127.0.0.1 only, for as long as `make security` runs. Nothing of Doorway imports it.
"""

import sqlite3
import urllib.parse
from html import escape

#: What is wrong here, by the address where.
FAULTS = {
    "/search": "SQL injection in q",
    "/hello": "what is in name comes back as markup",
    "/go": "leads wherever to says",
    "/crash": "breaks on a NUL byte in q",
}
FORMS = """<!doctype html><title>Canary</title>
<form action="/search"><input name="q" value="1"><button>Search</button></form>
<form action="/hello"><input name="name" value="you"><button>Hello</button></form>
<form action="/crash"><input name="q" value="1"><button>Crash</button></form>
<form action="/write" method="post"><input name="words" value="x"><button>Write</button></form>
<a href="/search?q=1">Search</a> <a href="/hello?name=you">Hello</a> <a href="/go?to=/hello">Go</a>
<a href="/crash?q=1">Crash</a>"""
PLAIN = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "sid=1")]  # no other header, no flag


def application(environ, start_response):
    """A program by PEP 3333. Every answer lacks every header that protects."""
    asked = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="replace")
    one = {name: values[0] for name, values in asked.items()}
    page = PAGES.get(environ["PATH_INFO"], not_found)
    try:
        status, headers, body = page(one)
    except Exception as error:  # it shows what broke, which is a fault as well
        status, headers, body = "500 Internal Server Error", PLAIN, f"<pre>{escape(repr(error))}</pre>"
    start_response(status, headers)
    return [body.encode("utf-8", "replace")]


def front(_asked):
    return "200 OK", PLAIN, FORMS


def search(asked):
    """The words become part of the statement, and what the database says becomes part of the page."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE people (id integer, name text)")
        database.executemany("INSERT INTO people VALUES (?, ?)", [(1, "Ana"), (2, "Sam"), (3, "Kim")])
        try:
            rows = database.execute(f"SELECT id, name FROM people WHERE id = {asked.get('q', '1')}").fetchall()
        except sqlite3.Error as error:
            return "500 Internal Server Error", PLAIN, f"sqlite3.OperationalError: {error}"
    return "200 OK", PLAIN, "<ul>" + "".join(f"<li>{number} {escape(str(name))}" for number, name in rows) + "</ul>"


def hello(asked):
    return "200 OK", PLAIN, f"<!doctype html><title>Hello</title><p>Hello {asked.get('name', '')}</p>"


def go(asked):
    return "302 Found", [*PLAIN, ("Location", asked.get("to", "/").replace("\r", "").replace("\n", ""))], ""


def crash(asked):
    if "\0" in asked.get("q", ""):
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")
    return "200 OK", PLAIN, "<p>Well</p>"


def write(_asked):
    return "200 OK", PLAIN, "<p>Written</p>"


def not_found(_asked):
    return "404 Not Found", PLAIN, "<p>Nothing here</p>"


PAGES = {"/": front, "/search": search, "/hello": hello, "/go": go, "/crash": crash, "/write": write}
