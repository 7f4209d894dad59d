"""Entries of the trail as a table: times in UTC, words that no spreadsheet takes for a formula."""

from datetime import UTC

from django.utils.translation import gettext as _

from resources.export.flat import line
from sessions_app.trail import way_of


def table(entries):
    """The whole file as text, in the language of whoever asks."""
    return "".join(line(map(str, row)) for row in [headings(), *(row_of(each) for each in entries)])


def headings():
    names = [_("Entry"), _("Time (UTC)"), _("Who"), _("Team"), _("What"), _("Code"), _("Page"), _("Row"), _("Number")]
    return [*names, _("About"), _("From address"), _("Sign-in"), _("Why")]


def row_of(entry):
    person = entry.by
    return [
        entry.pk,
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        person.name if person else entry.system_actor,
        person.team.name if person else "",
        way_of(entry).label,
        entry.action,
        entry.facts.get("page", ""),
        entry.subject_type,
        entry.subject_id,
        " ".join(entry.about or []),
        entry.address or "",
        entry.device,
        entry.why,
    ]
