"""How an entry can be reached from a country: each contact with its link, and what to beware of."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from resources import phones
from resources.models import ContactPoint
from resources.places import EUROPE, EUROPEAN_UNION, country_name


@dataclass(frozen=True)
class Way:
    """One contact. `link` is empty where tapping it could reach somebody else; the words still stand there."""

    contact: ContactPoint
    link: str
    warning: str


def of(resource, *, country):
    """The ways to reach `resource` for somebody in `country` (ISO code). Needs `with_contacts()`."""
    return [way(contact, resource, country) for contact in resource.contacts_in(country)]


def way(contact, resource, country):
    if phones.reaches_elsewhere(contact, country):
        return Way(contact, "", somebody_else(contact, country))
    may_be_tapped = resource.may_be_given and not contact.is_dead
    link = phones.link(contact, country=country) if may_be_tapped else ""
    return Way(contact, link, distance(contact, country))


def somebody_else(contact, country):
    """Whom the digits reach in `country`, in words."""
    facts = {"number": contact.display or contact.dial, "country": country_name(country)}
    if phones.reaches_emergency(contact, country):
        return _("Do not dial %(number)s here (%(country)s): it reaches an emergency service.") % facts
    return _("Do not dial %(number)s here (%(country)s): it reaches another service.") % facts


def distance(contact, country):
    """Where the number belongs when that is not `country`, or an empty text."""
    region = contact.dial_region
    if not contact.dial or region == country:
        return ""
    if region == EUROPE and country in EUROPEAN_UNION:
        return _("A European number. It is not answered in every country.")
    if region == EUROPE:
        return _("A European number. It may not work from where you are.")
    facts = {"country": country_name(region)}
    return _("A number of another country (%(country)s). It may not work from where you are.") % facts


def warnings(ways):
    """What to beware of, each thing said once."""
    return list(dict.fromkeys(str(way.warning) for way in ways if way.warning))
