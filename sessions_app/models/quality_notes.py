"""What an author tells the supervisor beside the report: part of the quality review, never of the chart."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import never_deleted
from accounts.encrypted import EncryptedJSONField
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for
from sessions_app.models.reports import DepartureReport
from sessions_app.models.seals import Sealed

REFUSE_ONCE_SEALED = """
    RAISE EXCEPTION 'What was told beside a signed report never changes.'
        USING ERRCODE = 'integrity_constraint_violation';
"""


class QualityNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the author, and whoever supervises the author today. A cover who is no supervisor sees none.

        Of an exercise only whoever practises.
        """
        own = Q(report__author=user.pk)
        theirs = Q(report__author__in=answers_for(user), report__departure__is_practice=False)
        return self.filter(own | theirs if user.is_supervisor else own)


@pghistory.track()
class QualityNote(Sealed):
    """How the author is, and what stays private for a young person. Sealed when the report is signed.

    `kept_private` holds (label, words) as they stood at signing; `report_hash` says which signed words it goes with.
    """

    class AuthorState(models.TextChoices):
        STEADY = "steady", _("Steady")
        SHAKEN = "shaken", _("Shaken")
        FELT_UNSAFE = "felt_unsafe", _("Felt unsafe")
        WANTS_TO_TALK = "wants_to_talk", _("I would like to talk")

    id = NumberedFirst()
    report = models.OneToOneField(DepartureReport, on_delete=models.PROTECT, related_name="quality_note")
    author_state = models.CharField(_("how you are"), max_length=15, choices=AuthorState, blank=True)
    kept_private = EncryptedJSONField(default=list, blank=True, owner="report")
    report_hash = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)

    objects = QualityNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quality_note_is_sealed_with_its_report",
                condition=Q(sealed_at=None, seal="", report_hash="")
                | (Q(sealed_at__isnull=False) & ~Q(seal="") & ~Q(report_hash="")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="sealed_quality_note_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sealed_at__isnull=False),
                func=REFUSE_ONCE_SEALED,
            ),
            never_deleted("quality_note_is_never_deleted"),
        ]

    @property
    def is_sealed(self):
        return self.sealed_at is not None
