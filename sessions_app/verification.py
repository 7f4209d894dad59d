"""Proving that nothing signed was changed: every hash is made again from the row and compared.

A tool for investigators, and so the one reader of the audit trail: it holds each hash a second time, in a table of its
own, where a forger would have to find and change it as well. Ids and codes only; nothing is mended.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from django.apps import apps
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.functions import Cast

from accounts import cipher
from accounts.models import AuditEntry
from sessions_app.hashes import hash_of
from sessions_app.models import DepartureReport, QualityNote, ReportAddendum, Review
from sessions_app.models.seals import SealedOnce

BATCH = 500
REPORT = DepartureReport._meta.label_lower

NO_CONTENT = "signed without content"
CONTENT = "content is not what was signed"
ROW = "row is not what was sealed"
CHAIN = "chain of addenda is broken"
TRAIL = "audit trail says otherwise"
NO_NOTE = "quality note is missing"
REVIEW = "part of a review is gone"
GONE = "signed report is gone"
NO_KEY = "cannot be read, its data key is missing"

OF_A_REVIEW = {f"report_{each}" for each in Review.Decision.values} | {
    "comment_answered",
    "safety_event_reference_noted",
}
WITH_REVIEWS = [
    *("addenda", "quality_note", "safety_event_references"),
    *("reviews__harms", "reviews__comments__answer"),
]


@dataclass
class Account:
    """How many rows of each table were looked at, and how many things were found."""

    checked: Counter = field(default_factory=Counter)
    found: int = 0


def verify(account=None):
    """Yield (table, id, what differs) for every row that is not what was signed; counts into `account`.

    Reads with server-side cursors, `BATCH` rows at a time, so that memory does not grow with the tables.
    """
    account = Account() if account is None else account
    for finding in everything(account):
        account.found += 1
        yield finding


def everything(account):
    yield from reports(account)
    yield from lost_reports()
    sealed_once = [model for model in apps.get_models() if issubclass(model, SealedOnce)]
    for model in sealed_once:
        yield from sealed_rows(model.objects.order_by("pk"), account)
    yield from sealed_rows(QualityNote.objects.exclude(sealed_at=None, seal="").order_by("pk"), account)


def sealed_rows(rows, account):
    table = rows.model._meta.label_lower
    for row in rows.iterator(chunk_size=BATCH):
        account.checked[table] += 1
        try:
            if not row.is_seal_intact:
                yield table, row.pk, ROW
        except cipher.KeyIsMissing:
            yield table, row.pk, NO_KEY


def reports(account):
    signed = DepartureReport.objects.ever_signed().order_by("pk").prefetch_related(*WITH_REVIEWS)
    rows = signed.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        trail = trail_of(batch)
        for report in batch:
            account.checked[REPORT] += 1
            try:
                for what in differences(report, trail.get(str(report.pk), [])):
                    yield REPORT, report.pk, what
            except cipher.KeyIsMissing:
                yield REPORT, report.pk, NO_KEY


def trail_of(batch):
    """What the audit trail says of these reports: {id: [(action, facts), …]}. One query."""
    found = {}
    ids = [str(report.pk) for report in batch]
    deeds = AuditEntry.objects.filter(subject_type=REPORT, subject_id__in=ids)
    deeds = deeds.filter(action__in=["report_signed", "addendum_added", *OF_A_REVIEW])
    for subject, action, facts in deeds.values_list("subject_id", "action", "facts"):
        found.setdefault(subject, []).append((action, facts))
    return found


def differences(report, trail):
    """What is wrong with one report, its chain of addenda and its note, as codes."""
    try:
        if report.content is None:
            yield NO_CONTENT
        elif hash_of(report.content) != report.content_hash:
            yield CONTENT
    except cipher.WasTampered:
        yield CONTENT
    if not report.is_seal_intact:
        yield ROW
    addenda = list(report.addenda.all())
    if not is_chain_whole(report, addenda):
        yield CHAIN
    if not is_as_the_trail_says(report, addenda, trail):
        yield TRAIL
    if seals_told_of(trail) - seals_of_reviews(report):
        yield REVIEW
    note = getattr(report, "quality_note", None)
    if note is None or note.report_hash != report.content_hash:
        yield NO_NOTE


def is_chain_whole(report, addenda):
    """Whether each addendum is sealed upon the signed words and the one before it, from the first on."""
    previous = ""
    for number, addendum in enumerate(addenda, start=1):
        stands_upon = (number, report.content_hash, previous)
        if (addendum.number, addendum.report_hash, addendum.previous_seal) != stands_upon:
            return False
        previous = addendum.seal
    return True


def is_as_the_trail_says(report, addenda, trail):
    """Whether what was signed and added, as the trail has it, is what is there: no more, no less, nothing else."""
    signed = [facts.get("hash") for action, facts in trail if action == "report_signed"]
    added = Counter(facts.get("hash") for action, facts in trail if action == "addendum_added")
    # Before addenda were a chain the trail held the hash of their words.
    there = Counter(each.seal if each.seal in added else each.text_hash for each in addenda)
    return signed == [report.content_hash] and added == there


def seals_told_of(trail):
    """Every seal of a review that the trail holds. Before they were kept there, it held none."""
    told = [facts for action, facts in trail if action in OF_A_REVIEW]
    return {seal for facts in told for seal in [facts.get("hash"), *facts.get("parts", [])] if seal}


def seals_of_reviews(report):
    """The seals of all that was decided and said of a report, and answered."""
    rows = [*report.reviews.all(), *report.safety_event_references.all()]
    for review in report.reviews.all():
        comments = review.comments.all()
        rows += [*review.harms.all(), *comments, *(each.answer for each in comments if hasattr(each, "answer"))]
    return {row.seal for row in rows}


def lost_reports():
    """Reports that the trail knows as signed, and that are there no more, or no more signed."""
    there = DepartureReport.objects.exclude(signed_at=None).filter(pk=Cast(OuterRef("subject_id"), BigIntegerField()))
    signed = AuditEntry.objects.filter(subject_type=REPORT, action="report_signed").exclude(Exists(there))
    for report_id in signed.order_by("pk").values_list("subject_id", flat=True).iterator(chunk_size=BATCH):
        yield REPORT, report_id, GONE


def counted(account):
    """What was looked at, in words: every table is named, also an empty one."""
    names = {
        "reports": REPORT,
        "addenda": ReportAddendum._meta.label_lower,
        "quality notes": QualityNote._meta.label_lower,
        "reviews": "sessions_app.review",
    }
    more = {table.partition(".")[2]: table for table in account.checked if table not in names.values()}
    return ", ".join(f"{account.checked[table]} {name}" for name, table in {**names, **more}.items())
