"""The therapist's account: a draft that saves itself, signed once, locked for good, added to afterwards."""

import hashlib
import json

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from sessions_app import captures, first_words, missing_facts, record, signals
from sessions_app.models import DepartureEvent, DepartureReport, ReportAddendum

State = DepartureReport.State
MOST_KEPT = 200  # words an author wants to keep; what comes first is forgotten first


class ReportIsSigned(Exception):
    """The report is locked; what changed since goes into an addendum."""


def blank_for(departure, *, by):
    """A report that nobody has begun, filled in as far as the record goes; nothing is written by looking at it."""
    return DepartureReport(departure=departure, author=by, **first_words_for(departure))


@transaction.atomic
def draft_for(departure, *, by):
    """The report of the departure, begun now if there is none, with the words that its blank page shows."""
    report, is_new = DepartureReport.objects.get_or_create(
        departure=departure, defaults={"author": by, **first_words_for(departure)}
    )
    if is_new:
        audit.record("report_begun", report, by=by)
    return report


def first_words_for(departure):
    """What a report begins with: the reason and a few sentences, as far as the record goes. One query."""
    return first_words.of(departure, noted=captures.values(departure))


@transaction.atomic
def save_draft(report, *, by, **answers):
    """Keep what was written so far. Raises ReportIsSigned once it is locked."""
    report = locked(report)
    if report.is_signed:
        raise ReportIsSigned
    for name, value in answers.items():
        setattr(report, name, value)
    report.save(update_fields=[*answers, "saved_at"])
    audit.record("draft_saved", report, by=by, fields=sorted(answers))
    return report


@transaction.atomic
def say_not_provided(report, *, code, by, is_taken_back=False):
    """Answer a missing fact with "not provided", or take that back; saying it twice is saying it once.

    Refuses a code that `missing_facts` does not know with KeyError. Raises ReportIsSigned once it is locked.
    """
    if code not in missing_facts.CODES:
        raise KeyError(code)
    report = locked(report)
    said = [each for each in report.not_provided if each != code]
    return save_draft(report, by=by, not_provided=said if is_taken_back else [*said, code])


@transaction.atomic
def keep_words(report, *, key, by):
    """The author keeps these words: `wording` does not bring them up again in this draft."""
    report = locked(report)
    kept = [each for each in report.words_kept if each != key]
    return save_draft(report, by=by, words_kept=[*kept, key][-MOST_KEPT:])


@transaction.atomic
def sign(report, *, by):
    """Lock the report: from now on its words, its facts and their hash stand, and the supervisor has it.

    Nothing is required: what was left out is signed as not provided. Signing twice is signing once.
    """
    report = locked(report)
    if report.is_signed:
        return report
    now = timezone.now()
    report.content = record.content_of(report, signed_at=now)
    report.content_hash = hash_of(report.content)
    report.state, report.signed_at, report.submitted_at = State.SUBMITTED, now, now
    report.save()
    audit.record("report_signed", report, by=by, hash=report.content_hash)
    if report.check_in_at:
        signals.check_in_chosen.send(DepartureEvent, departure=report.departure, by=by, at=report.check_in_at)
    return report


@transaction.atomic
def add_addendum(report, *, text, by):
    """Add to a signed report. One that was returned goes back to the supervisor with it."""
    report = locked(report)
    digest = hashlib.sha256(text.encode()).hexdigest()
    addendum = ReportAddendum.objects.create(report=report, text=text, text_hash=digest, by=by)
    if report.state == State.RETURNED:
        report.state, report.submitted_at = State.SUBMITTED, timezone.now()
        report.save(update_fields=["state", "submitted_at", "saved_at"])
    audit.record("addendum_added", report, by=by, hash=digest)
    return addendum


@transaction.atomic
def mark_feedback_seen(report, *, by):
    """The author has read what the supervisor wrote; it leaves the Now page."""
    report = locked(report)
    report.feedback_seen_at = timezone.now()
    report.save(update_fields=["feedback_seen_at", "saved_at"])
    audit.record("feedback_seen", report, by=by)


def locked(report):
    """The report as it now is, held until the transaction ends: two signatures at once follow each other."""
    return (
        DepartureReport.objects.select_for_update(of=["self"])
        .select_related("departure__session", "departure__site")
        .get(pk=report.pk)
    )


def hash_of(content):
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(report):
    """Whether the signed words and facts still have the hash they were signed with."""
    return report.is_signed and hash_of(report.content) == report.content_hash


def for_now(author):
    """The author's reports that wait for them: returned first, then drafts, then unread feedback."""
    return list(
        DepartureReport.objects.filter(author=author, departure__voided_at=None)
        .filter(Q(state__in=[State.RETURNED, State.DRAFT]) | Q(state=State.CLOSED, feedback_seen_at=None))
        .select_related("departure__client")
        .order_by("-state", "saved_at")[:5]
    )
