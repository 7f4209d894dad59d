"""People are told what happens to their account: briefly, and with nothing in it that a thief could copy."""

import re
from datetime import timedelta

import pytest
from django.core import mail as post
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import sign_in_events, staff_mails, staff_post
from accounts.models import StaffMail, User
from followups import tasks
from tests.conftest import PASSWORD
from tests.followups.races import both, meet_after

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
NEW_PASSWORD = "four quiet words here"


@pytest.fixture
def been_here(therapist):
    """The therapist, who signed in before."""
    User.objects.filter(pk=therapist.pk).update(last_login=timezone.now())
    return therapist


def sign_in(browser, person, password=PASSWORD):
    return browser.post(reverse("account_login"), {"login": person.email, "password": password})


def test_a_device_that_was_not_used_before_is_told_once(been_here, mails):
    phone = Browser(headers={"User-Agent": FIREFOX})
    sign_in(phone, been_here)
    (mail,) = mails()
    assert mail.to == [been_here.email]
    assert "Firefox on Linux" in mail.body
    assert "America/New_York" in mail.body
    phone.post(reverse("account_logout"))
    sign_in(phone, been_here)
    assert len(mails()) == 1


def test_the_first_sign_in_of_all_warns_nobody(client, therapist, mails):
    sign_in(client, therapist)
    assert mails() == []
    sign_in(Browser(), therapist)
    assert len(mails()) == 1


def test_a_tablet_that_two_share_is_known_to_both(been_here, stranger, mails):
    User.objects.update(last_login=timezone.now())
    tablet = Browser()
    for _twice in range(2):
        for person in (been_here, stranger):
            sign_in(tablet, person)
            tablet.post(reverse("account_logout"))
    assert [mail.to for mail in mails()] == [[been_here.email], [stranger.email]]


@pytest.mark.parametrize("forged", ["", "x", "." * 400, "0" * 32])
def test_a_device_does_not_make_itself_known(been_here, mails, forged):
    browser = Browser()
    browser.cookies["known"] = forged
    sign_in(browser, been_here)
    assert len(mails()) == 1


def test_the_cookie_says_nothing_about_who_it_knows(client, therapist):
    sign_in(client, therapist)
    cookie = client.cookies["known"]
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_another_password_is_told(client, therapist, mails):
    sign_in(client, therapist)
    facts = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(reverse("account_change_password"), facts)
    assert [mail.subject for mail in mails()] == ["Your Doorway password was changed"]


def test_a_password_set_through_a_link_is_told(client, therapist, mails):
    client.post(reverse("account_reset_password"), {"email": therapist.email})
    link = re.search(r"https?://[^/\s]+(/account/password/forgotten/\S+)", mails()[0].body).group(1)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert mails()[-1].subject == "Your Doorway password was changed"


def test_too_many_wrong_passwords_are_told_once_a_day_and_only_to_who_is_meant(client, therapist, mails):
    for email in (therapist.email, "nobody@clinic.example"):
        for number in range(8):
            sign_in(Browser(REMOTE_ADDR=f"203.0.113.{len(email)}"), User(email=email), f"wrong {number}")
    (mail,) = mails()
    assert mail.to == [therapist.email]
    assert "tried to sign in" in mail.subject


@pytest.mark.parametrize("template", sorted(sign_in_events.KINDS))
def test_every_change_that_allauth_reports_has_words_of_ours(therapist, mails, template):
    sign_in_events.tell(therapist, template)
    (mail,) = mails()
    assert mail.subject != "Your Doorway account was changed"
    assert therapist.email not in mail.body


def test_a_change_it_does_not_know_is_told_all_the_same(therapist, mails):
    sign_in_events.tell(therapist, "mfa/email/invented_tomorrow")
    assert mails()[0].subject == "Your Doorway account was changed"


WITH_A_LINK = {StaffMail.Kind.INVITATION, StaffMail.Kind.FORGOTTEN_PASSWORD, StaffMail.Kind.MAIL_TEST}


@pytest.mark.parametrize("kind", sorted(set(StaffMail.Kind) - WITH_A_LINK))
def test_a_warning_leads_nowhere_but_home(therapist, departure, client_0417, mails, settings, kind):
    settings.PUBLIC_URL = "https://doorway.example"
    ties = {"supervisor": therapist.pk, "supervisee": therapist.pk, "team": therapist.team_id}
    days = {"starts_on": "2026-05-20", "ends_on": "2026-05-21"}
    staff_mails.write(kind, person=therapist, browser="Firefox", system="Android", **ties, **days)
    mail = mails()[-1]
    assert re.findall(r"https?://\S+", mail.body) == ["https://doorway.example"]
    assert client_0417.reference not in mail.subject + mail.body
    assert client_0417.preferred_name not in mail.subject + mail.body
    assert len(mail.body) < 700


def test_a_warning_is_in_the_language_the_person_chose(signed_in, therapist, mails):
    signed_in(therapist).post(reverse("me"), {"language": "es"})
    therapist.refresh_from_db()
    assert therapist.language == "es"
    staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=therapist)
    assert len(mails()) == 1


def test_nobody_who_has_left_gets_one(therapist, mails):
    staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=therapist)
    User.objects.filter(pk=therapist.pk).update(is_active=False)
    assert mails() == []
    assert StaffMail.objects.get().sent_at, "done with all the same"


def test_a_dead_mail_server_holds_up_nobody_and_loses_nothing(been_here, settings, time_machine, mailoutbox):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,  # nobody listens on this port
    )
    browser = Browser()
    assert sign_in(browser, been_here).url == "/"
    assert staff_post.drain() == 0
    waiting = StaffMail.objects.get()
    assert (waiting.sent_at, waiting.tries) == (None, 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert staff_post.drain() == 0, "not before its pause is over"
    time_machine.move_to(timezone.now() + timedelta(seconds=91))
    assert staff_post.drain() == 1
    assert [mail.to for mail in mailoutbox] == [[been_here.email]]


def test_after_eight_tries_it_is_given_up_and_says_so(therapist, settings, time_machine):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=therapist)
    for _try in range(10):
        staff_post.drain()
        time_machine.move_to(timezone.now() + timedelta(days=1))
    mail = StaffMail.objects.get()
    assert (mail.tries, mail.has_failed) == (8, True)


@pytest.mark.parametrize("clock", [tasks.sweep, lambda: call_command("sweeper", once=True)], ids=["beat", "sweeper"])
def test_either_clock_sends_what_waits(therapist, mailoutbox, clock):
    staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=therapist)
    clock()
    assert [mail.to for mail in mailoutbox] == [[therapist.email]]


def test_two_senders_at_once_send_one_mail(transactional_db, therapist, monkeypatch, mailoutbox):
    staff_mails.write(StaffMail.Kind.ROLES_CHANGED, person=therapist)
    meet_after(monkeypatch, staff_post, "held")
    assert sorted(both(staff_post.drain)) == [0, 1]
    assert len(post.outbox) == 1
