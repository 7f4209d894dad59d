"""Organisations and what they offer: the entries of the directory."""

import re
import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Prefetch, Q, TextField, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.models.checks import NumberReport
from resources.models.contacts import ContactPoint
from resources.places import EUROPE, EUROPEAN_UNION, country_name, language_name
from resources.subjects import SPECIAL

#: One word, or one number however it is grouped: "116 123", "13 11 14", "1-800-799-".
WORD = re.compile(r"[+(]?\d[\d\s().\-/]*|\S+")
#: How long a check holds, and how long an entry stays in the lists after that. Product defaults.
DAYS_A_CHECK_HOLDS = {"crisis": 90, "phone": 180, "other": 365}
DAYS_UNTIL_HIDDEN = 60


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=160, unique=True)


class ResourceQuerySet(models.QuerySet):
    def listed(self):
        """What a therapist may find: no drafts, nothing that was taken out, nothing unchecked for too long."""
        gone = [Resource.Status.DRAFT, Resource.Status.RETIRED, Resource.Status.DO_NOT_LIST]
        return self.exclude(status__in=gone).exclude(check_due_on__lt=last_day_shown())

    def giveable(self):
        """What may be given to a client: listed, and not closed for now."""
        return self.filter(status__in=Resource.GIVEABLE).exclude(check_due_on__lt=last_day_shown())

    def readable(self):
        """What a therapist may open: a retired entry still says what has taken its place."""
        return self.exclude(status=Resource.Status.DRAFT)

    def for_country(self, country):
        """Entries that serve people in `country` (ISO code), European ones included, in the order to offer them."""
        countries = [country, EUROPE] if country in EUROPEAN_UNION else [country]
        has_contact_there = Exists(ContactPoint.objects.filter(resource=OuterRef("pk"), dial_region=country))
        return self.filter(Q(country__in=countries) | Q(has_contact_there, country=EUROPE)).crisis_first(country)

    def crisis_first(self, country):
        """`country`'s own entries first: crisis lines before others, lines for everybody before those for some."""
        return self.order_by(
            Case(When(country=country, then=0), default=1),
            "-is_crisis_line",
            Case(When(categories__overlap=SPECIAL, then=1), default=0),
            Case(When(region="", then=0), default=1),
            "name",
            "pk",
        )

    def reachable_by(self, kind):
        return self.filter(Exists(ContactPoint.objects.filter(resource=OuterRef("pk"), kind=kind)))

    def search(self, text):
        """Entries in which every word of `text` occurs: in names, words, categories, keywords or a contact's digits."""
        found = self.alias(
            category_words=Func(F("categories"), Value(" "), function="array_to_string", output_field=TextField()),
            audience_words=Func(F("audience"), Value(" "), function="array_to_string", output_field=TextField()),
        )
        for word in WORD.findall(text):
            found = found.filter(says(word.strip()))
        return found

    def with_contacts(self):
        """Everything a card shows, in three queries whatever the number of entries."""
        reported = NumberReport.objects.filter(contact_point=OuterRef("pk"), answered_at=None)
        contacts = ContactPoint.objects.annotate(is_in_doubt=Exists(reported)).prefetch_related("verifications__by")
        found = self.select_related("organisation", "successor")
        return found.prefetch_related(Prefetch("contact_points", queryset=contacts))


def last_day_shown():
    """An entry whose check fell due before this day has left the lists."""
    return timezone.localdate() - timedelta(days=DAYS_UNTIL_HIDDEN)


def says(word):
    """Condition on a resource: `word` occurs somewhere in it."""
    contact = Q(keyword__icontains=word) | Q(display__icontains=word) | Q(note__icontains=word)
    if digits := re.sub(r"\D", "", word):
        contact |= Q(dial__contains=digits) | Q(e164__contains=digits)
    return (
        Q(name__icontains=word)
        | Q(organisation__name__icontains=word)
        | Q(description__icontains=word)
        | Q(category_words__icontains=word)
        | Q(audience_words__icontains=word)
        | Exists(ContactPoint.objects.filter(contact, resource=OuterRef("pk")))
    )


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
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="resources")
    description = models.TextField(_("description"), blank=True)
    country = models.CharField(
        _("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")], help_text=_("EU for all of Europe.")
    )
    region = models.CharField(_("region"), max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list)
    language_note = models.CharField(_("about languages"), max_length=300, blank=True)
    hours_text = models.CharField(_("hours"), max_length=300, blank=True)
    is_always_open = models.BooleanField(_("always open"), null=True, help_text=_("Unknown is neither yes nor no."))
    audience = ArrayField(models.CharField(max_length=120), verbose_name=_("for whom"), default=list)
    age_min = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    categories = ArrayField(models.SlugField(max_length=40), verbose_name=_("categories"), default=list)
    cost = models.CharField(_("cost"), max_length=80, blank=True)
    url = models.URLField(_("web page"), max_length=300, blank=True)
    is_crisis_line = models.BooleanField(_("crisis line"), default=False)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    caveats = ArrayField(models.CharField(max_length=400), verbose_name=_("good to know"), default=list)
    status_reason = models.CharField(_("reason"), max_length=300, blank=True)
    closed_until = models.DateField(_("closed until"), null=True, blank=True)
    check_days = models.PositiveSmallIntegerField(
        _("check again after, in days"), null=True, blank=True, help_text=_("Only where it changes often.")
    )
    check_due_on = models.DateField(_("check due"), null=True, blank=True, editable=False)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["country", "-is_crisis_line", "name"], name="resource_by_country"),
            models.Index(fields=["check_due_on"], name="resource_check_due"),
        ]
        constraints = [
            models.CheckConstraint(name="resource_ages_in_order", condition=Q(age_min__lte=F("age_max"))),
            models.CheckConstraint(name="resource_is_not_its_own_successor", condition=~Q(successor=F("pk"))),
        ]

    @property
    def contacts(self):
        """The contact points in their order. Needs `with_contacts()`, else a query for each entry."""
        return sorted(self.contact_points.all(), key=lambda contact: (contact.position, contact.pk))

    def contacts_in(self, country):
        """The contacts to show in `country`: where it has its own, numbers of other countries are left out."""
        has_own = any(contact.dial_region == country for contact in self.contacts)
        return [contact for contact in self.contacts if not has_own or contact.dial_region in (country, "")]

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
