"""Every answer of every address protects itself; what is too large, comes from elsewhere or lies is refused."""

import gzip
import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings as here
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from sessions_app.models import Client
from tests.config.test_settings import settings_with
from tests.test_access import ACTORS, HSDS, TABLE, addresses, cast, resource  # noqa: F401 - fixtures

#: What an installation behind https has that one for trying out has not.
OF_HTTPS = ["SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
OF_HTTPS += ["SECURE_REDIRECT_EXEMPT", "ON_EVERY_ANSWER", "SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_NAME"]
OF_HTTPS += ["CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
OF_HTTPS += ["LANGUAGE_COOKIE_SECURE"]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "Reporting-Endpoints": 'policy="/policy-reports/"',
    "Server": "web",
    "X-Powered-By": None,
    "Access-Control-Allow-Origin": None,
}
POLICY = {
    *("default-src 'none'", "base-uri 'none'", "connect-src 'self'", "font-src 'self'", "form-action 'self'"),
    *("frame-ancestors 'none'", "img-src 'self' data:", "manifest-src 'self'", "script-src 'self'"),
    *("style-src 'self'", "worker-src 'self'", "report-uri /policy-reports/", "report-to policy"),
}
SHUT = ["camera", "microphone", "geolocation", "display-capture", "payment", "usb", "clipboard-read", "sync-xhr"]
#: Nobody's data: kept by devices on purpose, or asked for by programs that look whether it has changed.
KEPT = {"service-worker", "push-worker", "offline", "manifest", "code-system", "api"}
OTHERS = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_MODE": "cors", "HTTP_SEC_FETCH_DEST": "empty"}
A_LINK = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_DEST": "document"}


@pytest.fixture(scope="module")
def as_in_earnest():
    """What those settings are for a process with an https address."""
    return dict(zip(OF_HTTPS, settings_with(OF_HTTPS), strict=True))


@pytest.fixture
def https(as_in_earnest, settings):
    """A browser of anybody, over TLS: `https(therapist)`."""
    for name, value in as_in_earnest.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)
    settings.WHITENOISE_USE_FINDERS = True

    def browser(person=None, **facts):
        made = Browser(raise_request_exception=False, headers={"X-Forwarded-Proto": "https"}, **facts)
        if person:
            made.force_login(person)
        return made

    return browser


def faults(answer):
    """What an answer lacks, or says that it should not."""
    found = [f"{name}: {answer.get(name)}" for name, wanted in HEADERS.items() if answer.get(name) != wanted]
    if set(answer.get("Content-Security-Policy", "").split("; ")) != POLICY:
        found.append(answer.get("Content-Security-Policy"))
    policy = answer.get("Permissions-Policy", "")
    found += [name for name in SHUT if f"{name}=()" not in policy]
    for name, cookie in answer.cookies.items():
        wanted = {"path": "/", "domain": "", "secure": True, "samesite": "Lax"}
        wanted["httponly"] = "" if name == "__Host-csrftoken" else True
        is_kept_well = all(cookie[flag] == value for flag, value in wanted.items())
        is_kept_well &= len(name) + len(cookie.value) <= 4096
        found += [] if name.startswith("__Host-") and is_kept_well else [cookie.OutputString()]
    return found


#: {kind of an answer: whether a body is of that kind}.
FITS = {
    "text/html": lambda body: body.lstrip().startswith(b"<") and b"</" in body,
    "text/plain": lambda body: not body.lstrip().startswith((b"<", b"{")),
    "text/css": lambda body: b"{" in body and not body.lstrip().startswith(b"<"),
    "text/javascript": lambda body: not body.lstrip().startswith((b"<", b"{")),
    "text/csv": lambda body: b"," in body.splitlines()[0] and not body.lstrip().startswith((b"<", b"{")),
    "text/calendar": lambda body: body.startswith(b"BEGIN:VCALENDAR\r\n"),
    "image/svg+xml": lambda body: ElementTree.fromstring(body).tag.endswith("}svg"),
    "image/png": lambda body: body.startswith(b"\x89PNG\r\n"),
    "application/json": lambda body: json.loads(body) is not None,
    "application/problem+json": lambda body: "title" in json.loads(body),
    "application/fhir+json": lambda body: "resourceType" in json.loads(body),
    "application/manifest+json": lambda body: "start_url" in json.loads(body),
    "application/pdf": lambda body: body.startswith(b"%PDF-"),
    "application/zip": lambda body: body.startswith(b"PK"),
}


def wrong_kind(answer):
    """What an answer says of its kind and encoding that is not so; nothing where it has no body."""
    body, (kind, _, more) = answer.getvalue(), answer.get("Content-Type", "").partition(";")
    if not body:
        return []
    found = [] if kind in FITS and fits(kind, body) else [f"is not {kind or 'of any kind'}: {body[:60]!r}"]
    if kind.startswith("text/") or kind.endswith("xml"):
        found += [] if more.strip().replace('"', "") == "charset=utf-8" else [f"{kind} without its encoding: {more!r}"]
    return found


def fits(kind, body):
    try:
        return bool(FITS[kind](body)) and (kind.endswith(("png", "pdf", "zip")) or body.decode() is not None)
    except (ValueError, ElementTree.ParseError):
        return False


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"<!doctype html><p>No</p>"),
        ("text/html; charset=utf-8", b'{"a": 1}'),
        ("text/html; charset=utf-8", "<p>caf\u00e9</p>".encode("latin-1")),
        ("text/html; charset=latin-1", b"<p>Well</p>"),
        ("text/html", b"<p>Well</p>"),
        ("text/calendar; charset=utf-8", b"<p>No</p>"),
        ("image/png", b"<svg></svg>"),
        ("application/octet-stream", b"anything"),
        ("", b"anything"),
    ],
)
def test_a_kind_that_does_not_fit_is_seen(kind, body):
    answer = HttpResponse(body)
    answer.headers["Content-Type"] = kind
    assert wrong_kind(answer)


def test_every_answer_of_every_address_protects_itself(https, request, db):
    """Each is looked at by the therapist, by somebody signed out, and by each other role that it opens for.

    And says of what kind it is and in which encoding, and is so (OWASP ASVS 5.0, 4.1.1).
    """
    where, people = request.getfixturevalue("addresses"), request.getfixturevalue("cast")
    asked, wrong, statuses = 0, {}, set()
    for actor in ("therapist", "supervisor", "admin", None):
        browser = https(people[actor])
        for name, address in where.items():
            to_therapist, to_actor = (TABLE[name][0][ACTORS.index(each)] for each in ("therapist", actor))
            if actor in ("therapist", None) or (to_actor == 200 != to_therapist):
                answer = browser.get(address)
                asked, statuses = asked + 1, statuses | {answer.status_code}
                found = faults(answer) + wrong_kind(answer)
                if "no-store" not in answer.get("Cache-Control", "") and name not in KEPT:
                    found.append(f"is kept: {answer.get('Cache-Control')}")
                if found:
                    wrong[actor, name] = found
    assert wrong == {}
    assert asked > 2 * len(TABLE)
    assert statuses >= {200, 302, 403, 404, 405}


@pytest.fixture
def refused(https, therapist, admin, monkeypatch):
    """One answer of each kind that no page gave, or that a page broke off."""
    inside, strict = https(therapist), https(enforce_csrf_checks=True)
    monkeypatch.setattr("followups.health.report", lambda: 1 / 0)
    return {
        400: inside.get("/%00"),
        "400 host": https().get("/", headers={"Host": "evil.example"}),
        "400 host of plain http": Browser(raise_request_exception=False).get("/", headers={"Host": "evil.example"}),
        403: https(admin).get(reverse("clients")),
        "403 token": strict.post(reverse("account_login")),
        "403 elsewhere": inside.post(reverse("start-departure"), **OTHERS),
        404: inside.get("/nowhere/"),
        "404 signed out": https().get("/nowhere/"),
        405: inside.put(reverse("clients")),
        413: inside.post(reverse("clients"), {"x": "x" * 2_000_000}),
        500: inside.get(reverse("readyz")),
    }


def test_every_refusal_protects_itself(refused):
    for kind, answer in refused.items():
        assert answer.status_code == int(str(kind)[:3]), kind
        is_plain = kind == "400 host of plain http"
        assert [each for each in faults(answer) if not (is_plain and "Transport" in each)] == [], kind
        assert wrong_kind(answer) == [], kind
        assert "no-store" in answer.get("Cache-Control", "") or "host" in str(kind), kind


def test_files_health_pages_and_the_way_to_https_protect_themselves(https):
    for file in ("app.css", "app.js", "icon.svg", "icons/192.png"):
        answer = https().get(f"/static/{file}")
        assert (answer.status_code, faults(answer), wrong_kind(answer)) == (200, [], []), file
    health = https().get(reverse("healthz"))
    assert (faults(health), wrong_kind(health)) == ([], [])


def test_only_pages_for_people_lead_from_http_to_https(https, addresses):  # noqa: F811
    """What a program asks for is refused, so that one which sends its secret in the clear is noticed (ASVS 4.1.2)."""
    https()
    plain, led_on, refused_ones = Browser(), set(), set()
    for name, address in addresses.items():
        for answer in (plain.get(address), plain.post(address)):
            if answer.status_code == 301:
                assert answer["Location"] == f"https://testserver{address}", name
                led_on.add(name)
            elif answer.status_code == 403:
                assert (answer.get("Location"), answer.content, wrong_kind(answer)) == (None, b"Use https.\n", [])
                refused_ones.add(name)
    assert refused_ones == {"api", "calendar", "code-system", "policy-reports", *HSDS}
    asked_for_inside = {"healthz", "readyz", "metrics"}
    assert set(TABLE) - led_on - refused_ones == asked_for_inside
    assert plain.get(reverse("healthz")).status_code == 200


def test_where_there_is_no_https_programs_are_answered(client, db):
    assert client.get(reverse("api")).status_code == 200


def test_the_policy_allows_nothing_that_runs_words():
    assert not re.search(r"unsafe|http|\*|blob:|nonce|strict-dynamic", " ".join(POLICY))


def test_the_language_stays_with_the_device_by_a_cookie_of_its_own(https, therapist):
    answer = https(therapist).post(reverse("me"), {"language": "es"}, headers={"Referer": "https://testserver/"})
    assert faults(answer) == []


# Asked from elsewhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asker", ["cross-site", "same-site", "nonsense"])
def test_another_site_changes_nothing_whatever_token_it_has(signed_in, therapist, asker):
    browser = signed_in(therapist)
    facts = {"reference": "0500", "age_band": "adult"}
    answer = browser.post(reverse("add-client"), facts, **OTHERS | {"HTTP_SEC_FETCH_SITE": asker})
    assert answer.status_code == 403
    assert not Client.objects.exists()
    assert browser.post(reverse("add-client"), facts, HTTP_SEC_FETCH_SITE="same-origin").status_code == 302
    assert Client.objects.count() == 1


def test_a_link_from_another_site_opens_a_page_and_nothing_builds_it_in(signed_in, therapist):
    browser = signed_in(therapist)
    assert browser.get(reverse("now"), **A_LINK).status_code == 200
    for destination in ("iframe", "object", "embed", "frame"):
        assert browser.get(reverse("now"), **A_LINK | {"HTTP_SEC_FETCH_DEST": destination}).status_code == 403
    for mode in ("cors", "no-cors", "websocket"):
        assert browser.get(reverse("now"), **OTHERS | {"HTTP_SEC_FETCH_MODE": mode}).status_code == 403
    assert browser.post(reverse("start-departure"), **A_LINK).status_code == 403


def test_what_is_open_to_everybody_may_be_read_from_everywhere_and_nobody_signed_in_from_there(client, db):
    assert client.get(reverse("manifest"), **OTHERS).status_code == 200
    assert client.post(reverse("account_login"), {"login": "x"}, **OTHERS).status_code == 403


def test_an_origin_that_is_trusted_is_trusted(signed_in, therapist, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://portal.example"]
    for origin, status in (("https://portal.example", 422), ("https://evil.example", 403)):
        answer = signed_in(therapist).post(reverse("add-client"), {}, **OTHERS, HTTP_ORIGIN=origin)
        assert answer.status_code == status


# Who says that it was https, and which host -------------------------------------------------------------------


def test_without_a_proxy_nobody_can_say_that_it_was_https(https, settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    answer = https().get(reverse("account_login"))
    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", ""])
def test_a_host_that_is_not_ours_gets_no_page_and_no_link(client, db, host):
    answer = client.post(reverse("account_reset_password"), {"email": "ana@clinic.example"}, headers={"Host": host})
    assert answer.status_code == 400
    assert not host.strip() or host not in answer.content.decode()


def test_what_proxies_say_of_the_host_is_not_believed(client, db):
    answer = client.get(reverse("account_login"), headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in answer.content


# Secrets in packed pages --------------------------------------------------------------------------------------

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


def test_the_token_in_a_packed_page_is_another_each_time_and_so_is_the_length(signed_in, therapist):
    """Else somebody who sees lengths could guess it letter by letter (BREACH)."""
    browser, packed = signed_in(therapist), {"Accept-Encoding": "gzip"}
    answers = [browser.get(reverse("add-client"), headers=packed) for _ in range(8)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    tokens = {TOKEN.search(gzip.decompress(answer.content)).group(1) for answer in answers}
    assert len(tokens) == 8
    assert len({len(answer.content) for answer in answers}) > 1


# Too large ----------------------------------------------------------------------------------------------------


def test_a_file_sent_where_none_is_taken_is_refused_before_it_is_read(signed_in, therapist, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    answer = signed_in(therapist).post(
        reverse("add-client"), b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH="10000000000"
    )
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", ["-1", "1e9", "９９９９９９９９", "9" * 400, "x"])
def test_no_length_that_lies_breaks_anything(signed_in, therapist, length):
    facts = {"content_type": "multipart/form-data; boundary=b", "CONTENT_LENGTH": length}
    assert signed_in(therapist).post(reverse("add-client"), b"x", **facts).status_code in (400, 413, 422)


def test_what_a_form_may_hold_is_bounded():
    assert here.DATA_UPLOAD_MAX_MEMORY_SIZE <= 1024 * 1024
    assert here.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 500
    assert here.DATA_UPLOAD_MAX_NUMBER_FILES <= 2
