"""Where the review of a report stands: when it is due, who is on it, and in which order reports wait.

Whoever changes a row here holds the report first (`reports.locked`), so that two deeds at once follow each other.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, cipher
from accounts.supervision import is_trainee
from sessions_app import reports
from sessions_app.models import DepartureReport, ReviewTask
from sessions_app.models.departures import URGENCY, ResponseLevel

State, Stage = DepartureReport.State, ReviewTask.Stage
CLAIM_LASTS = timedelta(minutes=30)  # product default: as long as somebody who went away may still seem to be on it


class HeldByAnother(Exception):
    """Somebody else has just said that they are on it. `holder` is who."""

    def __init__(self, holder):
        super().__init__()
        self.holder = holder


def wait(report, *, due_at):
    """The report waits for its supervisor from now on, due at that moment (UTC). Returns the task.

    Whether it needs a co-signature is settled by the day it was signed: whoever was a trainee then stays one for it.
    The caller holds the report. An exercise waits for nobody: None.
    """
    departure = report.departure
    if departure.is_practice or departure.is_voided:
        return None
    signed_on = timezone.localdate(report.signed_at, departure.site.zone)
    facts = {
        "stage": Stage.WAITING,
        "urgency": urgency_of(departure),
        "due_at": due_at,
        "moved_at": report.submitted_at,
        "client_reference": reference_of(departure.client),
        "needs_co_sign": is_trainee(report.author, on=signed_on),
        "co_signed_by": None,
        "claimed_by": None,
        "claimed_until": None,
    }
    first = {**facts, "author": report.author, "sent_at": report.signed_at}
    task, is_new = ReviewTask.objects.update_or_create(report=report, defaults=facts, create_defaults=first)
    if not is_new:
        task.told.clear()
    return task


def urgency_of(departure):
    """No level recorded is as unknown as *unable to assess*."""
    return URGENCY[departure.response_level or ResponseLevel.UNABLE_TO_ASSESS]


def reference_of(client):
    """The mark by which the search finds the report."""
    return cipher.mark(client.reference, about="reference") if client else ""


def move(task, stage, **facts):
    """To another stage. What is open stays due; what is not is due no more. Claims end. The caller holds the report."""
    task.stage, task.moved_at = stage, timezone.now()
    task.claimed_by, task.claimed_until = None, None
    if not task.is_open:
        task.due_at = None
    for name, value in facts.items():
        setattr(task, name, value)
    task.save(update_fields=["stage", "moved_at", "claimed_by", "claimed_until", "due_at", *facts])


def of(report):
    """The task of a report, or None for one that was never sent, or is an exercise."""
    return ReviewTask.objects.filter(report=report).first()


@transaction.atomic
def claim(report, *, by, takes_over=False):
    """`by` is working on it for a while: others see that, and may go on all the same. Returns the task.

    Raises HeldByAnother where somebody else said so first, unless `by` takes it over knowingly. None where nothing
    waits any more, or it is their own.
    """
    report = reports.locked(report)
    task, now = of(report), timezone.now()
    if task is None or not task.is_open or task.author_id == by.pk:
        return None
    holder = task.holder(now)
    if holder and holder != by and not takes_over:
        raise HeldByAnother(holder)
    task.claimed_by, task.claimed_until = by, now + CLAIM_LASTS
    task.save(update_fields=["claimed_by", "claimed_until"])
    show(report, State.IN_REVIEW, instead_of=State.SUBMITTED)
    audit.record("review_claimed", report, by=by, until=task.claimed_until.isoformat())
    return task


@transaction.atomic
def release(report, *, by):
    """`by` is not working on it any more. Says nothing where somebody else is."""
    report = reports.locked(report)
    if ReviewTask.objects.filter(report=report, claimed_by=by).update(claimed_by=None, claimed_until=None):
        show(report, State.SUBMITTED, instead_of=State.IN_REVIEW)
        audit.record("review_released", report, by=by)


def release_lapsed(*, now):
    """Claims that are over: the reports are with the supervisors again, also in what stands on them."""
    over = ReviewTask.objects.filter(claimed_by__isnull=False, claimed_until__lte=now)
    for pk in list(over.order_by("claimed_until").values_list("report", flat=True)[:100]):
        with transaction.atomic():
            report = reports.locked(DepartureReport(pk=pk))
            if over.filter(report=report).update(claimed_by=None, claimed_until=None):
                show(report, State.SUBMITTED, instead_of=State.IN_REVIEW)
                audit.record("review_claim_lapsed", report, by="sweeper")


def show(report, state, *, instead_of):
    if report.state == instead_of:
        report.state = state
        report.save(update_fields=["state", "saved_at"])


def plan_anew(departure, *, due_at):
    """The level is another one: what waits moves in the queue. Returns the task, or None where nothing waits."""
    report = DepartureReport.objects.select_for_update().filter(departure=departure).only("pk").first()
    task = ReviewTask.objects.open().filter(report=report).first() if report else None
    if task:
        task.urgency, task.due_at = urgency_of(departure), due_at
        task.save(update_fields=["urgency", "due_at"])
    return task


def withdraw(departure):
    """The departure was a mistake: nobody has to review its report."""
    facts = {"stage": Stage.WITHDRAWN, "due_at": None, "claimed_by": None, "claimed_until": None}
    report = DepartureReport.objects.select_for_update().filter(departure=departure).only("pk").first()
    if report:
        ReviewTask.objects.filter(report=report).update(**facts, moved_at=timezone.now())


def note_client(departure):
    """Another client was chosen: the search finds the report under their reference."""
    tasks = ReviewTask.objects.filter(report__departure=departure)
    tasks.update(client_reference=reference_of(departure.client))


def note_reference(client):
    """The client has another reference: the search finds their reports under it."""
    with connection.cursor() as cursor:  # also of reports that the client's therapist may not see
        cursor.execute("SELECT doorway_note_reference(%s, %s)", [client.pk, reference_of(client)])
