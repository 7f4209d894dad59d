"""How people get in: invitations, and the mails to staff about their own accounts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST_TRIES = 8


class InvitationQuerySet(models.QuerySet):
    def unanswered(self):
        """Neither accepted nor withdrawn; the link of such a one may be too old by now."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """An admin asked somebody in. Of the link only a fingerprint is kept, and none before it is sent."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=80)
    roles = ArrayField(models.CharField(max_length=10), verbose_name=_("roles"))
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="+", verbose_name=_("team"))
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("supervisor")
    )
    supervisor_email = models.EmailField(blank=True, default="", db_default=Value(""))  # who may come later
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - several have none yet
    withdrawn_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_unanswered_invitation_per_address",
            ),
            models.CheckConstraint(
                name="invitation_was_accepted_by_a_person",
                condition=Q(accepted_at=None, person=None)
                | Q(accepted_at__isnull=False, person__isnull=False, withdrawn_at=None),
            ),
            models.CheckConstraint(name="invitation_is_for_a_role", condition=Q(roles__len__gt=0)),
        ]

    @property
    def newest_mail(self):
        return max(self.mails.all(), key=lambda mail: mail.pk)

    @property
    def is_too_old(self):
        return self.expires_at <= timezone.now()


class StaffMail(models.Model):
    """A mail about somebody's own account, which waits here until it has left. The facts are codes, ids and times."""

    class Kind(models.TextChoices):
        INVITATION = "invitation"
        FORGOTTEN_PASSWORD = "forgotten"  # noqa: S105 # pragma: allowlist secret
        NEW_DEVICE = "new_device"
        PASSWORD_CHANGED = "password"  # noqa: S105 # pragma: allowlist secret
        FACTOR_ADDED = "factor_added"
        FACTOR_REMOVED = "factor_removed"
        CODES_MADE = "codes_made"
        SIGN_ON_LINKED = "sign_on_linked"
        REPEATED_FAILURES = "failures"
        ROLES_CHANGED = "roles_changed"
        ACCOUNT_CHANGED = "changed"
        SUPERVISION_ADDED = "supervision_added"
        SUPERVISION_ENDED = "supervision_ended"
        SUPERVISION_VOID = "supervision_void"
        COVER_ADDED = "cover_added"
        COVER_ENDED = "cover_ended"
        COVER_VOID = "cover_void"
        TRAINING_ADDED = "training_added"
        TRAINING_ENDED = "training_ended"
        TRAINING_VOID = "training_void"
        TEAM_CHANGED = "team_changed"
        MAIL_TEST = "mail_test"
        CLIENTS_CAME = "clients_came"
        WORK_TO_HAND_OVER = "work_to_hand_over"

    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.PROTECT, related_name="mails")
    facts = models.JSONField(default=dict)
    once = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - most may be written again
    made_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(sent_at=None), name="staff_mail_waiting")]

    @property
    def has_failed(self):
        return self.sent_at is None and self.tries >= MOST_TRIES
