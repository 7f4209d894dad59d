"""A report that waits beyond its time: its supervisor hears of it, then the next person, until somebody has looked.

Like a call for help, it is a row with a due time that the sweep picks up; what it sends are deliveries like all
others. Whoever says that they are on it is believed for as long as that claim lasts. Fixed words, never a client.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import TeamCover, User
from accounts.supervision import supervisors_of
from followups import channels, clock, due_times, ladders, on_call, recipients, review_times
from followups.models import Absence, Delivery, Reminder, ReviewEscalation
from sessions_app import review_tasks
from sessions_app.models import DepartureReport, ReviewTask

BATCH = 50
URGENT = 1  # of `ReviewTask.urgency`: levels at which not looking is a danger of its own
PAUSE_IF_URGENT = timedelta(hours=4)  # product default, in working hours; else one working day
Stage = ReviewTask.Stage


def begin(report):
    """The report was sent: it waits in the queue, and its first reminder waits for the due time."""
    due_at = review_times.due_at(report.departure, since=report.submitted_at)
    if task := review_tasks.wait(report, due_at=due_at):
        before = ReviewEscalation.objects.select_for_update().filter(task=task).first()
        facts = {"round": before.round + 1 if before else 1, "step": 0, "due_at": due_at}
        ReviewEscalation.objects.update_or_create(task=task, defaults=facts)


def plan_anew(departure):
    """The level is another one: a report that waits is due at another time. A ladder that has begun goes on."""
    report = DepartureReport.objects.filter(departure=departure, signed_at__isnull=False).defer("content").first()
    if report is None:
        return
    due_at = review_times.due_at(departure, since=report.submitted_at)
    if task := review_tasks.plan_anew(departure, due_at=due_at):
        ReviewEscalation.objects.filter(task=task, step=0).update(due_at=due_at)


def sweep():
    """Tell the next people of each report that waits too long, and end claims that are over. Returns how many rows."""
    review_tasks.release_lapsed(now=clock.now())
    return sum(iter(sweep_batch, 0))


@transaction.atomic
def sweep_batch():
    """Row and task are locked together, or passed over: whoever decides or sends anew holds the task first."""
    now = clock.now()
    due = list(
        ReviewEscalation.objects.filter(due_at__lte=now)
        .select_for_update(of=["self", "task"], skip_locked=True)
        .select_related("task__author__team__site", "task__report__departure__site")
        .order_by("due_at", "pk")[:BATCH]
    )
    for each in due:
        go_on(each, now=now)
        each.save(update_fields=["step", "due_at"])
    return len(due)


def go_on(escalation, *, now):
    """Tell the next people; wait while somebody is on it; end where nothing waits any more."""
    task = escalation.task
    if not task.is_open:
        escalation.due_at = None
    elif task.claimed_until and task.claimed_until > now:
        escalation.due_at = task.claimed_until
    else:
        people = who_is_next(task, escalation.step)
        tell(escalation, people, now=now)
        task.told.add(*people)
        audit.record("review_was_late", task.report, by="sweeper", told=[person.pk for person in people])
        escalation.step += 1
        escalation.due_at = next_time(task, now=now)


def next_time(task, *, now):
    hours = due_times.WorkingHours.of(task.report.departure.site)
    if task.urgency <= URGENT:
        return due_times.rolled(now + PAUSE_IF_URGENT, rolls="later", hours=hours, now=now)
    return ladders.working_days_after(now, 1, hours)


def who_is_next(task, step):
    """First the supervisor, then somebody who has not heard, then all of them with the clinical leads, again and again.

    Only who may open it: supervisors, and never the author. Without any supervisor of the author the leads come first.
    """
    near, around = nearest(task), further(task)
    everybody = list({each.pk: each for each in [*near, *around]}.values())
    if step == 0:
        return everybody[:1]
    told = set(task.told.values_list("pk", flat=True))
    if step == 1:
        return [each for each in everybody if each.pk not in told][:1] or everybody[:1]
    return everybody


def nearest(task):
    """Their own supervisors, who are here before who is away; for a co-signature nobody else."""
    return able(recipients.here_first(supervisors_of(task.author)), task)


def further(task):
    """Who covers the team, who is on call, and who leads the site."""
    site = task.report.departure.site
    covering = TeamCover.objects.on().filter(team=task.author.team_id).values("supervisor")
    around = recipients.here_first(User.objects.filter(pk__in=covering))
    duty = on_call.now(site)
    return able([*around, *([duty] if duty else []), *recipients.clinical_leads(site)], task)


def able(people, task):
    return [each for each in people if each.is_active and each.is_supervisor and each.pk != task.author_id]


def tell(escalation, people, *, now):
    about = f"review:{escalation.task_id}:{escalation.round}:{escalation.step}"
    facts = {"kind": Delivery.Kind.REVIEW, "lane": Reminder.Lane.ROUTINE, "waits": channels.UNTIL_THEY_END}
    channels.post(about, people, now=now, **facts)


def is_wanted(delivery):
    """Whether the report it tells of still waits as it did then, and nobody has said that they are on it."""
    _kind, task_id, round_number, *_rest = delivery.key.split(":")
    waiting = ReviewEscalation.objects.filter(task=task_id, round=round_number, task__stage__in=ReviewTask.OPEN)
    return waiting.exclude(task__claimed_until__gt=clock.now()).exists()


def covered_by(user, *, author):
    """The supervisor of `author` who is away now and for whom `user` stands in, or None."""
    running = Absence.objects.running(timezone.now()).filter(cover=user)
    standing_in = running.filter(supervisions__supervisee=author) | running.filter(team_covers__team=author.team_id)
    absence = standing_in.select_related("person").distinct().first()
    return absence and absence.person
