"""Whether the words of a page show a number: its digits in any grouping, letters in their place, or a link to dial.

A short code needs more care than a full number: 988 is not shown by 1988, by 988,000 nor by 0988 123 456.
"""

import re
from urllib.parse import unquote

import phonenumbers

from resources.models import ContactPoint
from resources.phones import SHORT_CODE_DIGITS

SEPARATORS = r"[\s().\-/·•∙‐-―−]{0,4}"
BETWEEN_FEW = r"\s?[.\-‐-―−]?\s?"
#: What may not stand beside a short code: more digits, letters, money, decimals, the name of a site (113.nl).
BEFORE_FEW = r"(?<![\w$£€#+@])(?<!\d[.,])(?<!\d{3}[ .\-])"
AFTER_FEW = r"(?!\w)(?![.,]\d)(?!%)(?!\.[a-z])(?!@)(?![ .\-–](?!365\b)\d{3})"
KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
FIRST_DIGITS = 3  # of a full number; letters may stand for those after them
NEAR = 120  # signs between a number and the word to send to it
DIALLING = re.compile(r"\s*(tel|sms|callto|smsto|whatsapp):(//)?", re.IGNORECASE)
WHATSAPP = re.compile(r"https?://(?:wa\.me/|api\.whatsapp\.com/send/?\?(?:.*&)?phone=|web\.whatsapp\.com/send\?phone=)")


def shows(words, contact):
    """Whether the page gives this contact: its number, and for a text line the word to send, near it."""
    places = [found.span() for pattern in patterns(contact) for found in pattern.finditer(words.text)]
    known = ways_to_dial(contact)
    links = [link for link in words.links if dialled(link) in known]
    if contact.kind == ContactPoint.Kind.SMS and contact.keyword:
        return any(is_near(words.text, place, contact.keyword) for place in places) or any(
            says(unquote(link), contact.keyword) for link in links
        )
    return bool(places or links)


def is_near(text, place, keyword):
    return says(text[max(place[0] - NEAR, 0) : place[1] + NEAR], keyword)


def says(text, keyword):
    return bool(re.search(rf"(?<!\w){re.escape(keyword)}(?!\w)", text, re.IGNORECASE))


def patterns(contact):
    """What to look for in the text of a page."""
    number = national(contact)
    found = [re.compile(full(number) if len(number.digits) not in SHORT_CODE_DIGITS else short(number.digits))]
    for word in re.findall(r"\b[A-Z0-9]{4,}\b", contact.display):
        if re.search(r"[A-Z]{2}", word) and on_keypad(word) == contact.dial:  # HELP4U for 435748
            found.append(re.compile(rf"(?<!\w){word}(?!\w)"))
    return found


class Number:
    """Digits without what is dialled before them: the country's code and a first 0 or 1."""

    def __init__(self, digits, country_code="", trunk=""):
        self.digits, self.country_code, self.trunk = digits, country_code, trunk


def national(contact):
    if len(contact.dial) in SHORT_CODE_DIGITS:
        return Number(contact.dial)
    try:
        parsed = phonenumbers.parse(contact.e164 or contact.dial, contact.dial_region)
    except phonenumbers.NumberParseException:
        return Number(contact.dial)
    digits = phonenumbers.national_significant_number(parsed)
    if not contact.dial.endswith(digits):
        return Number(contact.dial)
    return Number(digits, str(parsed.country_code), contact.dial.removesuffix(digits))


def full(number):
    before = rf"(?:(?:\+|00\s?|011\s?)?{number.country_code}{SEPARATORS})?" if number.country_code else ""
    before += rf"(?:\(?{number.trunk}\)?{SEPARATORS})?" if number.trunk else ""
    first, rest = number.digits[:FIRST_DIGITS], number.digits[FIRST_DIGITS:]
    return rf"(?<!\d)(?<!\d{{2}}[ .\-]){before}" + SEPARATORS.join([*first, *map(sign, rest)]) + r"(?!\d)"


def short(digits):
    pattern = BEFORE_FEW + BETWEEN_FEW.join(digits) + AFTER_FEW
    if len(digits) < max(SHORT_CODE_DIGITS) or digits[-1] not in KEYPAD:
        return pattern
    last = f"[{KEYPAD[digits[-1]]}{KEYPAD[digits[-1]].lower()}]"
    lettered = BETWEEN_FEW.join([*digits[:2], *map(sign, digits[2:-1]), last])  # 13YARN for 139276
    return rf"{pattern}|(?<!\w){lettered}(?!\w)"


def sign(digit):
    """A digit, or a letter on the same key."""
    letters = KEYPAD.get(digit, "")
    return f"[{digit}{letters}{letters.lower()}]"


def on_keypad(word):
    keys = {letter: digit for digit, letters in KEYPAD.items() for letter in letters}
    return "".join(keys.get(letter, letter) for letter in word.upper())


def dialled(link):
    """The digits that a link dials or texts; empty for other links."""
    link = unquote(link)
    begin = DIALLING.match(link) or WHATSAPP.match(link)
    if not begin:
        return ""
    number = re.split(r"[,;?&pw]", link[begin.end() :], maxsplit=1)[0]
    return re.sub(r"\D", "", on_keypad(number))


def ways_to_dial(contact):
    number = national(contact)
    known = {contact.dial, number.digits, contact.e164.lstrip("+") or contact.dial}
    if number.country_code:
        international = number.country_code + number.digits
        known |= {international, f"00{international}", f"{number.country_code}{number.trunk}{number.digits}"}
    return known
