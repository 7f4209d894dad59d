"""164.312(c)(1), integrity, required: what is kept is not altered or destroyed in a way that is not proper."""

from sessions_app import reports
from tests.refusals import is_refused


def test_the_database_itself_refuses_to_change_or_remove_what_was_signed(departure, therapist):
    report = reports.save_draft(reports.draft_for(departure, by=therapist), by=therapist, account="They left.")
    reports.sign(report, by=therapist)
    assert is_refused("UPDATE sessions_app_departurereport SET account = 'They stayed.'")
    assert is_refused("DELETE FROM sessions_app_departurereport")
    assert is_refused("UPDATE accounts_auditentry SET action = 'nothing'")
    assert is_refused("DELETE FROM accounts_auditentry")
