"""Programs: whether each was heard from, and does what it is there for."""

from config.operations import figures, words


def answers():
    return words.running(figures.read())
