"""What may be seen of the counts, decided once and in one place: every figure that is shown is a sum of blocks.

The rule of a small cell (CMS: none of 1 to 10, nor anything that lets one be derived; zero may be shown) is kept by
construction, not by blanking cells afterwards:

- Blocks of a figure share no departure, and each of their cells is zero or at least `smallest`. Pages, totals,
  sentences, pictures and files only ever add blocks up. What is in no block is in no total.
- Time: a quarter whose number is too small waits and is joined by the next one, until together they are enough. So a
  later publication only adds blocks; it never splits or changes an earlier one.
- Sites: what still waits when the year is over is put together with what waits at other sites, or stays hidden.
- Values: small ones of a figure are put together in one cell, with larger ones beside them where that is needed, so
  that each could still be any number from 1 to `smallest` – 1, even for somebody who knows these rules.
- Where months are shown and a figure is shown for a longer time, the two together must not narrow a small number
  down (`narrows`); else the figure waits as well.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from followups.trends.figures import DEPARTURES, DIVISIONS, STAYED, VALUES

MONTHS_OF_A_QUARTER, LAST_QUARTER = 3, 10


@dataclass(frozen=True)
class Block:
    """Cells of one figure for `parts`: ((site, first month, last month), …). `site` is None for several together."""

    figure: str
    site: int | None
    starts: date
    ends: date
    cells: tuple = field(default=())
    parts: tuple = field(default=())

    @property
    def total(self):
        return sum(count for _values, count in self.cells)

    @cached_property
    def covers(self):
        return {(site, month) for site, first, last in self.parts for month in months_between(first, last)}


def months_between(first, last):
    """First days of the months from `first` to `last`, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        date(first.year + (first.month - 1 + each) // 12, (first.month - 1 + each) % 12 + 1, 1) for each in range(count)
    ]


def months_of_year_until(quarter):
    """From January to the last month of the quarter that begins on `quarter`."""
    return months_between(date(quarter.year, 1, 1), date(quarter.year, quarter.month + 2, 1))


def next_blocks(counts, *, standing, quarter, sites, smallest):
    """What may be let out when `quarter` is over, beside the blocks that are `standing`: a list of Block.

    `counts` is {(site, month, figure): {value: number}}. Quarters come in order, each once.
    """
    return Quarter(counts, list(standing), quarter, sites, smallest).blocks()


class Quarter:
    """One quarter's turn: the counts of its year up to here, and what stands already."""

    def __init__(self, counts, standing, quarter, sites, smallest):
        self.counts, self.quarter, self.sites, self.smallest = counts, quarter, sites, smallest
        self.months = months_of_year_until(quarter)
        self.is_last = quarter.month == LAST_QUARTER
        self.standing = [each for each in standing if each.ends.year == quarter.year]
        self.new = []

    def blocks(self):
        for figure in (DEPARTURES, STAYED):
            self.let_out_whole(figure)
        for figure in DIVISIONS:
            self.let_out_division(figure)
        return self.new

    def add(self, figure, site, parts, cells):
        starts, ends = min(part[1] for part in parts), max(part[2] for part in parts)
        if site is None:
            starts, ends = self.months[0], self.months[-1]
        self.new.append(Block(figure, site, starts, ends, tuple(cells), tuple(parts)))

    def covered(self, figure):
        return {cell for block in [*self.standing, *self.new] if block.figure == figure for cell in block.covers}

    def vector(self, figure, cells):
        """The values of a figure over some (site, month), every known value with a number."""
        found = Counter(dict.fromkeys(VALUES[figure], 0))
        for site, month in cells:
            found.update(self.counts.get((site, month, figure), {}))
        return found

    def is_clear(self, number):
        return number == 0 or number >= self.smallest

    # Figures with a total of their own ------------------------------------------------------------------------

    def let_out_whole(self, figure):
        """All departures of a site since the last block, once they are enough; at the year's end those of several."""
        covered, waiting = self.covered(figure), {}
        for site in self.sites:
            cells = [(site, month) for month in self.months if (site, month) not in covered]
            vector = self.vector(figure, cells)
            if cells and self.is_clear(vector.total()):
                self.let_out_months(figure, site, cells, vector)
            elif cells:
                waiting[site] = cells
        if self.is_last:
            self.let_out_together(figure, waiting)

    def let_out_months(self, figure, site, cells, vector):
        """By the month where the quarter is alone and each of its months may be shown, else all in one block."""
        by_month = [[cell] for cell in cells]
        is_by_month = figure == DEPARTURES and len(cells) == MONTHS_OF_A_QUARTER
        if is_by_month and all(self.is_clear(self.vector(figure, each).total()) for each in by_month):
            for each in by_month:
                self.add(figure, site, parts_of(each), whole(self.vector(figure, each)))
        else:
            split = vector.total() and put_together(vector, smallest=self.smallest)
            self.add(figure, site, parts_of(cells), split or whole(vector))

    def let_out_together(self, figure, waiting):
        """Sites that were too small all year, in one block, if each could have had any small number."""
        totals = [self.vector(figure, cells).total() for cells in waiting.values()]
        if len(totals) > 1 and is_roomy(totals, smallest=self.smallest):
            cells = [cell for each in waiting.values() for cell in each]
            self.add(figure, None, parts_of(cells), whole(self.vector(figure, cells)))

    # Figures that divide the departures -----------------------------------------------------------------------

    def let_out_division(self, figure):
        """The values of a figure for a site, of departures that were let out; at the year's end of several sites."""
        covered, waiting = self.covered(figure), defaultdict(list)
        for block in [*self.standing, *self.new]:
            if block.figure == DEPARTURES and not block.covers <= covered:
                waiting[block.site].append(block)
        for site in self.sites:
            if waiting[site] and self.let_out_values(figure, site, waiting[site]):
                del waiting[site]
        left = [rows for rows in waiting.values() if rows]
        if self.is_last and len(left) > 1:
            self.let_out_values(figure, None, [row for rows in left for row in rows])

    def let_out_values(self, figure, site, rows):
        """Add a block for the departures of `rows`, if its values may be shown; says whether they may."""
        cells = [cell for row in rows for cell in sorted(row.covers)]
        split = put_together(self.vector(figure, cells), smallest=self.smallest)
        if split is None or self.narrows(figure, rows, split):
            return False
        self.add(figure, site, [part for row in rows for part in row.parts], split)
        return True

    def narrows(self, figure, rows, split):
        """Whether the totals of `rows` and the cells of `split` together narrow a small number of one row down.

        The bounds of Fréchet are sharp in a table of which only both margins are known: a cell is at least its row
        plus its column less the whole. Quarters and sites are looked at beside single rows.
        """
        groups = [[row] for row in rows] + list(grouped(rows, lambda row: row.site))
        groups += grouped(rows, lambda row: (row.site, row.starts.year, (row.starts.month - 1) // MONTHS_OF_A_QUARTER))
        whole_table = sum(row.total for row in rows)
        for group in groups:
            inside = self.vector(figure, [cell for row in group for cell in row.covers])
            in_row = sum(row.total for row in group)
            for values, in_column in split:
                number = sum(inside[value] for value in values)
                if 0 < number < self.smallest and in_row + in_column - whole_table > 1:
                    return True
        return False


def grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups.values()


def parts_of(cells):
    """(site, month) cells as (site, first month, last month) parts; the months of a site are without gaps."""
    months = defaultdict(list)
    for site, month in cells:
        months[site].append(month)
    return [(site, min(each), max(each)) for site, each in sorted(months.items())]


def whole(vector):
    """All values in one cell."""
    return [(tuple(vector), vector.total())]


def put_together(vector, *, smallest):
    """The vector as cells, small values in one of them; None where then nothing would be told apart."""
    small = [value for value, number in vector.items() if 0 < number < smallest]
    large = sorted((value for value in vector if vector[value] >= smallest), key=lambda each: (vector[each], each))
    hidden = list(small)
    while small and not is_roomy([vector[each] for each in hidden], smallest=smallest):
        if not large:
            return None
        hidden.append(large.pop(0))
    if small and not large:
        return None
    cells = [((value,), vector[value]) for value in vector if value not in hidden]
    together = (tuple(value for value in vector if value in hidden), sum(vector[each] for each in hidden))
    return [*cells, together] if small else cells


def is_roomy(numbers, *, smallest):
    """Whether, of numbers that are only known together, each small one could be anything from 1 to `smallest` – 1.

    Asked of somebody who knows the sum, how many are small and how many are not. With none that is large, the sum has
    to leave room above as well.
    """
    most = smallest - 1
    large = sum(number >= smallest for number in numbers)
    small, total = len(numbers) - large, sum(numbers)
    if len(numbers) < 2 or total < most + (small - 1) + large * smallest:  # noqa: PLR2004 – alone is not together
        return False
    return bool(large) or total <= most * (small - 1) + 1
