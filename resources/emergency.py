"""Emergency numbers of the place where somebody is. A number reaches only the service of where it is dialled."""

import json
from functools import cache, cached_property
from pathlib import Path

from accounts.models import Site
from resources.places import EUROPEAN_UNION, country_name

SEEN_FILE = Path(__file__).parent / "emergency_numbers.json"  # numbers seen on a page, with the page and the day
ALL_OF_THE_UNION = "112"  # Directive (EU) 2018/1972, article 109


@cache
def seen():
    """The numbers of SEEN_FILE by country."""
    listed = json.loads(SEEN_FILE.read_text(encoding="utf-8"))
    return {country: [each["number"] for each in found] for country, found in listed.items()}


class Emergency:
    """What to say about emergency help for somebody in `country`, to staff at `site`.

    `chosen` is the number an own site there has, for callers that read it along ("" where there is none).
    """

    def __init__(self, country, *, site, chosen=None):
        self.country, self.site, self.chosen = country, site, chosen

    @property
    def is_abroad(self):
        """Whether the client is in another country than the site: then its numbers cannot be dialled from here."""
        return self.country != self.site.country

    @property
    def here(self):
        """The number the organisation chose for its own site."""
        return self.site.emergency_number

    @property
    def country_name(self):
        return country_name(self.country)

    @cached_property
    def numbers(self):
        """Numbers to dial where the client is."""
        return numbers_in(self.country, chosen=self.chosen) if self.is_abroad else [self.here]


def numbers_in(country, *, chosen=None):
    """Numbers to dial in `country`: an own site's there, else those seen on a page, else none."""
    if chosen is None:
        chosen = Site.objects.filter(country=country).values_list("emergency_number", flat=True).first()
    if chosen:
        return [chosen]
    return seen().get(country, [ALL_OF_THE_UNION] if country in EUROPEAN_UNION else [])
