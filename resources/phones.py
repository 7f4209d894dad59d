"""Numbers as they must be dialled. A short code such as 988 has no international form and must not be given one."""

from urllib.parse import quote

import phonenumbers
from phonenumbers import shortnumberinfo

from resources.models import ContactPoint


def link(contact):
    """The address behind a contact's button, or an empty text when it has none."""
    if contact.kind == ContactPoint.Kind.SMS:
        return sms_link(contact)
    if contact.kind in (ContactPoint.Kind.VOICE, ContactPoint.Kind.TTY):
        return tel_link(contact)
    if contact.kind == ContactPoint.Kind.WHATSAPP:
        return f"https://wa.me/{contact.e164.lstrip('+')}" if contact.e164 else contact.url
    return contact.url


def tel_link(contact):
    """`tel:` with the international form where one works, else with the digits as dialled in their country.

    A menu option is never part of it: phones dial it too early. It stands in words beside the number.
    """
    return f"tel:{contact.e164 if works_from_abroad(contact) else contact.dial}"


def works_from_abroad(contact):
    """Whether the international form can be dialled at all: 13 11 14 has one on paper only."""
    if not contact.e164:
        return False
    return phonenumbers.can_be_internationally_dialled(phonenumbers.parse(contact.e164))


def sms_link(contact):
    """`sms:` with the keyword ready to send. `?&body=` is the form that both iOS and Android understand."""
    is_literal = contact.keyword and not contact.keyword.startswith(
        "("
    )  # "(your zip code)" is for the sender to fill in
    body = f"?&body={quote(contact.keyword)}" if is_literal else ""
    return f"sms:{contact.e164 or contact.dial}{body}"


def warning(contact, *, country):
    """Why this number may reach something else when dialled from `country`: "emergency", "abroad" or "".

    113 is a suicide line in the Netherlands, an ambulance in Norway and the police in Italy.
    """
    if not contact.dial or not contact.dial_region or contact.dial_region == country:
        return ""
    if not contact.e164 and shortnumberinfo.connects_to_emergency_number(contact.dial, country):
        return "emergency"
    return "abroad"


def international_form(dial, region):
    """E.164 of a full number of `region`, or an empty text for short codes and what is no number.

    Vanity letters (1-800-799-SAFE) are read as digits.
    """
    try:
        number = phonenumbers.parse(dial, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
