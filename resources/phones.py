"""Numbers as they must be dialled. A short code such as 988 has no international form and must not be given one."""

import html
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import shortnumberinfo

from resources.models import ContactPoint
from resources.places import EUROPE, EUROPEAN_UNION, country_name

SHORT_CODE_DIGITS = range(2, 7)
NORTH_AMERICA = 1  # calling code
UNLISTED_DIGITS = range(4, 7)  # there: the codes of three digits are few, and the library knows all of them
WORD_ON_THE_KEYS = 3  # letters at least, as the library counts them
#: Real codes that the library (9.0.43) does not know, so that dialling them is known to reach somebody.
UNKNOWN_TO_THE_LIBRARY = {("BR", "188"), ("IN", "14416"), ("NL", "113"), ("PH", "1553")}
#: Numbers that all of Europe keeps for one kind of service (Commission decision 2007/116/EC).
HARMONISED = re.compile(r"116\d{3}")
#: The receiver pays, or shares: networks of other countries mostly do not carry the call.
NOT_CARRIED_ABROAD = {
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
}
UNIVERSAL = (800, 808)  # calling codes of numbers that are freephone or shared cost from everywhere (ITU-T E.169)
DIALLED = (ContactPoint.Kind.VOICE, ContactPoint.Kind.SMS, ContactPoint.Kind.TTY)
EXTENSION = re.compile(
    r"[\s,;(]*(?:\b(?:ext(?:ension|n)?|poste|durchwahl)|(?<=[\d\s)])x|#)[\s.:=#]*\d{1,8}\s*\)?\s*$", re.I
)
#: Letters that are dialled, where a number is read without checking it: “1-800-799-SAFE”.
ON_THE_KEYS = re.compile(r"(?<=\d)-?[A-Z]{3,}(?![A-Za-z])")
#: A letter that looks like a digit and touches one: “8OO”, “l800”.
MISTAKEN = re.compile(r"(?<![A-Za-z])[OoIl]+(?=\d)|(?<=\d)[OoIl]+(?![A-Za-z])")


class NotANumber(ValueError):
    """The text holds no telephone number that could be read without guessing. Its message is for people."""


@dataclass(frozen=True)
class Number:
    """A number as dialled in `region`, its country. `e164` is empty for short codes."""

    dial: str
    region: str = ""
    e164: str = ""
    extension: str = ""
    is_emergency: bool = False
    is_known: bool = True


def parse(raw, region):
    """Read one number of `region` (ISO code).

    Vanity letters (1-800-799-SAFE), extensions, labels ("T:") and links are understood. A short code the
    library does not know (113 in the Netherlands) comes back with `is_known` false: a person must confirm it.
    Anything that would need a guess raises NotANumber.
    """
    text = tidied(raw)
    if not re.search(r"\d", text):
        raise NotANumber(_("There is no number here."))
    if re.search(r"[^\dA-Za-z\s+().\-/:]", text):
        raise NotANumber(_("There is a sign in it that no number has."))
    if MISTAKEN.search(text):
        raise NotANumber(_("A letter stands where a digit should be."))
    digits = re.sub(r"\D", "", text)
    if is_plain(text) and len(digits) in SHORT_CODE_DIGITS and is_short(digits, region):
        return short(digits, region)
    return full(text, region) or unknown_short(digits, text, region)


def tidied(raw):
    """The text in ASCII digits, without links, quotes, a label before it or a word in brackets after it."""
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in raw)
    text = html.unescape(re.sub(r"<[^>]*>", "", text)).strip().strip("\"'")
    text = re.sub(r"^[A-Za-z .]*:\s*", "", text)
    text = re.sub(r"\s*\([A-Za-z ]+\)$", "", without_repetition(text))
    return re.sub(r"(?<=\d)\s+[A-Za-z]$", "", text)


def without_repetition(text):
    """The text without the same number once more in brackets: “1-800-799-SAFE (7233)”, “13 92 76 (13YARN)”."""
    found = re.fullmatch(r"([^()]*\d[^()]*)\(([A-Za-z0-9 \-]+)\)", text)
    return found[1].strip() if found and repeats(found[1], found[2]) else text


def repeats(number, again):
    """Whether `again` is the end of `number` on the keys, or all of it; words may be longer than numbers."""
    number, again = on_the_keys(number), on_the_keys(again)
    return len(again) >= WORD_ON_THE_KEYS and (number.endswith(again) or again.startswith(number))


def on_the_keys(text):
    return re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(text))


def is_plain(text):
    """Whether digits are all it says: letters stand for digits too, and a plus is never dialled in a short code."""
    return not re.search(r"[A-Za-z+]", text)


def is_emergency(digits, region):
    """Whether the digits, dialled in `region`, connect to an emergency service: in Europe, in any country of it."""
    countries = EUROPEAN_UNION if region == EUROPE else [region]
    return any(shortnumberinfo.connects_to_emergency_number(digits, country) for country in countries)


def is_short(digits, region):
    if is_emergency(digits, region) or (region == EUROPE and HARMONISED.fullmatch(digits)):
        return True
    if region not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return False
    return shortnumberinfo.is_valid_short_number_for_region(parsed(digits, region), region)


def short(digits, region):
    return Number(digits, region, is_emergency=is_emergency(digits, region))


def unknown_short(digits, text, region):
    """A code of two to six plain digits may be real although the library does not know it."""
    calling_code = phonenumbers.country_code_for_region(region)
    if digits.startswith(str(calling_code)) and is_short(digits.removeprefix(str(calling_code)), region):
        raise NotANumber(_("A short code has no country code before it."))
    possible = UNLISTED_DIGITS if calling_code == NORTH_AMERICA else SHORT_CODE_DIGITS
    if not is_plain(text) or len(digits) not in possible:
        raise NotANumber(_("This is not a number in %(country)s.") % {"country": country_name(region)})
    return Number(digits, region, is_known=False)


def full(text, region):
    number = parsed(text, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    extension, number.extension = number.extension or "", None
    home = region_of(number, region)
    return Number(
        dial=re.sub(r"\D", "", phonenumbers.format_out_of_country_calling_number(number, home)),
        region=home,
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=extension,
    )


def parsed(text, region):
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def region_of(number, region):
    """The country in which a full number is dialled: `region`, unless its calling code is another's."""
    if number.country_code == phonenumbers.country_code_for_region(region):
        return region
    found = phonenumbers.region_code_for_number(number) or ""
    return found if found.isalpha() else region


def as_contact(raw, *, region, kind):
    """What a ContactPoint of `kind` holds of the number that somebody typed: `dial`, `e164`, `dial_region`,
    `extension` and `display`. Raises NotANumber with words for whoever typed it.

    `needs_confirmation` is no fact of the contact: it is true where a person has to say that the number is meant,
    because the library does not know this short code or because it reaches an emergency service.
    """
    number = parse(raw, region)
    if kind == ContactPoint.Kind.WHATSAPP and not number.e164:
        raise NotANumber(_("WhatsApp has no short codes: give the whole number."))
    return {
        "dial": number.dial,
        "e164": number.e164,
        "dial_region": number.region,
        "extension": number.extension,
        "display": shown(raw),
        "needs_confirmation": number.is_emergency or not number.is_known,
    }


def shown(raw):
    """The number as it was typed, without what stands around it; empty where that is too long to show."""
    text = re.sub(r"\s+", " ", EXTENSION.sub("", tidied(raw))).strip()
    return text if len(text) <= ContactPoint._meta.get_field("display").max_length else ""


def dialable(text):
    """The digits that a telephone can be given, of a number that a person typed: “+44 (0)113 496 0144” becomes
    “+441134960144”. Of several the first; without its extension and words; empty where there is no digit.
    """
    typed = EXTENSION.sub("", tidied(text or ""))
    typed = ON_THE_KEYS.sub(lambda word: phonenumbers.convert_alpha_characters_in_number(word[0]), typed)
    found = re.search(r"[+*#\d][^A-Za-z;,|\n]*", typed)
    if not found:
        return ""
    digits = re.sub(r"[^\d*#]", "", re.sub(r"^(\+.*?)\(0\)", r"\1", found[0]))
    return f"+{digits}" if digits and found[0].startswith("+") else digits


def link(contact, *, country):
    """The address behind a contact's button for somebody in `country`. Empty where no tap would reach it."""
    if contact.kind == ContactPoint.Kind.SMS:
        return sms_link(contact, country)
    if contact.kind in (ContactPoint.Kind.VOICE, ContactPoint.Kind.TTY):
        return tel_link(contact, country)
    if contact.kind == ContactPoint.Kind.WHATSAPP and contact.e164:
        return f"https://wa.me/{contact.e164.lstrip('+')}"
    return contact.url


def tel_link(contact, country):
    """`tel:` with the digits as dialled in `country`: at home those of the country, which need no international
    dialling; elsewhere the international form where it works, else nothing.

    A menu option or extension is never part of it: phones dial it too early. It stands in words beside it.
    """
    if is_at_home(contact, country) or shares_plan(contact, country):
        return f"tel:{contact.dial}"
    return f"tel:{contact.e164}" if works_from_abroad(contact) else ""


def sms_link(contact, country):
    """`sms:` with the keyword ready to send. `?&body=` is the form that both iOS and Android understand.

    Messages are sent to the international form wherever there is one.
    """
    if not (is_at_home(contact, country) or shares_plan(contact, country) or works_from_abroad(contact)):
        return ""
    body = f"?&body={quote(contact.keyword, safe='')}" if contact.keyword else ""
    return f"sms:{contact.e164 or contact.dial}{body}"


def is_at_home(contact, country):
    """Whether `country` is where the contact's digits are dialled; a European number is at home in the Union."""
    return contact.dial_region == country or (contact.dial_region == EUROPE and country in EUROPEAN_UNION)


def shares_plan(contact, country):
    """Whether a full number is dialled in `country` as at home, as between Canada and the United States."""
    code = phonenumbers.country_code_for_region(country)
    return bool(contact.e164) and code != 0 and code == phonenumbers.country_code_for_region(contact.dial_region)


def works_from_abroad(contact):
    """Whether the international form can be dialled at all: 13 11 14 and 0800 1111 have one on paper only."""
    if not contact.e164:
        return False
    number = phonenumbers.parse(contact.e164)
    if number.country_code in UNIVERSAL:
        return True
    is_carried = phonenumbers.number_type(number) not in NOT_CARRIED_ABROAD
    return is_carried and phonenumbers.can_be_internationally_dialled(number)


def reaches_emergency(contact, country):
    """Whether the digits, dialled from `country`, connect to an emergency service there.

    113 is a suicide line in the Netherlands, an ambulance in Norway and the police in Italy.
    """
    return bool(contact.dial) and contact.kind in DIALLED and is_emergency(contact.dial, country)


def reaches_elsewhere(contact, country):
    """Whether the digits, dialled from `country`, reach another service there than the one that is meant.

    988 is one service in Canada and another in the United States; 116 123 is a different charity in each country.
    """
    if not contact.dial or contact.kind not in DIALLED or is_at_home(contact, country):
        return False
    return is_short(contact.dial, country) or (country, contact.dial) in UNKNOWN_TO_THE_LIBRARY
