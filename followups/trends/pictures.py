"""Bars as numbers that a template turns into an inline SVG: no script, no style. The table beside it says the same."""

from dataclasses import dataclass

WIDTH, ROW, LABEL_Y, BAR_Y, BAR_HEIGHT = 360, 38, 13, 19, 12
LONGEST = 290  # leaves room for the number behind the bar


@dataclass(frozen=True)
class Bar:
    y: int
    width: int
    label: str
    words: str
    is_rest: bool

    @property
    def label_y(self):
        return self.y + LABEL_Y

    @property
    def bar_y(self):
        return self.y + BAR_Y

    @property
    def words_x(self):
        return self.width + 6

    @property
    def words_y(self):
        return self.y + BAR_Y + BAR_HEIGHT - 1


def draw(shown):
    """{width, height, bars}. A row of several months is as long as its months are on average.

    Values that nobody has are left to the table; months are not.
    """
    rows = [row for row in shown.rows if row.count or row.is_hidden or not shown.figure.values]
    return picture([(row.label, row.words, row.count / row.months, row.is_rest) for row in rows])


def draw_steps(steps):
    """How often each of the eleven was done."""
    return picture([(each.figure.name, each.rows[0].words, each.rows[0].count, False) for each in steps if each.rows])


def picture(rows):
    longest = max((size for _label, _words, size, _rest in rows), default=0) or 1
    bars = [
        Bar(ROW * number, round(LONGEST * size / longest), label, words, is_rest)
        for number, (label, words, size, is_rest) in enumerate(rows)
    ]
    return {"width": WIDTH, "height": ROW * len(bars) + 2, "bars": bars}
