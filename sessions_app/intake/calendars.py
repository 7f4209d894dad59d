"""Appointments in a calendar file (RFC 5545), repeated ones each for itself."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import recurring_ical_events
from django.utils.translation import gettext as _
from icalendar import Calendar

from resources import wall_times
from sessions_app.intake.found import Found, Unreadable, fault_of_length

BEHIND, AHEAD = timedelta(days=1), timedelta(days=60)
ONLINE = ("zoom.us", "teams.microsoft", "teams.live", "meet.google", "webex", "doxy.me", "whereby", "attend anywhere")
LONGEST_TITLE, LONGEST_KEY = 200, 255
#: Appointments repeat by days. What repeats by the second is no appointment, and would be counted out for minutes.
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
FINER_THAN_DAYS = {"BYHOUR", "BYMINUTE", "BYSECOND"}
EARLIEST = date(1970, 1, 1)  # a series is counted from its first day on
SECONDS = 10  # for taking all series apart
MOST_FOUND = 5000  # more than can be taken over; found.MOST_ROWS says so in words


def is_calendar(data):
    return b"BEGIN:VCALENDAR" in data[:2000].upper()


def read(data, *, zone, now):
    """What lies between yesterday and sixty days from `now`, in the order of time. Refuses with Unreadable."""
    try:
        calendar = Calendar.from_ical(data)
        calendar.subcomponents = [each for each in calendar.subcomponents if is_countable(each)]
        events = apart(recurring_ical_events.of(calendar, skip_bad_series=True), now - BEHIND, now + AHEAD)
    except Unreadable:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as broken:
        raise Unreadable(_("This calendar cannot be read. Export it once more from your calendar program.")) from broken
    rows = [found(event, number, zone) for number, event in enumerate(events, start=1)]
    return sorted(rows, key=lambda row: (row.starts_at or now, row.line))


def is_countable(component):
    """Whether it can be taken apart in a bounded time; zones and other parts always can."""
    rules = component.get("RRULE") or []
    rules = rules if isinstance(rules, list) else [rules]
    begins = component["DTSTART"].dt if "DTSTART" in component else EARLIEST
    is_old = (begins.date() if isinstance(begins, datetime) else begins) < EARLIEST
    return component.name != "VEVENT" or (not (rules and is_old) and all(map(is_by_days, rules)))


def is_by_days(rule):
    words = {str(name).upper(): value for name, value in rule.items()}
    return {str(each).upper() for each in words.get("FREQ", [])} <= FREQUENCIES and not FINER_THAN_DAYS & words.keys()


def apart(query, start, end):
    """Each appointment of each series between the two moments. Refuses with Unreadable what takes too long."""
    events, until = [], time.monotonic() + SECONDS
    for series in query.series:
        with suppress(*query.suppressed_errors):
            events += [each.as_component(False) for each in series.between(start, end)]
        if time.monotonic() > until or len(events) > MOST_FOUND:
            raise Unreadable(_("There are too many appointments in it. Send a shorter period."))
    return events


def found(event, number, zone):
    """One appointment; with a reason where it is none, or none that can be a session."""
    title = " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_TITLE]
    start = event.get("DTSTART") and event["DTSTART"].dt
    if not isinstance(start, datetime):
        return Found(number, title=title, reason=_("It has no time of day."))
    starts_at = start.astimezone(UTC) if start.tzinfo else wall_times.exact(start.replace(tzinfo=zone), zone)
    if starts_at is None:
        return Found(number, title=title, reason=_("The clock jumps over this time that night."))
    minutes = length_of(event, start)
    reason = _("It was called off in the calendar.") if str(event.get("STATUS", "")).upper() == "CANCELLED" else ""
    return Found(
        number,
        starts_at=starts_at,
        planned_minutes=minutes,
        title=title or _("(no heading)"),
        format=format_of(event),
        key=key_of(event, starts_at),
        reason=reason or fault_of_length(minutes),
    )


def length_of(event, start):
    """Whole minutes; none when the calendar does not say when it ends."""
    if "DTEND" in event and isinstance(event["DTEND"].dt, datetime):
        end = event["DTEND"].dt
        if bool(end.tzinfo) == bool(start.tzinfo):
            return int((end - start).total_seconds() // 60)
    return int(event["DURATION"].dt.total_seconds() // 60) if "DURATION" in event else 0


def format_of(event):
    """Video, if the appointment leads to a room on the network; else in person, which a person can change."""
    words = " ".join(str(event.get(name, "")) for name in ("LOCATION", "URL", "CONFERENCE", "DESCRIPTION")).lower()
    return "video" if any(each in words for each in ONLINE) else "in_person"


def key_of(event, starts_at):
    """The calendar's name for it. One of a series is told apart by when it was to be, so a moved one stays itself."""
    again = event.get("RECURRENCE-ID")
    when = again.dt if again else starts_at
    return f"{event.get('UID', '')}#{when.isoformat()}"[-LONGEST_KEY:] if event.get("UID") else ""
