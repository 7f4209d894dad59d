"""Where the numbers of a cell stand, and which words belong to which of them."""

import re
from dataclasses import dataclass, field
from itertools import combinations

import phonenumbers
from django.utils.translation import gettext as _

from resources import phone_doubts, phone_words, phones

#: Digits with what people put between them; the letters of a word on the keys come later.
RUN = re.compile(r"(?:\+ ?)?(?:\( ?)?\+?\d(?:[ \-./()]{0,3}\d)*\)?")
GLUED = re.compile(r"[\w`´^~*=@%$\u202e]")
TOUCHING = re.compile(r"[^\s,;|]*")
#: One more part of a word on the keys: “-SAFE”, “ NAA”, “-CP98”.
KEYS = re.compile(r"-?[A-Za-z0-9]+|[ .][A-Z0-9]+(?![a-z])")
MOST_KEYS = 6
MOST_LETTERS_TOO_MANY = 4
MOST_NUMBERS = 12  # in one cell
MOST_DIGITS = 60  # in one run; two or three numbers written after each other
MOST_BREAKS = 8
LEAST_DIGITS = 3  # of a number that stands among words
AGAIN = re.compile(r" ?\(([A-Za-z0-9 \-]{3,20})\)")
SEPARATES = re.compile(r"[;\n|,.(/]|(?:or|and|ou|oder|und|of|et|o|y)\b", re.IGNORECASE)
#: The words before a few digits that make them a number.
LEADS = re.compile(
    r"(?::|\b(?:call|dial|ring|text|txt|sms|to|au|al|an|appelez|composez|ligue|llame|marque|wähle|bel|tty|tdd|v|line|lifeline))$",
    re.IGNORECASE,
)
LETTERS_AFTER = 3  # digits of an area code, which is never written in letters
SHORT = 6


@dataclass
class Piece:
    """One number of the cell as text[start:end]. `number` is None where it was refused, with the reason."""

    start: int
    end: int
    raw: str
    number: phones.Number | None = None
    reason: str = ""
    fix: str = ""
    before: str = ""
    after: str = ""
    notes: list = field(default_factory=list)
    extension: str = ""
    menu: str = ""
    keywords: list = field(default_factory=list)
    is_torn: bool = False
    is_fictional: bool = False


class TooMany(Exception):
    """More numbers than a cell can have: it is a page, or an attack."""


def found_in(text, region):
    """The numbers of `text` in their order. Raises TooMany."""
    masked = phone_words.without_times(text)
    pieces, at, runs = [], 0, 0
    while run := RUN.search(masked, at):
        runs += 1
        if runs > MOST_NUMBERS:
            raise TooMany
        found = at_run(text, masked, run, region)
        with_repetition(found[-1], text)
        pieces += [piece for piece in found if is_meant(piece, text, masked)]
        at = found[-1].end
    return pieces


def at_run(text, masked, run, region):
    """What stands at a run of digits: one number, several after each other, or one refused piece."""
    start, end = run.start(), run.start() + len(within_bracket(run[0]))
    raw = text[start:end]
    if is_glued(text, masked, start, end):
        return [
            on_keys(text, masked, start, end, region)
            or too_long(text, start, region)
            or refused_glued(text, start, end)
        ]
    number = read(raw, region)
    if number and not number.e164 and (several := broken_up(text, start, end, region, with_codes=True)):
        return several if "/" in raw else [ambiguous(start, end, raw)]
    if number and (number.is_known or not KEYS.match(masked, end)):
        return [Piece(start, end, trimmed(raw), number)]
    if found := on_keys(text, masked, start, end, region):
        return [found]
    if number:
        return [Piece(start, end, trimmed(raw), number)]
    several = broken_up(text, start, end, region, with_codes="/" in raw)
    return several or [too_long(text, start, region) or refused(start, end, trimmed(raw), region)]


def within_bracket(raw):
    """The run up to a bracket that holds more than digits: “0508 828 865 (0508 TAUTOKO)”."""
    opened = raw.rfind("(")
    return raw[:opened].rstrip(" -./") if opened > 0 and ")" not in raw[opened:] and raw[:opened].strip(" +") else raw


def ambiguous(start, end, raw):
    reason = _("This may be one number or several.")
    return Piece(start, end, trimmed(raw), None, reason, _("Write each number apart from the others."), is_torn=True)


def too_long(text, start, region):
    """A word on the keys with more letters than the number has digits, as “1-800-MATTRESS”; or None."""
    word = TOUCHING.match(text, start)
    raw = trimmed(word[0]) if word else ""
    for less in range(1, MOST_LETTERS_TOO_MANY + 1):
        short = raw[:-less]
        if not raw[-less:].isalpha() or phones.MISTAKEN.search(raw) or letters_too_early(raw, region):
            return None
        number = read(phones.on_the_keys(short), region)
        if number and number.e164:
            reason = _("The word has more letters than the number has digits.")
            return Piece(start, start + len(raw), raw, None, reason, number.dial, is_torn=True)
    return None


def with_repetition(piece, text):
    """Take in the same number once more in brackets: “1-800-799-SAFE (7233)”."""
    again = AGAIN.match(text, piece.end)
    if piece.number and again and phones.repeats(piece.raw, again[1]):
        piece.raw, piece.end = f"{piece.raw}{again[0]}", again.end()


def is_glued(text, masked, start, end):
    """Whether a letter or another sign touches the digits, as in “F41” and “9374686975_edit”."""
    if phone_words.EXTENSION.match(text, end):
        end = len(text)
    before, after = masked[start - 1 : start], masked[end : end + 1]
    is_hyphen = bool(re.match(r"-[A-Za-z_]", masked[end:]))
    return bool(GLUED.match(before) or GLUED.match(after) or is_hyphen)


def read(raw, region):
    """The number, or None. `00` before a calling code is read as `+` where it is not dialled so at home."""
    try:
        return phones.parse(raw, region)
    except phones.NotANumber:
        pass
    if raw.lstrip("( ").startswith("00"):
        abroad = re.sub(r"^\(? ?00\)?", "+", raw)
        try:
            return phones.parse(abroad, region)
        except phones.NotANumber:
            return None
    return None


def on_keys(text, masked, start, end, region):
    """The number with letters that begins at `start`, the longest that is one; or None."""
    if GLUED.match(masked[start - 1 : start]):
        return None
    ends = []
    while len(ends) < MOST_KEYS and (more := KEYS.match(masked, end)):
        end = more.end()
        ends.append(end)
    for last in reversed(ends):
        raw = text[start:last]
        letters = re.findall(r"[A-Za-z]", raw)
        is_word = len(letters) >= phones.WORD_ON_THE_KEYS and not GLUED.match(masked[last : last + 1])
        if not is_word or phones.MISTAKEN.search(raw) or letters_too_early(raw, region):
            continue
        number = read(phones.on_the_keys(raw), region)
        if number and number.e164:
            return Piece(start, last, raw, number)
    return None


def letters_too_early(raw, region):
    """Whether letters stand in the area code, where North America writes none: they are mistakes."""
    before = re.sub(r"\D", "", re.split(r"[A-Za-z]", raw, maxsplit=1)[0])
    is_north_american = phonenumbers.country_code_for_region(region) == phones.NORTH_AMERICA
    return is_north_american and len(before.removeprefix("1")) < LETTERS_AFTER


def refused_glued(text, start, end):
    """The whole of what touches the digits: none of it is a number by itself."""
    while start > 0 and not re.match(r"[\s,;|]", text[start - 1]):
        start -= 1
    end = max(end, TOUCHING.match(text, end).end())
    raw = text[start:end]
    if phones.MISTAKEN.search(raw) or re.search(r"[A-Za-z]", raw):
        reason = _("Letters touch the digits, where none should be.")
    else:
        reason = _("There is a sign in it that no number has.")
    is_torn = sum(each.isdigit() for each in raw) >= LEAST_DIGITS or bool(re.search(r"[^\w\s().\-/]", raw))
    return Piece(start, end, trimmed(raw), None, reason, _("Write the digits that are meant."), is_torn=is_torn)


def refused(start, end, raw, region):
    reason, fix = phone_doubts.why_not(raw, region)
    number = phones.parsed(raw, region)
    is_fictional = number is not None and phone_doubts.is_fictional(number)
    return Piece(start, end, raw, None, reason, fix, is_fictional=is_fictional)


def broken_up(text, start, end, region, *, with_codes):
    """Two to four numbers with only a space or a slash between them, if there is one way to read them so.

    `with_codes`: some of them may be short codes, if they are known.
    """
    raw = text[start:end]
    breaks = [found.span() for found in re.finditer(r" ?/ ?| (?=[(+])| ", raw)]
    if not breaks or len(breaks) > MOST_BREAKS or sum(each.isdigit() for each in raw) > MOST_DIGITS:
        return []
    ways = [
        way for count in (1, 2, 3) for way in combinations(breaks, count) if all_readable(raw, way, region, with_codes)
    ]
    if len(ways) != 1:
        return []
    return [
        Piece(start + first, start + last, trimmed(raw[first:last]), read(raw[first:last], region))
        for first, last in parts(raw, ways[0])
    ]


def parts(raw, way):
    edges = [0, *[edge for each in way for edge in each], len(raw)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def all_readable(raw, way, region, with_codes):
    """Whether each part is a full number, or a known short code."""
    for first, last in parts(raw, way):
        number = read(raw[first:last], region)
        if number is None or not (number.e164 or (number.is_known and with_codes)):
            return False
    return True


def is_meant(piece, text, masked):
    """Whether the digits are a number at all, and not a house's, a year or a postcode among words.

    A few digits are one where they stand by themselves between separators, or behind a word that leads to a number.
    """
    digits = re.sub(r"\D", "", piece.raw)
    others = masked[: piece.start] + masked[piece.end :]
    if len(digits) > SHORT or piece.is_torn or not re.sub(r"\d", "", others).strip(phone_words.EDGES):
        return True
    if not re.search(r"\d", others):
        return True
    before = phone_words.AND.split(masked[: piece.start])[-1].strip(" (\"'")
    after = text[piece.end :].lstrip(" )\"'")
    is_followed = after and not SEPARATES.match(after) and not phone_words.MENU.match(after)
    is_alone = not before and not is_followed
    if len(digits) < LEAST_DIGITS:
        return is_alone and is_certain(piece, digits)
    return is_alone or is_certain(piece, digits) or bool(LEADS.search(before))


def is_certain(piece, digits):
    """Whether it is a code that no year and no postcode looks like."""
    if piece.number is None or not piece.number.is_known:
        return False
    calling_code = phonenumbers.country_code_for_region(piece.number.region)
    longest = phones.UNLISTED_DIGITS[0] - 1 if calling_code == phones.NORTH_AMERICA else phones.UNLISTED_DIGITS[0]
    return len(digits) <= longest or bool(phones.HARMONISED.fullmatch(digits))


def trimmed(raw):
    """The number without a bracket that belongs to the words around it."""
    raw = raw.strip(" -./")
    if raw.count("(") != raw.count(")"):
        raw = raw.strip("() ") if not re.match(r"\(\d+\)", raw) else raw.rstrip("( ")
    return raw
