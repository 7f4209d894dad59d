"""When a line can be reached: always, by a weekly timetable, or not known. As JSON in a field, as `Hours` in code."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.utils.translation import gettext_lazy as _

UNKNOWN, ALWAYS, WEEKLY = "unknown", "always", "weekly"
CLOSED = "closed"  # what `holidays` says where a line does not work on them
DAY = 24 * 60  # minutes
KEYS = {"kind", "zone", "weekly", "exceptions", "valid_from", "valid_to", "holidays", "holiday_country"}
LONGEST_NOTE = 200


class HoursProblem(ValueError):
    """Hours that cannot be read. Its message is for people and begins with the `field`."""

    def __init__(self, where, message):
        super().__init__(where, message)
        self.field, self.message = where, message

    def __str__(self):
        return f"{self.field}: {self.message}"


@dataclass(frozen=True, order=True)
class Window:
    """One stretch of opening, in minutes after the midnight of the day on which it opens.

    `closes` is later than `opens` and less than a day after it; above 1440 it lies on the next day. From 0 to
    1440 is the whole day.
    """

    opens: int
    closes: int

    @classmethod
    def between(cls, opens, closes):
        """From two clock readings in minutes: closing no later than opening is on the next day, 0 is midnight then."""
        return cls(opens, closes + DAY if closes <= opens else closes)

    @property
    def is_whole_day(self):
        return (self.opens, self.closes) == (0, DAY)

    @property
    def is_past_midnight(self):
        return self.closes > DAY

    def as_json(self):
        return {"opens": clock(self.opens), "closes": clock(self.closes - DAY * self.is_past_midnight)}


@dataclass(frozen=True, order=True)
class Exceptional:
    """What replaces the windows that open on one date. Without windows it is closed that day."""

    on: date
    windows: tuple[Window, ...] = ()
    note: str = ""

    def as_json(self):
        return {"on": self.on.isoformat(), "windows": [each.as_json() for each in self.windows], "note": self.note}


@dataclass(frozen=True)
class Hours:
    """Opening hours. `weekly` holds (day, window) with Monday as 1; `zone` is an IANA name, or empty if not known.

    `valid_from` and `valid_to` are the first and the last day for which they are vouched for. `text` is what they
    were read from, where that could not be understood; it is no part of the JSON.
    """

    kind: str = UNKNOWN
    zone: str = ""
    weekly: tuple[tuple[int, Window], ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    holidays: str | None = None
    holiday_country: str = ""
    text: str = field(default="", compare=False)

    @classmethod
    def of(cls, data):
        """Read the JSON of the field. Raises HoursProblem, which names the field, for anything malformed."""
        if data == {}:
            return cls()
        if not isinstance(data, dict):
            raise HoursProblem("hours", _("This is not a set of hours."))
        kind = data.get("kind")
        if kind not in (UNKNOWN, ALWAYS, WEEKLY):
            raise HoursProblem("kind", _("Choose unknown, always or weekly."))
        allowed = KEYS if kind == WEEKLY else {"kind"}
        if strange := sorted(str(key) for key in data.keys() - allowed):
            raise HoursProblem(strange[0], _("Hours of this kind do not have this field."))
        return weekly_hours(data) if kind == WEEKLY else cls(kind)

    def as_json(self):
        """Ready for JSON, with every field of its kind; windows and exceptions in order."""
        if self.kind != WEEKLY:
            return {"kind": self.kind}
        return {
            "kind": WEEKLY,
            "zone": self.zone,
            "weekly": [{"day": day, **window.as_json()} for day, window in self.weekly],
            "exceptions": [each.as_json() for each in self.exceptions],
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_to": self.valid_to and self.valid_to.isoformat(),
            "holidays": self.holidays,
            "holiday_country": self.holiday_country,
        }

    def holds_on(self, day):
        """Whether these hours are vouched for on that day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def exception_on(self, day):
        return next((each for each in self.exceptions if each.on == day), None)

    def is_holiday(self, day):
        """Whether that day is a public holiday for this line. False where no country is named."""
        return bool(self.holiday_country) and day in public_holidays(self.holiday_country)

    def windows_on(self, day):
        """The windows that open on that day, in order: those of an exception, else none on a holiday, else weekly."""
        if exception := self.exception_on(day):
            return exception.windows
        if self.holidays == CLOSED and self.is_holiday(day):
            return ()
        return tuple(window for weekday, window in self.weekly if weekday == day.isoweekday())

    def is_always_by_its_windows(self):
        """Whether its weekly windows are seven whole days, without anything that may ever be otherwise."""
        days = {day for day, window in self.weekly if window.is_whole_day}
        return len(days) == 7 and not (self.exceptions or self.valid_from or self.valid_to or self.holiday_country)  # noqa: PLR2004


def hours_or_unknown(data):
    """Like `Hours.of`, but what cannot be read is unknown: for showing, never for saving."""
    try:
        return Hours.of(data)
    except HoursProblem:
        return Hours()


def weekly_hours(data):
    facts = {
        "zone": words(data, "zone"),
        "weekly": tuple(sorted({weekly_window(each, f"weekly {n}") for n, each in numbered(data, "weekly")})),
        "exceptions": tuple(sorted(exception(each, f"exceptions {n}") for n, each in numbered(data, "exceptions"))),
        "valid_from": day_in(data, "valid_from", may_lack=True),
        "valid_to": day_in(data, "valid_to", may_lack=True),
        "holidays": data.get("holidays"),
        "holiday_country": words(data, "holiday_country"),
    }
    hours = Hours(WEEKLY, **facts)
    refuse_contradictions(hours)
    return hours


def refuse_contradictions(hours):
    if not hours.weekly and not any(each.windows for each in hours.exceptions):
        raise HoursProblem("weekly", _("There is no time at which it is open. If the hours are not known, say so."))
    days = [each.on for each in hours.exceptions]
    if twice := next((day for day in days if days.count(day) > 1), None):
        raise HoursProblem("exceptions", _("%(day)s is there twice.") % {"day": twice.isoformat()})
    if hours.valid_from and hours.valid_to and hours.valid_to < hours.valid_from:
        raise HoursProblem("valid_to", _("The last day lies before the first."))
    if hours.holidays not in (None, CLOSED):
        raise HoursProblem("holidays", _("Say closed, or leave it empty."))
    if hours.holidays and not hours.holiday_country:
        raise HoursProblem("holiday_country", _("Say whose public holidays these are."))
    if hours.holiday_country and public_holidays(hours.holiday_country) is None:
        raise HoursProblem("holiday_country", _("No public holidays are known for this country. Write GB or GB-SCT."))


def numbered(data, key):
    rows = data.get(key, [])
    if not isinstance(rows, list):
        raise HoursProblem(key, _("This is not a list."))
    return list(enumerate(rows, start=1))


def weekly_window(data, where):
    window = window_in(data, where, allowed={"day", "opens", "closes"})
    day = data.get("day")
    if type(day) is not int or day not in range(1, 8):
        raise HoursProblem(f"{where}, day", _("Give the day as a number from 1, Monday, to 7, Sunday."))
    return day, window


def exception(data, where):
    refuse_strange(data, where, allowed={"on", "windows", "note"})
    on = day_in(data, "on", where=f"{where}, ")
    rows = data.get("windows", [])
    if not isinstance(rows, list):
        raise HoursProblem(f"{where}, windows", _("This is not a list."))
    windows = tuple(sorted({window_in(each, f"{where}, windows {n}") for n, each in enumerate(rows, start=1)}))
    return Exceptional(on, windows, one_line(words(data, "note", where=f"{where}, ")))


def one_line(text):
    """The words of a note on one line, without signs that neither a person nor the database can read."""
    readable = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    return " ".join(readable.split())[:LONGEST_NOTE].rstrip()


def window_in(data, where, allowed=frozenset({"opens", "closes"})):
    refuse_strange(data, where, allowed=allowed)
    opens = minutes_in(data, "opens", where=where, latest=DAY - 1)
    closes = minutes_in(data, "closes", where=where, latest=DAY)
    if opens == closes:
        raise HoursProblem(
            f"{where}, closes", _("It opens and closes at the same time. A whole day is 00:00 to 24:00.")
        )
    return Window.between(opens, closes)


def refuse_strange(data, where, *, allowed):
    if not isinstance(data, dict):
        raise HoursProblem(where, _("This cannot be read."))
    if strange := sorted(str(key) for key in data.keys() - allowed):
        raise HoursProblem(f"{where}, {strange[0]}", _("There is no such field here."))


def minutes_in(data, key, *, where, latest):
    read = minutes(data.get(key), latest)
    if read is None:
        raise HoursProblem(f"{where}, {key}", _("Write the time as 09:00, with 24 hours."))
    return read


def minutes(text, latest=DAY):
    """Minutes after midnight of "09:00", or None. "24:00" is midnight at the end of the day."""
    found = re.fullmatch(r"([0-9]{2}):([0-5][0-9])", text) if isinstance(text, str) else None
    read = int(found[1]) * 60 + int(found[2]) if found else None
    return read if read is not None and read <= latest else None


def clock(minutes):
    """ "09:00"; 1440 is "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def day_in(data, key, *, where="", may_lack=False):
    text = data.get(key)
    if text is None and may_lack:
        return None
    day = day_of(text)
    if day is None:
        raise HoursProblem(f"{where}{key}", _("Write the day as 2026-12-25."))
    return day


def day_of(text):
    """The date of "2026-12-25", or None."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def words(data, key, *, where=""):
    text = data.get(key)
    if text is not None and not isinstance(text, str):
        raise HoursProblem(f"{where}{key}", _("This is not text."))
    return text or ""


@cache
def public_holidays(country):
    """Days off in "GB" or "GB-SCT", filled in as years are asked for; None where the library knows none."""
    import holidays

    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", country):
        return None
    code, _dash, part = country.partition("-")
    try:
        return holidays.country_holidays(code, subdiv=part or None)
    except NotImplementedError:
        return None
