"""164.312(b), audit controls, required: what happens where protected information is can be recorded and examined."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts import audit_chain
from accounts.models import AuditEntry
from tests.accounts.trails import ENTRIES, forge


def test_each_look_is_written_down_with_who_when_and_where_from_and_a_changed_entry_is_found(
    signed_in, therapist, departure
):
    signed_in(therapist).get(reverse("departure", args=[departure.pk]), REMOTE_ADDR="192.0.2.7")
    entry = AuditEntry.objects.get(action="viewed")
    assert (entry.by, entry.address) == (therapist, "192.0.2.7")
    assert {f"departure:{departure.pk}", f"client:{departure.client_id}"} <= set(entry.about)

    audit_chain.seal()
    call_command("verify_audit", stdout=io.StringIO())
    forge(f"UPDATE {ENTRIES} SET address = '192.0.2.8' WHERE id = %s", entry.pk)
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=io.StringIO())
