"""The same numbers as a file for a spreadsheet: one row for each, and none that a page does not show."""

import csv

from django.utils.translation import gettext as _

from resources.export.cells import neutral


def write(to, period, bars, steps):
    """Write CSV to `to`, anything with `write`. Empty where a page says that a number is not shown."""
    lines = csv.writer(to)
    lines.writerow([_("Site"), _("From"), _("To"), _("Figure"), _("Value"), _("Number"), _("Note")])
    where = [period.site.name if period.site else _("All sites"), f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"]
    for shown in [*bars, *steps]:
        for row in shown.rows:
            number = "" if row.is_hidden else row.count
            cells = [*where, str(shown.figure.name), str(row.label), number, str(row.note)]
            lines.writerow([neutral(cell) for cell in cells])
