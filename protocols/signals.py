"""How the rooms whose words wait for a second person tell the room above them, which sends messages.

Sent inside the write's transaction with `Signal.send`.

draft_waits:    what, row, mark, by (sent for a clinical lead to read, by that person)
draft_answered: what, row, mark, author, by (published, or given back to be changed, to whom that was sent by)

`what` is a name in `WHAT`; `mark` tells one sending of a row from its next one.
"""

from django.dispatch import Signal

PROTOCOL, POLICY, WORD_LIST = WHAT = ("protocol", "policy", "words")

draft_waits = Signal()
draft_answered = Signal()


def mark_of(moment):
    """One sending, told from the next by its moment, in microseconds."""
    return int(moment.timestamp() * 1_000_000)
