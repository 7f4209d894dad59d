"""A limit of time for one talk as a whole. Timeouts of a socket are per turn: a byte every nine seconds never ends."""

import signal
import threading
from contextlib import contextmanager

AGAIN = 5  # seconds; a library that tries its next address after an error meets the limit once more


@contextmanager
def deadline(seconds):
    """Break off what takes longer with TimeoutError, which is an OSError like that of a socket.

    Only the main thread can be broken off, and each sender of ours is one: a worker's child, and the sweeper.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def break_off(*_):
    raise TimeoutError("It took too long.")
