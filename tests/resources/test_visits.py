"""Visiting a page: it works or says why not, goes to public addresses only, and holds nobody."""

import socket
import time
import tracemalloc

import pytest

from resources import public_addresses, wires
from resources.visits import Door, visit
from tests.resources import web_server
from tests.resources.web_server import HERE, leads_to, running, status


@pytest.fixture
def web():
    with running() as web:
        yield web


def outcome(made):
    return made.state, made.why


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Call us", ("works", "")),
        (status(404), ("gone", "")),
        (status(410), ("gone", "")),
        (status(500), ("error", "status")),
        (status(503), ("error", "status")),
        (status(403), ("error", "status")),
        (status(302), ("error", "status")),
        (leads_to("/page"), ("error", "too_many_redirects")),
        (leads_to("file:///etc/passwd"), ("refused", "not_web")),
        (leads_to("javascript:alert(1)"), ("refused", "not_web")),
        (leads_to("ftp://help.example/"), ("refused", "not_web")),
        (leads_to("http://[half/"), ("error", "not_an_address")),
        (leads_to("http://help.example:99999/"), ("error", "not_an_address")),
    ],
)
def test_each_answer_has_its_state(web, answer, expected):
    web.pages["/page"] = answer
    assert outcome(visit(web.url("/page"), door=web.door())) == expected


@pytest.mark.parametrize("answer", [web_server.hangs, web_server.drips, web_server.drips_headers])
def test_a_server_that_takes_its_time_gets_no_more_than_ours(web, answer):
    web.pages["/"] = answer
    began = time.monotonic()
    made = visit(web.url(), door=web.door(seconds=1.2))
    assert outcome(made) == ("error", "too_slow")
    assert 1 < time.monotonic() - began < 3


def test_a_server_that_drips_while_it_shakes_hands_gets_no_more_either():
    with web_server.never_done_shaking_hands() as port:
        began = time.monotonic()
        door = Door(resolve=lambda *_, **__: [HERE], allowed=frozenset({(HERE, port)}), seconds=1.2)
        made = visit(f"https://help.example:{port}/", door=door)
        assert outcome(made) == ("error", "too_slow")
        assert 1 < time.monotonic() - began < 3


def test_a_server_that_never_answers_a_head_is_asked_for_the_page(web):
    web.pages["/"] = web_server.hangs_at_head
    made = visit(web.url(), door=web.door(seconds=3))
    assert made.state == "works"
    assert b"0800 1111" in made.body


def test_redirects_are_kept_with_where_they_lead(web):
    web.pages |= {"/": leads_to("/a"), "/a": leads_to("b", 307), "/b": "Here"}
    made = visit(web.url("/#part"), door=web.door())
    assert outcome(made) == ("works", "")
    assert made.redirects == [(302, web.url("/")), (307, web.url("/a"))]
    assert made.final_url == web.url("/b")


def test_five_redirects_are_followed_and_no_sixth(web):
    web.pages |= {f"/{n}": leads_to(f"/{n + 1}") for n in range(6)} | {"/6": "Here"}
    assert visit(web.url("/1"), door=web.door()).state == "works"
    assert outcome(visit(web.url("/0"), door=web.door())) == ("error", "too_many_redirects")


@pytest.mark.parametrize(
    ("code", "host", "state"),
    [(301, "elsewhere.example", "moved"), (308, "elsewhere.example", "moved"), (302, "elsewhere.example", "works"),
     (301, "www.help.example", "works"), (301, "help.example", "works")],
)  # fmt: skip
def test_moved_is_to_another_host_and_for_good(web, code, host, state):
    web.pages |= {"/": leads_to(web.url("/new", host=host), code), "/new": "Here"}
    assert visit(web.url("/"), door=web.door()).state == state


def test_a_page_that_moved_to_nowhere_is_gone(web):
    web.pages["/"] = leads_to(web.url("/none", host="elsewhere.example"), 301)
    made = visit(web.url("/"), door=web.door())
    assert (made.state, made.status_code) == ("gone", 404)


def test_a_huge_page_is_read_for_its_first_part_only(web):
    web.pages["/"] = web_server.huge
    made = visit(web.url(), door=web.door())
    assert (made.state, made.is_whole, len(made.body)) == ("works", False, wires.MOST_BYTES)
    assert web.hits["sent"] < 20 * 1024 * 1024


def test_what_unpacks_to_hundreds_of_megabytes_is_never_unpacked(web):
    web.pages["/"] = web_server.bomb
    tracemalloc.start()
    made = visit(web.url(), door=web.door())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (made.is_whole, len(made.body)) == (False, wires.MOST_BYTES)
    assert peak < 12 * 1024 * 1024


def test_a_packed_page_is_read_and_one_in_layers_is_not(web):
    web.pages["/"] = web_server.squeezed("Call 0800 1111")
    assert b"0800 1111" in visit(web.url(), door=web.door()).body
    web.pages["/"] = lambda handler: handler.say(200, b"x", Content_Encoding="gzip, gzip")
    made = visit(web.url(), door=web.door())
    assert (made.state, made.body) == ("works", None)


def test_we_say_what_we_are_and_nothing_of_whom_we_work_for(web, settings):
    web.pages["/"] = "Here"
    visit(web.url(), door=web.door())
    assert web.agents == {wires.WHO}
    assert "Doorway" in wires.WHO
    assert settings.PUBLIC_URL not in wires.WHO
    assert set(web.hosts) == {f"help.example:{web.port}"}


def test_a_document_without_words_is_not_fetched(web):
    web.pages["/"] = web_server.raw(b"%PDF-1.7", "application/pdf")
    assert visit(web.url(), door=web.door()).state == "works"
    assert web.hits["GET", "/"] == 0


def test_a_server_that_hangs_up_or_talks_nonsense_is_an_error(web):
    web.pages["/"] = lambda handler: handler.wfile.write(b"\0\1\2 what?\r\n\r\n")
    assert outcome(visit(web.url(), door=web.door())) == ("error", "no_connection")
    closed = web.url().replace(str(web.port), "1")
    assert outcome(visit(closed, door=Door(resolve=web.door().resolve, allowed=frozenset({(HERE, 1)})))) == (
        "error",
        "no_connection",
    )


# Certificates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "days", "is_known", "state"),
    [
        ("help.example", 30, True, "works"),
        ("help.example", -1, True, "bad_certificate"),
        ("other.example", 30, True, "bad_certificate"),
        ("help.example", 30, False, "bad_certificate"),
    ],
)
def test_a_certificate_has_to_be_of_this_host_in_time_and_signed(tmp_path, name, days, is_known, state):
    context, ca_file = web_server.certified(tmp_path, name, days=days)
    with running(context=context) as web:
        web.pages["/"] = "Here"
        assert visit(web.url(), door=web.door(ca_file=ca_file if is_known else None)).state == state
        assert (web.hits["GET", "/"] == 1) == (state == "works")


def test_whom_this_machine_trusts_is_asked_where_nobody_says_otherwise(tmp_path, monkeypatch):
    context, ca_file = web_server.certified(tmp_path, "help.example")
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    with running(context=context) as web:
        web.pages["/"] = "Here"
        assert visit(web.url(), door=web.door()).state == "works"


def test_a_slow_page_behind_a_certificate_is_cut_off_as_well(tmp_path):
    context, ca_file = web_server.certified(tmp_path, "help.example")
    with running(context=context) as web:
        web.pages["/"] = web_server.drips
        began = time.monotonic()
        made = visit(web.url(), door=web.door(ca_file=ca_file, seconds=1.2))
        assert outcome(made) == ("error", "too_slow")
        assert time.monotonic() - began < 3


# Where we go --------------------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
    "2002:7f00:1::", "2002:a00:1::", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::808:808", "2001:db8::1",
    "2001::1", "3fff::1", "", "localhost", "0x7f.1", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_the_house_is_public(address):
    assert not public_addresses.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "100.63.0.1", "2606:4700::1", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is(address):
    assert public_addresses.is_public(address)


@pytest.mark.parametrize("address", [address for address in PRIVATE if address])
def test_a_name_that_leads_into_the_house_is_refused(address):
    made = visit("http://help.example/", door=Door(resolve=lambda *_, **__: [address]))
    assert outcome(made) == ("refused", "not_public")


def test_one_private_address_among_public_ones_refuses_them_all():
    made = visit("http://help.example/", door=Door(resolve=lambda *_, **__: ["8.8.8.8", "10.0.0.1"]))
    assert outcome(made) == ("refused", "not_public")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0x7f.1/", "http://2130706433/",
     "http://[::ffff:127.0.0.1]/", "http://user:word@127.0.0.1/", "https://169.254.169.254/latest/meta-data/"],
)  # fmt: skip
def test_real_names_of_the_house_are_refused_by_the_real_door(url):
    assert outcome(visit(url)) == ("refused", "not_public")


def test_every_redirect_is_looked_at_before_going_there(web):
    with running() as inside:
        inside.pages["/secret"] = "secret"
        names = {"help.example": [HERE], "inside.example": ["127.0.0.2"]}
        door = web.door(resolve=lambda host, *_, **__: names.get(host, [host]))
        for where in (inside.url("/secret", host=HERE), inside.url("/secret", host="inside.example"), "//10.0.0.1/"):
            web.pages["/"] = leads_to(where, 301)
            made = visit(web.url(), door=door)
            assert outcome(made) == ("refused", "not_public")
            assert made.redirects == [(301, web.url("/"))]
        assert not inside.hits


def test_a_port_that_is_no_web_port_is_refused():
    for url in ("http://help.example:22/", "https://help.example:6379/", "http://help.example:8080/"):
        made = visit(url, door=Door(resolve=lambda *_, **__: ["8.8.8.8"]))
        assert outcome(made) == ("refused", "not_public")


def test_the_answer_that_was_looked_at_is_where_we_go(web, monkeypatch):
    """Else a name could be public when it is looked at, and of the house a moment later."""
    web.pages["/"] = "Here"
    asked, looked_up, real = [], [], socket.getaddrinfo
    door = web.door(resolve=lambda host, *_, **__: asked.append(host) or [HERE])
    monkeypatch.setattr("socket.getaddrinfo", lambda host, *a, **k: looked_up.append(host) or real(host, *a, **k))
    assert visit(web.url(), door=door).state == "works"
    assert asked == ["help.example"] * 2, "once for HEAD and once for GET"
    assert set(looked_up) == {HERE}, "connecting asks for no name"


def test_a_name_that_changes_its_mind_between_two_questions_is_refused_at_the_second(web):
    web.pages["/"] = "Here"
    answers = iter([[HERE], ["10.0.0.1"]])
    made = visit(web.url(), door=web.door(resolve=lambda *_, **__: next(answers)))
    assert outcome(made) == ("refused", "not_public")
    assert web.hits["GET", "/"] == 0


def test_the_next_address_is_tried_where_the_first_has_nobody(web):
    web.pages["/"] = "Here"
    door = web.door(
        resolve=lambda *_, **__: ["127.0.0.3", HERE], allowed=frozenset({(HERE, web.port), ("127.0.0.3", web.port)})
    )
    assert visit(web.url(), door=door).state == "works"


def test_a_name_nobody_knows_is_an_error():
    assert outcome(visit("http://help.example/", door=Door(resolve=lambda *_, **__: []))) == ("error", "no_name")


def test_a_name_that_takes_too_long_is_left(monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(3) or [])
    began = time.monotonic()
    assert visit("http://help.example/", door=Door(seconds=0.6)).state == "error"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://help.example/", ("refused", "not_web")),
        ("javascript:alert(1)", ("refused", "not_web")),
        ("mailto:jo@help.example", ("refused", "not_web")),
        ("help.example", ("refused", "not_web")),
        ("http://", ("error", "not_an_address")),
        ("http:///path", ("error", "not_an_address")),
        ("http://[::1", ("error", "not_an_address")),
        ("http://a b/", ("error", "not_an_address")),
        ("http://" + "a" * 300 + ".example/", ("error", "no_name")),
        ("http://..../", ("error", "no_name")),
    ],
)
def test_what_is_no_web_address_is_said_and_not_raised(url, expected):
    assert outcome(visit(url)) == expected
