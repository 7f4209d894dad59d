"""Passkeys: a way in by itself, a second step after the password, and a way to say again who one is."""

import json

import pytest
from django.test import Client as Browser
from django.urls import reverse
from fido2.utils import websafe_encode

from accounts import factors
from tests.accounts.keys import HOST, Passkey, passkey_of, user_handle
from tests.conftest import PASSWORD

SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
SIGN_IN, SECOND, ALONE = "/account/sign-in/", "/account/sign-in/second/", "/account/sign-in/passkey/"
SET_UP, ADD, AGAIN = "/account/factors/", "/account/factors/passkeys/add/", "/account/again/passkey/"


@pytest.fixture
def visitor(db):
    """At an address where visitors offer passkeys."""
    return Browser(SERVER_NAME=HOST)


@pytest.fixture
def passkey(therapist):
    """The therapist's, made a while ago."""
    made = Passkey()
    passkey_of(therapist, key=made)
    made.person = websafe_encode(user_handle(therapist))
    return made


def options(visitor, address=ALONE):
    return visitor.get(address, headers=SCRIPT).json()["request_options"]["publicKey"]


def send(visitor, address, credential, **more):
    return visitor.post(address, {"credential": json.dumps(credential), **more})


def is_in(visitor):
    return visitor.get("/account/").status_code == 200


def creation_options(visitor):
    page = visitor.get(ADD).content.decode()
    found = page.partition('id="passkey-options" type="application/json">')[2].partition("</script>")[0]
    return json.loads(found)["creation_options"]["publicKey"]


# Alone -------------------------------------------------------------------------------------------------------------


def test_a_passkey_alone_lets_in(visitor, therapist, passkey, factors_needed):
    asked = options(visitor)
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials"), "nobody learns whose there are"
    assert send(visitor, ALONE, passkey.used(asked), next="/steps/").url == "/steps/"
    assert is_in(visitor)


def test_what_was_answered_once_is_not_good_again(visitor, therapist, passkey):
    said = passkey.used(options(visitor))
    send(visitor, ALONE, said)
    other = Browser(SERVER_NAME=HOST)
    options(other)
    assert send(other, ALONE, said).url == SIGN_IN
    assert not is_in(other)
    assert "not known here" in other.get(SIGN_IN).content.decode()


def test_a_device_that_asked_for_no_finger_face_or_pin_is_refused(visitor, therapist):
    careless = Passkey(is_verified=False)
    passkey_of(therapist, key=careless)
    careless.person = websafe_encode(user_handle(therapist))
    send(visitor, ALONE, careless.used(options(visitor)))
    assert not is_in(visitor)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", "null"])
def test_an_answer_given_on_another_site_is_refused(visitor, therapist, passkey, origin):
    send(visitor, ALONE, passkey.used(options(visitor), origin=origin))
    assert not is_in(visitor)


def test_a_passkey_that_says_it_is_somebody_elses_is_refused(visitor, therapist, stranger, passkey):
    passkey.person = websafe_encode(user_handle(stranger))
    send(visitor, ALONE, passkey.used(options(visitor)))
    assert not is_in(visitor)


def test_who_has_left_stays_out(visitor, therapist, passkey):
    therapist.is_active = False
    therapist.save()
    answer = send(visitor, ALONE, passkey.used(options(visitor)))
    assert "not active any more" in visitor.get(answer.url).content.decode()
    assert not is_in(visitor)


NONSENSE = ["", "null", "[]", "1", '"text"', "{}", "{", "[" * 15_000, '{"id": "\\u0000"}', "x" * 30_000]
NONSENSE += ['{"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "!", "userHandle": 7}}']


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_and_never_an_error(visitor, therapist, passkey, nonsense):
    options(visitor)
    assert visitor.post(ALONE, {"credential": nonsense}).status_code == 302
    visitor.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD})
    assert visitor.post(SECOND, {"credential": nonsense}).status_code == 422
    visitor.force_login(therapist)
    visitor.get(ADD)
    assert visitor.post(ADD, {"credential": nonsense}).status_code == 422
    assert visitor.post(AGAIN, {"credential": nonsense}).status_code == 422


# As a second step, and again ---------------------------------------------------------------------------------------


def test_after_the_password_a_passkey_is_enough(visitor, therapist, passkey):
    assert visitor.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD}).url == SECOND
    asked = options(visitor, SECOND)
    assert len(asked["allowCredentials"]) == 1
    assert send(visitor, SECOND, passkey.used(asked)).url == "/"
    assert is_in(visitor)


def test_a_colleagues_passkey_is_no_second_step(visitor, therapist, stranger, passkey):
    other = Passkey()
    passkey_of(stranger, key=other)
    visitor.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD})
    other.person = websafe_encode(user_handle(therapist))
    assert send(visitor, SECOND, other.used(options(visitor, SECOND))).status_code == 422
    assert not is_in(visitor)


def test_who_came_in_with_a_passkey_is_asked_for_it_again(visitor, therapist, passkey):
    send(visitor, ALONE, passkey.used(options(visitor)))
    session = visitor.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    asked = visitor.get(ADD).url
    assert asked.startswith(AGAIN)
    page = visitor.get(asked).content.decode()
    assert "Use your password" in page
    found = page.partition('id="passkey-options" type="application/json">')[2].partition("</script>")[0]
    said = passkey.used(json.loads(found)["request_options"]["publicKey"])
    assert send(visitor, asked, said, next=ADD).url == ADD
    assert visitor.get(ADD).status_code == 200


# Making, naming, removing --------------------------------------------------------------------------------------------


def test_a_new_passkey_brings_recovery_codes_and_lets_in(visitor, therapist, factors_needed):
    visitor.post(SIGN_IN, {"login": therapist.email, "password": PASSWORD})
    asked, made = creation_options(visitor), Passkey()
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["user"]["displayName"] == therapist.name
    assert send(visitor, ADD, made.created(asked), name="My phone").url == "/account/factors/codes/"
    assert visitor.get("/").status_code == 200
    other = Browser(SERVER_NAME=HOST)
    send(other, ALONE, made.used(options(other)))
    assert is_in(other)


@pytest.mark.parametrize("made", [Passkey(is_verified=False), Passkey()], ids=["no finger", "other site"])
def test_a_new_passkey_is_refused_when_anything_is_wrong_with_it(visitor, therapist, made):
    visitor.force_login(therapist)
    origin = "http://evil.example" if made.is_verified else f"http://{HOST}"
    answer = send(visitor, ADD, made.created(creation_options(visitor), origin=origin), name="My phone")
    assert answer.status_code == 422
    assert "My phone" in answer.content.decode(), "what was typed stays"
    assert not factors.has_one(therapist)


def test_each_passkey_has_a_name_that_can_be_changed(visitor, therapist, passkey):
    visitor.force_login(therapist)
    row = factors.of(therapist).get()
    address = reverse("mfa_edit_webauthn", args=[row.pk])
    assert visitor.post(address, {"name": ""}).status_code == 422
    assert visitor.post(address, {"name": "x" * 61}).status_code == 422
    visitor.post(address, {"name": "Work <laptop>"})
    assert "Work &lt;laptop&gt;" in visitor.get("/account/").content.decode()


def test_a_removed_passkey_lets_nobody_in(visitor, therapist, passkey):
    visitor.force_login(therapist)
    visitor.post(reverse("mfa_remove_webauthn", args=[factors.of(therapist).get().pk]))
    other = Browser(SERVER_NAME=HOST)
    send(other, ALONE, passkey.used(options(other)))
    assert not is_in(other)
