"""Which policy is in force, and who adopted it."""

import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from accounts import audit
from followups.models import FollowUpPolicy, PolicyTask

DEFAULT = Path(__file__).parent / "default_policy.json"
#: The words of the default policy, listed so that they can be translated; a test compares them with the file.
WORDS = [
    _("Acknowledge and take part"),
    _("Confirm how it went"),
    _("“I want to check that you are safe. Are you having thoughts of ending your life, or of hurting someone?”"),
    _("Call within a day"),
    _("Call within three days"),
    _("“I am glad to reach you. I called to hear how you are since we stopped.”"),
    _("Call after a week"),
    _("Call after a month"),
    _("Call today"),
    _("Call again within a day"),
    _("Review with the therapist"),
    _("Call again within two days"),
    _("Call again within three days"),
    _("Call today and ask about safety"),
    _("Call by the next working day"),
    _("Call again after three days"),
    _("Talk about it in review"),
    _("A short, easy message"),
    _("“Thank you for coming. Your place here stays open. No need to answer.”"),
    _("Call if no appointment is booked"),
    _("Look at it in review"),
]


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
