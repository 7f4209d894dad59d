"""The audit trail: what an investigator reads. `record` and `record_view` are the only ways in.

Each entry says who (a person, or the house by the name of a system actor), did what, to which row, about which client
or departure, when, from where, and why where that was asked. Entries are written once; `accounts.audit_chain` makes a
chain of them, and `accounts.audit_openings` knows the request they belong to.
"""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models, transaction
from django.db.models.functions import Now

from accounts import audit_openings
from accounts.numbers import NeverTold

SEEN = "viewed"
REPEATED_MINUTES = 15  # what a page asks for by itself is no new look for so long


def append_only(name):
    """A database trigger that refuses every update and delete of the table's rows, whoever asks."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def never_deleted(name):
    """A database trigger that refuses to delete the table's rows, whoever asks."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


def never_emptied(name):
    """A database trigger that refuses to empty the table at a stroke, which row triggers do not see."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'Cannot empty %', TG_TABLE_NAME;",
    )


def by_the_databases_clock(name):
    """A database trigger: an entry is of the moment it is written, whatever whoever writes it says."""
    func = "NEW.at = clock_timestamp(); RETURN NEW;"
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=pgtrigger.Insert, func=func)


class AuditEntry(models.Model):
    """One thing somebody did to, or saw of, one record. Ids and codes only: never a client's words.

    `about` holds the clients and departures it concerns, as keys such as client:12; for a list, everybody on it. It is
    null in entries from before it was kept. `device` is the mark of the sign-in, `address` where the request came from.
    """

    id = NeverTold()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    system_actor = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    about = ArrayField(models.CharField(max_length=50), null=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=40, blank=True)

    class Meta:
        triggers = [
            append_only("audit_is_append_only"),
            never_emptied("audit_is_never_emptied"),
            by_the_databases_clock("audit_by_the_databases_clock"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
            # Entries from before these columns have nothing in them, so that both are made in a moment.
            GinIndex(fields=["about"], name="audit_by_whom", condition=models.Q(about__isnull=False)),
            models.Index(fields=["address", "id"], name="audit_by_address", condition=models.Q(address__isnull=False)),
            BrinIndex(fields=["at"], name="audit_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_has_exactly_one_actor",
                condition=models.Q(by__isnull=False, system_actor="")
                | (models.Q(by=None) & ~models.Q(system_actor="")),
            ),
        ]

    @property
    def deed(self):
        """The action as words: codes of ours are phrases with lines between them, in English."""
        return self.action.replace("_", " ")


def record(action, subject, *, by, **facts):
    """Write down that `by` did `action` to `subject`.

    `by` is a User, or the name of a system actor such as "sweeper". Call it inside the transaction of
    the deed itself: a deed whose audit entry cannot be written does not happen. `facts` hold ids,
    codes and times, never free text and never a client's name. `client` and `clients` among them are ids. What is
    done in an emergency carries its marks. The entry comes back without its number.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs in the transaction of its deed.")
    entry = entry_of(action, subject, by=by, facts=facts)
    if opening := audit_openings.current.get():
        opening.told.update(entry.about)
    entry.save(force_insert=True)
    return entry


def entry_of(action, subject, *, by, facts):
    person = {"system_actor": by} if isinstance(by, str) else {"by": by}
    facts = facts if isinstance(by, str) else {**facts, **by.audit_marks}
    return AuditEntry(
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        facts=facts,
        about=sorted(audit_openings.keys_of(subject, facts)),
        **person,
        **audit_openings.origin(),
    )


def record_view(subject, *, by, page):
    """Write down that `by` opens a page that shows `subject`, or a list (then `subject` is the person).

    While a request is answered the entry waits for the page, for only then is known who else stands on it; a page
    whose entry cannot be written is not shown. Elsewhere it is written at once.
    """
    opening = audit_openings.current.get()
    if opening is None:
        with transaction.atomic():
            record(SEEN, subject, by=by, page=page)
    else:
        opening.views.append((subject, by, page))


def record_opening(opening, *, name, is_unattended, is_fragment):
    """Write what the answer to a request showed: one entry, whether its view said so or not.

    `name` is the page's, for a view that named none. What a page asks for by itself (`is_unattended`), and a part of
    a page whose view named none, is no new look where the same sign-in saw all of it within REPEATED_MINUTES.
    """
    user, unsaid = opening.request.user, opening.shown - opening.told
    views = opening.views or ([(user, user, name)] if unsaid and user.is_authenticated else [])
    entries = [entry_of(SEEN, subject, by=by, facts={"page": page}) for subject, by, page in views]
    for entry in entries[:1]:
        entry.about = sorted(opening.shown | {*entry.about})
    may_repeat = is_unattended or (is_fragment and not opening.views)
    for entry in entries:
        if not (may_repeat and was_seen(entry)):
            entry.save(force_insert=True)


def was_seen(entry):
    """Whether this sign-in saw all that the entry says, on the same page, a short while ago."""
    lately = Now() - timedelta(minutes=REPEATED_MINUTES)
    same = {name: getattr(entry, name) for name in ("by", "device", "action")}
    seen = AuditEntry.objects.filter(**same, facts__page=entry.facts["page"], at__gte=lately)
    return bool(entry.device) and seen.filter(about__contains=entry.about).exists()
