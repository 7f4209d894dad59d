"""Organisations and what they offer: the entries of the directory."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from resources.models.shelves import ResourceQuerySet, last_day_shown
from resources.places import country_name, language_name

#: How long a check holds, in days. Product defaults.
DAYS_A_CHECK_HOLDS = {"crisis": 90, "phone": 180, "other": 365}


class Organisation(models.Model):
    """Who runs what the directory lists."""

    name = models.CharField(_("name"), max_length=255, unique=True)
    url = models.URLField(_("web page"), max_length=500, blank=True)


@pghistory.track()
class Resource(models.Model):
    """One service of an organisation, with its ways to be reached."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("Not checked yet")
        VERIFIED = "verified", _("Checked")
        TEMPORARILY_CLOSED = "temporarily_closed", _("Closed for now")
        RETIRED = "retired", _("Retired")
        DO_NOT_LIST = "do_not_list", _("Not to be listed")

    GIVEABLE = [Status.IN_REVIEW, Status.VERIFIED]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=255)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="resources")
    description = models.TextField(_("description"), blank=True)
    country = models.CharField(
        _("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")], help_text=_("EU for all of Europe.")
    )
    region = models.CharField(_("region"), max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    language_note = models.CharField(_("about languages"), max_length=300, blank=True)
    hours_text = models.CharField(_("hours in words"), max_length=500, blank=True)
    hours = models.JSONField(_("hours"), default=dict, blank=True)
    is_always_open = models.BooleanField(_("always open"), null=True, help_text=_("Unknown is neither yes nor no."))
    audience = ArrayField(models.CharField(max_length=255), verbose_name=_("for whom"), default=list, blank=True)
    age_min = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    categories = ArrayField(models.SlugField(max_length=40), verbose_name=_("categories"), default=list, blank=True)
    cost = models.CharField(_("cost"), max_length=300, blank=True)
    is_free = models.BooleanField(_("free"), null=True, blank=True)
    is_anonymous = models.BooleanField(_("anonymous"), null=True, blank=True)
    is_answered_by_people = models.BooleanField(_("answered by people"), null=True, blank=True)
    is_open_to_everybody = models.BooleanField(_("turns nobody away for who they are"), null=True, blank=True)
    may_act_without_consent = models.BooleanField(
        _("may call the police or an ambulance without asking"), null=True, blank=True
    )
    url = models.URLField(_("web page"), max_length=500, blank=True)
    is_crisis_line = models.BooleanField(_("crisis line"), default=False)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    caveats = ArrayField(models.CharField(max_length=400), verbose_name=_("good to know"), default=list, blank=True)
    status_reason = models.CharField(_("reason"), max_length=300, blank=True)
    closed_until = models.DateField(_("closed until"), null=True, blank=True)
    check_days = models.PositiveSmallIntegerField(
        _("check again after, in days"), null=True, blank=True, help_text=_("Only where it changes often.")
    )
    check_due_on = models.DateField(_("check due"), null=True, blank=True, editable=False)
    all_checked_on = models.DateField(_("all of it checked on"), null=True, blank=True, editable=False)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    variant_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="variants")
    proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["country", "-is_crisis_line", "name"], name="resource_by_country"),
            models.Index(fields=["check_due_on"], name="resource_check_due"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="resource_name_near"),
        ]
        constraints = [
            models.CheckConstraint(name="resource_ages_in_order", condition=Q(age_min__lte=F("age_max"))),
            models.CheckConstraint(name="resource_country_is_a_code", condition=Q(country__regex=r"^[A-Z]{2}$")),
            models.CheckConstraint(name="resource_is_not_its_own_successor", condition=~Q(successor=F("pk"))),
        ]

    @property
    def contacts(self):
        """The contact points in their order. Needs `with_contacts()`, else a query for each entry."""
        current = [contact for contact in self.contact_points.all() if contact.removed_at is None]
        return sorted(current, key=lambda contact: (contact.position, contact.pk))

    def contacts_in(self, country):
        """The contacts that may be given in `country`: where it has its own, those of other countries are left out.

        Confidential ones are never among them.
        """
        open_ones = [contact for contact in self.contacts if not contact.is_confidential]
        has_own = any(contact.dial_region == country for contact in open_ones)
        return [contact for contact in open_ones if not has_own or contact.dial_region in (country, "")]

    @property
    def is_verified(self):
        """Whether every way to reach it was found working by a person. Needs `with_contacts()`."""
        contacts = self.contacts
        return bool(contacts) and all(contact.is_verified for contact in contacts)

    @property
    def is_in_doubt(self):
        """Whether somebody found a contact wrong and nobody has looked yet, or a check did. Needs `with_contacts()`."""
        return any(each.is_in_doubt or each.is_dead or each.is_different for each in self.contacts)

    @property
    def checked_on(self):
        """The day of the oldest of its contacts' checks, or None as long as one of them is unchecked."""
        return min(contact.checked_on for contact in self.contacts) if self.is_verified else None

    @property
    def days_a_check_holds(self):
        """Crisis lines soonest, and what changes often sooner still. Needs `with_contacts()`."""
        has_number = any(contact.dial for contact in self.contacts)
        usual = DAYS_A_CHECK_HOLDS["crisis" if self.is_crisis_line else "phone" if has_number else "other"]
        return min(self.check_days or usual, usual)

    @property
    def is_overdue(self):
        """Whether its check is too old to rely on. It stays in the lists, and says so, for sixty days more."""
        return self.check_due_on is not None and self.check_due_on < timezone.localdate()

    @property
    def checked_by(self):
        """Who made the oldest of its contacts' checks, as a name. Needs `with_contacts()`."""
        oldest = min(
            (contact.newest_check for contact in self.contacts if contact.is_verified), key=lambda each: each.on
        )
        return oldest.by.name

    @property
    def days_since_check(self):
        """Days from the check until today in the current time zone, or None."""
        return (timezone.localdate() - self.checked_on).days if self.is_verified else None

    @property
    def may_be_given(self):
        """Whether its numbers may be put on the screen as something to tap."""
        is_shown = self.check_due_on is None or self.check_due_on >= last_day_shown()
        return self.status in self.GIVEABLE and is_shown

    @property
    def country_name(self):
        return country_name(self.country)

    @property
    def language_names(self):
        return [language_name(code) for code in self.languages]
