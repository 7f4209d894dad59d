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

SHORT_CODE_DIGITS = range(2, 7)


class NotANumber(ValueError):
    """The text holds no telephone number that could be read without guessing. Its message is for people."""


@dataclass(frozen=True)
class Number:
    """A number as dialled in its country. `e164` is empty for short codes."""

    dial: str
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
    digits = re.sub(r"\D", "", text)
    if is_plain(text) and len(digits) in SHORT_CODE_DIGITS and is_short(digits, region):
        return short(digits, region)
    return full(text, region) or unknown_short(digits, text, region)


def tidied(raw):
    """The text in ASCII digits, without links, quotes, a label before it or a word in brackets after it."""
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in raw)
    text = html.unescape(re.sub(r"<[^>]*>", "", text)).strip().strip("\"'")
    text = re.sub(r"^[A-Za-z .]*:\s*", "", text)
    text = re.sub(r"\s*\([A-Za-z ]+\)$", "", text)
    return re.sub(r"(?<=\d)\s+[A-Za-z]$", "", text)


def is_plain(text):
    """Whether digits are all it says: letters stand for digits too, and a plus is never dialled in a short code."""
    return not re.search(r"[A-Za-z+]", text)


def is_short(digits, region):
    if shortnumberinfo.connects_to_emergency_number(digits, region):
        return True
    if region not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return False
    return shortnumberinfo.is_valid_short_number_for_region(parsed(digits, region), region)


def short(digits, region):
    return Number(digits, is_emergency=shortnumberinfo.connects_to_emergency_number(digits, region))


def unknown_short(digits, text, region):
    """A code of two to six plain digits may be real although the library does not know it."""
    if not is_plain(text) or len(digits) not in SHORT_CODE_DIGITS:
        raise NotANumber(_("This is not a number in %(region)s.") % {"region": region})
    return Number(digits, is_known=False)


def full(text, region):
    number = parsed(text, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    extension, number.extension = number.extension or "", None
    dialled = re.sub(r"\D", "", phonenumbers.format_out_of_country_calling_number(number, region))
    return Number(
        dial=dialled,
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=extension,
    )


def parsed(text, region):
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def tel_link(contact):
    """`tel:` with the international form where one works, else with the digits as dialled in their country.

    A menu option or extension is never part of it: phones dial it too early. It stands in words beside it.
    """
    return f"tel:{contact.e164 if works_from_abroad(contact) else contact.dial}"


def sms_link(contact):
    """`sms:` with the keyword ready to send. `?&body=` is the form that both iOS and Android understand."""
    body = f"?&body={quote(contact.keyword, safe='')}" if contact.keyword else ""
    return f"sms:{contact.e164 or contact.dial}{body}"


def link(contact):
    """The address behind a contact's button."""
    if contact.kind == ContactPoint.Kind.SMS:
        return sms_link(contact)
    if contact.kind in (ContactPoint.Kind.VOICE, ContactPoint.Kind.TTY):
        return tel_link(contact)
    if contact.kind == ContactPoint.Kind.WHATSAPP and contact.e164:
        return f"https://wa.me/{contact.e164.lstrip('+')}"
    return contact.url


def works_from_abroad(contact):
    """Whether the international form can be dialled at all: 13 11 14 has one on paper only."""
    if not contact.e164:
        return False
    return phonenumbers.can_be_internationally_dialled(phonenumbers.parse(contact.e164))


def reaches_emergency(contact, country):
    """Whether the digits, dialled from `country`, connect to an emergency service there.

    113 is a suicide line in the Netherlands, an ambulance in Norway and the police in Italy.
    """
    return bool(contact.dial) and shortnumberinfo.connects_to_emergency_number(contact.dial, country)
