"""Emergency access ("break-glass"): one person reads one client's record that is not theirs, for an hour, for a reason.

Source: 45 CFR 164.312(a)(2)(ii), the emergency access procedure. Told at once, marked in the trail, judged afterwards.
"""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import never_deleted
from accounts.encrypted import EncryptedCharField
from accounts.models import Supervision, Team, User
from accounts.numbers import NumberedFirst
from accounts.supervision import answers_for

LASTS = timedelta(minutes=60)

#: Who asked, why, and what was opened never changes; an end and a verdict are written once.
REFUSE_TO_REWRITE = """
    IF (NEW.by_id, NEW.team_id, NEW.reason, NEW.words, NEW.asked_at)
       IS DISTINCT FROM (OLD.by_id, OLD.team_id, OLD.reason, OLD.words, OLD.asked_at)
       OR (OLD.looked_up_at IS NOT NULL AND (NEW.looked_up_at, NEW.client_id, NEW.began_at, NEW.ends_at)
       IS DISTINCT FROM (OLD.looked_up_at, OLD.client_id, OLD.began_at, OLD.ends_at))
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
       OR (OLD.reviewed_at IS NOT NULL AND (NEW.reviewed_at, NEW.reviewed_by_id, NEW.verdict, NEW.verdict_words)
       IS DISTINCT FROM (OLD.reviewed_at, OLD.reviewed_by_id, OLD.verdict, OLD.verdict_words)) THEN
        RAISE EXCEPTION 'What was opened in an emergency, and what was said of it, never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""
#: Roles stand in another table, so a check constraint cannot look at them.
REFUSE_WHO_MAY_NOT = """
    IF NOT EXISTS (
        SELECT 1 FROM accounts_user WHERE id = NEW.by_id AND is_active
        AND roles && ARRAY['therapist', 'supervisor']::varchar[] AND NOT roles && ARRAY['admin', 'privacy']::varchar[]
    ) OR EXISTS (SELECT 1 FROM sessions_app_client WHERE id = NEW.client_id AND is_practice) THEN
        RAISE EXCEPTION 'Emergency access is for a therapist or a supervisor, to the record of somebody real.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class EmergencyAccessQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that `user` may judge: a privacy officer all, a supervisor those to records they answer for.

        Never one's own, nor one of somebody who supervises `user` today: nobody judges who judges them.
        """
        begun = self.exclude(began_at=None)
        if not user.is_privacy_officer:
            begun = begun.filter(client__therapist__in=answers_for(user)) if user.is_supervisor else begun.none()
        judges = Supervision.objects.on().filter(supervisee=user).values("supervisor")
        return begun.exclude(by=user).exclude(by__in=judges)

    def of(self, user):
        return self.filter(by=user)

    def running(self):
        """Open now, by the database's clock."""
        return self.filter(ended_at=None, ends_at__gt=Now())

    def unreviewed(self):
        return self.filter(began_at__isnull=False, reviewed_at=None)

    def for_page(self):
        return self.select_related("by__team__site", "client__therapist", "client__team__site", "reviewed_by")


class EmergencyAccess(models.Model):
    """`by` asked to see the record under a reference of a team. Without `client`, nothing was found or looked up yet.

    It opens one client with all that hangs on them, from `began_at` until `ends_at` or `ended_at`, whichever is first.
    `reference_asked` is forgotten as soon as it was looked up. `words` are for whoever judges it: staff without
    clinical rights read them, so the page asks for no names and no details of the client.
    """

    class Reason(models.TextChoices):
        DANGER = "danger", _("Somebody may be in danger")
        CALLED = "called", _("The client called or came, and their therapist cannot be reached")
        HANDED = "handed", _("Asked by emergency services or a hospital")
        COVER = "cover", _("Therapist suddenly away, no cover entered yet")
        OTHER = "other", _("Another emergency")

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", _("Justified")
        NOT_JUSTIFIED = "not_justified", _("Not justified")

    id = NumberedFirst()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergency_accesses")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    reference_asked = EncryptedCharField(max_length=30, blank=True, owner="by")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    words = EncryptedCharField(_("why it cannot wait"), max_length=500, owner="by")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    looked_up_at = models.DateTimeField(null=True)
    client = models.ForeignKey("sessions_app.Client", null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(_("opened"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)
    ended_at = models.DateTimeField(_("ended early"), null=True)
    reminded_at = models.DateTimeField(null=True)
    verdict = models.CharField(_("verdict"), max_length=13, choices=Verdict, blank=True)
    verdict_words = EncryptedCharField(_("why"), max_length=1_000, blank=True, owner="by")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["by", "asked_at"], name="emergency_access_by_person"),
            models.Index(
                fields=["began_at"],
                name="emergency_access_unreviewed",
                condition=Q(began_at__isnull=False, reviewed_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="emergency_access_says_why", condition=~Q(reason="") & ~Q(words="")),
            models.CheckConstraint(
                name="emergency_access_opens_one_client_for_an_hour",
                condition=Q(client=None, began_at=None, ends_at=None, ended_at=None)
                | Q(
                    client__isnull=False,
                    looked_up_at__isnull=False,
                    began_at__isnull=False,
                    ends_at=F("began_at") + LASTS,
                ),
            ),
            models.CheckConstraint(
                name="emergency_access_ends_in_its_hour",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at"), ended_at__lte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="emergency_access_is_judged_whole_or_not",
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="", verdict_words="")
                | (
                    Q(reviewed_at__isnull=False, reviewed_by__isnull=False, began_at__isnull=False)
                    & ~Q(verdict="")
                    & ~Q(verdict_words="")
                ),
            ),
            models.CheckConstraint(
                name="emergency_access_is_judged_by_another", condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("by"))
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="emergency_access_is_never_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=REFUSE_TO_REWRITE,
            ),
            pgtrigger.Trigger(
                name="emergency_access_is_for_clinicians",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_WHO_MAY_NOT,
            ),
            pgtrigger.Trigger(
                name="emergency_access_is_for_clinicians_still",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("client"),
                func=REFUSE_WHO_MAY_NOT,
            ),
            never_deleted("emergency_access_is_never_deleted"),
        ]

    @property
    def last_moment(self):
        return self.ended_at or self.ends_at
