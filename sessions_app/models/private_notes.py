"""Private notes of a report's author: apart from the chart and from the quality review, and read by nobody else.

The source is the "psychotherapy notes" of 45 CFR 164.501: notes of one clinician, kept separate from the rest of the
record. What that section leaves out of them (times, modality, frequency, results, summaries of diagnosis, plan,
symptoms, prognosis and progress) belongs into the chart. A court may still order them to be shown.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.encrypted import EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from sessions_app.models.departures import DepartureEvent


class PrivateNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The author's own. A supervisor, a cover or an admin sees none."""
        return self.filter(author=user.pk)


class PrivateNote(models.Model):
    """One wording of the author's note on a departure; the newest is the note, older ones stay to be read.

    A wording never changes. Its author may erase the note, and then every wording is gone: the audit trail says when
    and by whom, never what. Nobody else can read or erase it, and nothing else does: kept until its author erases it.
    """

    id = NumberedFirst()
    departure = models.ForeignKey(DepartureEvent, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField(_("private note"), max_length=20_000, owner="author")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["author", "departure", "-at"], name="private_note_by_author")]
        constraints = [models.CheckConstraint(name="private_note_says_something", condition=~Q(text=""))]
        triggers = [pgtrigger.Protect(name="private_note_wording_never_changes", operation=pgtrigger.Update)]
