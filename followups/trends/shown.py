"""What a page, a picture and a file show: blocks that were let out, added up. Nothing else is read."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from followups.models import TrendBlock
from followups.trends import figures, sentences
from followups.trends.figures import DEPARTURES, STAYED
from followups.trends.releases import block_of

TOGETHER = _("Small numbers, put together")
APART_NOT = _("Too few to tell apart")


@dataclass(frozen=True)
class Period:
    """Whole months from `first` to `last` of one site, or of all of them where `site` is None."""

    site: Site | None
    first: date
    last: date


@dataclass(frozen=True)
class Row:
    """One number. `is_least`: more of this value may be among those put together. `months` is how long it took."""

    label: str
    count: int
    is_least: bool = False
    is_rest: bool = False
    months: int = 1

    @property
    def is_hidden(self):
        """Zero so far, and perhaps not zero among those put together."""
        return self.is_least and not self.count

    @property
    def words(self):
        """The number as a reader sees it."""
        if self.is_hidden:
            return _("Not shown")
        return format_lazy(_("{count} or more"), count=self.count) if self.is_least else self.count

    @property
    def note(self):
        if self.is_hidden:
            return _("Too few to show")
        return _("or more") if self.is_least else ""


@dataclass(frozen=True)
class Shown:
    """One figure for a period: its rows, and a sentence made of them."""

    figure: figures.Figure
    rows: list
    title: str

    @property
    def total(self):
        return sum(row.count for row in self.rows)

    @property
    def known(self):
        """How many could be told apart, those put together included."""
        return sum(row.count for row in self.rows if row.label is not APART_NOT)

    @property
    def cells(self):
        """The row of a table of several figures: each value, and what is put together or not told apart."""
        values = [row for row in self.rows if not row.is_rest]
        rest = sum(row.count for row in self.rows if row.is_rest)
        return [*([row.words for row in values] or ["–"] * len(self.figure.values)), rest]

    @property
    def is_small(self):
        return self.total < sentences.FEW


def blocks_in(period):
    """The blocks that lie whole within the period, by figure. One query.

    What was let out under a smaller number than the one now in force is left out.
    """
    found = TrendBlock.objects.filter(starts_on__gte=period.first, ends_on__lte=period.last)
    found = found.filter(smallest__gte=settings.TREND_SMALLEST_NUMBER)
    if period.site:
        found = found.filter(site=period.site)
    grouped = defaultdict(list)
    for row in found.order_by("starts_on", "pk"):
        grouped[row.figure].append(block_of(row))
    return grouped


def by_month(blocks, period):
    """All departures: a number for each month that may be shown, and for longer times where it may not."""
    sums = Counter()
    for block in blocks[DEPARTURES]:
        sums[block.starts, block.ends] += block.total
    rows = [
        Row(in_words(first, last), count, months=(last.year - first.year) * 12 + last.month - first.month + 1)
        for (first, last), count in sorted(sums.items())
    ]
    figure = figures.Figure(DEPARTURES, _("Departures by month"), ())
    return Shown(figure, rows, sentences.of_months(sum(sums.values()), period, has_any=bool(rows)))


def in_words(first, last):
    """A month, or several, of which only the sum is known."""
    if first == last:
        return date_format(first, "F Y")
    words = {"first": date_format(first, "F"), "last": date_format(last, "F Y")}
    return _("%(first)s to %(last)s, in one number") % words


def divided(figure, blocks):
    """A figure of which the departures are divided into values, and how many could not be told apart."""
    own = blocks[figure.slug]
    covered = {cell for block in own for cell in block.covers}
    unsplit = sum(block.total for block in blocks[DEPARTURES] if not block.covers <= covered)
    return add_up(figure, own, unsplit=0 if figure.slug == STAYED else unsplit)


def add_up(figure, blocks, *, unsplit):
    alone, mixed, together = Counter(), set(), 0
    for block in blocks:
        for values, count in block.cells:
            if len(values) == 1:
                alone[values[0]] += count
            elif count:
                mixed.update(values)
                together += count
    rows = [Row(label, alone[value], is_least=value in mixed) for value, label in figure.values] if blocks else []
    rests = [(TOGETHER, together), (APART_NOT, unsplit)]
    return Shown(
        figure,
        rows + [Row(label, count, is_rest=True) for label, count in rests if count],
        sentences.of_figure(figure, rows, known=sum(alone.values()) + together),
    )


def of(period):
    """Every figure of the period: [by month, each division …], and the eleven steps apart. One query."""
    blocks = blocks_in(period)
    bars = [divided(figure, blocks) for figure in (*figures.WITH_ONE_BAR_EACH, figures.APART)]
    return [by_month(blocks, period), *bars], [divided(figure, blocks) for figure in figures.steps()]
