"""The fields of one schedule as publishers fill them in: days, times, dates, and what makes it repeat otherwise."""

import re
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from resources import hours_to_hsds as ours
from resources.hours import DAY, Window, day_of
from resources.hours_text import EVERY, Reading, Unclear, days_named, plain_window
from resources.wall_times import known_zone

BLANK = {"", "none", "null", "n/a"}
OTHER_RHYTHMS = ["count", "byweekno", "bymonthday", "byyearday"]
MISPLACED = [("dtstart", "until"), ("valid_from", "valid_to")]  # where some put the times of day
TIME = r"[0-9]{1,2}(?:[:.][0-9]{2})?(?::[0-9]{2}(?:\.[0-9]+)?)?\s*(?:[ap]\.?m\.?)?"
OFFSET = r"(?:z|[+-][0-9]{2}(?::?[0-9]{2})?)"
ALL_DAY = re.compile(r"(?:open )?24 ?-?(?:hours|hrs|h)(?: a day)?|all day", re.IGNORECASE)
OLDEST_YEAR = 1900  # an older one stands for "every year" in Ohana's files


class Unread(ValueError):
    """A schedule that cannot be read without guessing. Its message is for people."""


def filled(row):
    """The fields that say something, as text without outer spaces."""
    texts = {str(key): str(value).strip() for key, value in row.items() if isinstance(value, (str, int, float))}
    return {key: text for key, text in texts.items() if text.lower() not in BLANK}


def straightened(row):
    """The same with times of day, and names of days, moved from where they do not belong to where they do."""
    row = dict(row)
    for start, end in MISPLACED:
        if "opens_at" not in row and is_time_of_day(row.get(start, "")):
            row["opens_at"] = row.pop(start)
            if is_time_of_day(row.get(end, "")):
                row["closes_at"] = row.pop(end)
    if "byday" not in row and re.fullmatch(r"[A-Za-z]+day", row.get("freq", "")):
        row["byday"] = row.pop("freq")
    return row


def is_time_of_day(text):
    return bool(ALL_DAY.fullmatch(text) or re.fullmatch(TIME, text, re.IGNORECASE)) and not text.isdecimal()


def days(row):
    """The weekdays it repeats on, Monday as 1; none for a schedule without. Every other rhythm is Unread."""
    freq = row.get("freq", "").upper()
    is_weekly = freq in ("", "WEEKLY", "DAILY") and row.get("interval", "1") in ("1", "1.0")
    if not is_weekly or any(key in row for key in OTHER_RHYTHMS):
        raise Unread(_("It does not repeat every week."))
    lists = [set(weekdays(row[key])) for key in ("byday", "weekday") if key in row]
    if len(lists) == 2 and lists[0] != lists[1]:  # noqa: PLR2004
        raise Unread(_("Its byday and its weekday differ."))
    if freq and not lists and freq != "DAILY":
        raise Unread(_("It does not say on which days."))
    return sorted(lists[0]) if lists else list(EVERY) if freq else []


def weekdays(text):
    if re.fullmatch(r"[1-7](\s*[,;]\s*[1-7])*", text):
        return [int(each) for each in re.findall(r"[1-7]", text)]
    try:
        return days_named(text)
    except Unclear:
        raise Unread(_("“%(text)s” does not name days of every week.") % {"text": text}) from None


def window(row, zone):
    """The window between opens_at and closes_at, or None where neither says anything."""
    opens, closes = row.get("opens_at", ""), row.get("closes_at", "")
    if ALL_DAY.fullmatch(opens) and (not closes or ALL_DAY.fullmatch(closes)):
        return Window(0, DAY)
    if not opens and not closes:
        return None
    if not opens or not closes:
        raise Unread(_("It has only one of opening and closing time."))
    refuse_other_offset(row.get("timezone", ""), zone)
    description = row.get("description", "")
    is_exact = ours.NEXT_DAY in description or ours.MINUTE_BEFORE in description
    try:
        return between(time_in(opens, zone), time_in(closes, zone), is_exact=is_exact)
    except Unclear:
        raise Unread(_("From “%(opens)s” to “%(closes)s” could be more than one thing.") % row_times(row)) from None


def row_times(row):
    return {"opens": row["opens_at"], "closes": row["closes_at"]}


def between(opens, closes, *, is_exact):
    if is_exact and opens.minutes != closes.minutes:
        return Window.between(opens.minutes, closes.minutes)
    found = plain_window(opens, closes)
    if bool(opens.half) != bool(closes.half) and found.is_past_midnight:
        raise Unclear  # "9am" to "03:00": one of the two is a slip
    return found


def time_in(text, zone):
    """A time of day; without am or pm it has 24 hours. Its offset must be one of the zone's."""
    parts = re.fullmatch(rf"({TIME})\s*({OFFSET})?", text, re.IGNORECASE)
    if not parts:
        return Reading.of(text.lower())
    refuse_other_offset(parts[2] or "", zone)
    return Reading.of(parts[1].strip().lower())


def refuse_other_offset(text, zone_name):
    """An offset is no zone, but it may contradict one. A zone by name in its place is left to the caller."""
    offset, zone = offset_of(text), known_zone(zone_name)
    if offset is None or zone is None:
        return
    year = timezone.now().year
    if offset not in {datetime(year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13)}:
        raise Unread(_("Its times are for UTC%(offset)s, which %(zone)s never has.") % {"offset": text, "zone": zone})


def offset_of(text):
    """The offset of "Z", "-05:00", "+0530" or the standard's number of hours "5.5", or None."""
    if text.lower() == "z":
        return timedelta()
    if parts := re.fullmatch(r"([+-])([0-9]{2}):?([0-9]{2})?", text):
        size = timedelta(hours=int(parts[2]), minutes=int(parts[3] or 0))
        return -size if parts[1] == "-" else size
    return timedelta(hours=float(text)) if re.fullmatch(r"[+-]?[0-9]{1,2}(\.[0-9]+)?", text) else None


def validity(row):
    """(first day, last day): the later of valid_from and dtstart, the earlier of valid_to and until."""
    starts = [day for key in ("valid_from", "dtstart") if (day := date_in(row, key))]
    ends = [day for key in ("valid_to", "until") if (day := date_in(row, key))]
    return max(starts, default=None), min(ends, default=None)


def only_day(row):
    """The one day of a dated schedule, or None for one without dates."""
    first, last = validity(row)
    if first is None and last is None:
        return None
    if first is None or (last or first) != first or (last is None and "dtstart" not in row):
        raise Unread(_("It names dates without days of the week."))
    return first


def date_in(row, key):
    """The date of that field, None if it is empty. Raises Unread for one that has more than one meaning."""
    text = row.get(key, "")
    if not text:
        return None
    day = day_of(text[:10]) if re.fullmatch(r"\S{10}(T.*)?", text) else None
    day = day or in_words(text) or with_slashes(text)
    if day is None:
        raise Unread(_("The date “%(text)s” cannot be read. Write it as 2026-12-25.") % {"text": text})
    if day.year < OLDEST_YEAR:
        raise Unread(_("“%(text)s” means a day of every year. Name the dates of the coming years.") % {"text": text})
    return day


def in_words(text):
    for form in ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def with_slashes(text):
    """The date of "12/24/2015" or "24/12/2015"; None where day and month could be each other."""
    parts = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    if not parts:
        return None
    first, second, year = (int(part) for part in parts.groups())
    try:
        readings = {date(year, *pair) for pair in ((first, second), (second, first)) if pair[0] <= 12}  # noqa: PLR2004
    except ValueError:
        return None
    return readings.pop() if len(readings) == 1 else None


def holiday_window(row, zone):
    """The window of a holiday schedule, None if it says closed."""
    is_closed = row.get("closed", "").lower() in ("true", "t", "yes", "y", "1")
    found = window(row, zone)
    if is_closed == bool(found):
        raise Unread(_("It must be either closed or have opening and closing times."))
    return found
