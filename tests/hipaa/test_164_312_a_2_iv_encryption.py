"""164.312(a)(2)(iv), encryption and decryption, addressable: what is kept can be encrypted, and read by who may."""

from django.db import connection
from django.urls import reverse


def test_the_database_holds_nothing_that_can_be_read_and_the_therapist_reads_it(signed_in, therapist, client_0417):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference, preferred_name FROM sessions_app_client WHERE id = %s", [client_0417.pk])
        kept = cursor.fetchone()
    assert all(value.startswith("d1.dev.") for value in kept)
    assert not any(word in value for value in kept for word in ("0417", "Robin"))
    assert "Robin" in signed_in(therapist).get(reverse("clients")).content.decode()
