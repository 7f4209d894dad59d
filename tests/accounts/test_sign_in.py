"""Getting in, getting out, and staying out."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from tests.conftest import PASSWORD

SIGN_IN = "/account/sign-in/"
NEW_PASSWORD = "four quiet words here"


def sign_in(client, email, password=PASSWORD):
    return client.post(SIGN_IN, {"login": email, "password": password})


def is_in(client):
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
def test_an_address_is_the_same_in_any_case(client, therapist, spell):
    answer = sign_in(client, spell(therapist.email))
    assert answer.url == "/"
    assert is_in(client)


def test_two_people_cannot_share_an_address_that_differs_in_case(hire, therapist):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="user_email_once_whatever_its_case"):
        User.objects.create(email=therapist.email.upper(), name="Twin", team=therapist.team)


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client, therapist):
    asked = client.get(reverse("eleven-steps"))
    assert asked.url == f"{SIGN_IN}?next=/steps/"
    answer = client.post(asked.url, {"login": therapist.email, "password": PASSWORD, "next": "/steps/"})
    assert answer.url == "/steps/"


def test_sign_in_never_leads_to_another_site(client, therapist):
    facts = {"login": therapist.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(SIGN_IN, facts).url == "/"


def test_a_wrong_password_does_not_tell_whether_the_address_is_known(client, therapist):
    known = problem(sign_in(client, therapist.email, "a wrong password"))
    unknown = problem(sign_in(client, "nobody@clinic.example", "a wrong password"))
    assert known == unknown != ""
    assert not is_in(client)


def problem(answer):
    """What the page says is wrong."""
    found = re.search(r'<div class="errors".*?</div>', answer.content.decode(), re.DOTALL)
    return found.group() if found else ""


def test_who_has_left_the_clinic_stays_out(client, therapist):
    therapist.is_active = False
    therapist.save()
    answer = sign_in(client, therapist.email)
    assert "not active any more" in client.get(answer.url).content.decode()
    assert not is_in(client)


def test_who_leaves_the_clinic_while_signed_in_is_out_at_once(signed_in, therapist):
    browser = signed_in(therapist)
    assert is_in(browser)
    User.objects.filter(pk=therapist.pk).update(is_active=False)
    assert not is_in(browser)


def test_signing_out_is_a_tap_and_ends_the_session(signed_in, therapist):
    browser = signed_in(therapist)
    assert "What you recorded is saved." in browser.get(reverse("account_logout")).content.decode()
    assert is_in(browser)
    assert browser.post(reverse("account_logout")).url == SIGN_IN
    assert not is_in(browser)


def test_the_password_can_be_changed_and_the_person_stays_in(signed_in, therapist, client):
    browser = signed_in(therapist)
    facts = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert browser.post(reverse("account_change_password"), facts).status_code == 302
    assert is_in(browser)
    sign_in(client, therapist.email, NEW_PASSWORD)
    assert is_in(client)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"password1": "fourteen chars", "password2": "fourteen chars"}, "at least 15 characters"),
        ({"password2": "four other words here"}, "same password"),
        ({"oldpassword": "a wrong password"}, "current password"),
    ],
)
def test_a_password_is_fifteen_characters_typed_twice_beside_the_old_one(signed_in, therapist, facts, words):
    given = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, **facts}
    answer = signed_in(therapist).post(reverse("account_change_password"), given)
    assert words in answer.content.decode()
    therapist.refresh_from_db()
    assert therapist.check_password(PASSWORD)


def test_a_forgotten_password_is_replaced_through_a_link_that_works_once(client, therapist, mails):
    client.post(reverse("account_reset_password"), {"email": therapist.email.upper()})
    (mail,) = mails()
    assert mail.to == [therapist.email]
    link = re.search(r"https?://[^/\s]+(/account/password/forgotten/\S+)", mail.body).group(1)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    sign_in(client, therapist.email, NEW_PASSWORD)
    assert is_in(client)
    client.logout()
    assert "used before or is too old" in client.get(link, follow=True).content.decode()


def test_an_unknown_address_gets_the_same_page_and_no_link(client, therapist, mails):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in (therapist.email, "nobody@clinic.example")
    ]
    assert len({(answer.redirect_chain[0], answer.content) for answer in answers}) == 1
    assert [mail.to for mail in mails()] == [[therapist.email]]


def test_the_mail_about_a_forgotten_password_names_no_client(client, therapist, client_0417, mails):
    client.post(reverse("account_reset_password"), {"email": therapist.email})
    (mail,) = mails()
    assert client_0417.reference not in mail.subject + mail.body


def test_nobody_can_sign_up(client, db):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/account/signup/").status_code == 404
    assert "sign up" not in client.get(SIGN_IN).content.decode().lower()


def test_a_page_for_somebody_signed_out_is_the_sign_in_page(client, db):
    assert client.get("/").url.startswith(SIGN_IN)


@pytest.mark.parametrize("address", ["/", "/account/", "/steps/", "/departures/", "/resources/", "/review/"])
def test_no_page_of_a_signed_in_person_is_kept_by_a_browser(signed_in, hire, address):
    person = hire("Bo Both", "therapist", "supervisor")
    answer = signed_in(person).get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("chosen", "kept"), [("dim", "dim"), ("light", "light"), ("auto", "auto"), ('"><b>', "auto")])
def test_the_screen_is_as_the_person_chose(signed_in, therapist, chosen, kept):
    browser = signed_in(therapist)
    assert browser.post("/account/", {"theme": chosen}).url == "/account/"
    assert browser.cookies["theme"]["httponly"]
    assert f'data-theme="{kept}"' in browser.get("/account/").content.decode()


def test_the_own_page_names_the_supervisor_and_the_zone(signed_in, therapist, supervisor):
    html = signed_in(therapist).get("/account/").content.decode()
    assert supervisor.name in html
    assert "America/New_York" in html
