"""Who is told when nobody answers: the steps of a level after the due time, and when each of them is due."""

import json
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.db.models import prefetch_related_objects

from followups import due_times
from followups.models import FollowUpPolicy, PolicyEscalation

DEFAULT = Path(__file__).parent / "default_escalations.json"


def ladder(policy, level):
    """The steps that follow the owner's reminder, in order; the product's own where no policy has written any."""
    if policy:
        prefetch_related_objects([policy], "escalations")
    steps = list(policy.escalations.all() if policy else []) or [
        PolicyEscalation(policy=policy, response_level=each, **rung)
        for each, rungs in default().items()
        for rung in rungs
    ]
    return [each for each in steps if each.response_level == level]


@cache
def default():
    return json.loads(DEFAULT.read_text(encoding="utf-8"))


def sources():
    """Where the times of the product's own ladders come from."""
    return {rung["source"] for rungs in default().values() for rung in rungs}


def load_default(*, policy_model=FollowUpPolicy, step_model=PolicyEscalation):
    """Give policy number 1 the product's ladders, once. The models can be historical ones of a migration."""
    policy = policy_model.objects.filter(number=1).first()
    if policy is None or step_model.objects.filter(policy=policy).exists():
        return
    for level, rungs in default().items():
        for rung in rungs:
            step_model.objects.create(policy=policy, response_level=level, **rung)


def copy(policy, *, to):
    """Give a new policy the ladders of another."""
    for level in default():
        for each in ladder(policy, level):
            each.pk, each.policy, each._state.adding = None, to, True
            each.save()


def due(step, *, since, hours):
    """When the step is due (UTC): minutes run day and night, working days are those of the site."""
    if step.after_working_days:
        return working_days_after(since, step.after_working_days, hours)
    return since + timedelta(minutes=step.after_minutes)


def working_days_after(moment, days, hours):
    """The same hour that many working days later; the next working morning where that hour is none of work."""
    day, wall_time = due_times.wall(moment, hours.zone)
    for _ahead in range(due_times.LONGEST_CLOSURE):
        day += timedelta(days=1)
        days -= hours.is_workday(day)
        if not days:
            break
    later = due_times.instant(day, wall_time, hours.zone)
    return due_times.rolled(later, rolls="later", hours=hours, now=moment)
