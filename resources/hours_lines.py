"""Opening hours as lines of text that a person can edit, and such lines as hours."""

import re

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from resources.hours import DAY, Exceptional, Window, day_of, minutes, one_line
from resources.hours_text import NUMBERS, Unclear, days_between, days_named

DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")
TWO_TIMES = re.compile(rf"([0-9]{{1,2}}:[0-9]{{2}}){DASH.pattern}([0-9]{{1,2}}:[0-9]{{2}})")


def read(text, line_read):
    """What `line_read` makes of every line that is not empty. Errors name the line; all of them are told at once."""
    found, errors = [], []
    for number, line in enumerate((" ".join(each.split()) for each in text.splitlines()), start=1):
        try:
            found += [line_read(line)] if line else []
        except ValidationError as error:
            errors.append(
                ValidationError(
                    _("Line %(number)s, “%(line)s”: %(why)s"),
                    params={"number": number, "line": line, "why": error.messages[0]},
                )
            )
    if errors:
        raise ValidationError(errors)
    return found


def weekly_line(line):
    """[(day, window)] of "Mon-Fri 09:00-17:00"."""
    parts = re.fullmatch(r"(\D+?):?\s+([0-9].*)", line)
    if not parts:
        raise ValidationError(_("Write the days, then the times, such as Mon-Fri 09:00-17:00."))
    return [(day, window) for day in days_of(parts[1]) for window in windows_of(parts[2])]


def days_of(text):
    """The days by their English names, or by those in which this page is shown."""
    own = own_days(text)
    if own:
        return own
    try:
        return days_named(text)
    except Unclear:
        raise ValidationError(_("The days cannot be read. Write Mon-Fri, or Mon, Wed, or every day.")) from None


def own_days(text):
    """The days named in the language of the page, or nothing."""
    lists = (WEEKDAYS_ABBR, WEEKDAYS)
    own = {str(name).lower().rstrip("."): day + 1 for names in lists for day, name in names.items()}
    found = []
    for item in re.split(r"\s*,\s*", text.lower()):
        first, *last = [{**NUMBERS, **own}.get(name.strip().rstrip(".")) for name in DASH.split(item)]
        if None in (first, *last) or len(last) > 1:
            return []
        found += days_between(first, *(last or [first]))
    return found


def windows_of(text):
    return [window_of(part) for part in re.split(r"\s*[,;]\s*", text.strip(" ,;"))]


def window_of(text):
    ends = TWO_TIMES.fullmatch(text)
    if not ends:
        raise ValidationError(_("Write the times with 24 hours, such as 09:00-17:00."))
    opens, closes = minutes(ends[1].zfill(5), DAY - 1), minutes(ends[2].zfill(5))
    if opens is None or closes is None:
        raise ValidationError(_("There is no such time of day."))
    if opens == closes:
        raise ValidationError(_("It opens and closes at the same time. A whole day is 00:00-24:00."))
    return Window.between(opens, closes)


def exception_line(line):
    """Exceptional of "2026-12-24 10:00-14:00 (note)" or "2026-12-25 closed"."""
    parts = re.fullmatch(r"(\S+)\s+([^()]*?)\s*(?:\((.*)\))?", line)
    day = day_of(parts[1]) if parts else None
    if day is None:
        raise ValidationError(_("Begin with the day, such as 2026-12-25, then closed or the times."))
    is_closed = parts[2].lower() in ("closed", str(_("closed")).lower())
    return Exceptional(day, () if is_closed else tuple(sorted(set(windows_of(parts[2])))), one_line(parts[3] or ""))


def week_lines(hours):
    """A line for each run of days that share all their windows."""
    days = {}
    for day, window in hours.weekly:
        days.setdefault(day, []).append(window)
    runs = []
    for day, windows in sorted(days.items()):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == windows:
            runs[-1][1] = day
        else:
            runs.append([day, day, windows])
    for first, last, windows in runs:
        named = str(WEEKDAYS_ABBR[first - 1]) + (f"-{WEEKDAYS_ABBR[last - 1]}" if last > first else "")
        yield f"{named} {', '.join(map(written, windows))}"


def exception_as_line(exception):
    times = ", ".join(map(written, exception.windows)) or _("closed")
    return f"{exception.on.isoformat()} {times}" + (f" ({exception.note})" if exception.note else "")


def written(window):
    shown = window.as_json()
    return f"{shown['opens']}-{shown['closes']}"
