"""What speaks against a number that could be read, and why another could not be."""

import re

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import ValidationResult

from resources import phones
from resources.places import country_name

#: Numbers kept for films and examples, as national digits by calling code: North American Numbering Plan (555-01xx,
#: and directory assistance 555-1212), Ofcom, ACMA, Arcep.
FICTIONAL = {
    1: r"\d{3}555(?:01\d\d|1212)",
    33: r"(?:19900|26191|35301|46571|53649|63998)\d{4}",
    44: r"1632960\d{3}|1(?:1[3-8]|21|31|41|51|61)4960\d{3}|1914980\d{3}|2079460\d{3}|2896496\d{3}|2920180\d{3}"
    r"|7700900\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3}",
    61: r"[2378](?:5550|7010)\d{4}|491570\d{3}|1[38]0097570[7-9]|1[38]0097571[01]",
}
UP = "01234567890123456789"
MOST_DIGITS = 15  # of an international number (ITU-T E.164)
LONG = 6  # digits in a row that nobody is given by chance
SAME = re.compile(r"(\d)\1{6}$")  # 000 0000 at the end


def is_fictional(number):
    """Whether the number is kept for films and examples, or for asking for numbers."""
    pattern = FICTIONAL.get(number.country_code)
    return bool(pattern and re.fullmatch(pattern, phonenumbers.national_significant_number(number)))


def is_placeholder(digits):
    """Whether the digits only stand for a number: they count up or down, or repeat."""
    end = digits[-LONG:]
    return len(digits) > LONG and (end in UP or end[::-1] in UP or bool(SAME.search(digits)))


def why_not(text, region):
    """Why `text` is no number of `region`, and what would help: two plain sentences, the second may be empty."""
    digits = re.sub(r"\D", "", text)
    number = phones.parsed(text, region)
    if is_placeholder(digits):
        return _("These digits only stand for a number."), _("Ask the service for its number.")
    calling_code = str(phonenumbers.country_code_for_region(region))
    code = digits.lstrip("0").removeprefix(calling_code)
    if phones.is_short(code, region) and code != digits:
        return _("A short code has no country code before it."), code
    if len(digits) > MOST_DIGITS:
        return _("This is too long for a telephone number."), _("Write each number apart from the others.")
    facts = {"count": len(digits), "country": country_name(region)}
    possible = phonenumbers.is_possible_number_with_reason(number) if number else ValidationResult.TOO_SHORT
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return _("The area code is missing."), _("Write the number with its area code.")
    if possible == ValidationResult.TOO_SHORT:
        reason = _("%(count)s digits are too few for a number (%(country)s), and no short code known there.")
    elif possible == ValidationResult.TOO_LONG:
        reason = _("%(count)s digits are too many for a number (%(country)s).")
    else:
        reason = _("There is no such number (%(country)s).")
    return reason % facts, _("Compare it with the service's own page.")
