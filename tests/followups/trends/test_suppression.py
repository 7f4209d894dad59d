"""An attacker reads all that was let out, over years, and tries to narrow a small number down. None may succeed."""

from datetime import date
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from followups.trends import suppression
from followups.trends.figures import DEPARTURES, STAYED, VALUES
from followups.trends.suppression import is_roomy, months_between, next_blocks
from tests.followups.trends.attacker import Attacker

FIGURE = "ending"
ENDINGS = VALUES[FIGURE]
SITES = [1, 2, 3]
QUARTERS = [date(2024, month, 1) for month in (1, 4, 7, 10)]
MONTHS = months_between(date(2024, 1, 1), date(2024, 12, 1))
CELLS = [(site, month, value) for site, month, value in product(SITES, MONTHS, ENDINGS)]


def let_out(numbers, smallest, *, figure=FIGURE):
    """What is let out of {(site, month, value): number} over a year, quarter by quarter, in that order."""
    counts = {}
    for (site, month, value), number in numbers.items():
        counts.setdefault((site, month, figure), {})[value] = number
        of_all = counts.setdefault((site, month, DEPARTURES), {"all": 0})
        of_all["all"] += number
    blocks = []
    for quarter in QUARTERS:
        blocks += next_blocks(counts, standing=blocks, quarter=quarter, sites=SITES, smallest=smallest)
    return [block for block in blocks if block.figure in (DEPARTURES, figure)]


def equations_of(blocks, figure=FIGURE):
    """What they tell of the unknowns (site, month, value): the departures as a whole, and the values of the figure."""
    for block in blocks:
        for values, number in block.cells:
            inside = VALUES[figure] if block.figure == DEPARTURES else values
            yield frozenset((*cell, value) for cell in block.covers for value in inside), number


def whole_numbers(numbers):
    """Every sum that somebody may want to know: values, and all together, by month, quarter and year, of one or all."""
    spans = [[month] for month in MONTHS] + [MONTHS[at : at + 3] for at in (0, 3, 6, 9)] + [MONTHS]
    for sites, span, values in product([[1], [2], [3], SITES], spans, [*([each] for each in ENDINGS), ENDINGS]):
        yield [cell for cell in product(sites, span, values) if cell in numbers]


def leaks(numbers, smallest, blocks):
    """Small numbers that the attacker narrows down: [(true number, least, most), …]."""
    known, found = Attacker(equations_of(blocks)), []
    for target in whole_numbers(numbers):
        true = sum(numbers[each] for each in target)
        if 0 < true < smallest:
            least, most = known.bounds(target)
            assert least <= true
            assert most is None or true <= most
            if least > 1 or (most is not None and most < smallest - 1):
                found.append((true, least, most))
    return found


SIZES = st.sampled_from([0, 0, 0, 1, 2, 4, 5, 9, 10, 11, 14, 30])
YEARS = st.lists(SIZES, min_size=len(CELLS), max_size=len(CELLS)).map(
    lambda sizes: dict(zip(CELLS, sizes, strict=True))
)
QUIET = st.lists(st.sampled_from([0, 0, 0, 0, 0, 1, 2, 12]), min_size=len(CELLS), max_size=len(CELLS)).map(
    lambda sizes: dict(zip(CELLS, sizes, strict=True))
)


def year(**of_site):
    """A year by hand: `year(a={1: [10, 11, 0, 0]})`, sites a to c, months, and a number for each ending."""
    numbers = dict.fromkeys(CELLS, 0)
    for site, months in of_site.items():
        for month, sizes in months.items():
            for value, size in zip(ENDINGS, sizes, strict=True):
                numbers["abc".index(site) + 1, date(2024, month, 1), value] = size
    return numbers


ONE_SMALL_VALUE = year(a={1: [20, 3, 0, 0]})
NARROW = year(a={1: [10, 11, 0, 0], 2: [11, 0, 0, 0]})
ONE_SMALL_SITE = year(a={1: [4, 0, 0, 0]}, b={1: [30, 20, 0, 0]}, c={2: [0, 25, 0, 0]})
TWO_SMALL_SITES = year(a={1: [10, 0, 0, 0]}, b={5: [10, 0, 0, 0]}, c={2: [0, 25, 0, 0]})
A_SMALL_QUARTER = year(a={1: [30, 0, 0, 0], 4: [2, 2, 0, 0], 8: [40, 0, 20, 0]})


@hypothesis_settings(max_examples=8)
@example(ONE_SMALL_VALUE, 11)
@example(NARROW, 11)
@example(ONE_SMALL_SITE, 11)
@example(TWO_SMALL_SITES, 11)
@example(A_SMALL_QUARTER, 11)
@given(st.one_of(YEARS, QUIET), st.sampled_from([5, 11]))
def test_whoever_reads_everything_cannot_narrow_a_small_number_down(numbers, smallest):
    assert leaks(numbers, smallest, let_out(numbers, smallest)) == []


def always(answer):
    return lambda *args, **kwargs: answer


@pytest.mark.parametrize(
    ("rules", "numbers"),
    [
        ([(suppression, "is_roomy", True), (suppression.Quarter, "narrows", False)], ONE_SMALL_VALUE),
        ([(suppression.Quarter, "narrows", False)], NARROW),
        ([(suppression.Quarter, "is_clear", True)], A_SMALL_QUARTER),
    ],
    ids=["nothing beside a small one", "margins", "no waiting"],
)
def test_without_the_rules_the_attacker_wins(monkeypatch, rules, numbers):
    """So that the test above cannot pass because the attacker is weak."""
    for where, rule, answer in rules:
        monkeypatch.setattr(where, rule, always(answer))
    assert leaks(numbers, 11, let_out(numbers, 11))


def test_two_small_sites_whose_sum_would_tell_both_stay_hidden():
    """Two that are known to be 10 at most, and 20 together, would be 10 each. 11 together may be anything."""
    together = [block for block in let_out(TWO_SMALL_SITES, 11) if block.site is None]
    assert together == []
    of_eleven = year(a={1: [8, 0, 0, 0]}, b={5: [3, 0, 0, 0]}, c={2: [0, 25, 0, 0]})
    together = [block for block in let_out(of_eleven, 11) if block.site is None]
    assert [(block.figure, block.total) for block in together] == [(DEPARTURES, 11)]


@given(st.one_of(YEARS, QUIET), st.sampled_from([5, 11]))
@hypothesis_settings(max_examples=20)
def test_blocks_share_nothing_hold_no_small_number_and_tell_the_truth(numbers, smallest):
    blocks = let_out(numbers, smallest)
    for figure in (DEPARTURES, FIGURE):
        covers = [cell for block in blocks if block.figure == figure for cell in block.covers]
        assert len(covers) == len(set(covers))
    for unknowns, number in equations_of(blocks):
        assert number == 0 or number >= smallest
        assert number == sum(numbers[each] for each in unknowns)


@given(st.one_of(YEARS, QUIET))
@hypothesis_settings(max_examples=10)
def test_a_figure_is_let_out_only_for_departures_that_were_let_out_as_a_whole(numbers):
    """So that what could not be told apart is a sum of whole blocks as well, and never what is left of one."""
    blocks = let_out(numbers, 11)
    of_all = [block.covers for block in blocks if block.figure == DEPARTURES]
    for block in blocks:
        if block.figure == FIGURE:
            inside = [covers for covers in of_all if covers & block.covers]
            assert set().union(*inside) == block.covers


def ways(total, small, large, smallest):
    """Whether `small` numbers from 1 to `smallest` – 1 and `large` ones from `smallest` on can add up to `total`."""
    least = small + large * smallest
    return total >= least and (large > 0 or total <= small * (smallest - 1))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.sampled_from([5, 11]))
def test_what_is_put_together_leaves_each_small_number_every_chance(numbers, smallest):
    """Even for somebody who knows how many of them are small."""
    if not is_roomy(numbers, smallest=smallest):
        return
    small = sum(number < smallest for number in numbers)
    large = len(numbers) - small
    for guess in range(1, smallest) if small else ():
        assert ways(sum(numbers) - guess, small - 1, large, smallest), guess


def test_those_who_stayed_are_let_out_by_themselves():
    """They are other people: however many left, the few who stayed wait until they are enough."""
    counts = {(1, month, DEPARTURES): {"all": 40} for month in MONTHS}
    counts |= {(1, MONTHS[0], STAYED): {"stayed": 6}, (1, MONTHS[4], STAYED): {"stayed": 3, "returned": 4}}
    blocks = []
    for quarter in QUARTERS:
        blocks += next_blocks(counts, standing=blocks, quarter=quarter, sites=[1], smallest=11)
    stayed = [(block.starts, block.ends, block.cells) for block in blocks if block.figure == STAYED]
    assert stayed[0] == (MONTHS[0], MONTHS[5], ((VALUES[STAYED], 13),)), "both quarters, and not which of the two"
