"""The text of a telephone cell in plain signs: ASCII digits, simple spaces and hyphens, without mark-up."""

import html
import re
import unicodedata

LINK = re.compile(r"""href\s*=\s*["']?\s*tel:([^"'>\s]{1,60})""", re.IGNORECASE)
LINE_TAG = re.compile(r"</?(?:br|p|li|div|tr|td|ul|ol)\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
#: A table program made a number of the digits: its “.0” was never there.
MADE_A_NUMBER = re.compile(r"(\d{3,15})\.0")
#: It did worse: only the first digits are left.
ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
#: The form of a form: blanks for an area code and a number, with or without digits.
TEMPLATE = re.compile(r"\(\s*(\d{0,6})\s*\)\s*(\d{0,6})\s*-\s*(\d{0,6})")
TURNED_AROUND = "\u202e"  # digits after it are shown in the other order than they stand
QUOTES = "\"'`´‘’‚“”„«»"


def plain(raw):
    """`raw` as one line for each line that is shown. Footnote marks and what cannot be seen are left out."""
    text = "".join(sign(each) for each in str(raw))
    links = [html.unescape(each) for each in LINK.findall(text)]
    text = html.unescape(TAG.sub("", LINE_TAG.sub("\n", text)))
    text = "".join(sign(each) for each in TAG.sub("", LINE_TAG.sub("\n", text)))
    if links and not re.search(r"\d", text):
        text = "; ".join(dict.fromkeys(links))
    text = re.sub(r"\btel:|;(?=ext=)", " ", text, flags=re.IGNORECASE)
    lines = [re.sub(r" {2,}", " ", line).strip() for line in text.split("\n")]
    return MADE_A_NUMBER.sub(without_fraction, without_quotes("\n".join(line for line in lines if line)))


def sign(character):
    """One sign as ASCII where it means the same; a superscript is a footnote's and means nothing here."""
    if character.isascii():
        return " " if character in "\t\f\v" else "\n" if character in "\r\n" else character if character >= " " else ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    category = unicodedata.category(character)
    if category == "Pd" or character == "\u2212":
        return "-"
    if category.startswith("Z"):
        return "\n" if category in ("Zl", "Zp") else " "
    decomposed = unicodedata.decomposition(character)
    if decomposed.startswith(("<wide>", "<narrow>")):
        return unicodedata.normalize("NFKC", character)
    is_unseen = category in ("Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me") and character != TURNED_AROUND
    return "" if is_unseen or decomposed.startswith(("<super>", "<sub>")) else character


def without_quotes(text):
    """Quotes around the whole are a table's, and so is a formula that holds nothing but a text."""
    text = re.sub(r'^=(?="|[+\d])', "", text.strip())
    return text.strip(QUOTES + " ")


def without_fraction(found):
    return found[1] if found[0] == found.string else found[0]


def is_rounded(text):
    """Whether a table program kept only the first digits: “1.80080E+10”."""
    return bool(ROUNDED.fullmatch(text))


def in_template(text):
    """The digits of a form that was hardly filled in, as “(311)    -”, or None where it is no such form."""
    found = TEMPLATE.fullmatch(text)
    return "".join(found.groups()) if found and not all(found.groups()) else None


def mended(text):
    """The text with “=” typed for a hyphen between digits put right."""
    return re.sub(r"(?<=\d) ?= ?(?=\d)", "-", text)


def links_elsewhere(raw, text):
    """Numbers behind links of `raw` that are not the ones the text shows."""
    shown = re.sub(r"\D", "", text)
    hidden = [re.sub(r"\D", "", html.unescape(each)) for each in LINK.findall(str(raw))]
    return [each for each in hidden if each.lstrip("0")[-7:] not in shown]
