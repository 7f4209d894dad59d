"""What a supervisor gives back. Nothing is closed without words to the author."""

from django.db import transaction

from accounts import audit
from sessions_app import reports
from sessions_app.models import DepartureReport, Review

State = DepartureReport.State


class NotWaitingForReview(Exception):
    """The report is not with a supervisor: somebody has just reviewed it, or it was never sent."""


class OwnReport(Exception):
    """Nobody reviews their own report."""


@transaction.atomic
def return_to_author(report, *, message, by, colleague_state=""):
    """Ask the author for more. It leaves the queue until they add to it."""
    return decide(
        report,
        Review(decision=Review.Decision.RETURNED, message=message, colleague_state=colleague_state, by=by),
        state=State.RETURNED,
    )


@transaction.atomic
def sign_off(report, *, outcome, message, by, colleague_state=""):
    """Close the review with feedback that the author sees on Now."""
    return decide(
        report,
        Review(
            decision=Review.Decision.SIGNED_OFF,
            outcome=outcome,
            message=message,
            colleague_state=colleague_state,
            by=by,
        ),
        state=State.CLOSED,
    )


def decide(report, review, *, state):
    """Refuses with NotWaitingForReview or OwnReport; the lock makes two supervisors at once follow each other."""
    report = reports.locked(report)
    if report.state != State.SUBMITTED:
        raise NotWaitingForReview
    if report.author_id == review.by.pk:
        raise OwnReport
    review.report = report
    review.save()
    report.state, report.feedback_seen_at = state, None
    report.save(update_fields=["state", "feedback_seen_at", "saved_at"])
    audit.record(f"report_{review.decision}", report, by=review.by)
    return review
