"""How somebody wants Doorway to be: language, light or dim screen, and the clock on their wall.

It is kept with the account, so that every device has it. Cookies carry language and theme to pages of nobody's: signing
in, and errors.
"""

import zoneinfo
from datetime import UTC
from functools import cache
from itertools import groupby

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit

THEMES = ["auto", "light", "dim"]
ALSO_OFFERED = {"UTC"}
REGIONS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"),
}


class UnknownZone(ValueError):
    """A time zone that Doorway or its database does not know."""


def choose_language(person, code):
    """Pages and mails come in that language from now on; one that is not offered is the one Doorway was written in."""
    code = code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    choose(person, "language", code, action="language_chosen")


def choose_theme(person, theme):
    """Unknown: as the device says."""
    choose(person, "theme", theme if theme in THEMES else "auto", action="theme_chosen")


def choose_time_zone(person, name):
    """Times are shown to `person` as that zone has them; "" is that of their site. Raises UnknownZone.

    What is due stays due at the same moment. When the day's numbers come next is settled already; after that, they
    come at the same hour on the new wall. Days of supervision and training begin and end at its midnight.
    """
    if name and not is_known(name):
        raise UnknownZone(name)
    choose(person, "time_zone", name, action="time_zone_chosen")


@transaction.atomic
def choose(person, field, value, *, action):
    """Only the person themselves chooses, so that `by` is `person`. Saying it again changes nothing."""
    before = getattr(person, field)
    if value == before:
        return
    setattr(person, field, value)
    person.save(update_fields=[field])
    audit.record(action, person, by=person, chosen=value, before=before)


def is_known(name):
    """Whether both clocks know it: ours shows times, and the database's says which day it is for whom."""
    if name not in zoneinfo.available_timezones():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %s)", [name])
        return cursor.fetchone()[0]


def zones(*, searched="", kept=""):
    """What is offered, by part of the world: [(part, [(name, place and its time now)])]. `kept` is offered always."""
    words = searched.lower().replace("_", " ").split()
    found = [each for each in offered() if each == kept or all(word in spoken(each).lower() for word in words)]
    if kept and kept not in found:
        found.append(kept)
    now = timezone.now().astimezone(UTC)
    parts = groupby(found, key=lambda name: name.partition("/")[0])
    return [(part, [(name, f"{place(name)}, {on_wall(name, now)}") for name in names]) for part, names in parts]


@cache
def offered():
    """Read from the disk once: it knows as many as were there when this program began."""
    return sorted(each for each in zoneinfo.available_timezones() if is_offered(each))


def is_offered(name):
    return name in ALSO_OFFERED or ("/" in name and name.partition("/")[0] in REGIONS)


def spoken(name):
    return name.replace("_", " ").replace("/", " ")


def place(name):
    """Without its part of the world: "Argentina, Salta"."""
    return (name.partition("/")[2] or name).replace("_", " ").replace("/", ", ")


def on_wall(name, now):
    return now.astimezone(zoneinfo.ZoneInfo(name)).strftime("%H:%M")
