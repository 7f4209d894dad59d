"""The resource directory: where to turn. Nothing here is shown as right until a named person has checked it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User

EUROPE = "EU"  # entries whose number answers in every country of the European Union
EUROPEAN_UNION = set(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=160, unique=True)


class ResourceQuerySet(models.QuerySet):
    def listed(self):
        """What a therapist may find: neither drafts nor entries that have been retired."""
        shown = [Resource.Status.IN_REVIEW, Resource.Status.VERIFIED, Resource.Status.TEMPORARILY_CLOSED]
        return self.filter(status__in=shown)

    def for_country(self, country):
        """Entries of the country, the European ones where it is a member; the country's crisis lines first."""
        countries = [country, EUROPE] if country in EUROPEAN_UNION else [country]
        own_first = Case(When(country=country, then=0), default=1, output_field=IntegerField())
        return self.filter(country__in=countries).order_by(own_first, "-is_crisis_line", "name", "pk")

    def reachable_by(self, kind):
        return self.filter(Exists(ContactPoint.objects.filter(resource=OuterRef("pk"), kind=kind)))

    def search(self, text):
        """Entries in which every word of `text` occurs: in name, organisation, words, or a contact's digits."""
        found = self
        for word in text.split():
            digits = "".join(character for character in word if character.isdigit())
            contact = Q(keyword__iexact=word) | (Q(dial__contains=digits) if digits else Q(pk__in=[]))
            found = found.filter(
                Q(name__icontains=word)
                | Q(organisation__name__icontains=word)
                | Q(description__icontains=word)
                | Q(search_words__icontains=word)
                | Exists(ContactPoint.objects.filter(contact, resource=OuterRef("pk")))
            )
        return found

    def with_contacts(self):
        """Everything a card shows, in three queries whatever the number of entries."""
        return self.select_related("organisation").prefetch_related("contact_points", "contact_points__verifications")


class Resource(models.Model):
    """One service of an organisation, with its ways to be reached."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("Not checked yet")
        VERIFIED = "verified", _("Checked")
        TEMPORARILY_CLOSED = "temporarily_closed", _("Closed for now")
        RETIRED = "retired", _("Retired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="resources")
    description = models.TextField(_("description"), blank=True)
    country = models.CharField(_("country"), max_length=2)
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
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    search_words = models.TextField(blank=True, editable=False)  # categories and audience as text, for `search`
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["country", "-is_crisis_line", "name"], name="resource_by_country")]

    def save(self, **kwargs):
        self.search_words = " ".join([*self.categories, *self.audience, self.country]).replace("-", " ")
        super().save(**kwargs)

    @property
    def contacts(self):
        """The contact points in their order. Needs `with_contacts()`, else a query for each entry."""
        return sorted(self.contact_points.all(), key=lambda contact: contact.position)

    @property
    def is_verified(self):
        """Whether every way to reach it was found working by a person. Needs `with_contacts()`."""
        contacts = self.contacts
        return bool(contacts) and all(contact.is_verified for contact in contacts)


class ContactPoint(models.Model):
    """One way to reach a resource. Kind, region, digits, menu option and keyword together are its identity."""

    class Kind(models.TextChoices):
        VOICE = "voice", _("Call")
        SMS = "sms", _("Text")
        CHAT = "chat", _("Chat")
        EMAIL = "email", _("E-mail")
        TTY = "tty", _("TTY")
        WHATSAPP = "whatsapp", _("WhatsApp")

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    dial_region = models.CharField(_("country it is dialled in"), max_length=2, blank=True)
    dial = models.CharField(
        _("digits"), max_length=20, blank=True, help_text=_("As dialled there; leading zeros count.")
    )
    e164 = models.CharField(_("international form"), max_length=16, blank=True, help_text=_("Empty for short codes."))
    display = models.CharField(_("as shown"), max_length=40, blank=True)
    keyword = models.CharField(_("keyword"), max_length=20, blank=True)
    menu_option = models.CharField(_("menu option"), max_length=60, blank=True)
    url = models.URLField(_("address"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "kind", "dial_region", "dial", "menu_option", "keyword", "url"],
                name="contact_point_once_per_resource",
            ),
            models.CheckConstraint(name="contact_point_can_be_reached", condition=~Q(dial="") | ~Q(url="")),
        ]

    @property
    def words(self):
        """What to say or show: “988, then press 1”, “Text HOME to 741741”."""
        if self.kind == self.Kind.SMS and self.keyword:
            return _("Text %(keyword)s to %(number)s") % {
                "keyword": self.keyword,
                "number": self.display or self.dial,
            }
        if self.kind == self.Kind.SMS:
            return _("Text %(number)s") % {"number": self.display or self.dial}
        if self.kind in (self.Kind.CHAT, self.Kind.EMAIL):
            return self.get_kind_display()
        shown = self.display or self.dial
        return (
            _("%(number)s, then press %(option)s") % {"number": shown, "option": self.menu_option}
            if self.menu_option
            else shown
        )

    @property
    def is_verified(self):
        newest = max(self.verifications.all(), key=lambda check: (check.on, check.pk), default=None)
        return newest is not None and newest.result == Verification.Result.WORKS


class Evidence(models.Model):
    """A page on which an entry's facts were seen."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="evidence")
    url = models.URLField(_("address"), max_length=400)
    kind = models.CharField(_("kind"), max_length=40)
    seen_on = models.DateField(_("seen on"))
    dated_on = models.DateField(_("the page's own date"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]


class Verification(models.Model):
    """A named person checked a contact point, on a day, in a way."""

    class Method(models.TextChoices):
        CALL = "call", _("Called")
        TEXT = "text", _("Texted")
        WEB_PAGE = "web_page", _("Looked at the operator's page")
        OPERATOR = "operator", _("Operator wrote")

    class Result(models.TextChoices):
        WORKS = "works", _("Works")
        DIFFERENT = "different", _("Works differently")
        NO_ANSWER = "no_answer", _("No answer")
        DEAD = "dead", _("Dead")

    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="verifications")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("on"))
    method = models.CharField(_("how"), max_length=10, choices=Method)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["on", "pk"]
        triggers = [append_only("verification_is_append_only")]
