"""Clients and sessions in a list (CSV) whose first line names its columns."""

import re
from datetime import datetime

from django.utils.translation import gettext as _

from resources import wall_times
from resources.reading import tables, texts
from sessions_app.intake.found import A_YEAR, Found, Unreadable, fault_of_length
from sessions_app.models import AgeBand, Composition, Format

USUAL_MINUTES = 50
#: What a column may be called, in the languages of the interface.
COLUMNS = {
    "reference": ["reference", "client", "client reference", "client id", "id", "referencia", "cliente"],
    "preferred_name": ["preferred name", "name", "nombre", "nombre preferido"],
    "age_band": ["age", "age band", "edad"],
    "day": ["date", "day", "fecha", "día"],
    "time": ["time", "start", "starts", "start time", "begin", "hora", "inicio"],
    "end": ["end", "ends", "end time", "fin", "final"],
    "minutes": ["minutes", "length", "duration", "minutos", "duración"],
    "format": ["format", "how", "type", "formato"],
    "composition": ["with", "with whom", "composition", "con quién"],
    "room": ["room", "sala"],
}
DAYS = ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d"]
MONTH_FIRST, DAY_FIRST = ["%m/%d/%Y", "%m/%d/%y"], ["%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"]
TIMES = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p", "%H.%M"]
FORMATS = {
    Format.IN_PERSON: ["in person", "office", "face to face", "presencial"],
    Format.VIDEO: ["video", "online", "vídeo", "en línea"],
    Format.PHONE: ["phone", "telephone", "teléfono"],
    Format.HOME_VISIT: ["home visit", "home", "domicilio"],
}
COMPOSITIONS = {
    Composition.INDIVIDUAL: ["individual", "one"],
    Composition.COUPLE: ["couple", "pareja"],
    Composition.FAMILY: ["family", "familia"],
    Composition.GROUP: ["group", "grupo"],
}
LONGEST = {"preferred_name": 80, "room": 40}
LONGEST_REFERENCE, MOST_REFERENCES = 30, 30
CHILD, GROWN_UP = 13, 18


class Fault(ValueError):
    """Why a line cannot be taken over, in words."""


def read(data, *, zone, country, now):
    """A row for each line that says something. Refuses with Unreadable when no column is known."""
    table = tables.of_text(data, "list")
    columns = known_columns(table.columns)
    if "reference" not in columns and not {"day", "time"} <= set(columns):
        known = ", ".join(["Reference", "Date", "Time", "Minutes", "Format", "Room", "Preferred name", "Age"])
        raise Unreadable(_("No column is called Reference, or Date and Time. The columns may be: %s.") % known)
    patterns = [*DAYS, *(MONTH_FIRST if country == "US" else DAY_FIRST)]
    rows = []
    for record in table.records:
        cells = {name: record.cells[at].strip() for name, at in columns.items() if at < len(record.cells)}
        if record.fault:
            rows.append(Found(record.line, reason=str(record.fault)[:255]))
        elif any(cells.values()):
            rows.append(row_of(cells, record.line, patterns=patterns, zone=zone, now=now))
    return rows


def known_columns(names):
    """{what it says: its place}, of the columns that are known; the first of two wins."""
    known = {}
    for at, name in enumerate(names):
        if what := meant(name, COLUMNS):
            known.setdefault(what, at)
    return known


def meant(words, vocabulary):
    """What the words stand for in {meaning: what it may be called}, however they are written; None if nothing."""
    asked = texts.word(words)
    return next((meaning for meaning, called in vocabulary.items() if asked in map(texts.word, called)), None)


def row_of(cells, line, *, patterns, zone, now):
    try:
        facts = {name: short(cells, name) for name in LONGEST}
        references = references_of(cells.get("reference", ""))
        facts |= {"age_band": age(cells.get("age_band", "")), "composition": composition_of(cells, references)}
        facts |= {"format": format_of(cells.get("format", "")), "references": references}
        starts_at = moment(cells, patterns, zone)
        if starts_at is None and not references:
            raise Fault(_("It names neither a client nor a time."))
        if starts_at and abs(starts_at - now) > A_YEAR:
            raise Fault(_("It is more than a year away. Check the date."))
        minutes = length(cells) if starts_at else None
        return Found(line, starts_at=starts_at, planned_minutes=minutes, **facts)
    except Fault as fault:
        return Found(line, title=cells.get("reference", "")[:LONGEST_REFERENCE], reason=str(fault)[:255])


def references_of(words):
    """The clients a line names; several are parted by semicolons."""
    references = tuple(dict.fromkeys(filter(None, (each.strip() for each in words.split(";")))))
    if len(references) > MOST_REFERENCES:
        raise Fault(_("It names more than 30 clients."))
    if long := next((each for each in references if len(each) > LONGEST_REFERENCE), None):
        raise Fault(
            _("“%(start)s…” is longer than %(most)s letters.") % {"start": long[:15], "most": LONGEST_REFERENCE}
        )
    return references


def composition_of(cells, references):
    """With whom, as said. Two clients may be a couple, a family or a group: that is not for a program to guess."""
    words = cells.get("composition", "")
    found = meant(words, COMPOSITIONS) if words else Composition.INDIVIDUAL
    if found is None:
        raise Fault(_("“%s” is not known. Write: individual, couple, family or group.") % words[:40])
    if len(references) > 1 and found == Composition.INDIVIDUAL:
        raise Fault(_("Several clients: say couple, family or group in a column called With."))
    return found


def short(cells, name):
    value = cells.get(name, "")
    if len(value) > LONGEST[name]:
        raise Fault(_("“%(start)s…” is longer than %(most)s letters.") % {"start": value[:15], "most": LONGEST[name]})
    return value


def moment(cells, patterns, zone):
    """When it begins, in UTC; None for a line that names only a client."""
    day, time = cells.get("day", ""), cells.get("time", "")
    if not day and not time:
        return None
    both = re.fullmatch(r"(\S+)[T ]+(.+)", day) if day and not time else None
    day, time = both.groups() if both else (day, time)
    if not day or not time:
        raise Fault(_("The time of day is missing.") if day else _("The date is missing."))
    on = parsed(day, patterns, _("“%s” is not a date that can be read. Write 2026-12-01."))
    at = parsed(time.upper(), TIMES, _("“%s” is not a time that can be read. Write 14:30."))
    starts_at = wall_times.exact(datetime.combine(on.date(), at.time(), tzinfo=zone), zone)
    if starts_at is None:
        raise Fault(_("The clock jumps over this time that night."))
    return starts_at


def parsed(words, patterns, complaint):
    for pattern in patterns:
        try:
            return datetime.strptime(words, pattern)  # noqa: DTZ007 (a wall time; the zone comes with `on_the_wall`)
        except ValueError:
            continue
    raise Fault(complaint % words[:40])


def length(cells):
    """In minutes: said, or from the end, or as usual."""
    if words := cells.get("minutes"):
        if not words.isascii() or not words.isdigit():
            raise Fault(_("“%s” is not a number of minutes.") % words[:40])
        minutes = int(words[:6])
    elif words := cells.get("end"):
        complaint = _("“%s” is not a time that can be read. Write 14:30.")
        start, end = (parsed(each.upper(), TIMES, complaint) for each in (cells.get("time", ""), words))
        minutes = int((end - start).total_seconds() // 60)
    else:
        minutes = USUAL_MINUTES
    if fault := fault_of_length(minutes):
        raise Fault(fault)
    return minutes


def age(words):
    """An age in years, or a band as Doorway names it."""
    if not words:
        return AgeBand.ADULT
    if words.isascii() and words.isdigit():
        years = int(words[:3])
        return AgeBand.UNDER_13 if years < CHILD else AgeBand.TEEN if years < GROWN_UP else AgeBand.ADULT
    if (band := meant(words, {band: [band, str(band.label)] for band in AgeBand})) is None:
        raise Fault(_("“%s” is not an age. Write the years, or: adult.") % words[:40])
    return band


def format_of(words):
    found = meant(words, FORMATS) if words else Format.IN_PERSON
    if found is None:
        raise Fault(_("“%s” is not a format. Write: in person, video, phone or home visit.") % words[:40])
    return found
