"""Somebody who reads everything that was let out, and reckons what the hidden numbers can have been.

`Attacker` knows sums of unknown whole numbers that are not below zero, and finds the least and the most that any other
sum can be: linear programming in exact fractions, so that no rounding hides a leak.
"""

from fractions import Fraction


class Attacker:
    """Knows `equations`: [(unknowns, sum), …], where unknowns are any hashable names."""

    def __init__(self, equations):
        self.equations = [(frozenset(unknowns), number) for unknowns, number in dict.fromkeys(equations)]

    def bounds(self, target):
        """The least and the most that the sum of the unknowns in `target` can be; None where there is no most."""
        target = frozenset(target)
        known = self.connected(target)
        kinds = sorted(self.kinds(target, known), key=repr)
        rows = [[Fraction(index in kind[1]) for kind in kinds] for index in range(len(known))]
        sums = [Fraction(number) for _unknowns, number in known]
        weights = [Fraction(kind[0]) for kind in kinds]
        least = maximum(rows, sums, [-each for each in weights])
        return -least, maximum(rows, sums, weights)

    def connected(self, target):
        """The equations that have to do with the target, through however many others."""
        reached, found, rest = set(target), [], list(self.equations)
        while more := [each for each in rest if each[0] & reached]:
            found += more
            rest = [each for each in rest if each not in more]
            reached.update(*(unknowns for unknowns, _number in more))
        return found

    def kinds(self, target, known):
        """Unknowns that stand in the same equations are one: (is of the target, equations it stands in)."""
        unknowns = target.union(*(each for each, _number in known))
        return {
            (each in target, tuple(index for index, (inside, _number) in enumerate(known) if each in inside))
            for each in unknowns
        }


def maximum(rows, sums, weights):
    """The most that `weights`·x can be where `rows`·x = `sums` and no x is below zero. None: there is no limit.

    The simplex method by Bland's rule, which never goes round in circles. Raises ValueError where nothing fits.
    """
    count, width = len(rows), len(weights)
    table = [
        [*row, *(Fraction(at == index) for at in range(count)), total]
        for index, (row, total) in enumerate(zip(rows, sums, strict=True))
    ]
    basis = [width + index for index in range(count)]
    first = [Fraction(0)] * width + [Fraction(-1)] * count
    if climb(table, basis, first, width + count) != 0:
        raise ValueError("Nothing fits what is known.")
    for index, each in enumerate(basis):  # what is left of the first phase stands at zero: out of the way with it
        if each >= width:
            column = next((at for at in range(width) if table[index][at]), None)
            if column is not None:
                pivot(table, basis, index, column)
    kept = [index for index, each in enumerate(basis) if each < width]
    table = [table[index][:width] + table[index][-1:] for index in kept]
    return climb(table, [basis[index] for index in kept], list(weights), width)


def climb(table, basis, weights, width):
    """Go from corner to corner until nothing grows any more; returns the value there, or None without limit."""
    while True:
        column = next((at for at in range(width) if at not in basis and gain(table, basis, weights, at) > 0), None)
        if column is None:
            return sum((weights[each] * row[-1] for each, row in zip(basis, table, strict=True)), Fraction(0))
        limits = [(row[-1] / row[column], basis[at], at) for at, row in enumerate(table) if row[column] > 0]
        if not limits:
            return None
        pivot(table, basis, min(limits)[2], column)


def gain(table, basis, weights, column):
    inside = ((weights[each], row[column]) for each, row in zip(basis, table, strict=True))
    return weights[column] - sum((weight * number for weight, number in inside if weight and number), Fraction(0))


def pivot(table, basis, index, column):
    by = table[index][column]
    table[index] = [each / by for each in table[index]]
    for at, row in enumerate(table):
        if at != index and (times := row[column]):
            table[at] = [each - times * other for each, other in zip(row, table[index], strict=True)]
    basis[index] = column
