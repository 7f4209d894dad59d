"""One appointment or client that was found, or why it could not be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from resources.reading import Unreadable

__all__ = ["Found", "Unreadable", "fault_of_length"]

SHORTEST, LONGEST = 5, 600  # minutes, as a session allows
A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Found:
    """`title` is a calendar's heading, which says nothing yet; `references` are clients', as a list names them."""

    line: int
    starts_at: datetime | None = None
    planned_minutes: int | None = None
    title: str = ""
    references: tuple = ()
    preferred_name: str = ""
    age_band: str = "adult"
    format: str = "in_person"
    composition: str = "individual"
    room: str = ""
    key: str = ""
    reason: str = ""


def fault_of_length(minutes):
    if SHORTEST <= minutes <= LONGEST:
        return ""
    return _("It lasts %(minutes)s minutes. A session lasts 5 to 600.") % {"minutes": minutes}
