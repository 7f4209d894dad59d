"""Which entries of the directory one looks at, and in which order."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, When
from django.utils import timezone

from resources.models.checks import NumberReport, Verification
from resources.models.contacts import ContactPoint
from resources.places import EUROPE, EUROPEAN_UNION
from resources.subjects import SPECIAL

#: How long an entry stays in the lists after its check fell due. Product default.
DAYS_UNTIL_HIDDEN = 60


def last_day_shown():
    """An entry whose check fell due before this day has left the lists."""
    return timezone.localdate() - timedelta(days=DAYS_UNTIL_HIDDEN)


class ResourceQuerySet(models.QuerySet):
    def listed(self):
        """What a therapist may find: no drafts, nothing that was taken out, nothing unchecked for too long."""
        status = self.model.Status
        gone = [status.DRAFT, status.RETIRED, status.DO_NOT_LIST]
        return self.exclude(status__in=gone).exclude(check_due_on__lt=last_day_shown())

    def giveable(self):
        """What may be given to a client: listed, and not closed for now."""
        return self.filter(status__in=self.model.GIVEABLE).exclude(check_due_on__lt=last_day_shown())

    def readable(self):
        """What a therapist may open: a retired entry still says what has taken its place."""
        return self.exclude(status__in=[self.model.Status.DRAFT, self.model.Status.DO_NOT_LIST])

    def proposed(self):
        """What somebody proposed and no curator has decided on."""
        return self.filter(status=self.model.Status.DRAFT)

    def for_country(self, country):
        """Entries that serve people in `country`, in the order to offer them."""
        return self.serving(country).crisis_first(country)

    def first_serving(self, country, most):
        """The same, at most so many of the country's own: an index hands them out, however many there are."""
        own = self.filter(country=country).by_name().values("pk")[:most]
        european = self.serving(country).filter(country=EUROPE).by_name().values("pk")
        chosen = self.model.objects.filter(pk__in=own.union(european[:most], all=True))
        return chosen.by_name()

    def by_name(self):
        """Crisis lines first, then by name: the order of an index."""
        return self.order_by("-is_crisis_line", "name", "pk")

    def serving(self, country):
        """Entries that serve people in `country` (ISO code), European ones included."""
        countries = [country, EUROPE] if country in EUROPEAN_UNION else [country]
        has_contact_there = Exists(ContactPoint.objects.current().filter(resource=OuterRef("pk"), dial_region=country))
        return self.filter(Q(country__in=countries) | Q(has_contact_there, country=EUROPE))

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

    def with_contacts(self):
        """Everything a card shows, in three queries whatever the number of entries."""
        reported = NumberReport.objects.filter(contact_point=OuterRef("pk"), answered_at=None)
        contacts = ContactPoint.objects.current().annotate(is_in_doubt=Exists(reported))
        checks = Verification.objects.select_related("by")
        found = self.select_related("organisation", "successor")
        return found.prefetch_related(
            Prefetch("contact_points", queryset=contacts.prefetch_related(Prefetch("verifications", queryset=checks)))
        )
