"""What time it is where the client is, as far as it is known: a country may have several times of day.

Which zones a country has is in `zone.tab`, a part of the time zone database that Python reads its zones from.
"""

import zoneinfo
from functools import cache
from importlib import resources
from pathlib import Path

from followups.due_times import wall


def zone_of(departure, moment):
    """The zone of the client's clock, if they are elsewhere in another zone than the site; else None.

    None also where the country has more than one time at that moment: then only the client can say.
    """
    if not departure.is_elsewhere or not departure.country_today:
        return None
    zone = zone_in(departure.country_today, moment)
    return zone if zone and zone.key != departure.site.time_zone else None


def clock_of(departure, moment):
    """The client's clock as far as it is known, else the site's: where hours have to be read on some clock."""
    return zone_of(departure, moment) or departure.site.zone


def is_ambiguous(departure, moment):
    """Whether the client is elsewhere in a country that has more than one time at that moment."""
    country = departure.is_elsewhere and departure.country_today
    return bool(country and zones_in(country) and zone_in(country, moment) is None)


def zone_in(country, moment):
    """The one zone of a country, or None when clocks there differ at that moment or the country is not known."""
    zones = zones_in(country)
    return zones[0] if zones and len({wall(moment, zone) for zone in zones}) == 1 else None


def zones_in(country):
    return [zoneinfo.ZoneInfo(name) for name in table().get(country, [])]


@cache
def table():
    """{country: names of its zones}, as the database lists them."""
    found = {}
    for line in read().splitlines():
        if line and not line.startswith("#"):
            country, _where, name = line.split("\t")[:3]
            found.setdefault(country, []).append(name)
    return found


def read():
    """The system's table, or that of the package where the system has none, as Python does for the zones themselves."""
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder) / "zone.tab").exists():
            return file.read_text(encoding="utf-8")
    try:
        return resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return ""
