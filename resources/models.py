"""The resource directory: where to turn. Nothing here is shown as right until a named person has checked it."""

import re
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, TextField, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User
from resources.places import EUROPE, EUROPEAN_UNION, country_name, language_name
from resources.subjects import SPECIAL

#: One word, or one number however it is grouped: "116 123", "13 11 14", "1-800-799-".
WORD = re.compile(r"[+(]?\d[\d\s().\-/]*|\S+")


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=160, unique=True)


class ResourceQuerySet(models.QuerySet):
    def listed(self):
        """What a therapist may find: neither drafts nor entries that have been retired."""
        return self.exclude(status__in=[Resource.Status.DRAFT, Resource.Status.RETIRED])

    def giveable(self):
        """What may be given to a client: listed, and not closed for now."""
        return self.filter(status__in=Resource.GIVEABLE)

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
        return self.select_related("organisation", "successor").prefetch_related("contact_points__verifications")


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
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["country", "-is_crisis_line", "name"], name="resource_by_country")]
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
    def checked_on(self):
        """The day of the oldest of its contacts' checks, or None as long as one of them is unchecked."""
        return min(contact.checked_on for contact in self.contacts) if self.is_verified else None

    @property
    def days_since_check(self):
        """Days from the check until today in the current time zone, or None."""
        return (timezone.localdate() - self.checked_on).days if self.is_verified else None

    @property
    def may_be_given(self):
        """Whether its numbers may be put on the screen as something to tap."""
        return self.status in self.GIVEABLE

    @property
    def country_name(self):
        return country_name(self.country)

    @property
    def language_names(self):
        return [language_name(code) for code in self.languages]


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
    extension = models.CharField(_("extension"), max_length=10, blank=True)
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
            models.CheckConstraint(name="contact_point_dials_digits", condition=Q(dial__regex=r"^[0-9]*$")),
            models.CheckConstraint(
                name="contact_point_number_has_a_country", condition=Q(dial="") | Q(dial_region__regex=r"^[A-Z]{2}$")
            ),
            # Refuses "+1988": short codes have no international form, and the shortest real one has seven digits.
            models.CheckConstraint(
                name="contact_point_e164_is_a_full_number",
                condition=Q(e164="") | Q(e164__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
        ]

    @property
    def words(self):
        """What to say or show: “988, then press 1”, “Text HOME to 741741”, “Chat at 113.nl”."""
        number = self.display or self.dial
        if self.extension:
            number = _("%(number)s, extension %(extension)s") % {"number": number, "extension": self.extension}
        if self.menu_option:
            number = _("%(number)s, then press %(option)s") % {"number": number, "option": self.menu_option}
        if self.kind == self.Kind.SMS and self.keyword:
            return _("Text %(keyword)s to %(number)s") % {"keyword": self.keyword, "number": number}
        forms = {
            self.Kind.SMS: _("Text %(where)s"),
            self.Kind.CHAT: _("Chat at %(where)s"),
            self.Kind.EMAIL: _("E-mail %(where)s"),
            self.Kind.TTY: _("TTY %(where)s"),
            self.Kind.WHATSAPP: _("WhatsApp %(where)s"),
        }
        return forms.get(self.kind, "%(where)s") % {"where": number or self.address}

    @property
    def address(self):
        """The web or mail address as people read it: “113.nl”, “jo@samaritans.org”."""
        return re.sub(r"^(https?://(www\.)?|mailto:)", "", self.url).rstrip("/")

    @property
    def newest_check(self):
        """The latest Verification, or None. Needs `with_contacts()`."""
        return max(self.verifications.all(), key=lambda check: (check.on, check.pk), default=None)

    @property
    def is_verified(self):
        """Whether the latest check found it working. One that nobody answered proves nothing, so it counts as no."""
        return self.newest_check is not None and self.newest_check.result == Verification.Result.WORKS

    @property
    def checked_on(self):
        return self.newest_check.on if self.is_verified else None


class Evidence(models.Model):
    """A page on which an entry's facts were seen."""

    class Kind(models.TextChoices):
        OPERATOR = "operator", _("The operator's page")
        GOVERNMENT = "government", _("A government page")
        PRESS = "news-or-press", _("News or press")
        OLD_COPY = "stored-copy-of-official-page", _("An old copy of an official page")
        SECONDARY = "secondary", _("Somebody else's page")

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="evidence")
    url = models.URLField(_("address"), max_length=400)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
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
