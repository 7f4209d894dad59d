"""Text as it was meant: from bytes in whatever encoding, and from cells that spreadsheets and web pages wrote."""

import codecs
import html
import re
import unicodedata

from charset_normalizer import from_bytes

MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
WESTERN = "cp1252"
MANY, FEW = 0.4, 0.1  # shares of zero bytes, and of signs that do not fit together
SAMPLE = 200_000  # bytes that are enough to tell an encoding
NEUTRALISED = re.compile(r"^'(?=[=+\-@\t\r])")


def decoded(data):
    """The text of `data` and the name of its encoding. Never fails: what no encoding explains is read as Western.

    A mark at the start decides, then UTF-8 if every byte fits, then UTF-16 by its zero bytes, then the likeliest.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), encoding
    if encoding := wide(data):
        return data.decode(encoding, errors="replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = likeliest(data)
        return data.decode(encoding, errors="replace"), encoding


def wide(data):
    """UTF-16 without a mark, told by zero bytes in every other place; else nothing."""
    start = data[:2000]
    even, odd = (part.count(0) / max(len(part), 1) for part in (start[::2], start[1::2]))
    if odd > MANY and even < FEW:
        return "utf-16-le"
    return "utf-16-be" if even > MANY and odd < FEW else ""


def likeliest(data):
    """The encoding of text that is not UTF-8. Western unless another one is clearly meant: short names mislead."""
    guess = from_bytes(data[:SAMPLE]).best()
    if guess is None:
        return WESTERN
    alphabets = {unicodedata.name(sign, "").partition(" ")[0] for sign in str(guess) if not sign.isascii()}
    is_other = bool(alphabets & {"CYRILLIC", "GREEK", "HEBREW", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
    return guess.encoding if is_other and guess.chaos < FEW else WESTERN


def cell(text):
    """A cell as it was meant: composed letters, no blanks around it, no zero bytes, and without the apostrophe that
    keeps a spreadsheet from taking “+1 202…” for a formula."""
    text = unicodedata.normalize("NFC", text.replace("\0", "")).strip().strip("\ufeff\u200b").strip()
    return NEUTRALISED.sub("", text)


def plain(text):
    """Words without the tags and entities of a web page; its paragraphs stay paragraphs."""
    if "<" in text:
        text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", text)
        text = re.sub(r"(?i)<(br|/p|/li|/div|/h\d|/tr)\b[^>]*>", "\n", text)
        text = re.sub(r"</?[A-Za-z][^<>]*>", " ", text)
    text = html.unescape(text).replace("\xa0", " ").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[ \t]+", " ", text)
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", re.sub(r" *\n *", "\n", text)).strip()


def word(text):
    """A name of a column or table for comparing: lower-case words joined by underscores."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", text).strip())
    return re.sub(r"[\W_]+", "_", parted.casefold()).strip("_")
