"""Which kind of file it is, and its rows."""

from django.utils.translation import gettext as _

from sessions_app.intake import calendars, lists
from sessions_app.intake.found import Unreadable

MOST_BYTES = 5 * 2**20
MOST_ROWS = 2000


def read(data, *, zone, country, now):
    """(kind, rows) of the bytes of a calendar (.ics) or a list (CSV). Refuses with Unreadable, in words for people.

    Times without a zone are on the wall of `zone`. `country` decides whether 3/4 is in March or in April.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Send a shorter period."))
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    if calendars.is_calendar(data):
        kind, rows = "calendar", calendars.read(data, zone=zone, now=now)
    else:
        kind, rows = "list", lists.read(data, zone=zone, country=country, now=now)
    if not rows:
        raise Unreadable(_("There is nothing in it from yesterday on, for the next two months."))
    if len(rows) > MOST_ROWS:
        raise Unreadable(_("There are more than 2,000 rows in it. Send a shorter period."))
    return kind, rows
