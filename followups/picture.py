"""A timeline as a picture: numbers that a template turns into an inline SVG. The list beside it says the same."""

from dataclasses import dataclass
from math import log1p

from django.utils.translation import gettext_lazy as _

LEFT, RIGHT, TOP, ROW = 30, 334, 34, 26  # of a drawing 360 wide, as wide as the smallest telephone
LETTER, GAP = 6.2, 6  # how wide a letter of a label is at most, and what is left free between two labels
MINUTE = 60
TICKS = [
    (15, _("15 min")),
    (120, _("2 h")),
    (1440, _("1 day")),
    (4320, _("3 days")),
    (10080, _("1 week")),
    (43200, _("1 month")),
]


@dataclass(frozen=True)
class Row:
    """One task: its number in the list, where it is due, and where somebody is told afterwards."""

    number: int
    y: int
    due: int
    steps: list
    end: int

    @property
    def text_y(self):
        return self.y + 4


def draw(entries, *, since):
    """The picture of a timeline that runs from `since`: {height, bottom, ticks, rows}, all whole numbers.

    Time is not to scale: minutes and months have to fit beside each other, so that within the first hour it is
    nearly even, and then grows by proportion.
    """
    moments = [each.at for entry in entries for each in entry.told] + [entry.due_at for entry in entries]
    last = max((minutes(each, since) for each in moments), default=1) or 1

    def x(value):
        return LEFT + round((RIGHT - LEFT) * log1p(value / 60) / log1p(last / 60))

    rows = [row(number, entry, since=since, x=x) for number, entry in enumerate(entries)]
    bottom = TOP + ROW * len(rows)
    ticks = labelled([(x(value), str(label)) for value, label in TICKS if value <= last])
    return {"height": bottom + 6, "bottom": bottom, "ticks": ticks, "rows": rows}


def labelled(ticks):
    """The ticks, without the words of those that would touch the words before them."""
    free, shown = 0, []
    for x, label in ticks:
        half = LETTER * len(label) / 2
        fits = x - half >= free
        shown.append((x, label if fits else ""))
        free = x + half + GAP if fits else free
    return shown


def row(number, entry, *, since, x):
    due = x(minutes(entry.due_at, since))
    steps = [x(minutes(each.at, since)) for each in entry.told if each.is_escalation]
    return Row(number + 1, TOP + ROW // 2 + ROW * number, due, steps, max([due, *steps]))


def minutes(moment, since):
    return max(0, (moment - since).total_seconds() / MINUTE)
