"""164.312(e)(1), transmission security, required: what travels over a network is guarded from who has no access."""

import pytest
from django.urls import reverse

from tests.config.test_edge import as_in_earnest, https  # noqa: F401 - fixtures


@pytest.mark.usefixtures("https")
def test_nothing_of_the_record_is_sent_in_the_clear(client, therapist, departure):
    client.force_login(therapist)
    answer = client.get(reverse("departure", args=[departure.pk]))
    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")
    assert answer.content == b""
