"""What a cell of a list says about telephone numbers, which is seldom just one number.

Nothing is guessed: what cannot be read for certain is left for a person, with the reason and what would help.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from django.utils.translation import gettext as _

from resources import phone_doubts, phone_pieces, phone_text, phone_ties, phone_words, phones, superseded
from resources.models import ContactPoint

MOST_CHARACTERS = 1000  # more is a page; no telephone cell of a real list was longer than a few hundred
LONGEST = {name: ContactPoint._meta.get_field(name).max_length for name in ("display", "note", "extension")}
LONGEST_LABEL = 60


class Outcome(StrEnum):
    ACCEPT = "accept"
    ACCEPT_SHORT_CODE = "accept_short_code"
    WARN_UNKNOWN_SHORT_CODE = "warn_unknown_short_code"
    WARN_SHORT_CODE = "warn_short_code"
    EMERGENCY_NUMBER = "emergency_number"
    SPLIT = "split"
    SPLIT_REVIEW = "split_review"
    WARN_TYPO = "warn_typo"
    WARN_INVALID = "warn_invalid"
    WARN_FICTIONAL = "warn_fictional"
    WARN_RETIRED = "warn_retired"
    EMPTY = "empty"
    ERROR = "error"


#: What comes out of a cell without a contact: the number is refused.
REFUSED = {Outcome.ERROR, Outcome.WARN_FICTIONAL, Outcome.WARN_RETIRED}


@dataclass(frozen=True)
class Found:
    """One contact of a cell. `dial` is dialled in `dial_region`; `e164` is empty for short codes."""

    kind: str
    dial_region: str
    dial: str
    e164: str = ""
    extension: str = ""
    keyword: str = ""
    menu_option: str = ""
    label: str = ""
    note: str = ""
    display: str = ""
    is_known: bool = True


@dataclass(frozen=True)
class Cell:
    """What was read. `review` holds the raw pieces that a person must look at; none of them is among `contacts`.

    `warnings` are sentences for people. Where the cell was refused, `reason` says why and `fix` what would help.
    """

    outcome: Outcome
    contacts: tuple[Found, ...] = ()
    warnings: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Reading:
    """What became of one piece."""

    outcome: Outcome
    raw: str
    contacts: tuple[Found, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    fix: str = ""


def read(raw, region):
    """Read everything in a cell of a list of `region` (ISO code). Never raises; None and blanks are empty."""
    raw = "" if raw is None else str(raw)
    if len(raw) > MOST_CHARACTERS:
        return error(_("There is too much text here for a telephone number."), _("Give each number its own cell."))
    text = phone_text.plain(raw)
    if not re.search(r"[0-9]", text):
        return Cell(Outcome.EMPTY)
    if phone_text.is_rounded(text):
        return error(_("A table program has rounded this number."), _("Format the column as text and paste it again."))
    if (digits := phone_text.in_template(text)) is not None:
        return of_template(digits, region)
    try:
        return of_text(raw, text, region)
    except phone_pieces.TooMany:
        return error(_("There are too many numbers in one cell."), _("Give each number its own cell."))


def error(reason, fix=""):
    return Cell(Outcome.ERROR, reason=reason, fix=fix)


def of_template(digits, region):
    """A form with blanks: a short code may have been squeezed into it, half a number is none."""
    number = phone_pieces.read(digits, region)
    if number is None or number.e164 or not number.is_known:
        return error(_("Only a part of a number is here."), _("Write the whole number, or leave it empty."))
    found = contact(number, "voice", display=digits)
    if number.is_emergency:
        return Cell(Outcome.EMERGENCY_NUMBER, (found,), (emergency(digits),))
    warning = _("%(digits)s is a short code that was put into a form for whole numbers.") % {"digits": digits}
    return Cell(Outcome.WARN_SHORT_CODE, (found,), (warning,))


def of_text(raw, text, region):
    mended = phone_text.mended(text)
    pieces = phone_pieces.found_in(mended, region)
    if not pieces:
        return error(_("There is no number among these words."), _("Write the number, or leave it empty."))
    leftover = phone_ties.tie(pieces, mended)
    readings = [reading(piece, is_mended=mended != text) for piece in pieces]
    hidden = phone_text.links_elsewhere(raw, text)
    warnings = [_("Behind the text is a link to another number.")] if hidden else []
    warnings += [_("These words were not understood: “%(words)s”.") % {"words": words} for words in leftover]
    return combined(readings, tuple(warnings), tuple(hidden), is_unclear=is_restricted(pieces))


def is_restricted(pieces):
    """Whether words limit whom or where a number is for, or give a choice of options: a person decides on that."""
    notes = [each for piece in pieces for each in piece.notes]
    return any(phone_words.RESTRICTED.search(each) or phone_words.MENU.search(each) for each in notes)


def reading(piece, *, is_mended):
    """What one piece of the cell gives. Numbers that nobody should be given are refused."""
    number = piece.number
    if number is None and not piece.is_fictional:
        return Reading(Outcome.ERROR, piece.raw, reason=piece.reason, fix=piece.fix)
    if number is None or (number.e164 and phone_doubts.is_fictional(phonenumbers.parse(number.e164))):
        reason = _("It is kept for films, examples or enquiries; nobody is helped there.")
        return Reading(Outcome.WARN_FICTIONAL, piece.raw, reason=reason, fix=_("Ask the service for its number."))
    if phone_words.NO_WAY_TO_TALK.search(f"{piece.before} {piece.after}"):
        words = f"{piece.before} {piece.after}".strip(phone_words.EDGES)
        reason = _("It is not for calling or texting: “%(words)s”.") % {"words": words}
        return Reading(Outcome.ERROR, piece.raw, reason=reason, fix=_("Leave it out, or enter it as what it is."))
    contacts = tuple(contacts_of(piece))
    for each in contacts:
        gone = superseded.replaced(each.dial_region, each.dial, each.e164, each.keyword, each.menu_option)
        if gone:
            return Reading(Outcome.WARN_RETIRED, piece.raw, reason=gone.words, fix=gone.by)
    return judged(piece, contacts, is_mended)


def judged(piece, contacts, is_mended):
    number, raw = piece.number, piece.raw
    if number.is_emergency:
        return Reading(Outcome.EMERGENCY_NUMBER, raw, contacts, (emergency(raw),))
    if not number.is_known:
        warning = _("Nobody here knows the short code %(number)s: a person must confirm it.") % {"number": raw}
        return Reading(Outcome.WARN_UNKNOWN_SHORT_CODE, raw, contacts, (warning,))
    if number.e164 and phone_doubts.is_placeholder(number.e164):
        warning = _("%(number)s looks like an example and not like a number.") % {"number": raw}
        return Reading(Outcome.WARN_INVALID, raw, contacts, (warning,))
    if is_mended:
        warning = _("“=” was read as a hyphen: %(number)s.") % {"number": raw}
        return Reading(Outcome.WARN_TYPO, raw, contacts, (warning,))
    return Reading(Outcome.ACCEPT if number.e164 else Outcome.ACCEPT_SHORT_CODE, raw, contacts)


def emergency(raw):
    return _("%(number)s reaches an emergency service; it is no resource of its own.") % {"number": raw}


def contacts_of(piece):
    """One contact for each way in which the words say that the number is used, and for each keyword."""
    if piece.keywords:
        return [contact_of(piece, "sms", keyword) for keyword in piece.keywords]
    kinds = phone_words.kinds(f"{piece.before} {piece.after}") or [usual_kind(piece)]
    return [contact_of(piece, kind) for kind in kinds]


def contact_of(piece, kind, keyword=""):
    return contact(
        piece.number,
        kind,
        extension=(piece.extension or piece.number.extension)[: LONGEST["extension"]],
        keyword=keyword,
        menu_option=piece.menu if kind != "sms" else "",
        label=phone_words.label(piece.before)[:LONGEST_LABEL],
        note="; ".join(piece.notes)[: LONGEST["note"]],
        display=piece.raw if len(piece.raw) <= LONGEST["display"] else "",
    )


def usual_kind(piece):
    """North America's codes of five and six digits are for messages alone."""
    number = piece.number
    is_north_american = phonenumbers.country_code_for_region(number.region) == phones.NORTH_AMERICA
    is_for_messages = is_north_american and not number.e164 and len(number.dial) > phones.UNLISTED_DIGITS[0]
    return "sms" if is_for_messages else "voice"


def contact(number, kind, **facts):
    return Found(kind, number.region, number.dial, number.e164, is_known=number.is_known, **facts)


def combined(readings, warnings, hidden, *, is_unclear):
    """The cell of its readings. A single one decides; of several, what was refused waits for a person."""
    if all(each.outcome in REFUSED for each in readings):
        return all_refused(readings, warnings)
    is_several = len(readings) > 1
    left = REFUSED | {Outcome.EMERGENCY_NUMBER} if is_several else REFUSED
    taken = [each for each in readings if each.outcome not in left]
    contacts = tuple(dict.fromkeys(found for each in taken for found in each.contacts))
    review = tuple(each.raw for each in readings if each.outcome in left) + hidden
    said = [f"{each.raw}: {each.reason}" for each in readings if each.outcome in REFUSED]
    said += [warning for each in readings for warning in each.warnings]
    outcome = outcome_of(readings, contacts, is_unclear=is_unclear or bool(review) or bool(warnings))
    return Cell(outcome, contacts, (*warnings, *said), review)


def all_refused(readings, warnings):
    outcomes = {each.outcome for each in readings}
    outcome = outcomes.pop() if len(outcomes) == 1 else Outcome.ERROR
    first = readings[0]
    said = tuple(f"{each.raw}: {each.reason}" for each in readings[1:])
    return Cell(outcome, (), (*warnings, *said), (), first.reason, first.fix)


def outcome_of(readings, contacts, *, is_unclear):
    is_plain = all(each.outcome in (Outcome.ACCEPT, Outcome.ACCEPT_SHORT_CODE) for each in readings)
    if len(readings) > 1:
        return Outcome.SPLIT if is_plain and not is_unclear else Outcome.SPLIT_REVIEW
    if not is_plain:
        return readings[0].outcome
    if is_unclear:
        return Outcome.SPLIT_REVIEW
    is_taken_apart = len(contacts) > 1 or contacts[0].keyword or contacts[0].menu_option
    return Outcome.SPLIT if is_taken_apart else readings[0].outcome
