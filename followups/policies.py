"""Which policy is in force, who adopted it, and how the next one is written."""

import copy
import json
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from accounts import audit
from followups import clock, ladders, policy_content
from followups.models import FollowUpPolicy, PolicyEscalation, PolicyOverlay, PolicyTask
from followups.policy_adoption import NotAClinicalLead, PolicyIsIncomplete, adopt
from followups.policy_words import WORDS

__all__ = [
    "WORDS",
    "NotAClinicalLead",
    "PolicyIsIncomplete",
    "adopt",
    "in_force",
    "is_one_in_force",
    "load_default",
]

DEFAULT = Path(__file__).parent / "default_policy.json"
ROWS = {"tasks": PolicyTask, "overlays": PolicyOverlay}


class PolicyStands(Exception):
    """It was sent or adopted in the meantime, and does not change any more."""


class LastStep(Exception):
    """A level without any step would forget who does not answer."""


def in_force():
    """The adopted policy that took effect last, with its rows; None while none has.

    Nothing has to run for one to take effect at its time: from that moment on it is what this finds.
    """
    return FollowUpPolicy.objects.in_effect(clock.now()).with_rows().first()


class Known:
    """What this process has seen. A policy in force is never taken back, so one look that finds it is enough."""

    is_one_in_force = False


def is_one_in_force():
    """Whether plans can be made. Every page asks; the database is asked only until the first yes."""
    Known.is_one_in_force = Known.is_one_in_force or FollowUpPolicy.objects.in_effect(clock.now()).exists()
    return Known.is_one_in_force


@transaction.atomic
def draft(*, by):
    """The next version: a copy of the newest policy, to be edited. Where one is being written already, that one."""
    wait_for_the_newest()  # two at once: the second finds the first's
    newest = FollowUpPolicy.objects.with_rows().order_by("-number").first()
    if not newest.is_adopted and not is_used(newest):
        return newest
    source = in_force() or newest
    made = begin(source.title)
    for kind, model in ROWS.items():
        model.objects.bulk_create([copied(row, to=made) for row in getattr(source, kind).all()])
    ladders.copy(source, to=made)
    audit.record("policy_drafted", made, by=by, copy_of=source.number)
    return made


def wait_for_the_newest():
    """The newest row is the gate to the next number: the second of two at once waits for the first."""
    FollowUpPolicy.objects.order_by("-number").select_for_update(of=["self"]).first()


def begin(title):
    """An empty draft with the next number, which was never used before. The caller waits for the newest first."""
    number = FollowUpPolicy.objects.aggregate(highest=Max("number"))["highest"] + 1
    return FollowUpPolicy.objects.create(number=number, title=title)


@transaction.atomic
def bring_in(content, *, by):
    """A draft with what a file says, which was checked. Other drafts stay as they are."""
    wait_for_the_newest()
    made = begin(content["title"])
    policy_content.write(made, content)
    audit.record("policy_brought_in", made, by=by)
    return made


def is_used(policy):
    """Whether a plan was made from it: plans of an older Doorway may rest on one that nobody adopted."""
    return policy.plans.exists()


def copied(row, *, to):
    twin = copy.copy(row)
    twin.pk, twin.policy, twin._state = None, to, copy.copy(row._state)
    twin._state.adding = True
    return twin


def locked_draft(policy_id):
    """The policy, held until the transaction ends; raises PolicyStands when it does not change any more."""
    policy = FollowUpPolicy.objects.select_for_update().get(pk=policy_id)
    if policy.is_adopted or policy.sent_at or is_used(policy):
        raise PolicyStands
    return policy


@transaction.atomic
def change(row, *, by, **facts):
    """Change a row of a draft. What says what it said before is not written. Raises PolicyStands."""
    policy = locked_draft(row.policy_id)
    changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, facts[name])
    row.save(update_fields=changed)
    if changed:
        audit.record("policy_changed", policy, by=by, row=row.pk, kind=row._meta.model_name, fields=changed)
    return row


@transaction.atomic
def add_task(policy, *, level, by, **facts):
    """Add a task at a level of a draft, after those it has. Raises PolicyStands."""
    policy = locked_draft(policy.pk)
    last = policy.tasks.filter(response_level=level).aggregate(last=Max("position"))["last"] or 0
    made = policy.tasks.create(response_level=level, position=last + 1, **facts)
    audit.record("policy_task_added", policy, by=by, row=made.pk, level=level)
    return made


@transaction.atomic
def add_step(policy, *, level, by, **facts):
    """Add a step to what follows when nobody answers at a level of a draft, after those it has. Raises PolicyStands."""
    policy = locked_draft(policy.pk)
    made = policy.escalations.create(**next_step(policy, level), **facts)
    audit.record("policy_step_added", policy, by=by, row=made.pk, level=level)
    return made


def next_step(policy, level):
    """Where in a policy a new step of that level stands."""
    last = policy.escalations.filter(response_level=level).aggregate(last=Max("step"))["last"] or 0
    return {"response_level": level, "step": last + 1}


@transaction.atomic
def remove(row, *, by):
    """Take a row out of a draft. Raises PolicyStands, and LastStep for the only step of a level."""
    policy = locked_draft(row.policy_id)
    if isinstance(row, PolicyEscalation):
        others = policy.escalations.filter(response_level=row.response_level).exclude(pk=row.pk)
        if not others.exists():
            raise LastStep
    audit.record("policy_row_removed", policy, by=by, row=row.pk, kind=row._meta.model_name)
    row.delete()


@transaction.atomic
def load_default(*, policy_model=FollowUpPolicy, task_model=PolicyTask, overlay_model=PolicyOverlay):
    """Load the default policy as number 1, once, as a draft. The models can be historical ones of a migration."""
    if policy_model.objects.filter(number=1).exists():
        return
    default = read_default()
    policy = policy_model.objects.create(number=1, title=default["title"])
    for level, tasks in default["levels"].items():
        for position, task in enumerate(tasks, start=1):
            task_model.objects.create(policy=policy, response_level=level, position=position, **task)
    for situation, rows in default["overlays"].items():
        for position, row in enumerate(rows, start=1):
            overlay_model.objects.create(policy=policy, situation=situation, position=position, **row)


def default_rows(situation):
    """The default rows of a situation, unsaved: what stands in for those of a policy that has none."""
    rows = read_default()["overlays"][situation]
    return [PolicyOverlay(situation=situation, position=position, **row) for position, row in enumerate(rows, start=1)]


def read_default():
    return json.loads(DEFAULT.read_text(encoding="utf-8"))
