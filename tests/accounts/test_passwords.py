"""Passwords after NIST SP 800-63B-4: long, not widely used, not about the person; and no other rule."""

import re
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    get_default_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User

GOOD = "four quiet words here"


def codes(password, person=None):
    """Why the password is refused."""
    try:
        validate_password(password, person)
    except ValidationError as refused:
        return {each.code for each in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "onlysmallletters of one kind",
        "correct horse battery staple",
        "sólo palabras tranquilas",
        "静かな言葉がここに四つあります。",
        "🐢" * 3 + " and other quiet animals",
        "x" + "ab cd" * 25 + "yz",
        "a sentence of a hundred and twenty-eight characters is not too long for anybody who likes to type and "
        "never has to do it twice",
        "my riverside walk was long",
    ],
)
def test_length_is_enough_and_every_character_counts(password, therapist):
    assert codes(password, therapist) == set()


def test_one_of_128_characters_works(client, therapist):
    long = ("quiet words " * 11)[:128]
    therapist.set_password(long)
    therapist.save()
    assert codes(long, therapist) == set()
    client.post("/account/sign-in/", {"login": therapist.email, "password": long})
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("password", ["fourteen chars", "", "x"])
def test_fewer_than_fifteen_characters_are_too_few(password):
    assert "password_too_short" in codes(password)


def test_the_ten_thousand_most_used_are_refused():
    common = sorted(CommonPasswordValidator().passwords)
    assert len(common) > 10_000
    assert [each for each in common if not codes(each)] == []


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PassWordPassWord",
        "password123456789",
        "iloveyouiloveyou",
        "123456789012345",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaaaaaa",
        "987654321098765432",
        "abababababababababab",
        "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
    ],
)
def test_what_many_people_would_try_is_refused_however_long(password):
    assert codes(password) == {"password_too_common"}


@pytest.mark.parametrize(
    "password",
    [
        "Doorway-Doorway-1",
        "riverside-clinic-2026",
        "Ana Reyes Ana Reyes",
        "ana.reyes@clinic.example",
        "adults.riverside!!",
        "R I V E R S I D E clinic",
    ],
)
def test_what_is_mostly_about_the_person_or_the_place_is_refused(password, therapist):
    assert codes(password, therapist) == {"password_is_known_here"}


def test_what_is_refused_is_said_beside_the_field(signed_in, therapist):
    from tests.conftest import PASSWORD

    facts = {"oldpassword": PASSWORD, "password1": "riverside-clinic-2026", "password2": "riverside-clinic-2026"}
    page = signed_in(therapist).post("/account/password/", facts).content.decode()
    assert re.search(r'class="errors".*mostly your name', page, re.DOTALL)
    therapist.refresh_from_db()
    assert therapist.check_password(PASSWORD)


def test_no_rule_asks_for_kinds_of_characters_or_a_new_one_now_and_then(client, therapist):
    assert len(get_default_password_validators()) == 3
    therapist.set_password(GOOD)
    therapist.save()
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        client.post("/account/sign-in/", {"login": therapist.email, "password": GOOD})
        assert client.get("/account/").status_code == 200


def test_the_same_text_is_the_same_password_on_any_keyboard(therapist):
    composed = unicodedata.normalize("NFC", "sólo palabras tranquilas")
    therapist.set_password(composed)
    assert therapist.check_password(unicodedata.normalize("NFD", composed))
    assert not therapist.check_password("solo palabras tranquilas")


def test_a_password_from_before_texts_were_made_equal_still_works(therapist):
    typed = unicodedata.normalize("NFD", "sólo palabras tranquilas")
    super(User, therapist).set_password(typed)
    assert therapist.check_password(typed)


def test_nothing_stands_in_the_way_of_pasting():
    scripts = "".join(path.read_text() for path in Path(settings.BASE_DIR, "static").glob("*.js"))
    pages = "".join(path.read_text() for path in Path(settings.BASE_DIR, "templates").rglob("*.html"))
    assert not re.search(r"[\"' ](onpaste|paste|beforeinput)[\"' =]", scripts + pages)
    of_passwords = "".join(path.read_text() for path in Path(settings.BASE_DIR, "templates", "account").glob("*.html"))
    assert 'autocomplete="off"' not in of_passwords
