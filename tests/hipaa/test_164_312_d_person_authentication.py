"""164.312(d), person or entity authentication, required: whoever seeks access is who they say they are."""

from django.urls import reverse

from accounts.models import Role
from tests.accounts.keys import app_of, code
from tests.conftest import PASSWORD

SECOND = "/account/sign-in/second/"


def test_a_password_alone_does_not_let_in_and_neither_does_a_wrong_code(client, therapist, departure, settings):
    settings.MFA_REQUIRED_ROLES = Role.values
    secret, page = app_of(therapist), reverse("departure", args=[departure.pk])
    client.post(reverse("account_login"), {"login": therapist.email, "password": "a wrong password"})
    assert client.get(page).status_code == 302
    client.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
    assert client.get(page).status_code == 302
    right = code(secret)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"
    assert client.post(SECOND, {"code": wrong}).status_code == 422
    assert client.get(page).status_code == 302
    client.post(SECOND, {"code": right})
    assert client.get(page).status_code == 200
