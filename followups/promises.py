"""Whether what was promised to a client was tried when it was promised. About promises, not about people."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from followups.models import ContactAttempt, FollowUp, FollowUpChange


class Verdict(models.TextChoices):
    IN_TIME = "in_time", _("In time")
    LATER = "later", _("Later")
    NOT_YET = "not_yet", _("Not yet")
    NOT_NEEDED = "not_needed", _("Not needed")


@dataclass(frozen=True)
class Promise:
    """One contact that the policy asked for: by when at first, when it was tried, and where it was moved to if so."""

    follow_up: FollowUp
    due_at: datetime
    tried_at: datetime | None
    verdict: Verdict

    @property
    def task(self):
        return self.follow_up.task

    @property
    def moved_to(self):
        return self.follow_up.due_at if self.follow_up.due_at != self.due_at else None

    @property
    def is_kept(self):
        return self.verdict in (Verdict.IN_TIME, Verdict.NOT_NEEDED)


def promises_of(tasks, attempts, *, until, began_at):
    """The contacts that were due before `until`, the earliest first.

    A promise is kept in time by an attempt on it, or by any attempt after the promise before it was due; by which of
    the open tasks somebody wrote it down says little. Prefetch `changes` on the tasks.
    """
    contacts = sorted((first_due(each), each.pk, each) for each in tasks if each.channel)
    tried = [each for each in attempts if each.result != ContactAttempt.Result.BLOCKED]
    found, since = [], began_at
    for due_at, _pk, task in contacts:
        if due_at < until:
            found.append(judged(task, due_at, tried, since=since))
            since = due_at
    return found


def first_due(task):
    """When it was due at first: a moved promise is held against what was promised."""
    moves = [each.due_before for each in task.changes.all() if each.deed == FollowUpChange.Deed.MOVED]
    return moves[0] if moves else task.due_at


def judged(task, due_at, tried, *, since):
    on_it = [each.occurred_at for each in tried if each.follow_up_id == task.pk or since < each.occurred_at <= due_at]
    later = [each.occurred_at for each in tried if each.occurred_at > due_at]
    if on_it and min(on_it) <= due_at:
        return Promise(task, due_at, min(on_it), Verdict.IN_TIME)
    if task.state == FollowUp.State.NOT_NEEDED and task.closed_at <= due_at:
        return Promise(task, due_at, None, Verdict.NOT_NEEDED)
    if after := sorted([*on_it, *later]):
        return Promise(task, due_at, after[0], Verdict.LATER)
    verdict = Verdict.NOT_NEEDED if task.state == FollowUp.State.NOT_NEEDED else Verdict.NOT_YET
    return Promise(task, due_at, None, verdict)
