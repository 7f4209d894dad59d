"""Names of countries and languages, and which countries share the European 116 numbers."""

import phonenumbers
from django.conf.locale import LANG_INFO
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

EUROPE = "EU"  # entries and numbers of the whole European Union
EUROPEAN_UNION = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip

COUNTRIES = {
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CY": _("Cyprus"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "DK": _("Denmark"),
    "EE": _("Estonia"),
    "ES": _("Spain"),
    "EU": _("Europe"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "GR": _("Greece"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IE": _("Ireland"),
    "IN": _("India"),
    "IS": _("Iceland"),
    "IT": _("Italy"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MT": _("Malta"),
    "MX": _("Mexico"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "NZ": _("New Zealand"),
    "PH": _("Philippines"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "SE": _("Sweden"),
    "SG": _("Singapore"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
    "US": _("United States"),
    "ZA": _("South Africa"),
}

LANGUAGES = {
    "cr": _("Cree"),
    "de": _("German"),
    "en": _("English"),
    "es": _("Spanish"),
    "fil": _("Filipino"),
    "fr": _("French"),
    "hi": _("Hindi"),
    "iu": _("Inuktitut"),
    "mul": _("other languages"),
    "nl": _("Dutch"),
    "oj": _("Ojibway"),
    "pt": _("Portuguese"),
}


def is_country(code):
    """Whether `code` is the two letters of a country with telephones; GB and not UK."""
    return code in phonenumbers.SUPPORTED_REGIONS


def country_name(code):
    """The country in words; a code nobody has named yet stays a code."""
    return COUNTRIES.get(code, code)


def language_name(code):
    """The language in words of the reader's language; a code nobody has named stays a code."""
    if code in LANGUAGES or code not in LANG_INFO:
        return LANGUAGES.get(code, code)
    return capfirst(gettext(get_language_info(code)["name"]))
