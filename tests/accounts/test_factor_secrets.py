"""A data key is changed: the app on somebody's phone goes on working, and the older key can be put away."""

import secrets

import pytest
from django.conf import settings as here

from accounts import cipher, factor_secrets, factors, reencryption, totp
from tests.accounts.keys import app_of, code


@pytest.fixture
def secret(therapist):
    return app_of(therapist)


def test_the_app_works_under_the_new_key_when_the_older_one_is_gone(therapist, secret, settings):
    settings.DATA_KEYS = {"next": secrets.token_bytes(32), **here.DATA_KEYS}
    assert factor_secrets.left() == 1
    account = reencryption.Account()
    factor_secrets.renew(account)
    assert (account.done, factor_secrets.left()) == (1, 0)
    settings.DATA_KEYS = {"next": settings.DATA_KEYS["next"]}
    assert totp.take(factors.of(therapist).get(), code(secret))


def test_a_secret_whose_key_is_missing_stays_as_it_is_and_is_counted(therapist, secret, settings):
    before = factors.of(therapist).get().data
    settings.DATA_KEYS = {"other": secrets.token_bytes(32)}
    account = reencryption.Account()
    factor_secrets.renew(account)
    assert (account.done, sum(account.unreadable.values())) == (0, 1)
    assert factors.of(therapist).get().data == before
    with pytest.raises(cipher.KeyIsMissing):
        totp.take(factors.of(therapist).get(), code(secret))
