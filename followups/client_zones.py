"""Which clock hangs on the client's wall, as far as it is known."""

from zoneinfo import ZoneInfo

#: Countries whose people all live by one clock. Others have several, and a country alone does not say which.
ONE_CLOCK = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "BG": "Europe/Sofia",
    "CH": "Europe/Zurich",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "EE": "Europe/Tallinn",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "GR": "Europe/Athens",
    "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest",
    "IE": "Europe/Dublin",
    "IN": "Asia/Kolkata",
    "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome",
    "LT": "Europe/Vilnius",
    "LU": "Europe/Luxembourg",
    "LV": "Europe/Riga",
    "MT": "Europe/Malta",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "PH": "Asia/Manila",
    "PL": "Europe/Warsaw",
    "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm",
    "SG": "Asia/Singapore",
    "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava",
    "ZA": "Africa/Johannesburg",
}


def zone_of(departure):
    """The client's time zone: that of the country they were in when the session was elsewhere, else the site's.

    A country with several clocks, or the site's own, does not tell more than the site does.
    """
    country = departure.country
    if country == departure.site.country or country not in ONE_CLOCK:
        return departure.site.zone
    return ZoneInfo(ONE_CLOCK[country])
