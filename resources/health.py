"""How good the directory is: what is checked in time, what is dead, what was looked for in vain, what is missing."""

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db.models import (
    Aggregate,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone

from resources.models import ContactPoint, NumberReport, Resource, SearchGap, Verification

MOST = 50  # rows of each list
SEARCHES_OF = timedelta(days=30)
#: Ten test calls, of which eight have to be right: as 211 services are accredited (AIRS).
TEST_CALLS, PASSED = 10, 80
BAD = [Verification.Result.DEAD, Verification.Result.DIFFERENT]


class MiddleDay(Aggregate):
    """The day before which half of the rows lie."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DateField()


@dataclass(frozen=True)
class Checked:
    """Of the entries in the lists: how many there are, how many are checked in time, and how old the checks are."""

    listed: int
    in_time: int
    middle_age: int | None  # days; half of the checks are older

    @property
    def percent(self):
        return round(100 * self.in_time / self.listed) if self.listed else None


def checked():
    """One statement."""
    today = timezone.localdate()
    in_time = Q(status=Resource.Status.VERIFIED, check_due_on__gte=today)
    rows = Resource.objects.listed().order_by()
    said = rows.aggregate(listed=Count("pk"), in_time=Count("pk", filter=in_time), middle=MiddleDay("all_checked_on"))
    age = (today - said["middle"]).days if said["middle"] else None
    return Checked(said["listed"], said["in_time"], age)


def bad_contacts():
    """Contacts in the lists whose last check found them dead or different, or that somebody reported. One statement."""
    checks = Verification.objects.filter(contact_point=OuterRef("pk"))
    counting = checks.filter(Q(contact_point__changed_at=None) | Q(recorded_at__gt=F("contact_point__changed_at")))
    reports = NumberReport.objects.filter(contact_point=OuterRef("pk"), answered_at=None)
    contacts = ContactPoint.objects.current().filter(resource__in=Resource.objects.listed().order_by())
    suspects = contacts.filter(Exists(checks.filter(result__in=BAD)) | Exists(reports))
    newest = Subquery(counting.order_by("-on", "-pk").values("result")[:1])
    found = suspects.annotate(newest=newest, is_in_doubt=Exists(reports)).select_related("resource")
    return list(found.filter(Q(newest__in=BAD) | Q(is_in_doubt=True)).order_by("resource__name", "pk")[:MOST])


def dead_links():
    """How many pages wait for a curator because they are dead; None as long as nothing looks at pages.

    The link check brings the table of tasks; without it there is nothing to count.
    """
    tasks = apps.get_app_config("resources").models.get("curatortask")
    return tasks.objects.filter(kind="link", closed_at=None).count() if tasks else None


def searches_in_vain():
    """What was looked for and not found in the last thirty days, the most often first: words, country, times, a key."""
    recent = SearchGap.objects.filter(on__gt=timezone.localdate() - SEARCHES_OF).order_by()
    grouped = recent.values("words", "country").annotate(number=Sum("times"), key=Min("pk"))
    return list(grouped.order_by("-number", "words")[:MOST])


def look_at(gap):
    """Somebody has looked at these words: they are counted from nothing again."""
    SearchGap.objects.filter(words=gap.words, country=gap.country).delete()


@dataclass(frozen=True)
class TriedCall:
    """One number of this month's sample, and the newest call to it this month."""

    contact: ContactPoint
    check: Verification | None

    @property
    def has_passed(self):
        return self.check is not None and self.check.result == Verification.Result.WORKS


@dataclass(frozen=True)
class Sample:
    calls: list

    @property
    def number_made(self):
        return sum(call.check is not None for call in self.calls)

    @property
    def percent(self):
        passed = sum(call.has_passed for call in self.calls)
        return round(100 * passed / self.number_made) if self.number_made else None

    @property
    def is_good(self):
        return self.percent is not None and self.percent >= PASSED


def sample_of_calls():
    """Ten numbers drawn by chance, the same all month, with the calls made to them since it began. Two statements."""
    first = timezone.localdate().replace(day=1)
    numbers = ContactPoint.objects.current().filter(kind=ContactPoint.Kind.VOICE, is_confidential=False)
    lot = MD5(Concat(Cast("pk", CharField()), Value(f"{first:%Y-%m}")))
    drawn = list(
        numbers.filter(resource__in=Resource.objects.giveable().order_by())
        .select_related("resource")
        .order_by(lot)[:TEST_CALLS]
    )
    made = Verification.objects.filter(contact_point__in=drawn, method=Verification.Method.CALL, on__gte=first)
    newest = {check.contact_point_id: check for check in made.order_by("on", "pk")}
    return Sample([TriedCall(contact, newest.get(contact.pk)) for contact in drawn])
