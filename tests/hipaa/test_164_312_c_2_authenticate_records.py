"""164.312(c)(2), mechanism to authenticate, addressable: it can be shown that what is kept was not altered."""

import io

import pytest
from django.core.management import call_command

from sessions_app import reports
from tests.accounts.trails import forge


def test_what_somebody_changed_past_every_lock_is_found_and_named(departure, therapist):
    report = reports.save_draft(reports.draft_for(departure, by=therapist), by=therapist, account="They left.")
    reports.sign(report, by=therapist)
    said = io.StringIO()
    call_command("verify_reports", stdout=said)
    assert "Nothing differs." in said.getvalue()

    forge("UPDATE sessions_app_departurereport SET account = 'They stayed.' WHERE id = %s", report.pk)
    with pytest.raises(SystemExit):
        call_command("verify_reports", stdout=said)
    assert f"sessions_app.departurereport {report.pk}" in said.getvalue()
