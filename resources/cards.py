"""Cards to take along: large type, the numbers, and a code for each that a phone's camera reads. Made here.

What a card says may be read by somebody else. So its title says nothing, what it is about is not on it, and an entry
that is unsafe to be found stands without its name unless somebody wants it there.
"""

from copy import copy
from dataclasses import dataclass
from datetime import date

import phonenumbers
import segno
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from resources import ways
from resources.models import Resource
from resources.places import language_name
from resources.subjects import is_unsafe_if_found

MOST = 6
WHITE = "#fff"  # under the code, whatever the screen's theme: cameras want dark on light


@dataclass(frozen=True)
class Line:
    """One way on a card. `code` is an SVG, or empty where scanning it could reach somebody else."""

    verb: str
    words: str
    code: str
    warning: str
    note: str
    is_in_doubt: bool


@dataclass(frozen=True)
class Card:
    resource: Resource
    lines: list
    is_named: bool

    @property
    def checked_on(self) -> date | None:
        return self.resource.checked_on

    @property
    def is_old(self):
        return self.resource.is_verified and self.resource.is_overdue

    @property
    def languages(self):
        return [language_name(code) for code in self.resource.languages]

    @property
    def is_unsafe_if_found(self):
        return is_unsafe_if_found(self.resource.categories)


def of(resource, *, country, is_named=None):
    """The card of `resource` for somebody in `country`, or None where there is nothing that may be given.

    Confidential contacts and those found dead are never on it. `is_named`: whether its name is; by itself, where it is
    safe to be found. Needs `with_contacts()`.
    """
    if not resource.may_be_given:
        return None
    if is_named is None:
        is_named = not is_unsafe_if_found(resource.categories)
    found = [way for way in ways.of(resource, country=country) if not way.contact.is_dead]
    lines = [line_of(way, is_named=is_named) for way in found]
    return Card(resource, lines, is_named) if lines else None


def line_of(way, *, is_named):
    contact = way.contact
    return Line(
        verb=_("Call") if contact.kind == "voice" else "",
        words=contact.words if is_named else words_without_name(contact),
        code=code_of(way.link),
        warning=way.warning,
        note=contact.note if is_named else "",
        is_in_doubt=contact.is_in_doubt or contact.is_different,
    )


def words_without_name(contact):
    """The way in words that do not give it away: no address, and no letters where digits are dialled."""
    if not contact.dial:
        return contact.get_kind_display()
    if not any(sign.isalpha() for sign in contact.display):
        return contact.words
    plain = copy(contact)
    plain.display = in_groups(contact)
    return plain.words


def in_groups(contact):
    """The digits as they are read out, “1 (800) 799-7233”; a short code stays in one piece."""
    if not contact.e164:
        return contact.dial
    number = phonenumbers.parse(contact.e164)
    return phonenumbers.format_out_of_country_calling_number(number, contact.dial_region)


def code_of(link):
    """A QR code of a link as an SVG that draws under a strict policy: no style, no script, nothing fetched.

    A short code is in it as it is dialled, a keyword is ready to send. Error correction of 15 %, for creased paper.
    """
    if not link:
        return ""
    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_inline(scale=4, light=WHITE, svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 # nosec B308 B703 - drawn by us: numbers and path commands only
