"""Crisis lines that stand where nobody can look anything up: in the safety panel and in the dialogs about
the end of a session."""

from django.db.models import Case, F, When

from resources.models import ContactPoint, Resource
from resources.subjects import SPECIAL


def numbers_to_call(*countries, most=3):
    """Per country, one number of each of `most` crisis lines, as dialled there; first its own lines for everybody.

    One query for all of them, because every page asks.
    """
    numbers = (
        ContactPoint.objects.filter(
            kind=ContactPoint.Kind.VOICE, dial_region__in=countries, resource__is_crisis_line=True
        )
        .filter(resource__in=Resource.objects.giveable())
        .select_related("resource")
        .order_by(
            Case(When(resource__country=F("dial_region"), then=0), default=1),
            Case(When(resource__categories__overlap=SPECIAL, then=1), default=0),
            Case(When(resource__region="", then=0), default=1),
            "resource__name",
            "position",
            "pk",
        )
    )
    found = {country: {} for country in countries}
    for number in numbers:
        found[number.dial_region].setdefault(number.resource_id, number)
    return {country: list(first_of_each.values())[:most] for country, first_of_each in found.items()}
