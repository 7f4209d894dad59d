"""Which kind of file it is, and its rows."""

from django.utils.translation import gettext as _

from resources.reading import files, texts
from sessions_app.intake import calendars, lists
from sessions_app.intake.found import Unreadable

MOST_BYTES = 5 * 2**20
MOST_ROWS = 2000
#: How files begin that hold no text: archives and workbooks, pictures, and what the directory refuses as well.
OTHER_KINDS = (b"PK", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"RIFF", *files.FOREIGN)


def read(data, *, zone, country, now):
    """(kind, rows) of the bytes of a calendar (.ics) or a list (CSV). Refuses with Unreadable, in words for people.

    Times without a zone are on the wall of `zone`. `country` decides whether 3/4 is in March or in April.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Send a shorter period."))
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    if is_something_else(data):
        raise Unreadable(_("This is neither a calendar (.ics) nor a list (CSV). Save the list as CSV and send that."))
    if calendars.is_calendar(data):
        kind, rows = "calendar", calendars.read(data, zone=zone, now=now)
    else:
        kind, rows = "list", lists.read(data, zone=zone, country=country, now=now)
    if not rows:
        raise Unreadable(_("There is nothing in it from yesterday on, for the next two months."))
    if len(rows) > MOST_ROWS:
        raise Unreadable(_("There are more than 2,000 rows in it. Send a shorter period."))
    return kind, rows


def is_something_else(data):
    """Whether it is no text at all, told by its bytes and not by its name."""
    is_text = 0 not in data[:4000] or texts.wide(data) or any(data.startswith(mark) for mark, _ in texts.MARKS)
    return data.startswith(OTHER_KINDS) or not is_text
