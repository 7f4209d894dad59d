"""How this room tells the rooms above it, inside the write's transaction, with `Signal.send`.

account_closed: person, by (they have no access any more: what else lets them in, or names them, is for receivers)
what_is_open:   person (a question: a receiver that knows answers {kind of work: how many}; numbers, never a row)
"""

from django.dispatch import Signal

account_closed = Signal()
what_is_open = Signal()
