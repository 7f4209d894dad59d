"""What a supervisor gives back. Nothing is closed without words to the author.

A report of a trainee closes with a co-signature: the sign-off of their own supervisor, or of who stands in for them.
Somebody else who answers for the team may review it; then it waits for that signature. Where a review stands, and
who is on it: `sessions_app.review_tasks`.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch

from accounts import audit
from accounts.supervision import is_own_supervisor
from sessions_app import reports, review_tasks, signals
from sessions_app.models import (
    DepartureReport,
    PlaceComment,
    Review,
    ReviewHarm,
    ReviewTask,
    SafetyEventReference,
)

State, Stage = DepartureReport.State, ReviewTask.Stage
Decision, Outcome = Review.Decision, Review.Outcome
MAY_BE_OPENED_AGAIN = [State.RETURNED, State.REVIEWED, State.CLOSED]


class NotWaitingForReview(Exception):
    """The report is not with a supervisor: somebody has just reviewed it, or it was never sent."""


class OwnReport(Exception):
    """Nobody reviews their own report."""


class AddedSince(Exception):
    """The author has added something that the reviewer has not seen."""


class NeedsOwnSupervisor(Exception):
    """It waits for a co-signature, which only the trainee's own supervisor gives."""


class NotClosed(Exception):
    """There is nothing to open again: the report is with a supervisor, or was never sent."""


@transaction.atomic
def return_to_author(report, *, message, by, comments=None, seen=None, **about):
    """Ask the author for more. It leaves the queue until they add to it. Returns the review.

    `comments` are {place: text} (`sessions_app.places`); `seen` is how many addenda the reviewer has read, and
    `about` what else they say: colleague_state, learning, system_change, safety_event, harms.
    Raises NotWaitingForReview, OwnReport, AddedSince.
    """
    report, task = held(report, by=by, seen=seen)
    made = write(report, Decision.RETURNED, message=message, by=by, comments=comments, **about)
    settle(report, task, State.RETURNED, Stage.RETURNED)
    return made


@transaction.atomic
def sign_off(report, *, outcome, message, by, seen=None, **about):
    """End the review with feedback that the author sees on Now. Returns the review.

    A trainee's report is co-signed by it if `by` is their own supervisor, and waits for that signature if not.
    Raises NeedsOwnSupervisor where it waits for it already, and what `return_to_author` raises.
    """
    report, task = held(report, by=by, seen=seen)
    is_co_signature = task.needs_co_sign and is_own_supervisor(by, of=task.author)
    if task.stage == Stage.FOR_CO_SIGN and not is_co_signature:
        raise NeedsOwnSupervisor
    decision = Decision.CO_SIGNED if is_co_signature else Decision.SIGNED_OFF
    made = write(report, decision, outcome=outcome, message=message, by=by, **about)
    if task.needs_co_sign and not is_co_signature:
        settle(report, task, State.REVIEWED, Stage.FOR_CO_SIGN)
    else:
        settle(report, task, State.CLOSED, Stage.CLOSED, co_signed_by=by if is_co_signature else None)
    return made


@transaction.atomic
def close_as_read(report, *, message, by, seen=None, **about):
    """Close it without a finding, with words to the author. Returns the review.

    Raises NeedsOwnSupervisor for a trainee's report, and what `return_to_author` raises.
    """
    report, task = held(report, by=by, seen=seen)
    if task.needs_co_sign:
        raise NeedsOwnSupervisor
    made = write(report, Decision.READ, message=message, by=by, **about)
    settle(report, task, State.CLOSED, Stage.CLOSED)
    return made


@transaction.atomic
def reopen(report, *, reason, by):
    """Back into the queue, for a reason that the author reads as well. Returns the review.

    One that the author has is taken back from them. Raises NotClosed where it is with a supervisor already, and
    OwnReport.
    """
    report = reports.locked(report)
    if report.state not in MAY_BE_OPENED_AGAIN or review_tasks.of(report) is None:
        raise NotClosed
    if report.author_id == by.pk:
        raise OwnReport
    made = write(report, Decision.REOPENED, message=reason, by=by)
    reports.send_back(report, by=by)
    return made


@transaction.atomic
def note_reference(report, *, reference, by):
    """The number that the event has in the local system, once somebody has handed it over. Saying it twice is once."""
    report = reports.locked(report)
    last = report.safety_event_references.last()
    if last and last.reference == reference:
        return last
    made = SafetyEventReference.objects.create(report=report, reference=reference, by=by)
    audit.record("safety_event_reference_noted", report, by=by, hash=made.seal)
    return made


def held(report, *, by, seen):
    """The report and its task, held until the transaction ends: two supervisors at once follow each other."""
    report = reports.locked(report)
    task = review_tasks.of(report)
    if task is None or not task.is_open:
        raise NotWaitingForReview
    if report.author_id == by.pk:
        raise OwnReport
    if seen is not None and report.addenda.count() != seen:
        raise AddedSince
    return report, task


def write(report, decision, *, by, harms=(), comments=None, **about):
    """Add the review; `harms` are dicts of whom, physical and psychological, `comments` are {place: text}.

    The trail keeps every seal, so that none of it is taken out unseen.
    """
    if about.get("outcome") == Outcome.SAFETY_EVENT:
        about["safety_event"] = Review.SafetyEvent.YES
    made = Review.objects.create(
        report=report, decision=decision, by=by, instead_of=who_is_covered(by, report.author), **about
    )
    parts = [ReviewHarm.objects.create(review=made, **harm) for harm in harms]
    for place, text in (comments or {}).items():
        parts.append(PlaceComment.objects.create(review=made, place=place, text=text))
    audit.record(f"report_{decision}", report, by=by, hash=made.seal, parts=[each.seal for each in parts])
    return made


def who_is_covered(user, author):
    """The supervisor of `author` who is away and for whom `user` stands in, or None."""
    answers = signals.who_is_covered.send(Review, user=user, author=author)
    return next((person for _receiver, person in answers if person), None)


def settle(report, task, state, stage, **facts):
    report.state, report.feedback_seen_at = state, None
    report.save(update_fields=["state", "feedback_seen_at", "saved_at"])
    review_tasks.move(task, stage, **facts)


def of(report):
    """Everything said of a report, oldest first, with harm and comments. Three queries."""
    comments = PlaceComment.objects.select_related("answer")
    related = report.reviews.select_related("by", "instead_of")
    return related.prefetch_related("harms", Prefetch("comments", comments))


def co_signature(report):
    """Who co-signed a trainee's report, and when, if it stands so; or None. One query."""
    return co_signatures().filter(report=report).last()


def co_signatures():
    """Co-signatures that stand, oldest first: a Review with `by` and `at` alone. They may stand on a chart.

    One of a report that was opened again stands no more.
    """
    standing = ReviewTask.objects.filter(report=OuterRef("report"), co_signed_by=OuterRef("by"))
    signed = Review.objects.filter(Exists(standing), decision=Decision.CO_SIGNED)
    return signed.select_related("by").only("at", "report", "by__name").order_by("at", "pk")
