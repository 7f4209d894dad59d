"""A session ends after a while without a person, and some hours after sign-in whatever anybody does."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from tests.conftest import PASSWORD

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDLE = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
A_MINUTE = timedelta(minutes=1)
BY_ITSELF = {"X-Unattended": "true"}
BY_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
LEFT = reverse("session-end")


@pytest.fixture
def clock(db):
    """A clock that stands at nine until it is moved."""
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def inside(clock, client, therapist):
    """A browser in which the therapist has just signed in."""
    client.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
    return client


def is_in(browser):
    """Whether a page opens; asked in the name of nobody, so that asking changes nothing."""
    return browser.get(reverse("me"), headers=BY_ITSELF).status_code == 200


def left(browser):
    return browser.get(LEFT).json()["seconds"]


def test_somebody_who_does_nothing_is_signed_out(inside, clock):
    clock.shift(IDLE - A_MINUTE)
    assert is_in(inside)
    clock.shift(A_MINUTE)
    assert not is_in(inside)


def test_whoever_does_something_stays(inside, clock):
    for _again in range(4):
        clock.shift(IDLE - A_MINUTE)
        assert inside.get(reverse("eleven-steps")).status_code == 200


@pytest.mark.parametrize("headers", [BY_ITSELF, BY_ITSELF | {"HX-Request": "true"}])
def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(inside, clock, headers):
    while now() < NINE + IDLE - A_MINUTE:
        clock.shift(A_MINUTE)
        assert inside.get(reverse("resources"), headers=headers).status_code == 200
    clock.shift(A_MINUTE)
    assert not is_in(inside)


def now():
    return datetime.now(UTC)


def test_every_panel_that_refreshes_itself_says_so():
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    polling = [tag for page in pages for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*every [^>]*>", page.read_text())]
    assert polling
    assert [tag for tag in polling if "X-Unattended" not in tag] == []


def test_asking_how_long_is_left_changes_nothing(inside, clock):
    assert left(inside) == IDLE.seconds
    clock.shift(A_MINUTE)
    assert left(inside) == left(inside) == IDLE.seconds - 60


def test_staying_signed_in_is_a_post(inside, clock):
    clock.shift(IDLE - A_MINUTE)
    answer = inside.post(LEFT)
    assert answer.json()["seconds"] == left(inside) == IDLE.seconds
    assert "no-store" in answer["Cache-Control"]


def test_nothing_lasts_longer_than_the_absolute_limit(inside, clock):
    end = NINE + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    while now() < end - A_MINUTE:
        clock.shift(min(10 * A_MINUTE, end - A_MINUTE - now()))
        assert inside.post(LEFT).status_code == 200
    last = inside.post(LEFT).json()
    assert (last["seconds"], last["is_final"]) == (60, True)
    clock.shift(A_MINUTE)
    assert not is_in(inside)


def test_signing_in_again_starts_both_limits_again(inside, clock, therapist):
    clock.shift(timedelta(seconds=settings.SESSION_COOKIE_AGE))
    assert not is_in(inside)
    inside.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
    answer = inside.get(LEFT).json()
    assert (answer["seconds"], answer["is_final"], answer["who"]) == (IDLE.seconds, False, str(therapist.pk))


def test_an_ended_session_is_gone_from_the_database(inside, clock):
    from django.contrib.sessions.models import Session

    assert Session.objects.count() == 1
    clock.shift(IDLE)
    assert not is_in(inside)
    assert Session.objects.count() == 0


def test_a_session_from_before_the_limits_begins_now(inside, clock):
    session = inside.session
    del session["session_began"], session["session_moved"]
    session.save()
    clock.shift(IDLE * 2)
    assert left(inside) == IDLE.seconds


def test_taps_in_quick_succession_are_written_down_once(inside, clock):
    clock.shift(A_MINUTE)
    inside.get(reverse("me"))
    before = inside.session["session_moved"]
    clock.shift(timedelta(seconds=5))
    inside.get(reverse("me"))
    assert inside.session["session_moved"] == before


@pytest.mark.parametrize("headers", [BY_SCRIPT, {"HX-Request": "true"}, {"X-Outbox": "x"}])
def test_a_script_learns_that_the_session_is_over(client, db, headers):
    """So that the page can stay; htmx without the dialog follows the header, whatever the status."""
    answer = client.get(reverse("eleven-steps"), headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(reverse("account_login"))
    assert answer.content == b""


def test_the_dialog_can_sign_in_and_is_told_what_is_wrong(client, therapist):
    facts = {"login": therapist.email, "password": "a wrong password"}
    wrong = client.post(reverse("account_login"), facts, headers=BY_SCRIPT)
    assert wrong.status_code == 400
    assert wrong.json()["form"]["errors"]
    right = client.post(reverse("account_login"), facts | {"password": PASSWORD}, headers=BY_SCRIPT)
    assert right.status_code == 200
    assert client.get(LEFT, headers=BY_SCRIPT).json()["who"] == str(therapist.pk)
