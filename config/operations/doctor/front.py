"""What must be filled in and adopted before real people are recorded."""

from config.operations import adoption


def answers():
    return adoption.answers()
