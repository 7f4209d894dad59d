"""Where one is signed in, and how it ends: there, everywhere else, or everywhere."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as here
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import signed_in_devices
from accounts.models import AuditEntry, User
from tests.accounts.keys import app_of, code
from tests.conftest import PASSWORD
from tests.followups.races import Held

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0"


@pytest.fixture
def enter():
    """Sign in as people do, with a password, on a device: `enter(therapist, FIREFOX)`."""

    def sign_in(person, agent=FIREFOX, password=PASSWORD, **more):
        browser = Browser(headers={"User-Agent": agent}, **more)
        browser.post(reverse("account_login"), {"login": person.email, "password": password})
        return browser

    return sign_in


def is_in(browser):
    return browser.get(reverse("me")).status_code == 200


def devices_on(browser):
    part = browser.get(reverse("me")).content.decode().partition('id="devices"')[2].partition("</ul>")[0]
    return re.findall(r"<strong>(.*?)</strong>", part)


def device_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key).pk


def test_the_list_names_each_device_from_where_and_which_is_this(enter, therapist):
    enter(therapist, SAFARI, REMOTE_ADDR="198.51.100.7")
    laptop = enter(therapist, EDGE)
    assert devices_on(laptop) == ["Edge on Windows", "Safari on iPhone"]
    page = laptop.get(reverse("me")).content.decode()
    assert "198.51.100.7" in page
    assert page.count("This device") == 1


def test_one_device_is_signed_out_from_another(enter, therapist):
    phone, laptop = enter(therapist, SAFARI), enter(therapist, EDGE)
    assert laptop.post(reverse("end-device", args=[device_of(phone)])).url == reverse("me")
    assert not is_in(phone)
    assert is_in(laptop)
    assert devices_on(laptop) == ["Edge on Windows"]
    entry = AuditEntry.objects.get(action="sessions_ended")
    assert (entry.by, entry.facts) == (therapist, {"which": "one"})


def test_nobody_signs_out_a_device_of_somebody_else(enter, therapist, stranger):
    theirs = enter(therapist)
    assert enter(stranger).post(reverse("end-device", args=[device_of(theirs)])).status_code == 404
    assert is_in(theirs)


def test_everywhere_else_ends_what_the_list_does_not_know_as_well(enter, signed_in, therapist):
    """Such as a session from before there was a list."""
    phone, laptop, unlisted = enter(therapist, SAFARI), enter(therapist, EDGE), signed_in(therapist)
    laptop.post(reverse("end-other-devices"))
    assert not is_in(phone)
    assert not is_in(unlisted)
    assert is_in(laptop)
    assert devices_on(laptop) == ["Edge on Windows"]


def test_another_password_ends_every_other_session(enter, therapist):
    phone, laptop = enter(therapist, SAFARI), enter(therapist, EDGE)
    new = "four quiet words here"
    laptop.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_in(phone)
    assert is_in(laptop)
    assert devices_on(laptop) == ["Edge on Windows"]
    assert AuditEntry.objects.filter(action="password_changed", by=therapist).count() == 1


def test_a_device_that_did_nothing_for_too_long_is_not_listed(enter, therapist, time_machine, settings):
    enter(therapist, SAFARI)
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.SESSION_IDLE_SECONDS + 60))
    assert devices_on(enter(therapist, EDGE)) == ["Edge on Windows"]


def test_who_asks_is_asked_first_where_that_was_too_long_ago(enter, therapist, asked_each_time):
    phone, laptop = enter(therapist, SAFARI), enter(therapist, EDGE)
    again = laptop.post(reverse("end-other-devices"))
    assert again.url.startswith(reverse("account_reauthenticate"))
    assert is_in(phone)
    laptop.post(again.url, {"password": PASSWORD, "next": reverse("me")})
    assert not is_in(phone)


def test_in_and_out_stand_in_the_trail(enter, therapist):
    browser = enter(therapist)
    browser.post(reverse("account_logout"))
    trail = AuditEntry.objects.filter(subject_id=str(therapist.pk)).order_by("pk")
    assert [(each.action, each.by) for each in trail] == [("signed_in", therapist), ("signed_out", therapist)]
    assert trail[0].facts == {"ways": ["password"]}


def test_a_session_from_before_goes_on_through_the_upgrade(signed_in, therapist):
    """Nobody is signed out by a new release: only another round changes what a session must carry."""
    browser = signed_in(therapist)
    assert therapist.session_round == 0
    assert is_in(browser)
    User.objects.filter(pk=therapist.pk).update(session_round=1)
    assert not is_in(browser)


def test_pages_of_allauth_that_are_not_ours_are_not_there(signed_in, therapist):
    browser = signed_in(therapist)
    for path in ("sessions/", "social/connections/", "3rdparty/", "email/", "signup/", "social/signup/"):
        assert browser.get(f"/account/{path}").status_code == 404
        assert browser.get(f"/accounts/{path}").status_code == 404


# Another name after proving again -------------------------------------------------------------------------------------

AGAIN = "/account/again/"


def name_of(browser):
    return browser.cookies[here.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("way", ["password", "code"])
def test_proving_again_gives_the_session_another_name_and_the_list_follows(enter, therapist, way):
    """OWASP ASVS 5.0, 7.2.4: whoever knew the old name has nothing of it."""
    phone, laptop = enter(therapist, SAFARI), enter(therapist, EDGE)
    secret = app_of(therapist)
    old, device = name_of(laptop), device_of(laptop)
    prove = {"password": (AGAIN, {"password": PASSWORD}), "code": (f"{AGAIN}code/", {"code": code(secret)})}
    address, facts = prove[way]
    assert laptop.post(address, facts | {"next": reverse("me")}).url == reverse("me")
    assert name_of(laptop) != old
    assert is_in(laptop)
    assert (device_of(laptop), devices_on(laptop)) == (device, ["Edge on Windows", "Safari on iPhone"])
    assert laptop.get(reverse("me")).content.decode().count("This device") == 1
    assert not Session.objects.filter(session_key=old).exists()
    thief = Browser()
    thief.cookies[here.SESSION_COOKIE_NAME] = old
    assert not is_in(thief)
    phone.post(reverse("end-device", args=[device]))
    assert not is_in(laptop), "the list goes by the new name"


def test_a_wrong_proof_changes_no_name(enter, therapist):
    laptop = enter(therapist, EDGE)
    old = name_of(laptop)
    laptop.post(AGAIN, {"password": "not the right one", "next": reverse("me")})
    assert name_of(laptop) == old


def test_the_trail_knows_the_sign_in_by_the_same_mark_before_and_after(enter, therapist):
    laptop = enter(therapist, EDGE)
    laptop.get(reverse("clients"))
    laptop.post(AGAIN, {"password": PASSWORD, "next": reverse("me")})
    laptop.get(reverse("follow-ups"))
    laptop.post(reverse("account_logout"))
    marks = set(AuditEntry.objects.filter(by=therapist).values_list("device", flat=True))
    assert len(marks - {""}) == 1
    enter(therapist, EDGE).get(reverse("clients"))
    assert AuditEntry.objects.filter(by=therapist).order_by("pk").last().device not in marks


def test_an_error_of_ours_leaves_the_session_its_name(enter, therapist, monkeypatch):
    """No cookie goes with such an answer, so a new name would sign the person out."""
    laptop = enter(therapist, EDGE)
    old, laptop.raise_request_exception = name_of(laptop), False
    monkeypatch.setattr("accounts.views_of_devices.do", lambda *_: 1 / 0)
    monkeypatch.setattr("accounts.recheck.is_due", lambda *_, **__: True)
    asked = laptop.post(reverse("end-other-devices")).url
    assert laptop.post(asked, {"password": PASSWORD, "next": reverse("me")}).status_code == 500
    assert name_of(laptop) == old
    assert is_in(laptop)


def at_once(first, second, held):
    """`second` begins when `first` is held, and `first` goes on when `second` waits for it or is done."""
    threads = [threading.Thread(target=alone, args=[each], daemon=True) for each in (first, second)]
    threads[0].start()
    assert held.reached.wait(10)
    threads[1].start()
    while threads[1].is_alive() and not anybody_waits():
        threads[1].join(0.02)
    held.let_go.set()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def alone(deed):
    try:
        deed()
    finally:
        connection.close()


def anybody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_a_device_that_is_ended_while_it_gets_its_new_name_is_ended(enter, therapist, monkeypatch):
    """The end comes while the new name is being given: it has to find the session under that name."""
    laptop = enter(therapist, EDGE)
    device, held = device_of(laptop), Held(monkeypatch, SessionBase, "cycle_key")
    at_once(
        lambda: laptop.post(AGAIN, {"password": PASSWORD, "next": reverse("me")}),
        lambda: signed_in_devices.end_one(device, by=therapist),
        held,
    )
    assert not is_in(laptop)
    assert not UserSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_device_that_was_ended_just_before_gets_no_new_name(enter, therapist, monkeypatch):
    """The end has begun when the person proves again: the session does not come back under another name."""
    laptop = enter(therapist, EDGE)
    device, held = device_of(laptop), Held(monkeypatch, UserSession, "end")
    at_once(
        lambda: signed_in_devices.end_one(device, by=therapist),
        lambda: laptop.post(AGAIN, {"password": PASSWORD, "next": reverse("me")}),
        held,
    )
    assert not is_in(laptop)
    assert not UserSession.objects.exists()
    assert not Session.objects.filter(session_key=laptop.cookies[here.SESSION_COOKIE_NAME].value or "-").exists()
