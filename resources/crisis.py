"""Crisis lines that stand where nobody can look anything up: in the dialogs about the end of a session."""

from django.db.models import Case, When

from resources.models import ContactPoint, Resource
from resources.subjects import SPECIAL


def numbers_to_call(country, *, most=3):
    """One number of each of `most` crisis lines, as dialled in `country`; first its own lines for everybody.

    One query, because every page asks.
    """
    numbers = (
        ContactPoint.objects.filter(kind=ContactPoint.Kind.VOICE, dial_region=country, resource__is_crisis_line=True)
        .filter(resource__in=Resource.objects.giveable())
        .select_related("resource")
        .order_by(
            Case(When(resource__country=country, then=0), default=1),
            Case(When(resource__categories__overlap=SPECIAL, then=1), default=0),
            Case(When(resource__region="", then=0), default=1),
            "resource__name",
            "position",
            "pk",
        )
    )
    first_of_each = {}
    for number in numbers:
        first_of_each.setdefault(number.resource_id, number)
    return list(first_of_each.values())[:most]
