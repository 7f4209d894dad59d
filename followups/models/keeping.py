"""How long records are kept at a site, what holds them longer, and what was disposed of: ids, codes and dates only."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only, never_deleted
from accounts.encrypted import EncryptedCharField
from accounts.models import Site, User
from accounts.numbers import NumberedFirst
from followups.models.papers import CopyRequest


class RetentionRule(models.Model):
    """How long one class of record is kept at a site, in force until the site adopts a newer one of that class.

    `years_after_last` count from the last service; `years_after_majority` from the day somebody who was a minor then
    can have come of age at the latest; the later of the two stands. `least_*` are the country's own, copied when it was
    adopted: a site may keep for longer, never for shorter. Without a rule nothing is ever due.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="retention_rules")
    record_class = models.CharField(_("what it is about"), max_length=20)
    country_rule = models.CharField(_("rule it comes from"), max_length=40)
    years_after_last = models.PositiveSmallIntegerField(_("years after the last service"))
    years_after_majority = models.PositiveSmallIntegerField(_("years after coming of age"))
    least_after_last = models.PositiveSmallIntegerField()
    least_after_majority = models.PositiveSmallIntegerField()
    age_of_majority = models.PositiveSmallIntegerField(_("age of majority"), default=18)
    source = models.CharField(_("source"), max_length=300)
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(_("adopted"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["site", "record_class", "-id"], name="retention_rule_newest")]
        constraints = [
            models.CheckConstraint(
                name="retention_is_never_shorter_than_the_country_says",
                condition=Q(
                    years_after_last__gte=F("least_after_last"), years_after_majority__gte=F("least_after_majority")
                ),
            ),
            models.CheckConstraint(name="retention_has_a_source", condition=~Q(source="")),
        ]
        triggers = [append_only("retention_rule_is_append_only")]


REFUSE_WHO_IS_NO_PRIVACY_OFFICER = """
    IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = {person} AND is_active AND 'privacy' = ANY(roles)) THEN
        RAISE EXCEPTION 'That is for a privacy officer.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""
#: The lock and that of `doorway_dispose` exclude each other: a hold stands before a record goes, or comes too late.
REFUSE_A_HOLD_TOO_LATE = f"""
    {REFUSE_WHO_IS_NO_PRIVACY_OFFICER.format(person="NEW.placed_by_id")}
    PERFORM 1 FROM sessions_app_client WHERE id = NEW.client_key FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such client, or no longer.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""
REFUSE_A_SECOND_LIFTING = f"""
    IF OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
       OR (to_jsonb(OLD) - '{{lifted_at,lifted_by_id}}'::text[])
          IS DISTINCT FROM (to_jsonb(NEW) - '{{lifted_at,lifted_by_id}}'::text[]) THEN
        RAISE EXCEPTION 'A hold is lifted once, and nothing else of it changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    {REFUSE_WHO_IS_NO_PRIVACY_OFFICER.format(person="NEW.lifted_by_id")}
    RETURN NEW;
"""


class HoldQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """While one stands, nothing of that client is disposed of, however long ago it became due.

    `client_key` is the client's id and no foreign key: the entry outlives the record. The reason is a code, and
    `matter` the number of a file elsewhere, so that nothing of the record or the dispute stands here.
    """

    class Reason(models.TextChoices):
        LEGAL_CLAIM = "legal_claim", _("A claim or a court case")
        COMPLAINT = "complaint", _("A complaint")
        INVESTIGATION = "investigation", _("An investigation or inquest")
        REQUEST = "request", _("A request for the record is open")
        AUTHORITY = "authority", _("An authority asked for it")

    id = NumberedFirst()
    client_key = models.BigIntegerField(_("client"))
    reason = models.CharField(_("reason"), max_length=13, choices=Reason)
    matter = EncryptedCharField(_("number of your file"), max_length=40, blank=True, owner="client_key")
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("placed"), auto_now_add=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [models.Index(fields=["client_key"], name="hold_standing", condition=Q(lifted_at=None))]
        constraints = [
            models.CheckConstraint(
                name="hold_is_lifted_by_someone",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="hold_is_of_a_client_that_is_there",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_A_HOLD_TOO_LATE,
            ),
            pgtrigger.Trigger(
                name="hold_is_lifted_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=REFUSE_A_SECOND_LIFTING,
            ),
            never_deleted("hold_is_never_deleted"),
        ]


REFUSE_A_DISPOSAL_BY_ONE = f"""
    IF TG_OP = 'INSERT' THEN
        {REFUSE_WHO_IS_NO_PRIVACY_OFFICER.format(person="NEW.proposed_by_id")}
        IF NEW.approved_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'Nothing is approved when it is proposed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.answered_at IS NOT NULL OR NEW.list_hash <> OLD.list_hash OR NEW.proposed_by_id <> OLD.proposed_by_id THEN
        RAISE EXCEPTION 'What was proposed never changes, and is answered once.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.answered_by_id AND is_active AND is_clinical_lead) THEN
        RAISE EXCEPTION 'That is for a clinical lead.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""  # nosec B608


class Disposal(models.Model):
    """Records whose time is over: proposed by a privacy officer, approved by a clinical lead, then carried out.

    `list_hash` is the SHA-256 of the list as it was proposed; whoever approves sees it and the certificate repeats it.
    `reapplies` is the hash of an earlier certificate that a restored copy of the database has to be brought up to.
    """

    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    list_hash = models.CharField(max_length=64)
    is_approved = models.BooleanField(_("approved"), null=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="nobody_disposes_alone", condition=~Q(answered_by=F("proposed_by"))),
            models.CheckConstraint(
                name="disposal_is_answered_by_someone",
                condition=Q(is_approved=None, answered_at=None, answered_by=None, approved_by=None)
                | Q(is_approved=False, answered_at__isnull=False, answered_by__isnull=False, approved_by=None)
                | Q(is_approved=True, answered_at__isnull=False, approved_by=F("answered_by")),
            ),
            models.UniqueConstraint(
                fields=["answered_at"],
                condition=Q(answered_at=None),
                nulls_distinct=False,
                name="one_disposal_waits_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="disposal_takes_two_people",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_A_DISPOSAL_BY_ONE,
            ),
            never_deleted("disposal_is_never_deleted"),
        ]


#: `opened_in` is the door through every append-only trigger (keeping/doors.py): only the function that owns the tables
#: writes it. A plain `current_user` works because this trigger runs as whoever sent the statement.
REFUSE_TO_OPEN_BY_HAND = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.opened_in <> '' OR NEW.settled_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM followups_disposal WHERE id = NEW.disposal_id AND answered_at IS NOT NULL) THEN
            RAISE EXCEPTION 'A list is whole when it is proposed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.settled_at IS NOT NULL
       OR (to_jsonb(OLD) - '{opened_in,settled_at,kept_because,counts}'::text[])
          IS DISTINCT FROM (to_jsonb(NEW) - '{opened_in,settled_at,kept_because,counts}'::text[])
       OR current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'What becomes of a record on the list is for the disposal alone.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class DisposedRecord(models.Model):
    """One record on a list, then its tombstone: which rule, which dates, how many rows. No reference, no word.

    It is about a client, or about a departure for which no client was ever named. `kept_because` says why it is still
    there although it was on the list: held meanwhile, or something new was written.
    """

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="records")
    client_key = models.BigIntegerField(null=True, blank=True)
    departure_key = models.UUIDField(null=True, blank=True)
    last_service_on = models.DateField(_("last service"))
    due_on = models.DateField(_("kept until"))
    rules = models.JSONField(_("rules"), default=list)
    opened_in = models.CharField(max_length=20, blank=True, editable=False)
    settled_at = models.DateTimeField(_("done"), null=True, blank=True)
    kept_because = models.CharField(_("still there because"), max_length=10, blank=True)
    counts = models.JSONField(_("rows by class"), default=dict)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["disposal"], name="disposal_to_do", condition=Q(settled_at=None)),
            models.Index(fields=["client_key"], name="tombstone_by_client"),
        ]
        constraints = [
            models.CheckConstraint(
                name="tombstone_is_of_a_client_or_a_departure",
                condition=Q(client_key__isnull=False, departure_key=None)
                | Q(client_key=None, departure_key__isnull=False),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="tombstone_is_written_by_the_disposal",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_TO_OPEN_BY_HAND,
            ),
            never_deleted("tombstone_is_never_deleted"),
        ]


class ChartPackageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of requests that `user` may see."""
        return self.filter(request__in=CopyRequest.objects.visible_to(user))


class ChartPackage(models.Model):
    """Somebody had the whole chart of a client put together as one file, for a reason; fetched once, until it expires.

    Nothing of the file is kept: it is made from the chart when it is fetched.
    """

    class Why(models.TextChoices):
        ACCESS = "access", _("The client asked to see their record")
        TRANSFER = "transfer", _("The client asked to send it to somebody")
        LEGAL = "legal", _("A law or a court asks for it")

    request = models.ForeignKey(CopyRequest, on_delete=models.PROTECT, related_name="packages")
    why = models.CharField(_("why"), max_length=8, choices=Why)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ChartPackageQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="package_is_fetched_before_it_expires",
                condition=Q(fetched_at=None, sha256="")
                | (Q(fetched_at__isnull=False, fetched_at__lte=F("expires_at")) & ~Q(sha256="")),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="package_is_fetched_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__fetched_at__isnull=False),
            ),
            never_deleted("package_is_never_deleted"),
        ]
