"""Where one is signed in, and how it ends: there, everywhere else, or everywhere."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from tests.conftest import PASSWORD

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
