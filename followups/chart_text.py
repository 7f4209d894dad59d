"""The chart as plain text for the health record: lines of at most 76 columns, which every record system keeps."""

import textwrap

from django.utils import timezone
from django.utils.translation import gettext as _

from followups.paper_parts import parts_of
from followups.signed_words import on_the_wall

COLUMNS = 76


def of(chart, *, by=None, at=None):
    """The whole chart as text; `by` copies it `at` that moment, or nobody does: it goes into a file."""
    at = at or timezone.now()
    lines = [*head(chart), ""]
    for part in parts_of(chart):
        lines += [part.title.upper(), "-" * min(COLUMNS, len(part.title))]
        for row in part.rows:
            lines += row_lines(row, is_long=part.is_long)
        lines.append("")
    return "\n".join([*lines, *foot(chart, by=by, at=at)]) + "\n"


def head(chart):
    yield _("RECORD OF A DEPARTURE")
    if chart.is_practice:
        yield _("EXERCISE: NOBODY HERE IS REAL")
    yield from wrapped(_("Client: %(reference)s") % {"reference": chart.client or _("Not provided")})
    yield from wrapped(_("Began: %(when)s") % {"when": on_the_wall(chart.began_at, chart.zone)})
    yield from wrapped(_("Site: %(site)s") % {"site": chart.site})
    yield from wrapped(_("Times: on the clock of %(zone)s") % {"zone": chart.zone.key})
    if not chart.is_signed:
        yield from wrapped(_("There is no signed report yet."))


def foot(chart, *, by, at):
    if chart.is_signed:
        signed = _("Signed by %(name)s, %(when)s. Version %(version)s.")
        facts = {"name": chart.author, "when": on_the_wall(chart.signed_at, chart.zone), "version": chart.version}
        yield from wrapped(signed % facts)
        if chart.co_signed:
            co_signed = _("Co-signed by %(name)s, %(when)s.")
            facts = {"name": chart.co_signed.by, "when": on_the_wall(chart.co_signed.at, chart.zone)}
            yield from wrapped(co_signed % facts)
        yield f"SHA-256 {chart.content_hash}"
        if not chart.is_intact:
            yield from wrapped(_("The signed words are not what was signed. Tell your admin at once."))
    if by:
        copied = _("Copied on %(when)s by %(name)s.")
        yield from wrapped(copied % {"when": on_the_wall(at, chart.zone), "name": by.name})


def row_lines(row, *, is_long):
    if is_long:
        yield from wrapped(row.label)
        for line in row.words.splitlines():
            yield from wrapped(line, first="  ") or [""]
        return
    words = ": ".join(filter(None, [row.label, " ".join(row.words.split())]))
    yield from wrapped(words)


def wrapped(words, *, first=""):
    return textwrap.wrap(words, COLUMNS, initial_indent=first, subsequent_indent="  ")
