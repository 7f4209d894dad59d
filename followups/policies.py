"""Which policy is in force, and who adopted it."""

import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts import audit
from followups.models import FollowUpPolicy, PolicyTask

DEFAULT = Path(__file__).parent / "default_policy.json"


class NoPolicy(LookupError):
    """No follow-up policy exists, so no plan can be made."""


def in_force():
    """The newest adopted policy; while none is adopted, the newest there is, shown as a product default.

    Raises NoPolicy when there is none at all: then a level cannot be set, rather than be set without a plan.
    """
    newest = FollowUpPolicy.objects.order_by("-number").select_related("adopted_by")
    policy = newest.filter(adopted_at__isnull=False).first() or newest.first()
    if policy is None:
        raise NoPolicy("No follow-up policy is loaded. Run the migrations: they load the default one.")
    return policy


@transaction.atomic
def adopt(policy, *, by):
    """A clinical lead puts the policy in force. Plans that are running keep theirs."""
    policy.adopted_at, policy.adopted_by = timezone.now(), by
    policy.save(update_fields=["adopted_at", "adopted_by"])
    audit.record("policy_adopted", policy, by=by)


@transaction.atomic
def load_default(*, policy_model=FollowUpPolicy, task_model=PolicyTask):
    """Load the default policy as number 1, once. The models can be historical ones of a migration."""
    if policy_model.objects.filter(number=1).exists():
        return
    default = json.loads(DEFAULT.read_text(encoding="utf-8"))
    policy = policy_model.objects.create(number=1, title=default["title"])
    for level, tasks in default["levels"].items():
        for position, task in enumerate(tasks, start=1):
            task_model.objects.create(policy=policy, response_level=level, position=position, **task)
