"""The audit trail: what an investigator reads. No feature reads it; `record` is the only way in."""

import pgtrigger
from django.conf import settings
from django.db import models, transaction


def append_only(name):
    """A database trigger that refuses every update and delete of the table's rows, whoever asks."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class AuditEntry(models.Model):
    """One thing somebody did to, or saw of, one record. Ids only: never a client's words."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    system_actor = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)

    class Meta:
        triggers = [append_only("audit_is_append_only")]
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject")]
        constraints = [
            models.CheckConstraint(
                name="audit_has_exactly_one_actor",
                condition=models.Q(by__isnull=False, system_actor="")
                | (models.Q(by=None) & ~models.Q(system_actor="")),
            ),
        ]


def record(action, subject, *, by, **facts):
    """Write down that `by` did `action` to `subject`.

    `by` is a User, or the name of a system actor such as "sweeper". Call it inside the transaction of
    the deed itself: a deed whose audit entry cannot be written does not happen. `facts` hold ids,
    codes and times, never free text and never a client's name. What is done in an emergency carries its marks.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs in the transaction of its deed.")
    person = {"system_actor": by} if isinstance(by, str) else {"by": by}
    marks = {} if isinstance(by, str) else by.audit_marks
    return AuditEntry.objects.create(
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        facts={**facts, **marks},
        **person,
    )


@transaction.atomic
def record_view(subject, *, by, page):
    """Write down that `by` opened a page that shows `subject`, or a list (then `subject` is the person)."""
    return record("viewed", subject, by=by, page=page)
