"""Single values: each function returns what it could read and the fault, or None, of what it could not."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from resources import places
from resources.places import COUNTRIES, is_country
from resources.reading import texts
from resources.reading.problems import NOTE, WARNING, Fault

YEAR_DIGITS, MONTH_NUMBERS, YEARS = 4, range(1, 13), range(1800, 2200)
HOURS, HALF_DAY, MINUTES = range(24), range(1, 13), range(60)
LONGEST_LINK, OLDEST = 300, 120
ISO = _("Write it as 2024-12-31.")
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
IN_WORDS = re.compile(
    r"^(?:[A-Za-z]+day,?\s+)?(?:([A-Za-z]+)\.?\s+(\d{1,2})|(\d{1,2})\.?\s+([A-Za-z]+)),?\s+(\d{1,4})$"
)
NUMERIC = re.compile(r"^(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})$")
TIME = re.compile(
    r"^(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*([ap])?\.?m?\.?(?:\s*(?:z|[+-]\d{2}:?\d{2}))?$", re.I
)
WHOLE_DAY = re.compile(r"^24\s*(h|hr|hrs|hours|/\s*7)?$", re.IGNORECASE)
MONTH_FIRST = {"US", "PH"}  # countries where 1/2/2014 is the second of January
YES, NO = (
    {"1", "true", "yes", "y", "t", "x", "ja", "oui", "private"},
    {"", "0", "false", "no", "n", "f", "null", "none"},
)
STATUSES = {"active", "inactive", "defunct", "temporarily closed"}
OTHER_NAMES = {"usa": "US", "u_s_a": "US", "united_states_of_america": "US", "uk": "GB", "great_britain": "GB",
               "england": "GB", "scotland": "GB", "wales": "GB", "northern_ireland": "GB",
               "deutschland": "DE"}  # fmt: skip
LANGUAGES = {
    "albanian": "sq", "amharic": "am", "arabic": "ar", "armenian": "hy", "asl": "ase", "american sign language": "ase",
    "bengali": "bn", "bosnian": "bs", "bulgarian": "bg", "burmese": "my", "cambodian": "km", "cantonese": "yue",
    "chinese": "zh", "croatian": "hr", "czech": "cs", "danish": "da", "dari": "prs", "dutch": "nl", "english": "en",
    "farsi": "fa", "filipino": "fil", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "gujarati": "gu",
    "haitian creole": "ht", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "irish": "ga", "italian": "it",
    "japanese": "ja", "khmer": "km", "korean": "ko", "kurdish": "ku", "lao": "lo", "lithuanian": "lt",
    "mandarin": "cmn",
    "maori": "mi", "nepali": "ne", "norwegian": "no", "pashto": "ps", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru", "serbian": "sr", "slovak": "sk",
    "somali": "so", "spanish": "es", "swahili": "sw", "swedish": "sv", "tagalog": "tl", "tamil": "ta", "thai": "th",
    "tigrinya": "ti", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
    "yiddish": "yi", "yoruba": "yo",
}  # fmt: skip


def wrong(code, reason, fix="", severity="error", **facts):
    return Fault(code, reason % facts if facts else reason, fix, severity)


def day(text, *, month_first):
    """A date as ISO text. 1/2/2014 is read with the month first only where that is how the list is written."""
    if re.match(r"^\d{4}-\d{1,2}-\d{1,2}([T ].*)?$", text):
        return made(*map(int, re.split(r"[T ]", text)[0].split("-")), text=text)
    if found := NUMERIC.match(text):
        return numeric_day(text, found, month_first=month_first)
    if found := IN_WORDS.match(text):
        return worded_day(text, found)
    return "", wrong("date", _("“%(text)s” is not a date."), ISO, text=text)


def numeric_day(text, found, *, month_first):
    first, sign, second, third = found.group(1), found.group(2), int(found.group(3)), found.group(4)
    if len(first) > len("31"):
        return made(int(first), second, int(third), text=text)
    one, two = (int(first), second) if month_first and sign != "." else (second, int(first))
    if len(third) < YEAR_DIGITS:
        words = _("The year of “%(text)s” has two digits: it does not say which century.")
        if one not in MONTH_NUMBERS:
            words = _("“%(text)s” is not a date: there is no month %(month)s, and its year has two digits.")
        return "", wrong("two-digit-year", words, _("Write the year with four digits."), text=text, month=one)
    return made(int(third), one, two, text=text)


def worded_day(text, found):
    month = MONTHS.get((found.group(1) or found.group(4)).lower()[:3])
    year = found.group(5)
    if month is None:
        return "", wrong("date", _("“%(text)s” is not a date."), ISO, text=text)
    if len(year) < YEAR_DIGITS:
        return "", wrong("two-digit-year", _("The year of “%(text)s” has two digits: it does not say which century."),
                         _("Write the year with four digits."), text=text)  # fmt: skip
    read, fault = made(int(year), month, int(found.group(2) or found.group(3)), text=text)
    if fault:
        return read, fault
    words = _("The date “%(text)s” is written in words; it was read as %(read)s.")
    return read, wrong("worded-date", words, ISO, WARNING, text=text, read=read)


def made(year, month, day_of_month, *, text):
    if month not in MONTH_NUMBERS:
        return "", wrong(
            "date", _("“%(text)s” is not a date: there is no month %(month)s."), ISO, text=text, month=month
        )
    if year not in YEARS:
        return "", wrong("date", _("The year %(year)s of “%(text)s” cannot be meant."), ISO, text=text, year=year)
    try:
        return date(year, month, day_of_month).isoformat(), None
    except ValueError:
        return "", wrong("date", _("“%(text)s” is not a date: that month has no such day."), ISO, text=text)


def clock(text):
    """A time of day as HH:MM. “24 hours” is 00:00, the caller closes it at 23:59; bare 750 is not guessed."""
    if WHOLE_DAY.match(text.strip()):
        return "00:00", None
    found = TIME.match(text.strip())
    if found and (found.group(2) or found.group(3) or (text.strip().isdigit() and int(text) in HOURS)):
        hour, minute, half = int(found.group(1)), int(found.group(2) or 0), (found.group(3) or "").lower()
        is_hour = hour in HALF_DAY if half else hour in HOURS
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if (is_hour and minute in MINUTES) or (hour, minute) == (24, 0):
            return f"{hour:02}:{minute:02}", None
    return "", wrong("time", _("“%(text)s” is not a time of day."), _("Write it as 09:30 or 9:30 AM."), text=text)


def email(text):
    """The addresses in a cell, with a space between them; nothing if one of them is none."""
    found = [re.sub(r"^mailto:", "", part, flags=re.I) for part in re.split(r"[\s;,<>]+", texts.plain(text)) if part]
    try:
        for address in found or [""]:
            EmailValidator()(address)
    except ValidationError:
        return "", wrong("email", _("“%(text)s” is not an e-mail address."), _("Write one, such as help@example.org."),
                         text=text[:80])  # fmt: skip
    return " ".join(f"mailto:{address}" for address in found), None


def link(text):
    """A web address; without http:// in front it is taken as https://, and of several the first."""
    parts = [part for part in re.split(r"[\s;|]+|,(?=\s|http|www)", texts.plain(text)) if part]
    first = parts[0] if parts else ""
    if first and not re.match(r"^[a-z][a-z0-9+.\-]*:", first, re.IGNORECASE):
        first = f"https://{first}"
    try:
        URLValidator(schemes=["http", "https"])(first)
    except ValidationError:
        return "", wrong("url", _("“%(text)s” is not a web address."), _("Write one, such as https://example.org."),
                         text=text[:80])  # fmt: skip
    if len(first) > LONGEST_LINK:
        reason = _("The web address is longer than %(most)s signs.")
        return "", wrong("url", reason, _("Write the page of the service itself."), most=LONGEST_LINK)
    if len(parts) > 1:
        return first, wrong("url", _("There are several web addresses here; the first was taken."), "", WARNING)
    return first, None


def country(text):
    """A country as two letters; EU stands for all of Europe."""
    code = text.strip().upper().rstrip(".")
    if code == "EU" or is_country(code):
        return code, None
    name = texts.word(text)
    known = {texts.word(str(label)): code for code, label in COUNTRIES.items()} | OTHER_NAMES
    if name in known:
        return known[name], None
    return "", wrong("country", _("“%(text)s” is not a country."), _("Write its two letters, such as GB."), text=text)


def coordinate(text, *, most):
    try:
        number = float(text)
    except ValueError:
        number = None
    if number is None or not -most <= number <= most:
        words = _("“%(text)s” is not between -%(most)s and %(most)s degrees.")
        return None, wrong("coordinate", words, _("Leave it empty if it is not known."), text=text, most=most)
    return number, None


def age(text):
    found = re.match(r"^(\d{1,3})(?:\.0+)?$", text)
    if not found or int(found.group(1)) > OLDEST:
        return None, wrong("age", _("“%(text)s” is not an age in years."), _("Write a whole number."), text=text)
    return int(found.group(1)), None


def yes(text):
    """Whether a flag is set. What is neither yes nor no counts as yes: too private is the smaller harm."""
    flag = str(text).strip().casefold()
    if flag in YES or flag in NO:
        return flag in YES, None
    return True, wrong("flag", _("“%(text)s” is neither yes nor no; it was taken as yes."), "", WARNING, text=text)


def status(text):
    """One of STATUSES or nothing. Numbers are some program's own codes and say nothing here."""
    words = texts.word(text).replace("_", " ")
    if words in STATUSES:
        return words, None
    if not words or words.isdigit():
        return "", None
    reason = _("“%(text)s” is not a state an entry can be in.")
    return "", wrong(
        "status", reason, _("Write active, inactive, defunct or temporarily closed."), NOTE, text=text[:80]
    )


def languages(text):
    """Codes of the languages named in `text`, and the text itself where it says more than names."""
    names = [part.strip(" .") for part in re.split(r"[,;/|\n]|\band\b|&", text) if part.strip(" .")]
    codes = [name.lower() if re.fullmatch(r"[a-zA-Z]{2,3}", name) and name.lower() in CODES
             else LANGUAGES.get(name.casefold(), "") for name in names]  # fmt: skip
    return [code for code in codes if code], "" if all(codes) else text


CODES = set(LANGUAGES.values()) | set(places.LANGUAGES)
