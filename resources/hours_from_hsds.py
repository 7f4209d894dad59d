"""HSDS schedules of versions 1 to 3, and Ohana's, read as opening hours. One that cannot be read leaves all unknown."""

import re
from datetime import timedelta

from django.utils.translation import gettext as _

from resources import hours_to_hsds as ours
from resources import schedule_fields as fields
from resources.hours import CLOSED, WEEKLY, Exceptional, Hours, HoursProblem, one_line
from resources.schedule_fields import Unread
from resources.wall_times import known_zone

LONGEST_CLOSURE = 366  # days that one holiday schedule may name


def from_hsds(schedules, *, zone="", holiday_schedules=()):
    """(Hours, what is to be said of them in plain words) of the schedules of one service, as dicts.

    Understood are weekday, opens_at and closes_at (HSDS 1 and 2, Ohana), byday with freq WEEKLY (HSDS 3), one dated
    schedule for an exception, and `holiday_schedules`. `zone` is the IANA zone of the service where the schedules
    name none: an offset is no zone. If anything cannot be read, the hours are unknown and the list says why: with a
    schedule left out, its days would be shown as closed.
    """
    found, problems = Found(zone), []
    for name, rows, add in (
        (_("Schedule"), schedules, found.add),
        (_("Holiday schedule"), holiday_schedules, found.add_holidays),
    ):
        for number, row in enumerate(rows, start=1):
            try:
                add(fields.filled(row))
            except Unread as why:
                problems.append(f"{name} {number}: {why}")
    try:
        hours = found.hours()
    except (Unread, HoursProblem) as why:
        problems.append(str(why))
    return (Hours(), problems) if problems else (hours, found.warnings(hours))


class Found:
    """What the schedules have said so far."""

    def __init__(self, zone):
        self.zone = zone
        self.week, self.dates, self.validity, self.facts = [], {}, set(), {}
        self.speaks_of_holidays = False

    def add(self, row):
        row = fields.straightened(row)
        self.read_notes(row)
        days = fields.days(row)
        window = fields.window(row, self.facts.get("zone", self.zone))
        if days and window:
            self.validity.add(fields.validity(row))
            self.week += [(day, window) for day in days]
        elif days:
            refuse_words_without_times(row)
        elif on := fields.only_day(row):
            self.except_on(on, window, note_of(row))
        elif window:
            raise Unread(_("It does not say on which days."))

    def except_on(self, on, window, note):
        windows, notes = self.dates.setdefault(on, (set(), []))
        windows.add(window)
        notes.append(note)
        if None in windows and len(windows) > 1:
            raise Unread(_("%(day)s is both open and closed.") % {"day": on.isoformat()})

    def add_holidays(self, row):
        first, last = fields.date_in(row, "start_date"), fields.date_in(row, "end_date")
        if first is None:
            raise Unread(_("It has no start_date."))
        last = last or first
        if not timedelta() <= last - first < timedelta(days=LONGEST_CLOSURE):
            raise Unread(_("It ends before it begins, or lasts more than a year."))
        window = fields.holiday_window(row, self.facts.get("zone", self.zone))
        for offset in range((last - first).days + 1):
            self.except_on(first + timedelta(days=offset), window, one_line(row.get("description", "")))

    def read_notes(self, row):
        """Keep what `to_hsds` wrote in words."""
        notes = row.get("notes", "").split("\n")
        for line in notes:
            for key, start in {"zone": ours.ZONE, "from": ours.FROM, "to": ours.TO, "holidays": ours.HOLIDAYS}.items():
                if line.startswith(start):
                    self.keep(key, line.removeprefix(start).strip())
        words = row.get("description", "") + row.get("notes", "")
        is_our_word = "holidays" in self.facts
        self.speaks_of_holidays |= bool(re.search("holiday", words, re.IGNORECASE)) and not is_our_word

    def keep(self, key, text):
        if self.facts.setdefault(key, text) != text:
            raise Unread(_("It says %(text)s, another schedule says something else.") % {"text": text})

    def hours(self):
        """The Hours all of it makes; unknown where nothing was said."""
        if not self.week and not self.dates:
            return Hours()
        if len(self.validity) > 1:
            raise Unread(_("The schedules are valid at different times of the year."))
        own_dates = (fields.date_in(self.facts, "from"), fields.date_in(self.facts, "to"))
        valid_from, valid_to = next(iter(self.validity), own_dates)
        holidays, country = self.holidays()
        hours = Hours(
            WEEKLY,
            zone=self.facts.get("zone", self.zone),
            weekly=tuple(sorted(set(self.week))),
            exceptions=tuple(self.exceptions()),
            valid_from=valid_from,
            valid_to=valid_to,
            holidays=holidays,
            holiday_country=country,
        )
        is_always = hours.is_always_by_its_windows() and "zone" not in self.facts
        return Hours.of({"kind": "always"} if is_always else hours.as_json())

    def exceptions(self):
        for on, (windows, notes) in sorted(self.dates.items()):
            note = next((each for each in notes if each), "")
            yield Exceptional(on, tuple(sorted(windows - {None})), note)

    def holidays(self):
        said = re.fullmatch(rf"({CLOSED}|{ours.HOLIDAYS_DIFFER}) \((\S+)\)", self.facts.get("holidays", ""))
        return (CLOSED if said[1] == CLOSED else None, said[2]) if said else (None, "")

    def warnings(self, hours):
        """What a person should look at although the hours were read."""
        found = []
        if hours.kind == WEEKLY and not known_zone(hours.zone):
            found.append(_("The time zone is not known: until it is, these hours are shown as not known."))
        if self.speaks_of_holidays:
            found.append(_("It says something about holidays that was not read."))
        return found


def refuse_words_without_times(row):
    """Days with nothing beside them are days without opening, as some exports list them; with words they are not."""
    if row.get("description") or row.get("notes"):
        raise Unread(_("It names days and no times."))


def note_of(row):
    """The note of a dated schedule: ours, else its description."""
    for line in row.get("notes", "").split("\n"):
        if line.startswith(ours.NOTE):
            return one_line(line.removeprefix(ours.NOTE))
    description = row.get("description", "")
    return "" if description.startswith((ours.ONLY_THEN, ours.CLOSED_THEN)) else one_line(description)
