"""What browsers report of the content policy: the name of a directive and a number stay, and nothing else of it."""

import json
import logging

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from accounts import session_end
from accounts.models import PolicyReport
from accounts.policy_reports import DIRECTIVES, MOST_BYTES, MOST_REPORTS
from tests.config.test_edge import OTHERS

WORD = "quokkaphage"
#: As browsers send it for `report-uri`, and for `report-to`.
OLD = {
    "csp-report": {
        "document-uri": f"https://doorway.example/departures/{WORD}/",
        "referrer": f"https://doorway.example/{WORD}",
        "violated-directive": "script-src-elem",
        "effective-directive": "script-src-elem",
        "original-policy": "default-src 'none'",
        "blocked-uri": f"https://evil.example/{WORD}.js",
        "script-sample": WORD,
    }
}
NEW = [
    {
        "age": 12,
        "type": "csp-violation",
        "url": f"https://doorway.example/{WORD}",
        "user_agent": WORD,
        "body": {"documentURL": WORD, "effectiveDirective": "img-src", "sample": WORD, "disposition": "enforce"},
    }
]
OLD_KIND, NEW_KIND = "application/csp-report", "application/reports+json"


def report(said, *, browser=None, kind=OLD_KIND, **more):
    """Send it, as a browser does by itself: with no token."""
    browser = browser or Browser(enforce_csrf_checks=True)
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return browser.post(reverse("policy-reports"), body, content_type=kind, **more)


def counted():
    return dict(PolicyReport.objects.values_list("directive", "times"))


def test_a_report_of_either_kind_is_counted_and_nothing_else_of_it_is_kept(db, caplog):
    caplog.set_level(logging.DEBUG)
    assert report(OLD).status_code == 204
    assert report(NEW, kind=NEW_KIND).status_code == 204
    assert report(OLD).status_code == 204
    assert counted() == {"script-src-elem": 2, "img-src": 1}
    assert WORD not in caplog.text
    assert [column.name for column in PolicyReport._meta.fields] == ["directive", "times"]
    assert word_in_tables() == []


def word_in_tables():
    """Tables in which some row holds the word, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{WORD}%"])
            found += [table] if cursor.fetchone()[0] else []
    return found


def test_every_page_says_where_reports_go(client, db):
    answer = client.get(reverse("account_login"))
    policy = answer["Content-Security-Policy"].split("; ")
    assert f"report-uri {reverse('policy-reports')}" in policy
    assert "report-to policy" in policy
    assert answer["Reporting-Endpoints"] == f'policy="{reverse("policy-reports")}"'


def test_what_the_policy_names_can_be_counted():
    named = set(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]) - {"report-uri", "report-to"}
    assert named <= set(DIRECTIVES)


@pytest.mark.parametrize(
    "said", [b"", b"{", b"\xff\xfe", b"7", b'"words"', b"null", b"[1]", b"[" * 5_000, b"{}x"], ids=repr
)
def test_what_is_no_report_is_refused(db, said):
    assert report(said).status_code == 400
    assert counted() == {}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"csp-report": None},
        {"csp-report": {"effective-directive": 7}},
        {"csp-report": {"effective-directive": WORD}},
        {"csp-report": {"effective-directive": "a\0b"}},
        [{"type": "deprecation", "body": {"effectiveDirective": "img-src"}}],
        [{"type": "csp-violation", "body": []}],
        [],
    ],
    ids=repr,
)
def test_what_names_no_directive_counts_for_nothing(db, said):
    assert report(said).status_code == 204
    assert counted() == {}


def test_an_old_browser_says_the_directive_with_its_values(db):
    report({"csp-report": {"violated-directive": "script-src 'self'"}})
    assert counted() == {"script-src": 1}


def test_many_reports_come_at_once_and_their_number_is_bounded(db):
    report(NEW * (MOST_REPORTS + 10), kind=NEW_KIND)
    assert counted() == {"img-src": MOST_REPORTS}
    assert report(b"x" * (MOST_BYTES * 3)).status_code == 413


def test_the_log_says_so_at_the_first_and_then_ever_more_rarely(db, caplog):
    for _report in range(20):
        report(OLD)
    said = [each.args for each in caplog.records if each.name == "accounts.policy_reports"]
    assert said == [("script-src-elem", times) for times in (1, 2, 4, 8, 16)]


def test_another_site_counts_nothing(db):
    assert report(OLD, **OTHERS).status_code == 403
    assert counted() == {}


def test_a_report_is_nothing_that_a_person_did(signed_in, therapist):
    """A page that is left open keeps nobody signed in by what its browser reports."""
    browser = signed_in(therapist)
    session = browser.session
    session[session_end.MOVED] -= 300
    session.save()
    moved = session[session_end.MOVED]
    report(OLD, browser=browser)
    assert browser.session[session_end.MOVED] == moved


def test_the_table_takes_no_other_name(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyReport.objects.create(directive=WORD)
