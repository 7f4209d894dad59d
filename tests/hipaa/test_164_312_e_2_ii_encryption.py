"""164.312(e)(2)(ii), encryption, addressable: what travels is encrypted wherever that is fitting."""

from django.urls import reverse

from tests.config.test_backup import sealed
from tests.config.test_edge import as_in_earnest, https  # noqa: F401 - fixtures


def test_browsers_are_held_to_encryption_and_so_are_the_cookies_they_send(https, therapist, departure):  # noqa: F811
    answer = https(therapist).get(reverse("departure", args=[departure.pk]))
    assert answer.status_code == 200
    assert "max-age=63072000; includeSubDomains" in answer["Strict-Transport-Security"]
    cookies = answer.cookies.values()
    assert all(each["secure"] and each.key.startswith("__Host-") for each in cookies)
    assert len(cookies) >= 1


def test_a_copy_that_is_carried_elsewhere_says_nothing_without_its_key():
    assert b"Robin" not in sealed(b"0417, Robin: left at nine" * 50)
