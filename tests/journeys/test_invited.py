"""An admin asks somebody in from a desk; they come in on a phone, and are seen to the door again."""

import re

import pytest

from accounts import staff_post
from accounts.models import User
from tests.journeys.conftest import LAPTOP

pytestmark = pytest.mark.journey

NEW_PASSWORD = "four quiet words here"


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/account/join/\S+)", mail.body).group(1)


def test_somebody_is_asked_in_and_comes_in_on_a_phone(open_window, admin, supervisor, adopted, mailoutbox):
    desk = open_window(admin, size=LAPTOP)
    desk.go("/account/")
    desk.follow("People")
    desk.follow("Invite somebody")
    desk.tab.get_by_label("E-mail").fill("lee@clinic.example")
    desk.tab.get_by_label("Name").fill("Lee Park")
    desk.tab.get_by_label("Therapist", exact=True).check()
    desk.tab.get_by_label("Supervisor", exact=True).last.select_option(label=supervisor.name)
    desk.click("Send the invitation")
    desk.sees("on its way to Lee Park")
    desk.sees("Mail on its way")
    desk.inspect()

    staff_post.drain()
    phone = open_window()
    phone.go(link_in(mailoutbox[0]))
    phone.sees("Welcome, Lee Park")
    phone.inspect()
    phone.tab.get_by_label("Password", exact=True).fill("too short")
    phone.tab.get_by_label("Password (again)").fill("too short")
    phone.click("Save the password")
    phone.sees("at least 15 characters")
    phone.inspect()
    phone.tab.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    phone.tab.get_by_label("Password (again)").fill(NEW_PASSWORD)
    phone.click("Save the password")
    phone.go("/account/")
    phone.sees("This device")
    assert "Lee Park" in phone.text()
    assert User.objects.get(email="lee@clinic.example").roles == ["therapist"]

    late = open_window()
    assert late.go(link_in(mailoutbox[0])) == 410
    late.sees("This link opens nothing")
    late.inspect()

    desk.go("/account/people/")
    desk.follow("Lee Park")
    desk.tab.get_by_label("Works here").uncheck()
    desk.click("Save")
    desk.sees("Does not work here any more")
    assert phone.go("/account/") == 200
    phone.sees("Forgotten your password?")
