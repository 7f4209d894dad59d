"""Opening hours as HSDS 3.1 schedules. What the standard has no field for stands in words that are read back."""

from resources.hours import ALWAYS, CLOSED, DAY, WEEKLY, Window, clock

CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
WHOLE_DAY = {"opens_at": "00:00", "closes_at": "23:59"}  # the standard's guidance for a day without end
NEXT_DAY = "Closes the next day."
MINUTE_BEFORE = "Closes at 23:59, a minute before midnight."
ONLY_THEN, CLOSED_THEN = "On this day only.", "Closed on this day."
ZONE, NOTE, HOLIDAYS, FROM, TO = "Time zone: ", "Note: ", "Public holidays: ", "Valid from: ", "Valid to: "
HOLIDAYS_DIFFER = "may differ"


def to_hsds(hours):
    """A list of schedule objects without ids, empty for unknown hours. `from_hsds` makes the same hours of them.

    Always is seven whole days. A window past midnight stays one. An exception is a schedule of its own, valid on
    its day only and without a frequency. Times are wall times of the zone that `notes` names.
    """
    if hours.kind == ALWAYS:
        return [{**weekly_row(range(1, 8), Window(0, DAY)), "description": "Open all day, every day."}]
    if hours.kind != WEEKLY:
        return []
    return [*weekly_rows(hours), *(row for each in hours.exceptions for row in dated_rows(each, hours))]


def weekly_rows(hours):
    dates = {"valid_from": hours.valid_from, "valid_to": hours.valid_to}
    dates = {key: day.isoformat() for key, day in dates.items() if day}
    for window in sorted({window for _day, window in hours.weekly}):
        days = [day for day, other in hours.weekly if other == window]
        yield {**dates, **weekly_row(days, window), **said(description=remark(window), notes="\n".join(facts(hours)))}


def weekly_row(days, window):
    return {"freq": "WEEKLY", "interval": 1, "byday": ",".join(CODES[day - 1] for day in days), **times(window)}


def dated_rows(exception, hours):
    day = exception.on.isoformat()
    dates = {"valid_from": day, "valid_to": day, "dtstart": day}
    notes = [*facts(hours), *validity(hours), *([NOTE + exception.note] if exception.note else [])]
    for window in exception.windows:
        description = f"{ONLY_THEN} {remark(window)}".strip()
        yield {**dates, **times(window), **said(description=description, notes="\n".join(notes))}
    if not exception.windows:
        yield {**dates, **said(description=CLOSED_THEN, notes="\n".join(notes))}


def times(window):
    if window.is_whole_day:
        return WHOLE_DAY
    return {"opens_at": clock(window.opens), "closes_at": clock(window.closes % DAY)}


def remark(window):
    if window.is_past_midnight:
        return NEXT_DAY
    return MINUTE_BEFORE if window == Window(0, DAY - 1) else ""


def facts(hours):
    """What holds for all schedules of these hours, a line each."""
    if hours.zone:
        yield ZONE + hours.zone
    if hours.holiday_country:
        yield f"{HOLIDAYS}{CLOSED if hours.holidays else HOLIDAYS_DIFFER} ({hours.holiday_country})"


def validity(hours):
    """The dates of the hours as a whole, where no weekly schedule carries them."""
    if hours.valid_from and not hours.weekly:
        yield FROM + hours.valid_from.isoformat()
    if hours.valid_to and not hours.weekly:
        yield TO + hours.valid_to.isoformat()


def said(**texts):
    """Empty fields are left out: the standard refuses null."""
    return {key: text for key, text in texts.items() if text}
