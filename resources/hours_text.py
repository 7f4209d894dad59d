"""Opening hours as people write them, read only where they can mean one thing. Anything else stays unknown."""

import re
from dataclasses import dataclass
from itertools import groupby, pairwise

from resources.hours import ALWAYS, DAY, UNKNOWN, WEEKLY, Hours, Window

EVERY = range(1, 8)
NAMES = ["mo|mon|monday", "tu|tue|tues|tuesday", "we|wed|weds|wednesday", "th|thu|thur|thurs|thursday"]
NAMES += ["fr|fri|friday", "sa|sat|saturday", "su|sun|sunday"]
NUMBERS = {name: day for day, names in enumerate(NAMES, start=1) for name in names.split("|")}
EVERY_DAY = r"every\s?day|daily|each\sday|(?:7|seven)\sdays(?:\s(?:a|per)\sweek)?|all\sweek"
ALL_DAY = r"(?:24|twenty-four)[\s-]?(?:hours|hour|hrs|hr|h)\b(?:\s(?:a|per)\sday)?|all\sday"
TOKENS = re.compile(
    rf"""(?P<every>\b(?:{EVERY_DAY}|weekdays|weekends?)\b)
    | (?P<day>\b(?:{"|".join(NAMES)})s?\b\.?)
    | (?P<all>\b(?:{ALL_DAY}))
    | (?P<closed>\bclosed\b)
    | (?P<time>\b[0-9]{{1,2}}(?:[:.][0-9]{{2}})?(?:\s?[ap]\.?m\b\.?)?|\bnoon\b|\bmidday\b|\bmidnight\b)
    | (?P<range>-|\bto\b|\buntil\b|\btill?\b|\bthrough\b|\bthru\b)
    | (?P<sep>[,;&+/\n]|\band\b)
    | (?P<filler>\s+|:|\b(?:from|open|on|at|hours|the|hrs)\b)
    | (?P<strange>.)""",
    re.VERBOSE,
)
WHOLE_WEEK = re.compile(r"(open )?24/7(/365)?|always open|open always|day and night, every day", re.IGNORECASE)
ZONES = {"pacific": "America/Los_Angeles", "mountain": "America/Denver"}
ZONES |= {"central": "America/Chicago", "eastern": "America/New_York"}
NAMED_ZONE = re.compile(rf"\(?\b({'|'.join(ZONES)})(?: standard)? time\b\)?")
REPORTED = re.compile(r"\((?:reported|as of|since) [^()]*\)")
HOUR = 60
LONGEST_UNMARKED = 16 * HOUR  # "09:00-05:00" without a sign of 24 hours is a slip for the afternoon more often than not


class Unclear(ValueError):
    """The text could mean more than one thing, or nothing that is known here."""


def read(text, *, zone):
    """The Hours that `text` says in English, on the clock of `zone`, an IANA name.

    Days must be named, or "every day"; times have 24 hours, or am and pm. What is ambiguous, or holds a word that
    is not understood, is unknown, with the text kept in `text`.
    """
    try:
        week, zone = week_of(tidied(text), zone)
    except Unclear:
        return Hours(UNKNOWN, text=text)
    return hours_of(week, zone)


def hours_of(week, zone):
    hours = Hours(WEEKLY, zone=zone, weekly=tuple(sorted(set(week))))
    return Hours(ALWAYS) if hours.is_always_by_its_windows() else hours


def tidied(text):
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower()).replace("\xa0", " ").replace("\u202f", " ")
    text = re.sub(r"\b12(?::00)? (noon|midday|midnight)\b", r"\1", REPORTED.sub("", text))
    text = re.sub(r"\bm ?- ?f\b", "mon-fri", text)
    return re.sub(r"[ \t]+", " ", text).strip(" .\n")


def week_of(text, zone):
    if WHOLE_WEEK.fullmatch(text):
        return [(day, Window(0, DAY)) for day in EVERY], zone
    if named := NAMED_ZONE.search(text):
        text, zone = text.replace(named[0], ""), zone_named(named[1], zone)
    tokens = [(found.lastgroup, found[0]) for found in TOKENS.finditer(text) if found.lastgroup != "filler"]
    return week_in(tokens), zone


def zone_named(name, zone):
    """Eastern time is New York's only where the line is in America."""
    if not zone.startswith("America/"):
        raise Unclear
    return ZONES[name]


def week_in(tokens):
    """(day, window) of every day and time named. Days stand before their times, or behind them, throughout."""
    runs = [(kind, list(run)) for kind, run in groupby(tokens, key=sides(tokens))]
    if len(runs) % 2 or any(kind not in ("days", "times") for kind, _run in runs):
        raise Unclear
    style = Style.of(tokens)
    week = {}
    for (kind, first), (_kind, second) in zip(runs[::2], runs[1::2], strict=True):
        days, times = (first, second) if kind == "days" else (second, first)
        for day in days_in(days):
            week.setdefault(day, []).append(windows_in(times, style))
    found = [(day, window) for day, parts in week.items() for window in joined(parts)]
    if not found:
        raise Unclear
    return found


def sides(tokens):
    """A key that says of each token whether it is about days or times; dashes and commas go with what they follow."""
    side = ""

    def key(token):
        nonlocal side
        kind = token[0]
        if kind not in ("range", "sep"):
            side = {"day": "days", "every": "days", "time": "times", "all": "times", "closed": "times"}.get(kind, "?")
        return side

    return key


def joined(parts):
    """The windows of a day from all clauses that name it. Overlapping, or closed and open, they contradict."""
    windows = sorted(window for part in parts for window in part)
    is_contradiction = len(parts) > 1 and not all(parts)
    if is_contradiction or any(one.closes > other.opens for one, other in pairwise(windows)):
        raise Unclear
    return windows


def days_in(run):
    """The days that tokens name: "Mon-Fri", "Sat, Sun", "weekdays"."""
    kinds = "".join(kind[0] for kind, _text in run).rstrip("s")
    if not re.fullmatch(r"(?:drd|d|e)(?:s*(?:drd|d|e))*", kinds):
        raise Unclear
    found, run = [], [token for token in run if token[0] != "sep"]
    while run:
        kind, text = run.pop(0)
        if kind == "every":
            found += range(1, 6) if text == "weekdays" else (6, 7) if text.startswith("weekend") else EVERY
        elif run and run[0][0] == "range":
            found += days_between(number(text), number(run[1][1]))
            del run[:2]
        else:
            found.append(number(text))
    return found


def days_named(text):
    """The days of "Mon-Fri", "MO,TU" or "Monday and Tuesday", in the order named. Raises Unclear."""
    tokens = [(found.lastgroup, found[0]) for found in TOKENS.finditer(tidied(text)) if found.lastgroup != "filler"]
    return days_in(tokens)


def number(name):
    name = name.rstrip(".")
    return NUMBERS.get(name) or NUMBERS[name.removesuffix("s")]


def days_between(first, last):
    """From the first day to the last, over Sunday if need be."""
    return [(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)]


def windows_in(run, style):
    kinds = "".join(kind[0] for kind, _text in run).rstrip("s")
    if kinds == "c":
        return []
    if kinds == "a":
        return [Window(0, DAY)]
    if not re.fullmatch(r"trt(?:s+trt)*", kinds):
        raise Unclear
    times = [Reading.of(text) for kind, text in run if kind == "time"]
    return [window_between(*pair, style=style) for pair in zip(times[::2], times[1::2], strict=True)]


@dataclass(frozen=True)
class Reading:
    """One time as written: minutes as they stand, am or pm or nothing, and whether only a 24-hour clock shows it."""

    minutes: int
    half: str = ""
    is_24: bool = False

    @classmethod
    def of(cls, text):
        """Raises Unclear for a time that no clock shows."""
        if text in ("noon", "midday", "midnight"):
            return cls(DAY // 2 if text != "midnight" else 0, "exact")
        found = re.fullmatch(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:[:.][0-9]{2})?\s?(?:([ap])\.?m\.?)?", text)
        if not found:
            raise Unclear
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3] or ""
        if minute > 59 or (hour not in range(1, 13) if half else hour * HOUR + minute > DAY):  # noqa: PLR2004
            raise Unclear
        if half:
            return cls(hour % 12 * HOUR + minute + (DAY // 2 if half == "p" else 0), "exact")
        return cls(hour * HOUR + minute, is_24=hour > 12 or hour == 0 or found[1].startswith("0"))  # noqa: PLR2004

    @property
    def is_open_to_question(self):
        return not (self.half or self.is_24)

    def halves(self):
        """The two times of day that a twelve-hour clock may mean."""
        return self.minutes % (DAY // 2), self.minutes % (DAY // 2) + DAY // 2


@dataclass(frozen=True)
class Style:
    """How a text writes its times: on a 24-hour clock if one time shows it and none has am or pm."""

    is_24: bool

    @classmethod
    def of(cls, tokens):
        texts = [text for kind, text in tokens if kind == "time"]
        times = [Reading.of(text) for text in texts]
        has_halves = any(re.search(r"[ap]\.?m", text) for text in texts)
        return cls(not has_halves and any(each.is_24 for each in times))


def window_between(opens, closes, *, style):
    """The one window that two readings can mean; Unclear if there are more, or none."""
    if style.is_24 or not (opens.is_open_to_question or closes.is_open_to_question):
        return plain_window(opens, closes)
    firsts = opens.halves() if opens.is_open_to_question else [opens.minutes]
    lasts = closes.halves() if closes.is_open_to_question else [closes.minutes]
    if len(firsts) == len(lasts):
        raise Unclear
    same_day = [(first, last or DAY) for first in firsts for last in lasts if first < (last or DAY)]
    if len(same_day) != 1:
        raise Unclear
    return Window(*same_day[0])


def plain_window(opens, closes):
    if (opens.minutes, closes.minutes) == (0, DAY - 1):
        return Window(0, DAY)
    if opens.minutes in (closes.minutes, DAY):
        raise Unclear
    window = Window.between(opens.minutes, closes.minutes)
    is_marked = (opens.half and closes.half) or any(
        each.minutes not in range(HOUR, 13 * HOUR) for each in (opens, closes)
    )
    if not is_marked and window.closes - window.opens > LONGEST_UNMARKED:
        raise Unclear
    return window
