"""The therapist's account: a draft that saves itself, signed once, locked for good, added to afterwards."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from sessions_app import captures, first_words, missing_facts, quality, record, signals
from sessions_app.hashes import hash_of
from sessions_app.models import DepartureEvent, DepartureReport, ReportAddendum
from sessions_app.models.reports import SEALED_BY_SIGNING

State = DepartureReport.State
Kind = ReportAddendum.Kind
REVIEWED = [State.REVIEWED, State.CLOSED]  # a supervisor has written to the author
ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
SAID_AGAIN = timedelta(minutes=10)  # nobody adds the same words twice on purpose that soon
MOST_KEPT = 200  # words an author wants to keep; what comes first is forgotten first


class ReportIsSigned(Exception):
    """The report is locked; what changed since goes into an addendum."""


class NotTheAuthor(Exception):
    """Only who wrote a report signs it and adds to it."""


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

    What is told beside it, for the supervisor, is sealed in the same moment and stays apart. Nothing is required:
    what was left out is signed as not provided. Signing twice is signing once. Raises NotTheAuthor.
    """
    report = locked(report)
    if report.author_id != by.pk:
        raise NotTheAuthor
    if report.is_signed:
        return report
    now = timezone.now()
    report.content = record.content_of(report, signed_at=now)
    report.content_hash = hash_of(report.content)
    report.state, report.signed_at, report.submitted_at = State.SUBMITTED, now, now
    report.put_seal(SEALED_BY_SIGNING)
    report.save()
    audit.record("report_signed", report, by=by, hash=report.content_hash)
    quality.seal(report, by=by)
    signals.report_sent.send(DepartureReport, report=report, by=by)
    if report.check_in_at:
        signals.check_in_chosen.send(DepartureEvent, departure=report.departure, by=by, at=report.check_in_at)
    return report


def what_would_be_signed(report):
    """The hash of what signing now would lock: the same as long as neither words nor facts change."""
    return hash_of(record.content_of(report, signed_at=ANY_MOMENT))


@transaction.atomic
def add_addendum(report, *, text, by, happened_at=None, is_late=False, is_statement=False, sends_back=True):
    """Add to a signed report, however long ago; sealed into the chain of what was added before. Raises NotTheAuthor.

    `happened_at` (aware) is when it happened; without it, it belongs to the departure itself. It becomes a late entry
    when the author says so, or when it is written more than the site's `late_entry_hours` after it happened. A
    report that was returned goes back to the supervisor, if it `sends_back`; one that was closed says that there is
    more to read. The same text again within SAID_AGAIN, with no review in between, is the same addendum sent twice:
    it is returned and nothing is added. `is_statement`: the client does not agree and these are their words, added at
    their request (the statement of disagreement of 45 CFR 164.526(d), the right to rectification of GDPR article 16).
    """
    report = locked(report)
    if report.author_id != by.pk:
        raise NotTheAuthor
    now, last, text_hash = timezone.now(), report.addenda.last(), hashlib.sha256(text.encode()).hexdigest()
    if last and last.text_hash == text_hash and is_sent_again(report, last, now):
        return last
    happened_at = happened_at or report.departure.ended_at or report.departure.began_at
    is_late = is_late or now - happened_at > timedelta(hours=report.departure.site.late_entry_hours)
    addendum = ReportAddendum.objects.create(
        report=report,
        number=last.number + 1 if last else 1,
        kind=Kind.STATEMENT if is_statement else Kind.LATE_ENTRY if is_late else Kind.ADDENDUM,
        happened_at=happened_at,
        text=text,
        text_hash=text_hash,
        report_hash=report.content_hash,
        previous_seal=last.seal if last else "",
        by=by,
        at=now,
    )
    hand_on(report, now, by=by, sends_back=sends_back)
    audit.record("addendum_added", report, by=by, hash=addendum.seal, number=addendum.number, kind=addendum.kind)
    return addendum


def is_sent_again(report, last, now):
    """Whether the newest addendum can only have come twice: lately, and no supervisor has answered since."""
    return now - last.at < SAID_AGAIN and not report.reviews.filter(at__gt=last.at).exists()


def hand_on(report, now, *, by, sends_back):
    """Whoever reviews the report learns that there is more to read, wherever it stands."""
    if report.state == State.RETURNED and sends_back:
        send_back(report, by=by)
    elif report.state in REVIEWED:
        report.added_after_close_at = report.added_after_close_at or now
        report.save(update_fields=["added_after_close_at", "saved_at"])


def send_back(report, *, by):
    """To the supervisor once more; its review is due anew. The caller holds the report."""
    report.state, report.submitted_at = State.SUBMITTED, timezone.now()
    report.save(update_fields=["state", "submitted_at", "saved_at"])
    signals.report_sent.send(DepartureReport, report=report, by=by)


@transaction.atomic
def mark_addenda_read(report, *, by):
    """A supervisor has read what was added after the review; it leaves their queue."""
    report = locked(report)
    report.added_after_close_at = None
    report.save(update_fields=["added_after_close_at", "saved_at"])
    audit.record("addenda_read", report, by=by)


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


def is_intact(report):
    """Whether the signed words, facts, author and time still have the hashes they were signed with."""
    return report.is_signed and hash_of(report.content) == report.content_hash and report.is_seal_intact


def for_now(author):
    """The author's reports that wait for them: returned first, then drafts, then unread feedback."""
    return list(
        DepartureReport.objects.in_use()
        .filter(author=author, departure__voided_at=None)
        .filter(Q(state__in=[State.RETURNED, State.DRAFT]) | Q(state__in=REVIEWED, feedback_seen_at=None))
        .select_related("departure__client")
        .order_by("-state", "saved_at")[:5]
    )
