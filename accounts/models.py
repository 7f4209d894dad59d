"""People: who they are, where they work, whom they supervise. Audit entries are in `accounts.audit`."""

import zoneinfo
from datetime import time
from types import MappingProxyType

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.audit import AuditEntry
from accounts.audit_chain import AuditForm, AuditLink
from accounts.conversion import Conversion
from accounts.dated import DatedRow, ends_after_it_starts, kept_once_begun, never_twice, only_ends_sooner, origin_field
from accounts.models_of_entry import Invitation, StaffMail
from accounts.models_of_leaving import Leaving
from accounts.models_of_setup import MailTest, Organisation
from accounts.open_teams import closed_means_empty, works_in_an_open_team
from accounts.passwords import normal
from accounts.policy_reports import PolicyReport

__all__ = [
    "AuditEntry",
    "AuditForm",
    "AuditLink",
    "Conversion",
    "Invitation",
    "Leaving",
    "MailTest",
    "Organisation",
    "PolicyReport",
    "Role",
    "Site",
    "SiteRule",
    "StaffMail",
    "Supervision",
    "Team",
    "TeamCover",
    "Traineeship",
    "User",
]


class Role(models.TextChoices):
    """What a person may do. Roles are not ranks: neither an admin nor a privacy officer sees a clinical row."""

    THERAPIST = "therapist", _("Therapist")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Admin")
    PRIVACY = "privacy", _("Privacy officer")


def validate_time_zone(name):
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Give a time zone by its full name, such as Europe/London."))


class Site(models.Model):
    """A place of work, with everything that depends on the place."""

    class Terminology(models.TextChoices):
        """Which words a site uses for the level: the concern it names, or only the response it asks for."""

        CONCERN = "concern", _("Names the level of concern (US profile)")
        RESPONSE = "response", _("Names only the response (UK profile)")

    name = models.CharField(_("name"), max_length=80, unique=True)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    time_zone = models.CharField(_("time zone"), max_length=50, validators=[validate_time_zone])
    emergency_number = models.CharField(
        _("emergency number"), max_length=10, validators=[RegexValidator(r"^\d{2,10}$")]
    )
    on_call_name = models.CharField(_("on-call supervisor"), max_length=80, blank=True)
    on_call_phone = models.CharField(_("on-call number"), max_length=30, blank=True)
    safeguarding_name = models.CharField(_("safeguarding lead"), max_length=80, blank=True)
    safeguarding_phone = models.CharField(_("safeguarding lead's number"), max_length=30, blank=True)
    terminology = models.CharField(_("terminology"), max_length=10, choices=Terminology, default=Terminology.CONCERN)
    workday_starts = models.TimeField(_("working day starts"), default=time(9))
    workday_ends = models.TimeField(_("working day ends"), default=time(17))
    late_entry_hours = models.PositiveSmallIntegerField(
        _("hours until what is added is a late entry"),
        default=24,
        help_text=_("Counted from when it happened to when it is written down. Doorway's own default is 24."),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="site_workday_ends_after_it_starts", condition=Q(workday_ends__gt=F("workday_starts"))
            ),
        ]

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.time_zone)


class SiteRule(models.Model):
    """What a site's law and policy say on one topic: the card a therapist reads before telling anybody outside.

    Doorway brings none of its own: whose rule it is, and since when, stands on the card.
    """

    class Topic(models.TextChoices):
        IMPAIRED_DRIVING = "impaired_driving", _("Impaired and driving")
        MINOR = "minor", _("Under 18")
        DANGER = "danger", _("Danger to self or others")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rules")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    words = models.TextField(_("what the rule says"), max_length=1_000)
    adopted_by = models.CharField(_("adopted by"), max_length=80)
    adopted_on = models.DateField(_("adopted on"))

    class Meta:
        ordering = ["topic"]
        constraints = [models.UniqueConstraint(fields=["site", "topic"], name="site_rule_once_per_topic")]


class TeamQuerySet(models.QuerySet):
    def open(self):
        """Teams that are still offered where one is chosen, with their sites."""
        return self.filter(closed_at=None).select_related("site").order_by("site__name", "name")


class Team(models.Model):
    """People who work together at a site. A closed one keeps what was, and nobody works in it any more."""

    name = models.CharField(_("name"), max_length=80)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        triggers = [closed_means_empty("a_closed_team_is_empty")]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="team_name_once_per_site")]


class UserManager(BaseUserManager):
    use_in_migrations = True

    def get_queryset(self):
        """Every page asks for the person's team and site, so they come along in the same query."""
        return super().get_queryset().select_related("team__site")

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff. Clients never have an account."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("work phone"), max_length=30, blank=True)
    roles = ArrayField(models.CharField(max_length=10, choices=Role), verbose_name=_("roles"), default=list)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the site's."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_site_contact = models.BooleanField(
        _("told when a colleague asks for help"),
        default=False,
        help_text=_("At their own site, such as reception or a colleague next door."),
    )
    is_clinical_lead = models.BooleanField(
        _("clinical lead"), default=False, help_text=_("Puts follow-up policies in force. Held beside a role.")
    )
    language = models.CharField(max_length=10, blank=True)  # of their pages and mails; "" until they choose one
    theme = models.CharField(max_length=5, blank=True, default="", db_default=models.Value(""))  # "" likewise
    session_round = models.PositiveIntegerField(default=0)  # one more ends every session there is (signed_in_devices)

    #: Said by a door for the length of one request: the emergency access that opens a record which is not theirs, and
    #: what every entry of the audit trail then carries.
    emergency_access_id = None
    audit_marks = MappingProxyType({})

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        triggers = [works_in_an_open_team("nobody_works_in_a_closed_team")]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),
            models.CheckConstraint(name="user_roles_are_known", condition=Q(roles__contained_by=Role.values)),
        ]

    def _get_session_auth_hash(self, secret=None):
        """What a session must carry to go on: another password ends it, and so does another round."""
        if not self.session_round:
            return super()._get_session_auth_hash(secret=secret)
        carried = f"{self.session_round}:{self.password}"
        return salted_hmac("accounts.User.session_round", carried, secret=secret, algorithm="sha256").hexdigest()

    @property
    def site(self):
        return self.team.site

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.time_zone) if self.time_zone else self.site.zone

    def set_password(self, raw_password):
        super().set_password(raw_password and normal(raw_password))

    def check_password(self, raw_password):
        """Whether it is theirs, typed on any keyboard. One from before texts were made equal still is, as it was."""
        is_theirs = super().check_password
        return is_theirs(normal(raw_password)) or (normal(raw_password) != raw_password and is_theirs(raw_password))

    def has_role(self, *roles):
        return any(role in self.roles for role in roles)

    @property
    def role_names(self):
        return [Role(each).label for each in self.roles]

    @property
    def is_therapist(self):
        return self.has_role(Role.THERAPIST)

    @property
    def is_supervisor(self):
        return self.has_role(Role.SUPERVISOR)

    @property
    def is_admin(self):
        return self.has_role(Role.ADMIN)

    @property
    def is_privacy_officer(self):
        return self.has_role(Role.PRIVACY)


class Supervision(DatedRow):
    """A supervises B from one day to another. A former supervisor sees nothing any more."""

    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervisions_given")
    supervisee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervisions_received")
    origin = origin_field()

    ZONES = ("supervisee__time_zone", "supervisee__team__site__time_zone")

    class Meta:
        triggers = [
            only_ends_sooner("supervision_only_ends_sooner", "supervisor_id", "supervisee_id"),
            kept_once_begun("supervision_is_kept_once_begun"),
        ]
        constraints = [
            models.CheckConstraint(name="supervision_is_of_somebody_else", condition=~Q(supervisor=F("supervisee"))),
            ends_after_it_starts("supervision_ends_after_it_starts"),
            never_twice("supervision_of_a_pair_never_overlaps", "supervisor_id", "supervisee_id"),
        ]


class TeamCover(DatedRow):
    """A supervisor answers for a whole team for a while."""

    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="team_covers")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="covers")
    origin = origin_field()

    ZONES = ("team__site__time_zone",)

    class Meta:
        triggers = [
            only_ends_sooner("team_cover_only_ends_sooner", "supervisor_id", "team_id"),
            kept_once_begun("team_cover_is_kept_once_begun"),
        ]
        constraints = [
            ends_after_it_starts("team_cover_ends_after_it_starts"),
            never_twice("team_cover_of_a_pair_never_overlaps", "supervisor_id", "team_id"),
        ]


class Traineeship(DatedRow):
    """Somebody is in training from one day to another: what they sign in those days is co-signed, always."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="traineeships")

    ZONES = ("person__time_zone", "person__team__site__time_zone")

    class Meta:
        triggers = [
            only_ends_sooner("traineeship_only_ends_sooner", "person_id"),
            kept_once_begun("traineeship_is_kept_once_begun", has_origin=False),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ends_on=None), name="one_traineeship_without_an_end_per_person"
            ),
            ends_after_it_starts("traineeship_ends_after_it_starts"),
        ]
