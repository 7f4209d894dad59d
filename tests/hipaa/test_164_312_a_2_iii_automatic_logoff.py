"""164.312(a)(2)(iii), automatic logoff, addressable: a session ends after a set time in which nobody does anything."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.conf import settings
from django.urls import reverse

from tests.conftest import PASSWORD


def test_after_fifteen_minutes_without_anybody_the_record_is_shut(client, db, therapist, departure):
    assert settings.SESSION_IDLE_SECONDS <= 15 * 60
    page = reverse("departure", args=[departure.pk])
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        client.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD})
        assert client.get(page).status_code == 200
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_SECONDS))
        answer = client.get(page)
    assert answer.url.startswith(reverse("account_login"))
