"""What waits for a curator. Opening twice is one task; what has mended closes by itself, and a person may close it too.

What a person closed stays closed for as long as it is the same trouble: they know, and need not hear it each night.
"""

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from resources.models import CuratorTask

MOST_SIGNS = 400


@transaction.atomic
def open_one(kind, *, by, resource_id=None, contact_id=None, words="", state=""):
    """Open a task, or bring the words of the open one up to date. Returns it.

    `by` is a User or the name of what found it, such as "link check".
    """
    facts = {"words": words[:MOST_SIGNS], "state": state}
    known = {"kind": kind, "resource_id": resource_id, "contact_id": contact_id, "closed_at": None}
    if resource_id is None:
        known["words"] = facts["words"]
    task, is_new = CuratorTask.objects.get_or_create(**known, defaults=facts)
    if is_new:
        audit.record("curator_task_opened", task, by=by, kind=kind)
    elif (task.words, task.state) != (facts["words"], facts["state"]):
        CuratorTask.objects.filter(pk=task.pk).update(**facts)
    return task


@transaction.atomic
def close(tasks, *, by):
    """Close those of `tasks` that are open. `by` is a User, or the name of what found that they have mended."""
    person = None if isinstance(by, str) else by
    for task in tasks.filter(closed_at=None).select_for_update(of=["self"], no_key=True):
        CuratorTask.objects.filter(pk=task.pk).update(closed_at=Now(), closed_by=person)
        audit.record("curator_task_closed", task, by=by, kind=task.kind)


def waiting():
    """The open tasks about an entry, the oldest first, with that and the contact they are about."""
    return CuratorTask.objects.filter(closed_at=None, resource__isnull=False).select_related("resource", "contact")


def was_put_aside(kind, *, resource_id, contact_id, since):
    """Whether a person has closed such a task since this trouble began."""
    closed = CuratorTask.objects.filter(kind=kind, resource_id=resource_id, contact_id=contact_id)
    return closed.filter(closed_by__isnull=False, closed_at__gte=since).exists()
