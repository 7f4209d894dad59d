"""The first page: the session of the moment, one filled button, and what waits."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_app import departures, reports
from sessions_app.models import Client, TherapySession

FILLED = re.compile(r'class="[^"]*\bfilled\b')


@pytest.fixture(autouse=True)
def noon(time_machine):
    """Noon at the site, so that every session of this story is today's."""
    time_machine.move_to("2026-05-20T16:00:00Z")


@pytest.fixture
def now(browser):
    """The page as it is now."""

    def look():
        return browser.get("/").content.decode()

    return look


def in_minutes(minutes):
    return timezone.now() + timedelta(minutes=minutes)


def test_the_session_of_the_moment_comes_first_with_the_one_filled_button(now, session):
    html = now()
    assert "Session now" in html
    assert "Room 3" in html
    assert len(FILLED.findall(html)) == 1
    first_form = html[html.index("<form") : html.index("</form>")]
    assert f'name="session" value="{session.pk}"' in first_form
    assert FILLED.search(first_form)
    assert "Client is leaving" in first_form


@pytest.mark.parametrize(
    ("starts", "title"),
    [
        (-20, "Session now"),
        (10, "Next session"),
        (-75, "Session now"),
        (40, "No session right now"),
        (-90, "No session"),
    ],
)
def test_clients_leave_before_the_hour_and_sessions_overrun(now, session_of, client_0417, starts, title):
    session_of(client_0417, starts_at=in_minutes(starts))
    assert title in now()


def test_of_two_sessions_the_one_that_began_last_is_meant(browser, session_of, client_0417):
    session_of(client_0417, starts_at=in_minutes(-60))
    later = session_of(client_0417, starts_at=in_minutes(-5))
    session_of(client_0417, starts_at=in_minutes(14))
    assert browser.get("/").context["current"] == later


def test_other_sessions_of_the_day_have_a_button_of_their_own(browser, session, session_of, client_0417):
    evening = session_of(client_0417, starts_at=in_minutes(300))
    session_of(client_0417, starts_at=in_minutes(60 * 24))
    shown = browser.get("/")
    assert shown.context["others"] == [evening]
    assert f'name="session" value="{evening.pk}"' in shown.content.decode()


def test_sessions_of_others_are_not_shown(now, stranger):
    TherapySession.objects.create(therapist=stranger, site=stranger.site, starts_at=in_minutes(-5), room="Room 9")
    assert "Room 9" not in now()


def test_without_a_session_the_button_is_there_all_the_same(now, browser, db):
    html = now()
    assert "No session right now" in html
    first_form = html[html.index("<form") : html.index("</form>")]
    assert FILLED.search(first_form)
    assert 'name="session"' not in first_form


def test_an_open_departure_leads_and_the_button_loses_its_fill(now, departure):
    html = now()
    assert html.index("Carry on") < html.index("Session now")
    assert "0 of 11 steps recorded" in html
    assert "Client 0417" in html
    (filled,) = FILLED.finditer(html)
    assert html.index(">Carry on") - filled.start() < 120


def test_two_open_departures_fill_only_the_newest(now, departure, therapist):
    departures.log(id=uuid.uuid4(), by=therapist)
    html = now()
    assert html.count("Carry on") == 2
    assert len(FILLED.findall(html)) == 1


def test_the_rarer_ways_are_there(now, db):
    html = now()
    for words in ("A different client is leaving", "One that happened earlier", "Read the eleven steps"):
        assert words in html


def test_every_button_of_the_page_starts_a_departure_of_its_own(now, session, session_of, client_0417):
    session_of(client_0417, starts_at=in_minutes(300))
    ids = re.findall(r'name="id" value="([^"]+)"', now())
    assert len(ids) == len(set(ids)) == 3


def test_a_report_that_nobody_wrote_yet_is_asked_for(now, departure, therapist):
    assert "Report to write" not in now()
    departures.end(departure, ending="left", by=therapist)
    assert "Report to write" in now()


@pytest.mark.parametrize("ending", ["stayed", "returned"])
def test_no_report_is_asked_for_when_the_client_stayed(now, departure, therapist, ending):
    departures.end(departure, ending=ending, by=therapist)
    assert "Report to write" not in now()


def test_drafts_wait_here_until_they_are_signed(now, departure, therapist):
    report = reports.draft_for(departure, by=therapist)
    assert "Draft report" in now()
    reports.sign(report, by=therapist)
    assert "Draft report" not in now()


def test_what_was_a_mistake_waits_nowhere(now, departure, therapist):
    reports.draft_for(departure, by=therapist)
    departures.void(departure, reason="Wrong room", by=therapist)
    assert "Draft report" not in now()


def test_times_are_those_on_the_persons_wall(now, session, therapist):
    assert ">11:40<" in now()
    therapist.time_zone = "Europe/London"
    therapist.save()
    assert ">16:40<" in now()


def test_everybody_is_led_to_their_own_first_page(signed_in, supervisor, admin):
    assert signed_in(supervisor).get("/").url == "/review/"
    assert signed_in(admin).get("/").url == "/resources/"


def test_the_page_costs_the_same_however_much_there_is(browser, session, session_of, therapist, departure):
    def statements():
        with CaptureQueriesContext(connection) as seen:
            browser.get("/")
        return len(seen)

    once = statements()
    for number in range(3):
        client = Client.objects.create(reference=f"X{number}", therapist=therapist, team=therapist.team)
        another = session_of(client, starts_at=in_minutes(100 + number))
        departures.log(id=uuid.uuid4(), by=therapist, session=another)
    assert statements() == once
